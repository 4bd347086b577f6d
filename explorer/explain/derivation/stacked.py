"""A derivation with every sample's numbers: the symbols stand once, the numbers under them sample by sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import takewhile

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.steps import Calculation, Derivation, Line, Piece, Step
from explorer.explain.rewrite import rewritten
from explorer.explain.scene import Scene
from explorer.explain.stack_blocks import in_view
from explorer.explain.text import Part, label_part, text
from explorer.notation import Label

LETTER = "b"
Derive = Callable[[Scene], list[Derivation]]
Pieces = Mapping[int, Piece]  # the same piece of several samples' derivations, by sample


def for_every_sample(scene: Scene, derive: Derive) -> list[Derivation]:
    """The derivations of the chosen sample, with the numbers of the other samples that are drawn beside its own."""
    others = {sample: derive(scene.for_sample(sample)) for sample in in_view(scene)}
    return [_derivation(scene, one, {sample: found[at] for sample, found in others.items()})
            for at, one in enumerate(others[scene.sample])]  # fmt: skip


def _derivation(scene: Scene, told: Derivation, all_told: Mapping[int, Derivation]) -> Derivation:
    """Step by step; one that only some samples have, as where a unit saturates, has only their numbers."""
    steps = []
    for at, step in enumerate(told.steps):
        alike = {sample: one.steps[at] for sample, one in all_told.items() if at < len(one.steps)}
        steps.append(_step(scene, step, alike))
    return replace(told, title=_said(scene, told.title), steps=tuple(steps))


def _step(scene: Scene, told: Step, all_told: Mapping[int, Step]) -> Step:
    pieces: list[Piece] = []
    for at, piece in enumerate(told.pieces):
        alike = {sample: one.pieces[at] for sample, one in all_told.items() if len(one.pieces) == len(told.pieces)}
        pieces += _spread(scene, piece, alike)
    return replace(told, pieces=tuple(pieces), remark=_said(scene, told.remark))


def _spread(scene: Scene, piece: Piece, all_told: Pieces) -> Iterator[Piece]:
    """The symbols of a calculation, then every sample's numbers; as it stands where they are the same for all."""
    found = {sample: one for sample, one in all_told.items() if isinstance(one, Calculation)}
    if not isinstance(piece, Calculation) or not _differ([*found.values()]):
        yield _in_general(scene, piece, piece.lines) if isinstance(piece, Calculation) else piece
        return
    symbols, _ = _parted(piece)
    if symbols:
        yield _in_general(scene, piece, symbols)
    for sample, one in found.items():
        yield _of_sample(scene, one, sample)


def _differ(found: list[Calculation]) -> bool:
    """Whether there are numbers, and not the same for all samples."""
    lines = [_parted(one)[1] for one in found]
    spoken = {tuple(text(line.right, numbers=True) for line in one) for one in lines}
    numbers = [[line.right.evaluate() for line in one] for one in lines]
    return len(spoken) > 1 or any(
        not np.array_equal(one, other, equal_nan=True)
        for others in numbers[1:]
        for one, other in zip(numbers[0], others, strict=True)
    )


def _parted(told: Calculation) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The lines before the first numbers, and those from there on."""
    symbols = tuple(takewhile(lambda line: not line.numbers, told.lines))
    return symbols, told.lines[len(symbols) :]


def _of_sample(scene: Scene, told: Calculation, sample: int) -> Calculation:
    """One sample's numbers under its own name. Another sample's are not on the stage: there is nothing to point at."""
    first, *others = _parted(told)[1]
    lines = [replace(first, left=told.lines[0].left, beside=False), *others]
    chosen = sample == scene.sample
    name: list[Part] = [label_part(((LETTER, ""),)), f" = {sample + 1}", *([" ◂"] if chosen else [])]
    return Calculation(tuple(lines if chosen else (_off_stage(scene, line) for line in lines)), tuple(name))


# -- for every sample ------------------------------------------------------------------------------------------------
def _in_general(scene: Scene, told: Calculation, lines: tuple[Line, ...]) -> Calculation:
    """Lines that hold for every sample: its share is that with b, its loss L_b."""
    own, any_own = _losses(scene)

    def general(symbol: f.Symbol) -> f.Symbol:
        note = tuple(
            (LETTER if said == f"{LETTER}={scene.sample + 1}" else said, script) for said, script in symbol.note
        )
        label = (*symbol.label[: -len(own)], *any_own) if symbol.label[-len(own) :] == own else symbol.label
        return replace(symbol, note=note, label=label)

    def written(line: Line) -> Line:
        left = None if line.left is None else rewritten(line.left, general)
        return replace(line, left=left, right=rewritten(line.right, general))

    return replace(told, lines=tuple(written(line) for line in lines))


def _said(scene: Scene, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """A title or a remark, with L_b for the chosen sample's loss."""
    own, any_own = ([list(part) for part in label] for label in _losses(scene))
    return tuple({**part, "label": any_own} if isinstance(part, dict) and part.get("label") == own else part
                 for part in parts)  # fmt: skip


def _losses(scene: Scene) -> tuple[Label, Label]:
    """The name of the chosen sample's loss, and that of any sample's: L₁ and L_b, or one name where all share it."""
    own = scene.label(scene.graph.objective)
    whole = scene.notation.symbol(scene.graph.objective)
    return own, (*whole, (LETTER, "sub")) if own != whole else own


def _off_stage(scene: Scene, line: Line) -> Line:
    def unlinked(symbol: f.Symbol) -> f.Symbol:
        cells = symbol.cells
        shared = cells is not None and cells.kind == "value" and not scene.graph.nodes[cells.node].batched
        return symbol if shared else replace(symbol, cells=None)

    left = None if line.left is None else rewritten(line.left, unlinked)
    return replace(line, left=left, right=rewritten(line.right, unlinked), moves=False)
