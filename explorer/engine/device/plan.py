"""A recipe run on a device for one number of samples: kernels and library steps, and no number fetched but the loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

import numpy as np

from explorer.engine.arrays import Array, Namespace
from explorer.engine.device.expression import holds_batch, width
from explorer.engine.device.forms import Form
from explorer.engine.device.grouping import Kernel
from explorer.engine.device.layout import Layout, layout
from explorer.engine.device.recipe import Recipe
from explorer.engine.device.slots import Seen
from explorer.engine.jacobians.base import Shape

SPARE = 0.8             # of the free memory, what a block's arrays may take
SURELY_FREE = 1 << 26   # bytes that are not asked for: asking takes as long as a kernel

Memory: TypeAlias = Any             # a place in a device's memory; memory + bytes is one further on
Run: TypeAlias = Callable[..., Any]     # of memories, one for each array that is read, then of those that are written


class Device(Protocol):
    """Where kernels run, and whose library does the rest."""

    xp: Namespace

    def memory(self, array: Array) -> Memory:
        """Where the array lies in C order; a copy's place if it does not."""

    def allocate(self, size: int) -> Memory:
        """So many bytes of whatever is there."""

    def array(self, memory: Memory, dtype: Any, shape: Shape, strides: Shape) -> Array:
        """What lies there, seen so: no copy. Strides are in bytes."""

    def kernel(self, kernel: Kernel, bools: frozenset[int], rows: int, count: int, largest: int) -> Run:
        """What runs a kernel for so many samples; no array that it is given has more than `largest` entries."""

    def product(self, left: Form, right: Form) -> Run | None:
        """What multiplies two matrices; None for what is left to the library."""

    def row_sums(self, shape: Shape) -> Run:
        """What adds up an array of that shape along its last axis."""

    def fetch(self, memory: Memory) -> np.ndarray:
        """Two numbers, waited for."""

    def free_bytes(self) -> int:
        """The memory that new arrays may take."""


class DevicePlan:
    """One recipe for one batch size. A run's arrays are its own; but all fetch to one place, so not two at a time.

    `count` is what the sum over the batch is divided by: the samples for the mean, 1 for the sum itself.
    """

    def __init__(self, recipe: Recipe, device: Device, size: int, count: int) -> None:
        self.recipe, self._device, self._size, self._count = recipe, device, size, count
        self._batched = tuple(any(map(holds_batch, slot.shape)) for slot in recipe.slots)
        results = set(recipe.results)
        made = [(place, slot) for place, slot in enumerate(recipe.slots) if slot.views is None and self._batched[place]]
        self._inner = sum(width(slot.shape) for place, slot in made if not slot.given and place not in results)
        self._outer = sum(width(slot.shape) for place, slot in made if place in results)
        self._whole = sum(width(slot.shape) for _, slot in made)
        self._layouts: dict[int, Layout] = {}

    def run(self, given: Mapping[int, Array]) -> tuple[float, list[Array | None]]:
        """The objective, and fresh batch-first arrays of the wanted gradients, None where nothing arrives.

        `given` holds engine arrays of the recipe's dtype by register; what all samples share may lack the batch axis.
        Only the objective is fetched, when all else was asked for.
        """
        step = self.rows()
        if step >= self._size:
            loss, results = self.block(given, 0, self._size)
            return self._objective(loss), results
        return self._in_blocks(given, step)

    def rows(self) -> int:
        """How many samples are taken at once: all, if what is kept for them fits in free memory."""
        row = self._size * self.recipe.dtype.itemsize
        if self._inner * row <= SURELY_FREE:
            return max(self._size, 1)
        free = SPARE * self._device.free_bytes() - self._outer * row
        if self._inner * row <= free:
            return max(self._size, 1)
        part = self._whole * self.recipe.dtype.itemsize     # of one row: data and results are copied then
        return 1 << max(int(free / part).bit_length() - 1, 0)

    def block(self, given: Mapping[int, Array], start: int, stop: int) -> tuple[Memory, list[Array | None]]:
        """Where the loss's two numbers will be, and the gradients of some samples."""
        device, rows = self._device, stop - start
        if rows not in self._layouts:
            self._layouts[rows] = layout(self.recipe, device, rows, self._count)
        plan = self._layouts[rows]
        memories: list[Memory] = [None] * len(self.recipe.slots)
        for register, slot in self.recipe.given.items():
            array = given[register]
            memories[slot] = device.memory(
                array[..., start:stop] if rows != self._size and self._batched[slot] else array)
        blocks: list[Memory] = [device.allocate(size) if size else None for size in plan.blocks]
        for slot, block, first in plan.places:
            memories[slot] = blocks[block] + first if first else blocks[block]
        for run, places, _, out in plan.calls:
            made = run(*[memories[root] + first if first else memories[root] for root, first in places])
            if out is not None:
                memories[out] = made
        results = [None if seen is None else self._result(seen, copied, memories) for seen, copied in plan.results]
        root, first = plan.loss
        return memories[root] + first, results

    def _result(self, seen: Seen, copied: bool, memories: list[Memory]) -> Array:
        root, first, dtype, shape, strides = seen
        array = self._device.array(memories[root] + first if first else memories[root], dtype, shape, strides)
        return self._device.xp.asarray(array, copy=True) if copied else array

    def _in_blocks(self, given: Mapping[int, Array], step: int) -> tuple[float, list[Array | None]]:
        """Block after block: samples' gradients in their places, all else added up."""
        device, dtype = self._device, getattr(self._device.xp, self.recipe.dtype.name)
        pair: Array | None = None
        whole: list[Array | None] = [None] * len(self.recipe.results)
        for start in range(0, self._size, step):
            stop = min(start + step, self._size)
            loss, found = self.block(given, start, stop)
            part = device.array(loss, dtype, (2,), (self.recipe.dtype.itemsize,))
            pair = part if pair is None else pair + part
            for place, array in enumerate(found):
                if array is not None and self.recipe.batched[place]:
                    if whole[place] is None:
                        whole[place] = device.xp.empty((self._size, *array.shape[1:]), dtype=array.dtype)
                    whole[place][start:stop] = array        # type: ignore[index]
                elif array is not None:
                    whole[place] = array if whole[place] is None else whole[place] + array
        return self._objective(device.memory(pair)), whole

    def _objective(self, loss: Memory) -> float:
        """The sum of the losses over the count; where that is not finite, the sum of the losses divided first."""
        total, divided = self._device.fetch(loss).tolist()
        mean = total / self._count
        return mean if math.isfinite(mean) else divided
