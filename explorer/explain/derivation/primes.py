"""σ′ where it first comes: what it stands for, in one line before the calculation that writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from explorer.explain import formula as f
from explorer.explain.derivation.steps import Calculation, Piece, Step, calculation
from explorer.explain.derivation.unary import Gate, gate
from explorer.explain.scene import Scene
from explorer.explain.text import text
from explorer.notation import Label

PRIME = "′"


def introduced(scene: Scene, steps: Iterable[Step]) -> list[Step]:
    """The steps, each function's slope said once by its rule: σ′(s_i) = σ(s_i)(1 − σ(s_i)) = o_i (1 − o_i)."""
    known: set[Label] = set()
    found: list[Step] = []
    for one in steps:
        pieces: list[Piece] = []
        for piece in one.pieces:
            for call in _primes(piece):
                if call.name not in known:
                    known.add(call.name)
                    pieces += _defined(scene, call)
            pieces.append(piece)
        found.append(replace(one, pieces=tuple(pieces)))
    return found


def _primes(piece: Piece) -> Iterator[f.Call]:
    if isinstance(piece, Calculation):
        for line in piece.lines:
            for part in (line.left, line.right):
                yield from _within(part)


def _within(part: Any) -> Iterator[f.Call]:
    """All slopes by name in a formula."""
    if isinstance(part, tuple):
        for one in part:
            yield from _within(one)
    elif isinstance(part, f.Formula) and not isinstance(part, f.Symbol):
        if isinstance(part, f.Call) and part.name[-1][0].endswith(PRIME):
            yield part
        for name in part.__dataclass_fields__:
            yield from _within(getattr(part, name))


def _defined(scene: Scene, call: f.Call) -> list[Calculation]:
    """The rule of a slope; none where the gate has no rule that gives the engine's number."""
    found = _gate(scene, call)
    if found is None:
        return []
    at = found.way.chosen
    name, rule, short = found.prime(at), found.slope(at), found.slope(at, True)
    if text(rule) == text(name):
        return []
    return [calculation(name, rule, *([short] if text(short) != text(rule) else []))]


def _gate(scene: Scene, call: f.Call) -> Gate | None:
    """The gate that the slope is of: that reads what stands between its parentheses."""
    (argument,) = call.arguments
    if not isinstance(argument, f.Symbol) or argument.cells is None:
        return None
    name = argument.cells.node
    for reader, _ in scene.readings(name):
        found = gate(scene.at(reader), name)
        written = found.prime(found.way.chosen) if found else None
        if isinstance(written, f.Call) and written.name == call.name:
            return found
    return None
