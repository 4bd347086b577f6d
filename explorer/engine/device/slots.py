"""Where the slots of a recipe lie, for one number of samples."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeAlias

from explorer.engine.arrays import Namespace
from explorer.engine.device.forms import Form, ordered
from explorer.engine.device.recipe import Recipe
from explorer.engine.jacobians.base import Shape

ALIGNED = 256   # bytes

Place: TypeAlias = tuple[int, int]      # a root's slot, and a byte within its memory


class Seen(NamedTuple):
    """A place, and what is seen from there on. Strides are in bytes."""

    root: int
    start: int
    dtype: Any
    shape: Shape
    strides: Shape


class Slots:
    """A recipe's slots for so many samples."""

    def __init__(self, recipe: Recipe, xp: Namespace, rows: int) -> None:
        self.rows, self.bools = rows, frozenset(place for place, slot in enumerate(recipe.slots) if slot.is_bool)
        self._slots, self._dtype, self._xp = recipe.slots, recipe.dtype, xp

    def form(self, slot: int) -> Form:
        """How it lies in the memory that it is in."""
        return (self._slots[slot].form or ordered(self._slots[slot].shape)).real(self.rows)

    def seen(self, slot: int, form: Form | None = None) -> Seen:
        """Where it lies in the end."""
        form, root = form or self.form(slot), slot
        start = form.offset
        while (further := self._slots[root].views) is not None:
            start, root = start + (self.form(root).offset if root != slot else 0), further
        item = self._item(slot)
        return Seen(
            root, start * item, self.kind(slot), form.shape, tuple(stride * item for stride in form.full_strides))

    def kind(self, slot: int) -> Any:
        """The dtype of its entries."""
        return self._xp.bool if slot in self.bools else getattr(self._xp, self._dtype.name)

    def result(self, slot: int, batched: bool, taken: list[tuple[int, int, int]]) -> tuple[Seen, bool]:
        """A result as the world sees it, and whether it must be copied, as some of its memory is somebody's already."""
        form = self.form(slot).batch_first()
        seen = self.seen(slot, form if batched else Form(form.shape[1:], form.strides[1:], form.offset))
        away = [(length - 1) * stride for length, stride in zip(seen.shape, seen.strides, strict=True)]
        first, end = seen.start + sum(min(far, 0) for far in away), seen.start + sum(max(far, 0) for far in away) + 1
        copied = any(root == seen.root and first < other and start < end for root, start, other in taken)
        taken.append((seen.root, first, end))
        return seen, copied

    def bytes(self, slot: int) -> int:
        """What it takes in a block."""
        return -(-max(self.size(slot), 1) * self._item(slot) // ALIGNED) * ALIGNED

    def size(self, slot: int) -> int:
        """Its entries."""
        return math.prod(self.form(slot).shape)

    def _item(self, slot: int) -> int:
        return 1 if slot in self.bools else int(self._dtype.itemsize)
