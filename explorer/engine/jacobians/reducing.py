"""Jacobians of ops that join entries: sums, scalar losses, softmax."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.engine.arrays import Array, Namespace
from explorer.engine.jacobians.base import (
    Jacobian,
    counted,
    entries,
    flat,
    gather,
    pick_matrix,
    plus_diagonal,
    spread,
)


@dataclass(frozen=True, eq=False)
class Row(Jacobian):
    """A scalar's gradient, laid out as a row: g times the row.

    `factor` holds the gradient in the operand's shape, or stretches to it. With an `axis` (of the engine array) there
    is one such row for each output: the entries along that axis.
    """

    factor: Array
    axis: int | None = None
    kind = "row"

    def pullback(self, xp: Namespace, cotangent: Array) -> Array:
        return spread(xp, gather(xp, self.factor * self._lifted(xp, cotangent), self.in_shape), self.in_shape)

    def pushforward(self, xp: Namespace, tangent: Array) -> Array:
        weighed = spread(xp, self.factor, self.in_shape[:-1] + self.factor.shape[-1:]) * tangent
        total = xp.sum(flat(xp, weighed), axis=0) if self.axis is None else xp.sum(weighed, axis=self.axis)
        return spread(xp, total, self.out_shape)

    def dense(self, xp: Namespace) -> Array:
        sample = self.in_shape[:-1]
        weight = entries(xp, self.factor, sample)
        if self.axis is None:
            return weight[None, ...]
        owner = xp.broadcast_to(xp.expand_dims(counted(xp, self.out_shape[:-1]), axis=self.axis), sample)
        return xp.permute_dims(pick_matrix(xp, xp.reshape(owner, (-1,)), self.size[0], weight), (1, 0, 2))

    def _lifted(self, xp: Namespace, cotangent: Array) -> Array:
        return cotangent if self.axis is None else xp.expand_dims(cotangent, axis=self.axis)


@dataclass(frozen=True, eq=False)
class DiagonalMinusOuter(Jacobian):
    """diag(d) − u vᵀ along one axis, applied as d ∘ g − v ⟨u, g⟩.

    Softmax: d = u = v = s. Log-softmax: d = u = 1, v = s. Each part stretches to the operand's shape.
    """

    diagonal: Array
    left: Array
    right: Array
    axis: int
    kind = "diagonal-minus-outer"

    def pullback(self, xp: Namespace, cotangent: Array) -> Array:
        joint = xp.sum(self.left * cotangent, axis=self.axis, keepdims=True)
        return gather(xp, self.diagonal * cotangent - self.right * joint, self.in_shape)

    def pushforward(self, xp: Namespace, tangent: Array) -> Array:
        joint = xp.sum(self.right * tangent, axis=self.axis, keepdims=True)
        return spread(xp, self.diagonal * tangent - self.left * joint, self.out_shape)

    def dense(self, xp: Namespace) -> Array:
        sample = self.in_shape[:-1]
        diagonal = entries(xp, self.diagonal, sample)
        left = entries(xp, self.left, sample)
        right = left if self.right is self.left else entries(xp, self.right, sample)
        outer = (-left)[:, None, :] * right
        if left.shape[0] != sample[self.axis]:
            # Entries meet only within their own run along the axis: number the runs.
            runs = counted(xp, tuple(1 if axis == self.axis else length for axis, length in enumerate(sample)))
            run = xp.reshape(xp.broadcast_to(runs, sample), (-1,))
            outer = xp.where((run[:, None] == run[None, :])[..., None], outer, xp.zeros_like(outer))
        if outer.shape[-1] == 1 != diagonal.shape[-1]:
            outer = spread(xp, outer, (*outer.shape[:-1], diagonal.shape[-1]))
        return plus_diagonal(xp, outer, diagonal)
