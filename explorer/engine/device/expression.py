"""What one entry of an array is made of: an expression that a rule built, recorded instead of computed.

An expression is true for every point of its *space*, the axes that it varies along: () for what all samples share,
(BATCH,) for one number per sample, (256, BATCH) for a wide array taken entry by entry. Its *stage* is how many kernels
must have ended before it can be computed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from explorer.engine.jacobians.base import Shape

if TYPE_CHECKING:
    from explorer.engine.device.forms import Form

# The batch's length while a pass is recorded. No tensor of the language has so many entries, so an axis whose length
# is a multiple of it holds the batch, whatever it was reshaped with.
BATCH = 100_000_007
DEEPEST = 128       # an expression deeper than this is kept in memory, so that no kernel's text grows without end


@dataclass(frozen=True, eq=False, slots=True)
class Expression:
    """An operation on expressions, or a leaf: a number, the count, the rows, or the load of one cell of a slot.

    `value` is a number's, `cell` a load's (slot, cell). `place` counts in order of making, operands first.
    """

    operation: str
    operands: tuple[Expression, ...]
    place: int
    space: Shape = ()
    stage: int = 0
    depth: int = 0
    varies: bool = False        # whether it reads memory at all
    value: float = 0.0
    cell: tuple[int, int] | None = None

    @property
    def is_bool(self) -> bool:
        """Whether it is true or false, not a number."""
        return self.operation in BOOLEAN or self.operation == "where" and self.operands[1].is_bool


BOOLEAN = frozenset({"<", "<=", ">", ">=", "==", "!=", "&", "|", "~", "isnan", "isinf", "isfinite"})


@dataclass(slots=True)
class Slot:
    """A place for an array: its shape and the stage from which it can be read. It lies in C order in memory of its own,
    or in that of the slot which it `views`, in the `form` that it has there."""

    shape: Shape
    ready: int
    is_bool: bool = False
    given: bool = False
    views: int | None = None
    form: Form | None = None


@dataclass(eq=False)
class Expressions:
    """All expressions and slots of one recording; equal expressions are one object."""

    slots: list[Slot] = field(default_factory=list)
    _found: dict[object, Expression] = field(default_factory=dict)

    def slot(self, shape: Shape, ready: int, **properties: Any) -> int:
        """A new slot's number."""
        self.slots.append(Slot(shape, ready, **properties))
        return len(self.slots) - 1

    def number(self, value: float) -> Expression:
        """A constant; −0 is not 0."""
        value = float(value)
        return self._made("number", (), (value, math.copysign(1.0, value)), value=value)

    def uniform(self, name: str) -> Expression:
        """`count`, what the objective is divided by: known when a pass runs."""
        return self._made(name, (), None)

    def load(self, slot: int, cell: int, space: Shape) -> Expression:
        """The cell-th entry, in C order, of a slot's array at every point of the space."""
        return self._made("load", (), (slot, cell, space), space=space, stage=self.slots[slot].ready, varies=True,
                          cell=(slot, cell))

    def apply(self, operation: str, *operands: Expression) -> Expression:
        """An element-wise operation on operands whose spaces broadcast."""
        return self._made(
            operation, operands, None, space=broadcast(*(operand.space for operand in operands)),
            stage=max(operand.stage for operand in operands), depth=1 + max(operand.depth for operand in operands),
            varies=any(operand.varies for operand in operands))

    def summed(self, operand: Expression) -> Expression:
        """Σ over the samples, of what all of them share as well."""
        return self._made("sum", (operand,), None, stage=operand.stage + 1, varies=True)

    def _made(
        self, operation: str, operands: tuple[Expression, ...], identity: object, **properties: Any
    ) -> Expression:
        key = (operation, *(operand.place for operand in operands), identity)
        if key not in self._found:
            self._found[key] = Expression(operation, operands, len(self._found), **properties)
        return self._found[key]


def broadcast(*shapes: Shape) -> Shape:
    """The common shape, aligned from the right."""
    rank = max(map(len, shapes), default=0)
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple(next((n for n in lengths if n != 1), 1) for lengths in zip(*padded, strict=True))


def holds_batch(length: int) -> bool:
    """Whether an axis of this length holds the batch."""
    return length != 0 and length % BATCH == 0


def width(shape: Shape) -> int:
    """How many entries there are for one sample."""
    return math.prod(length // BATCH if holds_batch(length) else length for length in shape)


def real_shape(shape: Shape, rows: int) -> Shape:
    """A recorded shape as it is when there are so many samples."""
    return tuple(length // BATCH * rows if holds_batch(length) else length for length in shape)
