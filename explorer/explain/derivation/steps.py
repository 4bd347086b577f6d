"""A derivation as data: steps of calculations, every line of which has a value, and the blocks that show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeAlias

import numpy as np

from explorer.explain import formula as f
from explorer.explain.blocks import Block, formula, joined, line, note
from explorer.explain.known import known
from explorer.explain.scene import Scene
from explorer.explain.text import Part, text
from explorer.notation import Label


@dataclass(frozen=True)
class Line:
    """One line of a calculation: `left` = `right`, or a further "= right" where `left` is None.

    `numbers` writes every symbol as its number, `result` marks what the calculation comes to, `beside` keeps the line
    on the row of the one before, `moves` lets two matrices of the line before be seen multiplying.
    """

    right: f.Formula
    left: f.Formula | None = None
    numbers: bool = False
    result: bool = False
    shapes: bool = False
    beside: bool = False
    moves: bool = False


@dataclass(frozen=True)
class Calculation:
    """Lines that all have one value."""

    lines: tuple[Line, ...]
    caption: tuple[Part, ...] = ()


Piece: TypeAlias = Calculation | Block
Right: TypeAlias = f.Formula | Line


@dataclass(frozen=True)
class Step:
    """One step under its title, with a remark below it; `badge` is small print beside the title."""

    title: tuple[Part, ...]
    pieces: tuple[Piece, ...]
    remark: tuple[Part, ...] = ()
    badge: str = ""


@dataclass(frozen=True)
class Derivation:
    """How one line's gradient goes back to one line that it reads: `of` to `wrt`.

    `pick` are the lines of which an entry is picked, `choice` is its name among others, `sort` tells those of one pair
    of lines apart: the gate's own, the collapse with the loss, the whole way.
    """

    title: tuple[Part, ...]
    of: str
    wrt: str
    steps: tuple[Step, ...]
    pick: tuple[str, ...] = ()
    choice: Label = ()
    sort: str = "gate"

    def extended(self, *steps: Step) -> Derivation:
        """The same with further steps at its end."""
        return replace(self, steps=(*self.steps, *steps))


# -- makers ----------------------------------------------------------------------------------------------------------
def calculation(left: f.Formula, *rights: Right, caption: Sequence[Part] = ()) -> Calculation:
    """left = right = right …; a formula stands among symbols."""
    lines = [one if isinstance(one, Line) else Line(one) for one in rights]
    return Calculation((replace(lines[0], left=left), *lines[1:]), tuple(caption))


def onward(general: Calculation, picked: Calculation) -> tuple[Calculation, ...]:
    """The rule and the picked entry's numbers: one calculation where there is only one entry to pick."""
    (first, *others), last = picked.lines, general.lines[-1]
    start, left = general.lines[0].left, first.left
    if start is None or left is None or text(start) != text(left):
        return general, picked
    again = text(last.right) == text(first.right)
    return (replace(general, lines=(*general.lines, *([] if again else [replace(first, left=None)]), *others)),)


def numbers(right: f.Formula, *, beside: bool = False, moves: bool = False) -> Line:
    """The formula with this sample's numbers."""
    return Line(right, numbers=True, beside=beside, moves=moves)


def result(right: f.Formula, *, beside: bool = False) -> Line:
    """What the calculation comes to, as numbers."""
    return Line(right, numbers=True, result=True, beside=beside)


def beside(right: f.Formula) -> Line:
    """A further "= right" on the same row."""
    return Line(right, beside=True)


def step(title: str | Sequence[Part], *pieces: Piece | None, remark: Sequence[Part] | str = ()) -> Step:
    """A step of the pieces that there are."""
    said = (title,) if isinstance(title, str) else tuple(title)
    told = (remark,) if isinstance(remark, str) else tuple(remark)
    return Step(said, tuple(piece for piece in pieces if piece is not None), told)


def words(*parts: Part) -> Block:
    """A remark between the calculations of a step."""
    return note(*parts)


# -- as blocks -------------------------------------------------------------------------------------------------------
MOST_CHOICES = 256


def derivation_block(scene: Scene, told: Derivation) -> Block:
    """The derivation as the page takes it."""
    return {
        "kind": "derivation",
        "key": f"{told.of}:{told.wrt}:{told.sort}",
        "of": told.of,
        "wrt": told.wrt,
        "title": list(told.title),
        "choice": told.choice,
        "entries": [choices(scene, name) for name in told.pick],
        # With the steps, which so keep their id.
        "steps": known(scene.trace, ("steps", id(told.steps)), lambda: (told.steps, _steps(told)), brief=True)[1],
    }


def _steps(told: Derivation) -> list[Block]:
    return [
        {
            "title": list(one.title),
            "badge": one.badge,
            "blocks": [_block(piece) for piece in one.pieces],
            "note": list(one.remark),
        }
        for one in told.steps
    ]


def choices(scene: Scene, name: str) -> dict[str, Any]:
    """The entries of a line that can be picked, laid out as the line is."""
    shape = scene.graph.nodes[name].shape
    indices = list(islice(np.ndindex(*shape), MOST_CHOICES))
    return {
        "node": name,
        "label": scene.notation.symbol(name),
        "columns": shape[-1] if len(shape) == 2 else len(indices),
        "choices": [{"index": list(index), "label": scene.entry_label(name, index)} for index in indices],
        "chosen": list(scene.entry(name)),
    }


def _block(piece: Piece) -> Block:
    if not isinstance(piece, Calculation):
        return piece
    rows: list[list[Block]] = []
    for one in piece.lines:
        role = "result" if one.result else ""
        block = line(one.left, one.right, numbers=one.numbers, shapes=one.shapes, role=role)
        if one.moves:
            block["moves"] = True
        if one.beside and rows:
            rows[-1].append(block)
        else:
            rows.append([block])
    return formula(*(joined(*row) if len(row) > 1 else row[0] for row in rows), caption=piece.caption)
