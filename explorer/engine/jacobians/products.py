"""Products of stacks of matrices whose batch axis is last: long loops, and no copies where a stack is shared."""

from __future__ import annotations

from explorer.engine.arrays import Array, Namespace


def transposed(xp: Namespace, matrix: Array) -> Array:
    """Each sample's matrix transposed: (m, n, B) -> (n, m, B). A view."""
    return xp.permute_dims(matrix, (1, 0, 2))


def product(xp: Namespace, left: Array, right: Array) -> Array:
    """Each sample's matrix product, (m, k, B) and (k, n, B) -> (m, n, B); either batch axis may have length 1."""
    (m, k, left_batch), (_, n, batch) = left.shape, right.shape
    if left_batch == 1:
        # All samples share `left`: their columns stand side by side in one ordinary product.
        return xp.reshape(left[..., 0] @ xp.reshape(right, (k, n * batch)), (m, n, batch))
    if batch == 1:
        # Read as rightᵀ times m separate (k, B) matrices; the batch stays the innermost, contiguous axis.
        return xp.permute_dims(right[..., 0], (1, 0)) @ left
    if n == 1 or m == 1:
        return _along(xp, left, right)
    stack = xp.moveaxis(left, -1, 0) @ xp.moveaxis(right, -1, 0)
    return xp.moveaxis(stack, 0, -1)


def _along(xp: Namespace, left: Array, right: Array) -> Array:
    """Matrix times vector in every sample, or the reverse, by long element-wise loops over the batch."""
    if right.shape[1] == 1:
        return xp.sum(left * transposed(xp, right), axis=1, keepdims=True)
    return xp.sum(transposed(xp, left) * right, axis=0, keepdims=True)


def summed_product(xp: Namespace, left: Array, right: Array) -> Array:
    """Σ over the samples of left · rightᵀ: (m, n, B) and (k, n, B) -> (m, k, 1). No stack of products is built."""
    if left.shape[-1] == right.shape[-1]:
        (m, n, batch), k = left.shape, right.shape[0]
        total = xp.reshape(left, (m, n * batch)) @ xp.reshape(right, (k, n * batch)).T
    else:
        # One of the two is shared, so the other is summed first.
        left, right = (xp.sum(side, axis=-1) if side.shape[-1] != 1 else side[..., 0] for side in (left, right))
        total = left @ right.T
    return total[..., None]
