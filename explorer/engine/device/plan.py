"""A recipe run on a device for one number of samples: kernels and library steps, and no number fetched but the loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

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

    def free_bytes(self) -> int:
        """The memory that new arrays may take."""


class DevicePlan:
    """One recipe for one batch size. It owns no arrays: every run's are its own.

    `count` is what the sum over the batch is divided by: the samples for the mean, 1 for the sum itself.
    """

    def __init__(self, recipe: Recipe, device: Device, size: int, count: int) -> None:
        self.recipe, self._device, self._size, self._count = recipe, device, size, count
        self._dtype = getattr(device.xp, recipe.dtype.name)
        self._bools = frozenset(place for place, slot in enumerate(recipe.slots) if slot.is_bool)

    def run(self, given: Mapping[int, Array]) -> tuple[float, list[Array | None]]:
        """The objective, and fresh arrays of the wanted gradients, None where nothing arrives.

        `given` holds engine arrays by register. Only the objective is fetched, when all else was asked for.
        """
        xp = self._device.xp
        loss: Array | None = None
        results: list[Array | None] = [None] * len(self.recipe.results)
        step = self.rows()
        for start in range(0, max(self._size, 1), step):
            stop = min(start + step, self._size)
            part, found = self.block(given, start, stop)
            loss = part if loss is None else loss + part
            for place, array in enumerate(found):
                if array is not None:
                    results[place] = self._collect(xp, results[place], array, place, start, stop)
        assert loss is not None     # there is one block at least
        return float(loss[0]), results

    def rows(self) -> int:
        """How many samples are taken at once: all, if what is kept for them fits in free memory."""
        slots, results = self.recipe.slots, set(self.recipe.results)
        made = [(place, slot) for place, slot in enumerate(slots) if slot.views is None and _batched(slot.shape)]
        inner = sum(width(slot.shape) for place, slot in made if not slot.given and place not in results)
        if not inner:
            return max(self._size, 1)
        item, outer = self.recipe.dtype.itemsize, sum(width(slot.shape) for place, slot in made if place in results)
        free = SPARE * self._device.free_bytes() - outer * self._size * item
        if inner * self._size * item <= free:
            return max(self._size, 1)
        whole = sum(width(slot.shape) for _, slot in made)      # rows of data and results are copied then
        return max(int(free / (whole * item)), 1)

    def block(self, given: Mapping[int, Array], start: int, stop: int) -> tuple[Array, list[Array | None]]:
        """The loss and the gradients of some samples."""
        recipe, xp, rows = self.recipe, self._device.xp, stop - start
        arrays: dict[int, Array] = {}
        for register, slot in recipe.given.items():
            array = given[register]
            if _batched(recipe.slots[slot].shape) and rows != self._size:
                array = array[..., start:stop]
            arrays[slot] = xp.ascontiguousarray(array, dtype=self._dtype)
        for step, freed in zip(recipe.steps, recipe.freed, strict=True):
            if isinstance(step, Kernel):
                self._launch(step, arrays, rows)
            else:
                arrays[step.out] = step.function(xp, rows, *(arrays[slot] for slot in step.operands))
            for slot in freed:
                del arrays[slot]
        taken: set[int] = set()
        return arrays[recipe.loss], [
            None if result is None else self._own(arrays[result], result, taken) for result in recipe.results]

    def _launch(self, kernel: Kernel, arrays: dict[int, Array], rows: int) -> None:
        xp, slots = self._device.xp, self.recipe.slots
        for slot in kernel.outputs:
            if slot not in arrays:
                kind = xp.bool if slots[slot].is_bool else self._dtype
                arrays[slot] = xp.empty(real_shape(slots[slot].shape, rows), dtype=kind)
        size = 1
        for length in real_shape(kernel.space, rows):
            size *= length
        self._device.launch(
            kernel, self._bools, [xp.ascontiguousarray(arrays[slot]) for slot in kernel.operands],
            [arrays[slot] for slot in kernel.stored], None if kernel.totals is None else arrays[kernel.totals],
            size, rows, self._count)

    def _own(self, array: Array, slot: int, taken: set[int]) -> Array:
        """An array that is nobody else's: what this run made, or a copy where that is the caller's or given twice."""
        while (seen := self.recipe.slots[slot].views) is not None:
            slot = seen
        mine = not self.recipe.slots[slot].given and slot not in taken and slot != self.recipe.loss
        taken.add(slot)
        return array if mine else self._device.xp.asarray(array, copy=True)

    def _collect(self, xp: Namespace, result: Array | None, part: Array, place: int, start: int, stop: int) -> Array:
        """The result with one block's part in it: in its own samples, or added where all share it."""
        if stop - start >= self._size or not self.recipe.batched[place]:
            return part if result is None else result + part
        if result is None:
            result = xp.empty((*part.shape[:-1], self._size), dtype=part.dtype)
        result[..., start:stop] = part
        return result


def _batched(shape: Shape) -> bool:
    return any(map(holds_batch, shape))
