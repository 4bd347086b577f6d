"""Pieces that in-place kernels are made of: calls bound once to their buffers, which then run without allocating."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from explorer.engine.arrays import Array, Namespace
from explorer.engine.jacobians.base import Shape
from explorer.engine.ops.base import Calls


def number(xp: Namespace, like: Array, value: float) -> Array:
    """A 0-d constant: a Python float as an operand would be converted anew in every call."""
    return xp.asarray(value, dtype=like.dtype)


def scratch(xp: Namespace, like: Array, *shape: int) -> Array:
    """A buffer of `like`'s dtype."""
    return xp.empty(shape, dtype=like.dtype)


def common(*arrays: Array) -> Shape:
    """The shape that engine arrays of one rank broadcast to."""
    return tuple(next((n for n in lengths if n != 1), 1) for lengths in zip(*(a.shape for a in arrays), strict=True))


def gathered(xp: Namespace, source: Array, into: Array) -> Calls:
    """Sum `source` over all that `into` was stretched along, the batch included."""
    target = into[(None,) * (source.ndim - into.ndim) + (...,)]
    axes = tuple(axis for axis in range(source.ndim) if target.shape[axis] != source.shape[axis])
    if axes == (1,) and source.ndim == 2 and source.flags.c_contiguous and into.flags.c_contiguous:
        # A vector over the batch, a bias above all: BLAS sums rows at a third of what a reduction costs.
        return [partial(source.dot, xp.ones_like(source[0]), into.reshape(-1))]
    return [partial(source.sum, axes, None, target, True) if axes else partial(xp.copyto, target, source)]


def scaled(xp: Namespace, factor: Array, cotangent: Array, into: Array) -> Calls:
    """factor ∘ cotangent, gathered into an operand's shape."""
    if into.shape == cotangent.shape:
        return [partial(xp.multiply, factor, cotangent, into)]
    product = xp.empty_like(cotangent)
    return [partial(xp.multiply, factor, cotangent, product), *gathered(xp, product, into)]


def summed(xp: Namespace, terms: Array, out: Array) -> Calls:
    """The sum of each sample's entries: (…, B) -> (B,)."""
    if terms.size == out.size:
        return [partial(xp.copyto, out, terms.reshape(out.shape))]
    return [partial(terms.sum, tuple(range(terms.ndim - 1)), None, out)]


def dot_into(xp: Namespace, left: Array, right: Array, out: Array) -> Calls:
    """left @ right for plain matrices; `.dot` costs less than half of `matmul` but wants contiguous output."""
    return [partial(left.dot, right, out) if out.flags.c_contiguous else partial(xp.matmul, left, right, out)]


def is_finite(xp: Namespace, buffer: Array) -> Callable[[], bool]:
    """Whether a buffer holds neither inf nor NaN: their products with 0 are NaN, so one dot product tells."""
    if not buffer.flags.c_contiguous:
        return lambda: bool(xp.isfinite(buffer).all())
    entries = buffer.reshape(-1)
    look = partial(entries.dot, xp.zeros_like(entries))
    return lambda: bool(look() == 0)


def at_least(buffer: Array, bound: float) -> Callable[[], bool]:
    """Whether all entries of a contiguous buffer are that large; NaN is not. Nothing tells quicker than argmin."""
    entries = buffer.reshape(-1)
    return lambda: not entries.size or bool(entries[entries.argmin()] >= bound)


def either(holds: Callable[[], bool], quick: Calls, exact: Calls) -> Calls:
    """One of two ways to go on, chosen on the spot."""

    def go_on() -> None:
        for call in quick if holds() else exact:
            call()

    return [go_on]


def unless(holds: Callable[[], bool], into: Array, exact: Callable[[], Array]) -> Calls:
    """Where the quick way left its range (`holds` is false), what the op's own rule gives instead."""

    def settle() -> None:
        if not holds():
            into[...] = exact()

    return [settle]
