"""A recipe laid out for one number of samples: where in memory everything lies, and what each step calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from explorer.engine.device.grouping import Kernel
from explorer.engine.device.operations import PRODUCT, ROW_SUMS
from explorer.engine.device.recipe import Recipe, Step
from explorer.engine.device.slots import Place, Seen, Slots

if TYPE_CHECKING:
    from explorer.engine.device.plan import Device, Memory, Run


class Call(NamedTuple):
    """What a step calls, and with what. It writes the slots that it `makes`, or gives back the memory of `out`."""

    run: Run
    given: tuple[Place, ...]
    makes: tuple[int, ...] = ()
    out: int | None = None


@dataclass(frozen=True, eq=False)
class Layout:
    """Blocks of memory by their bytes, the (slot, block, first byte) of what is made in one, the calls in order, the
    place of the loss's two numbers, and the results, batch first, each with whether it must be copied."""

    blocks: tuple[int, ...]
    places: tuple[tuple[int, int, int], ...]
    calls: tuple[Call, ...]
    loss: Place
    results: tuple[tuple[Seen | None, bool], ...]


def layout(recipe: Recipe, device: Device, rows: int, count: int) -> Layout:
    """Lay a recipe out. Results have blocks of their own, shared only by those that are sums of the same kernel; all
    else lies in the first block, where memory is used again as soon as its numbers are."""
    slots = Slots(recipe, device.xp, rows)
    calls = [_call(step, slots, device, count) for step in recipe.steps]
    last = {root: at for at, call in enumerate(calls) for root in (*call.makes, *(root for root, _ in call.given))}
    loss = slots.seen(recipe.loss)[:2]
    taken = [(slot, 0, slots.bytes(slot)) for slot in recipe.given.values()]
    results = tuple((None, False) if slot is None else slots.result(slot, batched, taken)
                    for slot, batched in zip(recipe.results, recipe.batched, strict=True))
    outer = {loss[0], *(seen.root for seen, _ in results if seen is not None)}
    blocks, places, free = [0], dict[int, tuple[int, int]](), dict[int, list[int]]()
    for at, call in enumerate(calls):
        for root in call.makes:
            size = slots.bytes(root)
            if root in outer and root not in places:
                places[root] = len(blocks), 0
                blocks.append(size)
            elif root not in places:
                if not free.get(size):
                    free.setdefault(size, []).append(blocks[0])
                    blocks[0] += size
                places[root] = 0, free[size].pop()
        for root, (block, start) in places.items():
            if last[root] == at and block == 0:
                free[slots.bytes(root)].append(start)
    return Layout(tuple(blocks), tuple((root, *place) for root, place in places.items()), tuple(calls), loss, results)


def _call(step: Step, slots: Slots, device: Device, count: int) -> Call:
    touched = (*step.operands, *(step.outputs if isinstance(step, Kernel) else (step.out,)))
    seen = [slots.seen(slot) for slot in touched]
    places = tuple(one[:2] for one in seen)
    if isinstance(step, Kernel):
        largest = max(slots.size(slot) for slot in touched)
        return Call(device.kernel(step, slots.bools, slots.rows, count, largest), places, step.outputs)
    forms, run = [slots.form(slot) for slot in step.operands], None
    if step.name == PRODUCT:
        run = device.product(*forms)
    elif step.name == ROW_SUMS and forms[0].in_order:
        run = device.row_sums(forms[0].shape)
    if run is not None:
        return Call(run, places, (step.out,))

    def by_library(*memories: Memory) -> Memory:
        arrays = [device.array(memory, *one[2:]) for memory, one in zip(memories, seen, strict=False)]
        made = step.function(device.xp, slots.rows, *arrays)
        return device.memory(made if made.dtype == kind else device.xp.astype(made, kind))   # a sum of truths is whole

    kind = slots.kind(step.out)
    return Call(by_library, places[:-1], (), step.out)
