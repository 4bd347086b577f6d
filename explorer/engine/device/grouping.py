"""Which expressions become one kernel: those of one stage and one space."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from explorer.engine.device.expression import BATCH, Expression
from explorer.engine.device.recording import Recording, Store
from explorer.engine.device.sums import MOST_SUMS, Bunch, bunches_of, placed
from explorer.engine.jacobians.base import Shape

MOST_SLOTS = 200    # arrays that one kernel is given: CUDA passes 4 KiB of arguments


@dataclass(frozen=True, eq=False)
class Kernel:
    """One kernel: for every point of `space` compute `code` and write the `stores`; `sums` are over all samples.

    `code` holds every expression in order, operands first; `reads` gives the (slot, cell) and the space that a load, or
    what an earlier kernel left in memory, is read from. Sums go to the slot `totals`, one after the other.
    """

    stage: int
    space: Shape
    code: tuple[Expression, ...]
    reads: dict[Expression, tuple[int, int, Shape]]
    stores: tuple[Store, ...]
    sums: tuple[Expression, ...]
    totals: int | None

    @cached_property
    def operands(self) -> tuple[int, ...]:
        """The slots that are read."""
        return tuple(dict.fromkeys(slot for slot, _, _ in self.reads.values()))

    @cached_property
    def stored(self) -> tuple[int, ...]:
        """The slots that are written entry by entry."""
        return tuple(dict.fromkeys(store.slot for store in self.stores))

    @cached_property
    def outputs(self) -> tuple[int, ...]:
        """All slots that are written."""
        return self.stored if self.totals is None else (*self.stored, self.totals)


def needed(recording: Recording, wanted: list[int]) -> set[int]:
    """The slots that must be filled for the wanted ones to be."""
    writers: dict[int, list[Store]] = {}
    for store in recording.stores:
        writers.setdefault(store.slot, []).append(store)
    makers = {step.out: step for step in recording.steps}
    live: set[int] = set()
    seen: set[Expression] = set()
    slots, expressions = list(wanted), list[Expression]()
    while slots or expressions:
        if slots:
            slot = slots.pop()
            if slot in live:
                continue
            live.add(slot)
            root = recording.slots[slot].views
            slots.extend(makers[slot].operands if slot in makers else () if root is None else (root,))
            expressions.extend(store.expression for store in writers.get(slot, ()))
        else:
            expression = expressions.pop()
            if expression not in seen:
                seen.add(expression)
                expressions.extend(expression.operands)
                if expression.cell is not None:
                    slots.append(expression.cell[0])
    return live


def kernels(recording: Recording, live: set[int]) -> list[Kernel]:
    """Kernels for all stores to live slots, earliest stage first."""
    stores = [store for store in recording.stores if store.slot in live]
    sums, held = bunches_of(stores)
    places: dict[Expression, tuple[int, int]] = {}      # where a sum will be found
    found: list[Kernel] = []
    groups: dict[tuple[int, Shape], tuple[list[Store], list[Bunch]]] = {}
    for store in stores:
        if store.slot not in held:
            groups.setdefault((store.expression.stage, store.space), ([], []))[0].append(store)
    for bunch in sums:
        groups.setdefault((bunch.sums[0].stage - 1, (BATCH,)), ([], []))[1].append(bunch)
    for (stage, space), group in sorted(groups.items(), key=lambda item: item[0]):
        waiting = [group]
        while waiting:
            writes, bunches = waiting.pop()
            totals = [total for bunch in bunches for total in bunch.sums]
            roots = [*(store.expression for store in writes), *(total.operands[0] for total in totals)]
            code, reads = _code(recording, roots, stage, live, places)
            touched = {slot for slot, _, _ in reads.values()} | {store.slot for store in writes}
            if len(writes) + len(bunches) > 1 and (len(touched) > MOST_SLOTS or len(totals) > MOST_SUMS):
                waiting += [_part(writes, bunches, 1), _part(writes, bunches, 0)]
                continue
            slot = placed(recording, bunches, stage, places) if totals else None
            live |= set() if slot is None else {slot}
            found.append(Kernel(stage, space, code, reads, tuple(writes), tuple(totals), slot))
    return found


def _part(stores: list[Store], sums: list[Bunch], half: int) -> tuple[list[Store], list[Bunch]]:
    """One half of a group that is too much for one kernel."""
    return stores[half::2], sums[half::2] if len(sums) > 1 or not stores else sums * (half == 0)


def _code(
    recording: Recording, roots: list[Expression], stage: int, live: set[int],
    places: dict[Expression, tuple[int, int]],
) -> tuple[tuple[Expression, ...], dict[Expression, tuple[int, int, Shape]]]:
    """Everything between what is in memory at this stage and the roots."""
    reads: dict[Expression, tuple[int, int, Shape]] = {}
    seen: set[Expression] = set()
    waiting = list(roots)
    while waiting:
        expression = waiting.pop()
        if expression in seen:
            continue
        seen.add(expression)
        load = expression if expression.operation == "load" else recording.stored.get(expression)
        if load is not None and load.cell is not None and load.stage <= stage and load.cell[0] in live:
            reads[expression] = (*load.cell, load.space)
        elif expression.operation == "sum":
            reads[expression] = (*places[expression], ())
        else:
            waiting.extend(expression.operands)
    return tuple(sorted(seen, key=lambda one: one.place)), reads
