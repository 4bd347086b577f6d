"""Jacobians of element-wise ops: each output entry reads one input entry."""

from __future__ import annotations

import math
from dataclasses import dataclass

from explorer.engine.arrays import Array, Namespace
from explorer.engine.jacobians.base import Jacobian, counted, entries, gather, pick_matrix, plus_diagonal, spread


@dataclass(frozen=True, eq=False)
class Identity(Jacobian):
    """I: the gradient passes as it came. Also of reshaping, which keeps the C order of the entries."""

    kind = "identity"

    def pullback(self, xp: Namespace, cotangent: Array) -> Array:
        batch = cotangent.shape[-1]
        return gather(xp, xp.reshape(cotangent, (*self.in_shape[:-1], batch)), self.in_shape)

    def pushforward(self, xp: Namespace, tangent: Array) -> Array:
        return spread(xp, xp.reshape(tangent, (*self.out_shape[:-1], tangent.shape[-1])), self.out_shape)

    def dense(self, xp: Namespace) -> Array:
        return xp.eye(self.size[0], dtype=self.dtype)[..., None]


@dataclass(frozen=True, eq=False)
class Diagonal(Jacobian):
    """diag(f), applied as f ∘ g. `factor` has the output's shape or stretches to it."""

    factor: Array
    kind = "diagonal"

    def pullback(self, xp: Namespace, cotangent: Array) -> Array:
        return gather(xp, self.factor * cotangent, self.in_shape)

    def pushforward(self, xp: Namespace, tangent: Array) -> Array:
        return spread(xp, self.factor * tangent, self.out_shape)

    def dense(self, xp: Namespace) -> Array:
        return plus_diagonal(xp, None, entries(xp, self.factor, self.out_shape[:-1]))


@dataclass(frozen=True, eq=False)
class Broadcast(Jacobian):
    """An operand stretched to a larger output, then scaled entry by entry; backward sums what was stretched.

    `factor` stretches to the output's shape: ones for an addition, the other operand for a product.
    """

    factor: Array
    kind = "broadcast"

    def pullback(self, xp: Namespace, cotangent: Array) -> Array:
        return gather(xp, self.factor * cotangent, self.in_shape)

    def pushforward(self, xp: Namespace, tangent: Array) -> Array:
        return spread(xp, self.factor * tangent, self.out_shape)

    def dense(self, xp: Namespace) -> Array:
        sample = self.out_shape[:-1]
        weight = entries(xp, self.factor, sample)
        index = xp.broadcast_to(counted(xp, self.in_shape[:-1]), sample)
        return pick_matrix(xp, xp.reshape(index, (-1,)), self.size[1], weight)


@dataclass(frozen=True, eq=False)
class Zero(Jacobian):
    """No dependence: nothing flows back."""

    kind = "zero"

    def pullback(self, xp: Namespace, cotangent: Array) -> Array:
        return xp.zeros(self.in_shape, dtype=cotangent.dtype)

    def pushforward(self, xp: Namespace, tangent: Array) -> Array:
        return xp.zeros(self.out_shape, dtype=tangent.dtype)

    def dense(self, xp: Namespace) -> Array:
        return xp.zeros((*self.size, 1), dtype=self.dtype)


def elementwise(out: Array, primal: Array, factor: Array) -> Jacobian:
    """diag(factor), or a Broadcast where the operand was stretched to the output's shape."""
    return (Broadcast if is_stretched(out, primal) else Diagonal).between(out, primal, factor)


def is_stretched(out: Array, primal: Array) -> bool:
    """Whether an entry of the operand meets several of the output; axes of length 1 alone stretch nothing."""
    ends = out.shape[:-1], primal.shape[:-1]
    return ends[0] != ends[1] and math.prod(ends[0]) != math.prod(ends[1])
