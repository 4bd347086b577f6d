"""Jacobians of matrix products: the matrix itself, the outer product, and their general Kronecker form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from explorer.engine.arrays import Array, Namespace
from explorer.engine.jacobians.base import Jacobian, Shape, flat, spread, sum_batch
from explorer.engine.jacobians.products import product, summed_product, transposed

Side: TypeAlias = Literal["left", "right"]


@dataclass(frozen=True, eq=False)
class Matrix(Jacobian):
    """A matrix as it stands: W for s = W x, shared by the batch (m, n, 1) or one for each sample (m, n, B)."""

    matrix: Array
    kind = "matrix"

    def pullback(self, xp: Namespace, cotangent: Array) -> Array:
        back = _from_left(xp, self.matrix, flat(xp, cotangent)[:, None, :], self.in_shape[-1])
        return xp.reshape(back, (*self.in_shape[:-1], back.shape[-1]))

    def pushforward(self, xp: Namespace, tangent: Array) -> Array:
        ahead = product(xp, self.matrix, flat(xp, tangent)[:, None, :])
        return spread(xp, xp.reshape(ahead, (*self.out_shape[:-1], ahead.shape[-1])), self.out_shape)

    def dense(self, xp: Namespace) -> Array:
        return self.matrix


@dataclass(frozen=True, eq=False)
class Dense(Matrix):
    """A matrix with no structure worth naming."""

    kind = "dense"


@dataclass(frozen=True, eq=False)
class Outer(Jacobian):
    """By the matrix of a matrix-vector product: I ⊗ xᵀ for W x, xᵀ ⊗ I for x W.

    Applied as the outer product g xᵀ (or x gᵀ), summed over the batch by one matrix product.
    `side` is where the vector stands: "right" in W @ x, "left" in x @ W.
    """

    vector: Array
    side: Side
    kind = "outer"

    def pullback(self, xp: Namespace, cotangent: Array) -> Array:
        rows, columns = cotangent[:, None, :], self.vector[:, None, :]
        if self.side == "left":
            rows, columns = columns, rows
        if self.in_shape[-1] == 1:
            return summed_product(xp, rows, columns)
        return rows * transposed(xp, columns)

    def pushforward(self, xp: Namespace, tangent: Array) -> Array:
        if self.side == "right":
            ahead = product(xp, tangent, self.vector[:, None, :])[:, 0, :]
        else:
            ahead = product(xp, self.vector[None, :, :], tangent)[0, :, :]
        return spread(xp, ahead, self.out_shape)

    def dense(self, xp: Namespace) -> Array:
        column = self.vector[:, None, :]
        factor = column if self.side == "right" else transposed(xp, column)
        return _kronecker(xp, factor, self.side, self.in_shape)


@dataclass(frozen=True, eq=False)
class Kronecker(Jacobian):
    """By one factor of a matrix-matrix product: A ⊗ I for A @ X by X (`side` "left"), I ⊗ Bᵀ for X @ B ("right").

    Applied as Aᵀ G, or G Bᵀ: the (m·n, k·n) matrix is for showing only.
    """

    factor: Array
    side: Side
    kind = "dense"

    def pullback(self, xp: Namespace, cotangent: Array) -> Array:
        if self.side == "left":
            return _from_left(xp, self.factor, cotangent, self.in_shape[-1])
        if self.in_shape[-1] == 1:
            return summed_product(xp, cotangent, self.factor)
        return product(xp, cotangent, transposed(xp, self.factor))

    def pushforward(self, xp: Namespace, tangent: Array) -> Array:
        pair = (self.factor, tangent) if self.side == "left" else (tangent, self.factor)
        return spread(xp, product(xp, *pair), self.out_shape)

    def dense(self, xp: Namespace) -> Array:
        return _kronecker(xp, self.factor, self.side, self.in_shape)


def _from_left(xp: Namespace, matrix: Array, cotangent: Array, batch: int) -> Array:
    """matrixᵀ · cotangent, summed over the samples if the operand is shared (batch 1)."""
    if batch == 1 and matrix.shape[-1] == cotangent.shape[-1]:
        return summed_product(xp, transposed(xp, matrix), transposed(xp, cotangent))
    if matrix.shape[-1] == 1:
        return product(xp, transposed(xp, matrix), sum_batch(xp, cotangent, batch))
    return sum_batch(xp, product(xp, transposed(xp, matrix), cotangent), batch)


def _kronecker(xp: Namespace, factor: Array, side: Side, in_shape: Shape) -> Array:
    """The matrix of X -> factor · X ("left") or X -> X · factor ("right"), in C order, for each sample."""
    rows, columns = in_shape[:2]
    if side == "left":      # entry ((i, j), (k, l)) is factor[i, k] where j is l
        m = factor.shape[0]
        spot = xp.eye(columns, dtype=factor.dtype)[None, :, None, :, None] > 0
        entries, shape = factor[:, None, :, None, :], (m * columns, rows * columns)
    else:                   # entry ((i, j), (k, l)) is factor[l, j] where i is k
        n = factor.shape[1]
        spot = xp.eye(rows, dtype=factor.dtype)[:, None, :, None, None] > 0
        entries, shape = transposed(xp, factor)[None, :, None, :, :], (rows * n, rows * columns)
    full = xp.where(spot, entries, xp.zeros_like(entries))
    return xp.reshape(full, (*shape, factor.shape[-1]))
