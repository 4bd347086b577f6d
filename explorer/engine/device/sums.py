"""Sums over the samples: where a kernel leaves them, so that what is nothing but sums needs no step of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.engine.device.expression import Expression
from explorer.engine.device.forms import ordered
from explorer.engine.device.recording import Recording, Store

MOST_SUMS = 64      # sums over the samples that one kernel keeps, each in a register of every thread


@dataclass(frozen=True, eq=False)
class Bunch:
    """Sums that lie one after the other: all cells of a slot, or one that is part of something else."""

    sums: tuple[Expression, ...]
    slot: int | None = None


def bunches_of(stores: list[Store]) -> tuple[list[Bunch], set[int]]:
    """All sums that the stores come to, and the slots that are nothing else: none of these is stored once more."""
    cells: dict[int, list[Expression]] = {}
    for store in stores:
        cells.setdefault(store.slot, []).append(store.expression)
    bunches, taken = list[Bunch](), set[Expression]()
    for slot, entries in cells.items():
        alike = all(one.operation == "sum" and one.stage == entries[0].stage for one in entries)
        if alike and len({*entries} - taken) == len(entries) <= MOST_SUMS:
            taken.update(entries)
            bunches.append(Bunch(tuple(entries), slot))
    held = {bunch.slot for bunch in bunches if bunch.slot is not None}
    return [*bunches, *(Bunch((total,)) for total in _sums(stores) if total not in taken)], held


def placed(
    recording: Recording, bunches: Sequence[Bunch], stage: int, places: dict[Expression, tuple[int, int]]
) -> int:
    """A slot for a kernel's sums, which is noted in `places`; the slots of bunches become views of it."""
    totals = [total for bunch in bunches for total in bunch.sums]
    slot = recording.slot((len(totals),), stage + 1)
    places.update((total, (slot, place)) for place, total in enumerate(totals))
    for bunch in bunches:
        if bunch.slot is not None:
            seen = recording.slots[bunch.slot]
            seen.views, seen.form = slot, ordered(seen.shape, places[bunch.sums[0]][1])
    return slot


def _sums(stores: list[Store]) -> list[Expression]:
    """Every sum over the samples that the stores come to, in order of making."""
    seen: set[Expression] = set()
    waiting = [store.expression for store in stores]
    while waiting:
        expression = waiting.pop()
        if expression not in seen:
            seen.add(expression)
            waiting.extend(expression.operands)
    return sorted((one for one in seen if one.operation == "sum"), key=lambda one: one.place)
