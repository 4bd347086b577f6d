"""What every local Jacobian is, and the few array moves that all structures share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeAlias

from explorer.engine.arrays import Array, Namespace, is_numpy

Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Jacobian:
    """The derivative of an op's output by one of its operands, in a form that knows its structure.

    Shapes are those of engine arrays: the sample's axes, then the batch axis (length 1 for what all samples share).
    As a matrix it is (m, n) for each sample, the m outputs and the n inputs counted in C order. The backward pass is
    `pullback` and nothing else; no pullback ever builds the matrix.
    """

    out_shape: Shape
    in_shape: Shape
    dtype: Any
    kind: ClassVar[str] = "dense"

    @classmethod
    def between(cls, out: Array, primal: Array, *data: Any) -> Self:
        """The Jacobian of `out` by `primal`; `data` are the structure's own fields."""
        return cls(tuple(out.shape), tuple(primal.shape), out.dtype, *data)

    @property
    def structure(self) -> str:
        """identity, diagonal, matrix, outer, diagonal-minus-outer, broadcast, row, selection, zero or dense."""
        return self.kind

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns (m, n) of the matrix of one sample."""
        return math.prod(self.out_shape[:-1]), math.prod(self.in_shape[:-1])

    def pullback(self, xp: Namespace, cotangent: Array) -> Array:
        """Jᵀ g. Shapes: out_shape -> in_shape, summed over the batch where the operand is shared by the samples.

        The result may share memory with the cotangent: do not write into it.
        """
        raise NotImplementedError

    def pushforward(self, xp: Namespace, tangent: Array) -> Array:
        """J v. Shapes: in_shape -> out_shape."""
        raise NotImplementedError

    def dense(self, xp: Namespace) -> Array:
        """The matrix itself, for showing. Shape: (m, n, B), or (m, n, 1) where all samples have the same."""
        raise NotImplementedError


def flat(xp: Namespace, array: Array) -> Array:
    """One axis for the sample, one for the batch: (…, B) -> (n, B)."""
    return array if array.ndim == 2 else reshaped(xp, array, (math.prod(array.shape[:-1]), array.shape[-1]))


def reshaped(xp: Namespace, array: Array, shape: Shape) -> Array:
    """xp.reshape; of NumPy's arrays their method, which takes a third of the time on a small one."""
    return array.reshape(shape) if is_numpy(xp) else xp.reshape(array, shape)


def spread(xp: Namespace, array: Array, shape: Shape) -> Array:
    """`array` stretched to `shape`, in memory of its own."""
    if tuple(array.shape) == shape:
        return array
    return xp.asarray(xp.broadcast_to(array, shape), copy=True)


def entries(xp: Namespace, part: Array, sample: Shape) -> Array:
    """A structure's own data, which may stretch to a sample of this shape, entry by entry: -> (n, B)."""
    return flat(xp, part if part.shape[:-1] == sample else spread(xp, part, (*sample, part.shape[-1])))


def gather(xp: Namespace, array: Array, shape: Shape) -> Array:
    """The transpose of broadcasting: sums over the axes, batch included, along which `shape` was stretched."""
    extra = array.ndim - len(shape)
    if extra > 0:
        array = xp.sum(array, axis=tuple(range(extra)))
    elif extra < 0:
        array = xp.reshape(array, (1,) * -extra + tuple(array.shape))
    stretched = tuple(
        axis for axis, (have, want) in enumerate(zip(array.shape, shape, strict=True)) if want == 1 and have != 1
    )
    if stretched:
        array = xp.sum(array, axis=stretched, keepdims=True)
    return array


def sum_batch(xp: Namespace, array: Array, batch: int) -> Array:
    """Summed over the batch axis, which stays with length 1, if `batch` is 1."""
    return xp.sum(array, axis=-1, keepdims=True) if batch == 1 and array.shape[-1] != 1 else array


def pick_matrix(xp: Namespace, index: Array, columns: int, weight: Array) -> Array:
    """The matrix whose row i holds weight[i] in column index[i], else exact zeros (so that inf never meets 0).

    Shapes: index (m,) of integers, weight (m, B) -> (m, columns, B).
    """
    hit = index[:, None] == xp.arange(columns)[None, :]
    return xp.where(hit[..., None], weight[:, None, :], xp.zeros_like(weight)[:, None, :])


def plus_diagonal(xp: Namespace, square: Array | None, diagonal: Array) -> Array:
    """diag(d) added to square matrices, which are used up, or by itself. Shapes: (n, n, B), (n, B) -> (n, n, B).

    An entry off the diagonal stays as it is, and every (n + 1)th entry is on it.
    """
    n, batch = diagonal.shape
    if square is None:
        flattened = xp.zeros((n * n, batch), dtype=diagonal.dtype)
        flattened[:: n + 1, :] = diagonal
    else:
        flattened = reshaped(xp, square, (n * n, square.shape[-1]))
        flattened[:: n + 1, :] += diagonal
    return reshaped(xp, flattened, (n, n, flattened.shape[-1]))


def counted(xp: Namespace, shape: Shape) -> Array:
    """The C-order number of every entry of a sample of this shape."""
    return xp.reshape(xp.arange(math.prod(shape)), shape)
