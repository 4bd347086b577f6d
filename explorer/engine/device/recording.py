"""What a pass does, as it was recorded: expressions, stores of them in memory, and steps of a library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.engine.device import recorded
from explorer.engine.device.expression import BATCH, Expression, Expressions, holds_batch, real_shape, width
from explorer.engine.device.forms import Form, ordered
from explorer.engine.device.recorded import Cells, Recorded, cell_shape
from explorer.engine.jacobians.base import Shape


@dataclass(frozen=True, eq=False)
class Store:
    """An expression to be written to a slot's cell, at every point of its space."""

    slot: int
    cell: int
    expression: Expression
    space: Shape


@dataclass(frozen=True, eq=False)
class LibraryStep:
    """out = function(xp, rows, *operands), done by the device's own library or, by its name, in some quicker way."""

    name: object
    function: Callable[..., Any]
    operands: tuple[int, ...]
    out: int
    stage: int


class Recording(Expressions):
    """Everything that was recorded of one pass, in one dtype."""

    def __init__(self, dtype: Any) -> None:
        super().__init__()
        self.dtype = np.dtype(dtype)
        self.stores: list[Store] = []
        self.steps: list[LibraryStep] = []
        self.stored: dict[Expression, Expression] = {}      # the load that gives the same
        self._done: dict[object, int] = {}

    def array(self, slot: int) -> Recorded:
        """The array of a slot, taken apart where it is narrow and its batch is innermost."""
        shape = self.slots[slot].shape
        if width(shape) > recorded.NARROW or any(map(holds_batch, shape[:-1])):
            return self._whole(slot, shape)
        return Recorded(self, self._loads(slot, cell_shape(shape)), shape, False)

    def slot_of(self, array: Recorded) -> int:
        """The slot that holds the array, in C order; written for it if there is none."""
        if not array.wide and not array.batch_is_innermost:
            return self._innermost_and_back(array)
        key = ("slot", array.shape, array.wide, *(cell.place for cell in array.cells.flat))
        if key not in self._done:
            space = array.shape if array.wide else (BATCH,) if any(map(holds_batch, array.shape)) else ()
            present = self._present(array, space)
            self._done[key] = self._write(array, space) if present is None else present
        return self._done[key]

    def kept(self, array: Recorded) -> Recorded:
        """The same array, computed once and read from memory from here on."""
        if array.wide:
            return self._whole(self.slot_of(array), array.shape)
        if not array.batch_is_innermost:
            return array
        return Recorded(self, self._loads(self.slot_of(array), array.cells.shape), array.shape, False)

    def entry(self, array: Recorded) -> Cells:
        """The one expression that is true for every entry of the array; read from memory where there is none."""
        first = array.cells.flat[0]
        alike = all(cell is first for cell in array.cells.flat) and (first.space == () or array.batch_is_innermost)
        return array.cells.reshape(-1)[0:1].reshape(()) if array.wide or alike else self._whole(
            self.slot_of(array), array.shape).cells

    def view(self, array: Recorded, move: Callable[[Any], Any]) -> Recorded:
        """The same memory in another form: what a view function of NumPy makes of it."""
        slot = self.slot_of(array)
        return self.array(self._view(slot, self.form(slot).moved(move)))

    def reshaped(self, array: Recorded, shape: Shape) -> Recorded:
        """The same entries in another shape: a view, or a copy where they are not in C order."""
        slot = self.slot_of(array)
        form = self.form(slot)
        if form.in_order:
            return self.array(self._view(slot, ordered(shape, form.offset)))
        return self.step(in_another_shape(shape), "reshape", shape, array)

    def form(self, slot: int) -> Form:
        """How a slot lies in the memory that it is in."""
        return self.slots[slot].form or ordered(self.slots[slot].shape)

    def step(self, function: Callable[..., Any], name: object, shape: Shape, *operands: Recorded) -> Recorded:
        """What the device's library does: function(xp, rows, *arrays)."""
        slots = tuple(self.slot_of(operand) for operand in operands)
        key = ("step", name, slots, shape)
        if key not in self._done:
            stage = max(self.slots[slot].ready for slot in slots)
            out = self.slot(shape, stage + 1)
            self.steps.append(LibraryStep(name, function, slots, out, stage))
            self._done[key] = out
        return self.array(self._done[key])

    def _view(self, slot: int, form: Form) -> int:
        """The slot that sees the slot's memory so; itself or its root where that is how it lies there."""
        seen = self.slots[slot]
        root = slot if seen.views is None else seen.views
        if form == ordered(self.slots[root].shape):
            return root
        key = ("view", root, form)
        if key not in self._done:
            self._done[key] = self.slot(form.shape, seen.ready, is_bool=seen.is_bool, views=root, form=form)
        return self._done[key]

    def _whole(self, slot: int, shape: Shape) -> Recorded:
        return Recorded(self, np.array(self.load(slot, 0, shape), dtype=object), shape, True)

    def _loads(self, slot: int, cells: Shape) -> Cells:
        space: Shape = (BATCH,) if any(map(holds_batch, self.slots[slot].shape)) else ()
        found = np.empty(cells, dtype=object)
        for place, index in enumerate(np.ndindex(cells)):
            found[index] = self.load(slot, place, space)
        return found

    def _present(self, array: Recorded, space: Shape) -> int | None:
        """The slot whose cells these already are, one after the other."""
        cells = list(array.cells.flat)
        if cells[0].cell is None:
            return None
        slot = cells[0].cell[0]
        same = all(cell.cell == (slot, place) and cell.space == space for place, cell in enumerate(cells))
        return slot if same and self.slots[slot].shape == array.shape else None

    def _write(self, array: Recorded, space: Shape) -> int:
        cells = list(array.cells.flat)
        slot = self.slot(array.shape, 1 + max(cell.stage for cell in cells), is_bool=cells[0].is_bool)
        for place, cell in enumerate(cells):
            self.stores.append(Store(slot, place, cell, space))
            if cell.varies and cell.space == space:
                self.stored.setdefault(cell, self.load(slot, place, space))
        return slot

    def _innermost_and_back(self, array: Recorded) -> int:
        """Cells lie one after the other, each with all its samples: the batch is moved last, and back as a view."""
        batch = [at for at, length in enumerate(array.shape) if holds_batch(length)]
        order = [at for at in range(array.ndim) if at not in batch] + batch
        back = tuple(order.index(at) for at in range(array.ndim))
        last = Recorded(self, array.cells.transpose(order), tuple(array.shape[at] for at in order), False)
        slot = self.slot_of(last)
        return self._view(slot, self.form(slot).moved(lambda whole: whole.transpose(back)))


def in_another_shape(shape: Shape) -> Callable[..., Any]:
    """The function of a step that copies an array into C order in that shape, even where a view would do."""
    return lambda xp, rows, whole: xp.reshape(whole, real_shape(shape, rows), copy=True)
