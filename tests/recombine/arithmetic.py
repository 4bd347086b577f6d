"""Interval arithmetic: what a calculation can come to, its numbers being known to a few digits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.recombine.intervals import Array, Gaps, Interval, Mismatch, along, size_of, widened


def aligned(a: Interval, b: Interval) -> tuple[Interval, Interval]:
    """Two arrays for an operation entry by entry: of one shape, or one of them a number, a row or a column that is
    stretched over the other. A row and a column do not meet. Raises: Mismatch."""
    if a.single or b.single:
        whole = b if a.single else a
        return tuple(_stretched(x, whole) for x in (a, b))  # type: ignore[return-value]
    for axis in (0, 1):
        stretches = 1 in (a.shape[axis], b.shape[axis]) and a.shape[axis] != b.shape[axis]
        if not stretches:
            a, b = along(a, b, axis)
    shape = tuple(max(lengths) for lengths in zip(a.shape, b.shape, strict=True))
    if shape not in (a.shape, b.shape) or any(
        n not in (1, m) for x in (a, b) for n, m in zip(x.shape, shape, strict=True)
    ):
        raise Mismatch(f"{a.describe()} and {b.describe()} do not meet entry by entry")
    whole = a if a.shape == shape else b
    return _stretched(a, whole), _stretched(b, whole)


def _stretched(a: Interval, whole: Interval) -> Interval:
    if a.shape == whole.shape:
        return Interval(a.low, a.high, whole.gaps)
    return Interval(np.broadcast_to(a.low, whole.shape), np.broadcast_to(a.high, whole.shape), whole.gaps)


def _between(corners: list[Array], gaps: Gaps) -> Interval:
    """From the least to the largest of the corners; nothing is known where they are no numbers."""
    stacked = np.stack(corners)
    return widened(stacked.min(axis=0), stacked.max(axis=0), np.abs(stacked).max(axis=0), gaps)


def _products(a: Array, b: Array) -> Array:
    """a·b, where 0 times what is unknown is 0."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where((a == 0) | (b == 0), 0.0, a * b)


def add(a: Interval, b: Interval) -> Interval:
    a, b = aligned(a, b)
    return widened(a.low + b.low, a.high + b.high, size_of(a) + size_of(b), a.gaps)


def negative(a: Interval) -> Interval:
    return Interval(-a.high, -a.low, a.gaps)


def times(a: Interval, b: Interval) -> Interval:
    """Entry by entry."""
    a, b = aligned(a, b)
    return _between([_products(x, y) for x in (a.low, a.high) for y in (b.low, b.high)], a.gaps)


def divide(a: Interval, b: Interval) -> Interval:
    """Entry by entry; nothing is known where the divisor may be 0."""
    a, b = aligned(a, b)
    with np.errstate(all="ignore"):
        corners = [np.asarray(x / y) for x in (a.low, a.high) for y in (b.low, b.high)]
    found = _between(corners, a.gaps)
    open_ended = (b.low <= 0) & (b.high >= 0)
    return Interval(np.where(open_ended, -np.inf, found.low), np.where(open_ended, np.inf, found.high), a.gaps)


def monotone(function: Callable[[Array], Array], a: Interval) -> Interval:
    """A growing function of every entry."""
    with np.errstate(all="ignore"):
        low, high = np.asarray(function(a.low)), np.asarray(function(a.high))
    return widened(low, high, np.maximum(np.abs(low), np.abs(high)), a.gaps)


def even(function: Callable[[Array], Array], a: Interval) -> Interval:
    """A function of the absolute value that grows with it."""
    nearest = np.where((a.low <= 0) & (a.high >= 0), 0.0, np.minimum(np.abs(a.low), np.abs(a.high)))
    return monotone(function, Interval(nearest, size_of(a), a.gaps))


def power(base: Interval, exponent: Interval) -> Interval:
    """Entry by entry: whole exponents of any number, others of positive ones."""
    known = exponent.single and exponent.low[0, 0] == exponent.high[0, 0]
    n = float(exponent.low[0, 0])
    if known and n == int(n) and n > 0:
        return even(lambda x: x**n, base) if n % 2 == 0 else monotone(lambda x: x**n, base)
    if np.any(base.low < 0):
        raise Mismatch(f"a power of a negative number with exponent {n:g}")
    return monotone(np.exp, times(exponent, monotone(np.log, base)))


# -- matrices ----------------------------------------------------------------------------------------------------------
def matmul(a: Interval, b: Interval) -> Interval:
    """a b; a single number scales. Raises: Mismatch where the inner sizes differ."""
    if a.single or b.single:
        return times(a, b)
    gaps = (a.gaps[0], b.gaps[1])
    if a.gaps[1] is not None or b.gaps[0] is not None:
        unknown = np.full((a.shape[0], b.shape[1]), np.inf)
        return Interval(-unknown, unknown, gaps)
    if a.shape[1] != b.shape[0]:
        raise Mismatch(f"{a.describe()} times {b.describe()}: the inner sizes differ")
    corners = np.stack([_products(x[:, :, None], y[None, :, :]) for x in (a.low, a.high) for y in (b.low, b.high)])
    size = a.shape[1] * np.abs(corners).max(axis=0).sum(axis=1)
    return widened(corners.min(axis=0).sum(axis=1), corners.max(axis=0).sum(axis=1), size, gaps)


def kron(a: Interval, b: Interval) -> Interval:
    """a ⊗ b: of two vectors, however they stand, the outer product; else the Kronecker product."""
    if a.single or b.single:
        return times(a, b)
    if 1 in a.shape and 1 in b.shape:
        return matmul(a if a.shape[1] == 1 else a.transposed, b if b.shape[0] == 1 else b.transposed)
    if a.gaps != (None, None) or b.gaps != (None, None):
        raise Mismatch("⊗ of matrices with hidden entries")
    return _between(
        [np.asarray(np.kron(x, y), dtype=np.float64) for x in (a.low, a.high) for y in (b.low, b.high)], (None, None)
    )


def total(a: Interval) -> Interval:
    """The sum of all entries."""
    size = a.low.size * np.abs(np.concatenate([a.low, a.high])).sum(keepdims=True).reshape(1, 1)
    return widened(a.low.sum().reshape(1, 1), a.high.sum().reshape(1, 1), size)


def inner(a: Interval, b: Interval) -> Interval:
    """⟨a, b⟩; a row and a column of one length may meet."""
    if a.shape != b.shape and a.shape == b.shape[::-1] and 1 in a.shape:
        b = b.transposed
    return total(times(a, b))


def diagonal(a: Interval) -> Interval:
    """diag(a)."""
    if 1 not in a.shape or a.gaps != (None, None):
        raise Mismatch(f"diag of {a.describe()}, which is no vector")
    return Interval(np.diag(a.low.reshape(-1)), np.diag(a.high.reshape(-1)))
