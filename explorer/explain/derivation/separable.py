"""Losses that are a sum of one term an output: SqErr, MSE, cross-entropy, binary cross-entropy.

∂/∂o_i of the sum leaves the one term that contains o_i.
Source: HCI lab 7, B5.1; lecture 20, 20.1(a); homework ①; MLP notes, equation (3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derived import Derivative, Marked
from explorer.explain.slopes import HALF, TWO, minus

Pair = Callable[[f.Formula, f.Formula], f.Formula]


@dataclass(frozen=True)
class Separable:
    """How one loss is differentiated. All take an output p and its target t.

    `before(n)` is what stands before the sum over n outputs, with `negative` a minus sign before that; `term` is one
    term; `rules` are the lines of its derivative, ∂/∂p being done by the function that they are given; `slope` is what
    they come to, `tidy` the same with the minus sign taken in.
    """

    term: Pair
    rules: Callable[[f.Formula, f.Formula], list[f.Formula]]
    slope: Pair
    tidy: Pair
    mean: bool = False
    negative: bool = False

    def before(self, n: int) -> tuple[f.Formula, ...]:
        return (f.Fraction(f.ONE, f.Number(float(n))),) if self.mean and n > 1 else ()


def by(under: f.Formula, over: f.Formula, value: float) -> Derivative:
    """∂/∂under of a formula, with the number that it comes to; a product stands in parentheses, as a sum does."""
    return Derivative(over, under, np.asarray(value), apart=True)


def ln(x: f.Formula) -> f.Formula:
    with np.errstate(all="ignore"):
        return f.Call((("ln", ""),), (x,), np.log(x.evaluate()))


def one_over(x: f.Formula) -> f.Formula:
    return f.Fraction(f.ONE, x)


def _number(x: f.Formula) -> float:
    return float(x.evaluate())


def _squared(o: f.Formula, t: f.Formula) -> f.Formula:
    return f.Product((HALF, f.Power(minus(t, o), TWO)))


def _squared_rules(o: f.Formula, t: f.Formula) -> list[f.Formula]:
    halves = Marked(f.Product((HALF, TWO), "·"), "one")
    difference = minus(t, o)
    return [
        f.Product((halves, difference, by(o, difference, -1.0)), "·"),
        f.Product((difference, f.Number(-1.0)), "·"),
    ]


def _mean_squared_rules(o: f.Formula, t: f.Formula) -> list[f.Formula]:
    difference = minus(o, t)
    return [f.Product((TWO, difference, by(o, difference, 1.0)), "·"), f.Product((TWO, difference, f.ONE), "·")]


def _entropy_rules(s: f.Formula, t: f.Formula) -> list[f.Formula]:
    with np.errstate(all="ignore"):
        slope = float(np.divide(1.0, _number(s)))
    return [f.Product((t, by(s, ln(s), slope)), "·"), f.Product((t, one_over(s)), "·")]


def _binary(p: f.Formula, t: f.Formula) -> f.Formula:
    first = f.Product((t, ln(p)), "·")
    return f.Sum((first, f.Product((minus(f.ONE, t), ln(minus(f.ONE, p))), "·")))


def _binary_rules(p: f.Formula, t: f.Formula) -> list[f.Formula]:
    off, rest = minus(f.ONE, t), minus(f.ONE, p)
    with np.errstate(all="ignore"):
        first, second = float(np.divide(1.0, _number(p))), float(-np.divide(1.0, _number(rest)))
    differentiated = f.Sum((f.Product((t, by(p, ln(p), first)), "·"), f.Product((off, by(p, ln(rest), second)), "·")))
    done = f.Sum((f.Product((t, one_over(p)), "·"), f.Product((off, one_over(rest), f.Number(-1.0)), "·")))
    return [differentiated, done]


def _weighted(weight: f.Formula, by_what: f.Formula) -> f.Formula | None:
    """weight / by_what; None for a term of weight 0 over 0, which is left out as the loss leaves it out."""
    return None if _number(weight) == 0.0 == _number(by_what) else f.Fraction(weight, by_what)


def _binary_slope(p: f.Formula, t: f.Formula) -> f.Formula:
    first, second = _weighted(t, p), _weighted(minus(f.ONE, t), minus(f.ONE, p))
    if first is None or second is None:
        return first or (f.Negative(second) if second else f.Number(0.0))
    return f.Sum((first, f.Negative(second)))


def _binary_tidy(p: f.Formula, t: f.Formula) -> f.Formula:
    first, second = _weighted(t, p), _weighted(minus(f.ONE, t), minus(f.ONE, p))
    if first is None or second is None:
        return second or (f.Negative(first) if first else f.Number(0.0))
    return f.Sum((f.Negative(first), second))


LOSSES: Mapping[str, Separable] = {
    "sqerr": Separable(_squared, _squared_rules, lambda o, t: minus(o, t), lambda o, t: minus(o, t)),
    "mse": Separable(
        lambda o, t: f.Power(minus(o, t), TWO),
        _mean_squared_rules,
        lambda o, t: f.Product((TWO, minus(o, t))),
        lambda o, t: f.Product((TWO, minus(o, t))),
        mean=True,
    ),
    "cross_entropy": Separable(
        lambda s, t: f.Product((t, ln(s)), "·"),
        _entropy_rules,
        lambda s, t: _weighted(t, s) or f.Number(0.0),
        lambda s, t: f.Negative(_weighted(t, s) or f.Number(0.0)),
        negative=True,
    ),
    "bce": Separable(_binary, _binary_rules, _binary_slope, _binary_tidy, mean=True, negative=True),
}
