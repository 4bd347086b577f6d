"""Oriented arrays of numbers that are known to a few digits: bounds for every entry.

Every array has two axes; a single number is 1 × 1. An axis may have a gap where the page shows ⋮ or ⋯: one entry
that stands for all the hidden ones, of which nothing is known. Bounds are widened by a few units of floating-point
rounding, so that what the page computed in another order of operations still lies within.
"""

from __future__ import annotations

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

    def row(self, place: int) -> Interval:
        """One row of an array without hidden rows."""
        return Interval(self.low[place : place + 1], self.high[place : place + 1], (None, self.gaps[1]))

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


def widened(low: Array, high: Array, size: Array, gaps: Gaps = (None, None)) -> Interval:
    """Bounds moved apart by the rounding of numbers of that size."""
    with np.errstate(invalid="ignore"):
        slack = np.where(np.isfinite(size), ROUNDING * size, 0.0)
    low, high = np.where(np.isnan(low), -np.inf, low - slack), np.where(np.isnan(high), np.inf, high + slack)
    for axis, gap in enumerate(gaps):
        if gap is not None:
            place = (gap, slice(None)) if axis == 0 else (slice(None), gap)
            low[place], high[place] = -np.inf, np.inf
    return Interval(low, high, gaps)


def size_of(a: Interval) -> Array:
    return np.maximum(np.abs(a.low), np.abs(a.high))


def along(a: Interval, b: Interval, axis: int) -> tuple[Interval, Interval]:
    """Both with the same entries shown along an axis."""
    if a.gaps[axis] is None and b.gaps[axis] is None:
        return a, b
    heads = [gap for gap in (a.gaps[axis], b.gaps[axis]) if gap is not None]
    tails = [x.shape[axis] - 1 - gap for x in (a, b) if (gap := x.gaps[axis]) is not None]
    return a.elided(axis, min(heads), min(tails)), b.elided(axis, min(heads), min(tails))


def agree(a: Interval, b: Interval) -> tuple[Truths, Truths]:
    """Where two arrays of one shape can be the same number, and where that says anything: both have bounds there.

    Raises: Mismatch where their shapes differ.
    """
    if a.single != b.single:
        raise Mismatch(f"{a.describe()} beside {b.describe()}")
    for axis in (0, 1):
        a, b = along(a, b, axis)
    if a.shape != b.shape:
        raise Mismatch(f"{a.describe()} beside {b.describe()}")
    slack = 4 * ROUNDING * np.minimum(size_of(a), size_of(b))
    with np.errstate(invalid="ignore"):
        meets = (a.low <= b.high + slack) & (b.low <= a.high + slack)
    meets |= (a.low == b.low) & (a.high == b.high)
    bounded = [np.isfinite(x.low) | np.isfinite(x.high) for x in (a, b)]
    return np.asarray(meets), np.asarray(bounded[0] & bounded[1])
