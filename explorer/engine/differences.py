"""The slope of a function of one number from its values alone, and whether it has one there: not at a kink.

Source: B. Fornberg, Mathematics of Computation 51 (1988), for the weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from explorer.engine.check import STEP, WEIGHTS

# The slopes over ±h, ±2h and ±3h, combined so that the errors of order 2 and 4 go away; and only the first of them.
COMBINED = tuple(2 * k * weight for k, weight in enumerate(WEIGHTS, start=1))
ORDER_4 = (4 / 3, -1 / 3)
FINER = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)
SETTLED = 1e-6  # of the slope's size: how far two estimates of one slope may lie apart
ROUNDING = 2.0**-52
NOISES = 100  # estimates from one side carry this many times the rounding of the values, at most


@dataclass(frozen=True)
class Difference:
    """Values of a function at 0 and at ±h, ±2h and ±3h, and the slopes that they give.

    `ahead` and `behind` are f(kh) and f(−kh) for k = 1, 2, 3; `middle` is f(0).
    """

    step: float
    middle: float
    ahead: tuple[float, ...]
    behind: tuple[float, ...]

    @cached_property
    def slopes(self) -> tuple[float, ...]:
        """(f(kh) − f(−kh)) / 2kh for k = 1, 2, 3."""
        pairs = enumerate(zip(self.ahead, self.behind, strict=True), start=1)
        return tuple((plus - minus) / (2 * k * self.step) for k, (plus, minus) in pairs)

    @cached_property
    def value(self) -> float:
        """The slope at 0, of order 6: 3/2 of the first, less 3/5 of the second, and 1/10 of the third."""
        return sum(weight * slope for weight, slope in zip(COMBINED, self.slopes, strict=True))

    @cached_property
    def left(self) -> float:
        """The slope at 0 from values at and below 0 alone."""
        return _from_one_side(self.middle, self.behind, -self.step)

    @cached_property
    def right(self) -> float:
        """The slope at 0 from values at and above 0 alone."""
        return _from_one_side(self.middle, self.ahead, self.step)

    @cached_property
    def noise(self) -> float:
        """What the rounding of the values may change in the slope."""
        return ROUNDING * max(map(abs, (self.middle, *self.ahead, *self.behind))) / self.step

    @cached_property
    def uncertainty(self) -> float:
        """How far the value may be from the slope of a smooth function; infinite where it is no number."""
        order_4 = sum(weight * slope for weight, slope in zip(ORDER_4, self.slopes[:2], strict=True))
        apart = abs(self.value - order_4) + self.noise
        return apart if math.isfinite(apart) else math.inf

    @property
    def settled(self) -> bool:
        """Whether all estimates agree, those from one side too: the function is smooth here, and this is its slope."""
        size = max(map(abs, (self.value, *self.slopes, self.left, self.right)))
        return self.uncertainty + abs(self.right - self.left) <= SETTLED * size + NOISES * self.noise

    @property
    def kinked(self) -> bool:
        """Whether the slope jumps: from the left it is one number, from the right another."""
        return not self.settled and math.isfinite(self.uncertainty + self.left + self.right)

    def confirms(self, gradient: float) -> bool | None:
        """Whether a gradient is this slope, but for rounding; None where the function has no slope to compare it with.

        At a kink every number between the slopes of its two sides will do, and says nothing.
        """
        if self.settled:
            return abs(gradient - self.value) <= SETTLED * max(abs(gradient), abs(self.value)) + NOISES * self.noise
        slack = SETTLED * max(abs(self.left), abs(self.right))
        between = min(self.left, self.right) - slack <= gradient <= max(self.left, self.right) + slack
        return False if self.kinked and not between else None


def slope_of(function: Callable[[float], float], scales: Iterable[float] = (1.0,)) -> Difference:
    """Central differences of order 6 at 0, at the step that tells most.

    `scales` are lengths over which the function may change much: each is tried, and much shorter ones where a kink or
    the end of the domain is in the way. What is returned is not `settled` where none of them helps.
    """
    steps = [STEP * scale for scale in scales]
    found = [_measured(function, step) for step in steps]
    for finer in FINER:
        if any(difference.settled for difference in found):
            break
        found += [_measured(function, step * finer) for step in steps]
    settled = [difference for difference in found if difference.settled]
    if settled:
        return min(settled, key=lambda difference: difference.uncertainty)
    return max(found, key=lambda difference: (math.isfinite(difference.uncertainty), difference.step))


def _measured(function: Callable[[float], float], step: float) -> Difference:
    ahead, behind = (tuple(function(sign * k * step) for k in (1, 2, 3)) for sign in (1, -1))
    return Difference(step, function(0.0), ahead, behind)


def _from_one_side(middle: float, values: tuple[float, ...], step: float) -> float:
    """The slopes of three chords from one point, continued to chords of no length."""
    first, second, third = ((value - middle) / (k * step) for k, value in enumerate(values, start=1))
    return 3 * first - 3 * second + third
