"""A recipe run on a device for one number of samples: kernels and library steps, and no number fetched but the loss."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from explorer.engine.arrays import Array, Namespace
from explorer.engine.device.expression import holds_batch, real_shape, width
from explorer.engine.device.grouping import Kernel
from explorer.engine.device.recipe import Recipe
from explorer.engine.jacobians.base import Shape

SPARE = 0.8     # of the free memory, what a block's arrays may take


class Device(Protocol):
    """Where kernels run, and whose library does the rest."""

    xp: Namespace

    def launch(
        self, kernel: Kernel, bools: frozenset[int], operands: list[Array], stored: list[Array],
        totals: Array | None, size: int, rows: int, count: int,
    ) -> None:
        """Run a kernel over `size` points."""

    def empty(self, shape: Shape, dtype: Any) -> Array:
        """An array in C order, of whatever is there."""

    def free_bytes(self) -> int:
        """The memory that new arrays may take."""


@dataclass(frozen=True, eq=False)
class Launch:
    """A kernel for one number of samples: the arrays that it reads, and whether each is surely in C order; the ones
    that it is the first to write, with their shapes and dtypes; and how many points there are."""

    kernel: Kernel
    reads: tuple[tuple[int, bool], ...]
    makes: tuple[tuple[int, Shape, Any], ...]
    stored: tuple[int, ...]
    size: int


class DevicePlan:
    """One recipe for one batch size. It owns no arrays: every run's are its own.

    `count` is what the sum over the batch is divided by: the samples for the mean, 1 for the sum itself.
    """

    def __init__(self, recipe: Recipe, device: Device, size: int, count: int) -> None:
        self.recipe, self._device, self._size, self._count = recipe, device, size, count
        self._dtype = getattr(device.xp, recipe.dtype.name)
        self._bools = frozenset(place for place, slot in enumerate(recipe.slots) if slot.is_bool)
        self._batched = tuple(any(map(holds_batch, slot.shape)) for slot in recipe.slots)
        self._launches: dict[int, dict[Kernel, Launch]] = {}

    def run(self, given: Mapping[int, Array]) -> tuple[float, list[Array | None]]:
        """The objective, and fresh arrays of the wanted gradients, None where nothing arrives.

        `given` holds engine arrays by register. Only the objective is fetched, when all else was asked for.
        """
        loss: Array | None = None
        results: list[Array | None] = [None] * len(self.recipe.results)
        step = self.rows()
        for start in range(0, max(self._size, 1), step):
            stop = min(start + step, self._size)
            part, found = self.block(given, start, stop)
            loss = part if loss is None else loss + part
            for place, array in enumerate(found):
                if array is not None:
                    results[place] = self._collect(results[place], array, place, start, stop)
        assert loss is not None     # there is one block at least
        return float(loss[0]), results

    def rows(self) -> int:
        """How many samples are taken at once: all, if what is kept for them fits in free memory."""
        slots, results = self.recipe.slots, set(self.recipe.results)
        made = [(place, slot) for place, slot in enumerate(slots) if slot.views is None and self._batched[place]]
        inner = sum(width(slot.shape) for place, slot in made if not slot.given and place not in results)
        if not inner:
            return max(self._size, 1)
        item, outer = self.recipe.dtype.itemsize, sum(width(slot.shape) for place, slot in made if place in results)
        free = SPARE * self._device.free_bytes() - outer * self._size * item
        if inner * self._size * item <= free:
            return max(self._size, 1)
        whole = sum(width(slot.shape) for _, slot in made)      # rows of data and results are copied then
        return 1 << max(int(free / (whole * item)).bit_length() - 1, 0)

    def block(self, given: Mapping[int, Array], start: int, stop: int) -> tuple[Array, list[Array | None]]:
        """The loss and the gradients of some samples."""
        recipe, device, rows = self.recipe, self._device, stop - start
        xp, launches = device.xp, self._prepared(rows)
        arrays: dict[int, Array] = {}
        for register, slot in recipe.given.items():
            array = given[register]
            if rows != self._size and self._batched[slot]:
                array = array[..., start:stop]
            arrays[slot] = xp.ascontiguousarray(array, dtype=self._dtype)
        for step, freed in zip(recipe.steps, recipe.freed, strict=True):
            if isinstance(step, Kernel):
                launch = launches[step]
                for slot, shape, dtype in launch.makes:
                    arrays[slot] = device.empty(shape, dtype)
                operands = [arrays[slot] if in_order else xp.ascontiguousarray(arrays[slot])
                            for slot, in_order in launch.reads]
                device.launch(
                    step, self._bools, operands, [arrays[slot] for slot in launch.stored],
                    None if step.totals is None else arrays[step.totals], launch.size, rows, self._count)
            else:
                arrays[step.out] = step.function(xp, rows, *(arrays[slot] for slot in step.operands))
            for slot in freed:
                del arrays[slot]
        taken: set[int] = set()
        return arrays[recipe.loss], [
            None if result is None else self._own(arrays[result], result, taken) for result in recipe.results]

    def _prepared(self, rows: int) -> dict[Kernel, Launch]:
        if rows not in self._launches:
            slots, made, found = self.recipe.slots, set[int](), dict[Kernel, Launch]()
            in_order = {slot for step in self.recipe.steps if isinstance(step, Kernel) for slot in step.outputs}
            in_order |= set(self.recipe.given.values())
            for step in self.recipe.steps:
                if isinstance(step, Kernel):
                    new = [slot for slot in step.outputs if slot not in made]
                    made.update(new)
                    found[step] = Launch(
                        step, tuple((slot, slot in in_order) for slot in step.operands),
                        tuple((slot, real_shape(slots[slot].shape, rows), self._kind(slot)) for slot in new),
                        step.stored, math.prod(real_shape(step.space, rows)))
            self._launches[rows] = found
        return self._launches[rows]

    def _kind(self, slot: int) -> Any:
        return self._device.xp.bool if self.recipe.slots[slot].is_bool else self._dtype

    def _own(self, array: Array, slot: int, taken: set[int]) -> Array:
        """An array that is nobody else's: what this run made, or a copy where that is given twice."""
        while (seen := self.recipe.slots[slot].views) is not None:
            slot = seen
        mine = slot not in taken and slot != self.recipe.loss
        taken.add(slot)
        return array if mine else self._device.xp.asarray(array, copy=True)

    def _collect(self, result: Array | None, part: Array, place: int, start: int, stop: int) -> Array:
        """The result with one block's part in it: in its own samples, or added where all share it."""
        if stop - start >= self._size or not self.recipe.batched[place]:
            return part if result is None else result + part
        if result is None:
            result = self._device.empty((*part.shape[:-1], self._size), part.dtype)
        result[..., start:stop] = part
        return result
