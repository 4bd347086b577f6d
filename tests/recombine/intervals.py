"""Interval arithmetic on oriented arrays: what a calculation can come to, its numbers being known to a few digits.

Every array has two axes; a single number is 1 × 1. An axis may have a gap where the page shows ⋮ or ⋯: one entry
that stands for all the hidden ones, of which nothing is known. Bounds are widened by a few units of floating-point
rounding, so that what the page computed in another order of operations still lies within.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Truths: TypeAlias = NDArray[np.bool_]
Gaps: TypeAlias = tuple[int | None, int | None]

ROUNDING = 2.0**-50


class Mismatch(ValueError):
    """Shapes that do not go together: the formula is not one."""


@dataclass(frozen=True, eq=False)
class Interval:
    """All numbers from `low` to `high`, entry by entry. Shape of both: (rows, columns)."""

    low: Array
    high: Array
    gaps: Gaps = (None, None)

    @property
    def shape(self) -> tuple[int, int]:
        rows, columns = self.low.shape
        return rows, columns

    @property
    def single(self) -> bool:
        return self.low.size == 1

    @property
    def transposed(self) -> Interval:
        return Interval(self.low.T, self.high.T, (self.gaps[1], self.gaps[0]))

    def elided(self, axis: int, head: int, tail: int) -> Interval:
        """The same with a gap between the first `head` and the last `tail` entries of an axis."""
        size, gap = self.shape[axis], self.gaps[axis]
        if (gap is None and size <= head + tail) or (gap is not None and (gap < head or size - 1 - gap < tail)):
            raise Mismatch(f"{self.describe()} has no hidden entries between {head} and {tail} along axis {axis}")
        places = [*range(head), *range(size - tail, size)]
        hidden = {0: (1, self.shape[1]), 1: (self.shape[0], 1)}[axis]

        def cut(bounds: Array, unknown: float) -> Array:
            kept = np.take(bounds, places, axis)
            first, last = np.split(kept, [head], axis)
            return np.concatenate([first, np.full(hidden, unknown), last], axis)

        gaps = (head, self.gaps[1]) if axis == 0 else (self.gaps[0], head)
        return Interval(cut(self.low, -np.inf), cut(self.high, np.inf), gaps)

    def describe(self) -> str:
        """4 × 3; an axis with hidden entries has a … after its length."""
        return " × ".join(f"{n}{'' if gap is None else '…'}" for n, gap in zip(self.shape, self.gaps, strict=True))

    def width(self) -> float:
        """The largest distance between the bounds of a known entry."""
        known = np.isfinite(self.low) & np.isfinite(self.high)
        return float(np.max((self.high - self.low)[known], initial=0.0))


def exact(numbers: object) -> Interval:
    """Numbers that are just what they are."""
    array = np.atleast_2d(np.asarray(numbers, dtype=np.float64))
    return Interval(array, array)


UNKNOWN = Interval(np.full((1, 1), -np.inf), np.full((1, 1), np.inf))


def _widened(low: Array, high: Array, size: Array, gaps: Gaps = (None, None)) -> Interval:
    """Bounds moved apart by the rounding of numbers of that size."""
    with np.errstate(invalid="ignore"):
        slack = np.where(np.isfinite(size), ROUNDING * size, 0.0)
    low, high = np.where(np.isnan(low), -np.inf, low - slack), np.where(np.isnan(high), np.inf, high + slack)
    for axis, gap in enumerate(gaps):
        if gap is not None:
            place = (gap, slice(None)) if axis == 0 else (slice(None), gap)
            low[place], high[place] = -np.inf, np.inf
    return Interval(low, high, gaps)


def _size(a: Interval) -> Array:
    return np.maximum(np.abs(a.low), np.abs(a.high))


# -- entry by entry ----------------------------------------------------------------------------------------------------
def _along(a: Interval, b: Interval, axis: int) -> tuple[Interval, Interval]:
    """Both with the same entries shown along an axis."""
    if a.gaps[axis] is None and b.gaps[axis] is None:
        return a, b
    heads = [gap for gap in (a.gaps[axis], b.gaps[axis]) if gap is not None]
    tails = [x.shape[axis] - 1 - gap for x in (a, b) if (gap := x.gaps[axis]) is not None]
    return a.elided(axis, min(heads), min(tails)), b.elided(axis, min(heads), min(tails))


def aligned(a: Interval, b: Interval) -> tuple[Interval, Interval]:
    """Two arrays for an operation entry by entry: of one shape, or one of them a number, a row or a column that is
    stretched over the other. A row and a column do not meet. Raises: Mismatch."""
    if a.single or b.single:
        whole = b if a.single else a
        return tuple(_stretched(x, whole) for x in (a, b))  # type: ignore[return-value]
    for axis in (0, 1):
        stretches = 1 in (a.shape[axis], b.shape[axis]) and a.shape[axis] != b.shape[axis]
        if not stretches:
            a, b = _along(a, b, axis)
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
    return _widened(stacked.min(axis=0), stacked.max(axis=0), np.abs(stacked).max(axis=0), gaps)


def _products(a: Array, b: Array) -> Array:
    """a·b, where 0 times what is unknown is 0."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where((a == 0) | (b == 0), 0.0, a * b)


def add(a: Interval, b: Interval) -> Interval:
    a, b = aligned(a, b)
    return _widened(a.low + b.low, a.high + b.high, _size(a) + _size(b), a.gaps)


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
    return _widened(low, high, np.maximum(np.abs(low), np.abs(high)), a.gaps)


def even(function: Callable[[Array], Array], a: Interval) -> Interval:
    """A function of the absolute value that grows with it."""
    nearest = np.where((a.low <= 0) & (a.high >= 0), 0.0, np.minimum(np.abs(a.low), np.abs(a.high)))
    return monotone(function, Interval(nearest, _size(a), a.gaps))


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
    return _widened(corners.min(axis=0).sum(axis=1), corners.max(axis=0).sum(axis=1), size, gaps)


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
    return _widened(a.low.sum().reshape(1, 1), a.high.sum().reshape(1, 1), size)


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


# -- comparing ---------------------------------------------------------------------------------------------------------
def agree(a: Interval, b: Interval) -> tuple[Truths, Truths]:
    """Where two arrays of one shape can be the same number, and where that says anything: both have bounds there.

    Raises: Mismatch where their shapes differ.
    """
    if a.single != b.single:
        raise Mismatch(f"{a.describe()} beside {b.describe()}")
    for axis in (0, 1):
        a, b = _along(a, b, axis)
    if a.shape != b.shape:
        raise Mismatch(f"{a.describe()} beside {b.describe()}")
    slack = 4 * ROUNDING * np.minimum(_size(a), _size(b))
    with np.errstate(invalid="ignore"):
        meets = (a.low <= b.high + slack) & (b.low <= a.high + slack)
    meets |= (a.low == b.low) & (a.high == b.high)
    bounded = [np.isfinite(x.low) | np.isfinite(x.high) for x in (a, b)]
    return np.asarray(meets), np.asarray(bounded[0] & bounded[1])
