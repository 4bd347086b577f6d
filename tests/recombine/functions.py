"""What the named functions on the page mean, for numbers that are known to lie between bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from tests.recombine import arithmetic as calc
from tests.recombine.intervals import ROUNDING, Array, Interval, Mismatch, exact

ONE, HALF = exact(1.0), exact(0.5)


def _logistic(z: Array) -> Array:
    return np.asarray(np.exp(-np.logaddexp(0.0, -z)))


def _between(unit: Interval, least: float, most: float) -> Interval:
    """Bounds that are known to be no further apart than a function's range."""
    return Interval(np.clip(unit.low, least, most), np.clip(unit.high, least, most), unit.gaps)


def sigmoid(z: Interval) -> Interval:
    return _between(calc.monotone(_logistic, z), 0.0, 1.0)


def ln(x: Interval) -> Interval:
    """Of what is known to be positive: −∞ at 0."""
    return calc.monotone(np.log, Interval(np.maximum(x.low, 0.0), np.maximum(x.high, 0.0), x.gaps))


def _slope(h: Interval) -> Interval:
    """h (1 − h) of an h in [0, 1], which grows up to ½ and falls again."""
    ends = [np.clip(h.low, 0, 1), np.clip(h.high, 0, 1)]
    corners = [x * (1 - x) for x in ends]
    top = np.where((ends[0] <= 0.5) & (ends[1] >= 0.5), 0.25, np.maximum(*corners))
    return Interval(np.minimum(*corners) * (1 - ROUNDING), top * (1 + ROUNDING), h.gaps)


def softmax(a: Interval) -> Interval:
    """Of a vector, or of every row of a matrix. Each share is largest where its own score is and the others are not."""
    axis = 0 if a.shape[1] == 1 else 1
    if a.gaps[axis] is not None:
        raise Mismatch("softmax of scores with hidden entries")

    def share(own: Array, others: Array) -> Array:
        difference = np.expand_dims(others, axis) - np.expand_dims(own, axis + 1)
        count = own.shape[axis]
        itself = np.eye(count, dtype=bool)[:, :, None] if axis == 0 else np.eye(count, dtype=bool)[None, :, :]
        return np.asarray(1.0 / np.exp(np.where(itself, 0.0, difference)).sum(axis=axis + 1))

    with np.errstate(over="ignore"):
        low, high = share(a.low, a.high), share(a.high, a.low)
    return Interval(low * (1 - 16 * ROUNDING), high * (1 + 16 * ROUNDING), a.gaps)


def _sqerr(o: Interval, t: Interval) -> Interval:
    return calc.times(HALF, calc.total(calc.even(np.square, calc.add(o, calc.negative(t)))))


def _cross_entropy(s: Interval, t: Interval) -> Interval:
    return calc.negative(calc.total(calc.times(t, ln(s))))


def _bce(p: Interval, t: Interval) -> Interval:
    def rest(x: Interval) -> Interval:
        return calc.add(ONE, calc.negative(x))

    terms = calc.add(calc.times(t, ln(p)), calc.times(rest(t), ln(rest(p))))
    return calc.negative(calc.divide(calc.total(terms), exact(float(p.low.size))))


def _cross_entropy_of_scores(a: Interval, t: Interval) -> Interval:
    return _cross_entropy(softmax(a), t)


def _bce_of_scores(a: Interval, t: Interval) -> Interval:
    """(1/n) Σ softplus(a) − t a: exact where the probability is 0 or 1 to the last digit."""
    softplus = calc.monotone(lambda x: np.logaddexp(0.0, x), a)
    terms = calc.add(softplus, calc.negative(calc.times(t, a)))
    return calc.divide(calc.total(terms), exact(float(a.low.size)))


def _largest(a: Interval, *others: Interval) -> Interval:
    for b in others:
        a, b = calc.aligned(a, b)
        a = Interval(np.maximum(a.low, b.low), np.maximum(a.high, b.high), a.gaps)
    return a


def _tanh_slope(z: Interval) -> Interval:
    return calc.add(ONE, calc.negative(calc.even(np.square, calc.monotone(np.tanh, z))))


FUNCTIONS: Mapping[str, Callable[..., Interval]] = {
    "σ": sigmoid,
    "σ′": lambda z: _slope(sigmoid(z)),
    "tanh": lambda z: calc.monotone(np.tanh, z),
    "tanh′": _tanh_slope,
    "exp": lambda z: calc.monotone(np.exp, z),
    "ln": ln,
    "log": ln,
    "ReLU": lambda z: calc.monotone(lambda x: np.maximum(x, 0.0), z),
    "softplus": lambda z: calc.monotone(lambda x: np.logaddexp(0.0, x), z),
    "softmax": softmax,
    "sign": lambda z: calc.monotone(np.sign, z),
    "max": _largest,
    "diag": calc.diagonal,
    "SqErr": _sqerr,
    "CE": _cross_entropy,
    "BCE": _bce,
    "softmax·CE": _cross_entropy_of_scores,
    "σ·BCE": _bce_of_scores,
    "vec": lambda a: Interval(a.low.reshape(-1, 1), a.high.reshape(-1, 1)),
}
CONSTANTS: Mapping[str, Interval] = {"e": exact(np.e)}
LOSSES = frozenset({"SqErr", "CE", "BCE", "softmax·CE", "σ·BCE"})


def rowwise(function: Callable[..., Interval]) -> Callable[..., Interval]:
    """The same of every row by itself. Shapes: (B, n) each -> (B, 1)."""

    def of_rows(*arguments: Interval) -> Interval:
        if len({argument.shape for argument in arguments}) != 1:
            raise Mismatch(f"row by row of {' and '.join(argument.describe() for argument in arguments)}")
        found = [function(*(argument.row(place) for argument in arguments)) for place in range(arguments[0].shape[0])]
        return Interval(np.vstack([one.low for one in found]), np.vstack([one.high for one in found]))

    return of_rows
