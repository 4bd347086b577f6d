"""The small algebra of Jacobians: the chain rule and the sum over paths, keeping structure where it survives."""

from __future__ import annotations

from dataclasses import dataclass, replace

from explorer.engine.arrays import Array, Namespace
from explorer.engine.jacobians.base import Jacobian
from explorer.engine.jacobians.elementwise import Broadcast, Diagonal, Identity, Zero
from explorer.engine.jacobians.linear import Matrix, Outer
from explorer.engine.jacobians.products import product
from explorer.engine.jacobians.reducing import DiagonalMinusOuter, Row


@dataclass(frozen=True, eq=False)
class Chain(Jacobian):
    """outer · inner, left unmultiplied: a pullback goes through one factor after the other."""

    outer: Jacobian
    inner: Jacobian

    @property
    def structure(self) -> str:
        return "row" if len(self.out_shape) == 1 else "dense"

    def pullback(self, xp: Namespace, cotangent: Array) -> Array:
        return self.inner.pullback(xp, self.outer.pullback(xp, cotangent))

    def pushforward(self, xp: Namespace, tangent: Array) -> Array:
        return self.outer.pushforward(xp, self.inner.pushforward(xp, tangent))

    def dense(self, xp: Namespace) -> Array:
        return product(xp, self.outer.dense(xp), self.inner.dense(xp))


@dataclass(frozen=True, eq=False)
class Sum(Jacobian):
    """a + b, left unadded: two paths between the same ends."""

    first: Jacobian
    second: Jacobian

    @property
    def structure(self) -> str:
        if {self.first.structure, self.second.structure} <= {"identity", "diagonal"}:
            return "diagonal"
        return "row" if len(self.out_shape) == 1 else "dense"

    def pullback(self, xp: Namespace, cotangent: Array) -> Array:
        return self.first.pullback(xp, cotangent) + self.second.pullback(xp, cotangent)

    def pushforward(self, xp: Namespace, tangent: Array) -> Array:
        return self.first.pushforward(xp, tangent) + self.second.pushforward(xp, tangent)

    def dense(self, xp: Namespace) -> Array:
        return self.first.dense(xp) + self.second.dense(xp)


def compose(outer: Jacobian, inner: Jacobian) -> Jacobian:
    """The chain rule, outer · inner. Shapes: inner.in_shape -> outer.out_shape; the inner's output feeds the outer."""
    if isinstance(outer, Zero) or isinstance(inner, Zero):
        return Zero(outer.out_shape, inner.in_shape, outer.dtype)
    if _changes_nothing(outer) and not isinstance(inner, Chain | Sum):
        return replace(inner, out_shape=outer.out_shape)
    if _changes_nothing(inner) and not isinstance(outer, Chain | Sum):
        return replace(outer, in_shape=inner.in_shape)
    if isinstance(outer, Diagonal | Broadcast) and isinstance(inner, Diagonal | Broadcast):
        kind = Diagonal if isinstance(outer, Diagonal) and isinstance(inner, Diagonal) else Broadcast
        return kind(outer.out_shape, inner.in_shape, outer.dtype, outer.factor * inner.factor)
    if isinstance(outer, Row) and isinstance(inner, Diagonal):
        return Row(outer.out_shape, inner.in_shape, outer.dtype, outer.factor * inner.factor, outer.axis)
    if isinstance(outer, Diagonal) and isinstance(inner, Row) and inner.axis is None:
        return Row(outer.out_shape, inner.in_shape, outer.dtype, outer.factor * inner.factor)
    return Chain(outer.out_shape, inner.in_shape, outer.dtype, outer, inner)


def add(first: Jacobian, second: Jacobian) -> Jacobian:
    """The sum over two paths between the same ends. Shapes: both in_shape -> out_shape."""
    if isinstance(first, Zero):
        return second
    if isinstance(second, Zero):
        return first
    ends = (first.out_shape, first.in_shape, first.dtype)
    match first, second:
        case Diagonal(), Diagonal():
            return Diagonal(*ends, first.factor + second.factor)
        case Identity(), Diagonal() if _changes_nothing(first):
            return Diagonal(*ends, second.factor + 1)
        case Diagonal(), Identity() if _changes_nothing(second):
            return Diagonal(*ends, first.factor + 1)
        case Broadcast(), Broadcast():
            return Broadcast(*ends, first.factor + second.factor)
        case Row(), Row() if first.axis == second.axis:
            return Row(*ends, first.factor + second.factor, first.axis)
        case Outer(), Outer() if first.side == second.side:
            return Outer(*ends, first.vector + second.vector, first.side)
        case Matrix(), Matrix():
            return Matrix(*ends, first.matrix + second.matrix)
        case DiagonalMinusOuter(), Diagonal():
            return replace(first, diagonal=first.diagonal + second.factor)
        case Diagonal(), DiagonalMinusOuter():
            return replace(second, diagonal=first.factor + second.diagonal)
    return Sum(*ends, first, second)


def _changes_nothing(jacobian: Jacobian) -> bool:
    """An identity that keeps the sample's shape (reshaping does not); it may still widen the batch."""
    return isinstance(jacobian, Identity) and jacobian.out_shape[:-1] == jacobian.in_shape[:-1]
