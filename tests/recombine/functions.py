"""What the named functions on the page mean, for numbers that are known to lie between bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from tests.recombine import intervals as i
from tests.recombine.intervals import Array, Interval, Mismatch

ONE, HALF = i.exact(1.0), i.exact(0.5)


def _logistic(z: Array) -> Array:
    return np.asarray(np.exp(-np.logaddexp(0.0, -z)))


def _between(unit: Interval, least: float, most: float) -> Interval:
    """Bounds that are known to be no further apart than a function's range."""
    return Interval(np.clip(unit.low, least, most), np.clip(unit.high, least, most), unit.gaps)


def sigmoid(z: Interval) -> Interval:
    return _between(i.monotone(_logistic, z), 0.0, 1.0)


def ln(x: Interval) -> Interval:
    """Of what is known to be positive: −∞ at 0."""
    return i.monotone(np.log, Interval(np.maximum(x.low, 0.0), np.maximum(x.high, 0.0), x.gaps))


def _slope(h: Interval) -> Interval:
    """h (1 − h) of an h in [0, 1], which grows up to ½ and falls again."""
    ends = [np.clip(h.low, 0, 1), np.clip(h.high, 0, 1)]
    corners = [x * (1 - x) for x in ends]
    top = np.where((ends[0] <= 0.5) & (ends[1] >= 0.5), 0.25, np.maximum(*corners))
    return Interval(np.minimum(*corners) * (1 - i.ROUNDING), top * (1 + i.ROUNDING), h.gaps)


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
    return Interval(low * (1 - 16 * i.ROUNDING), high * (1 + 16 * i.ROUNDING), a.gaps)


def _sqerr(o: Interval, t: Interval) -> Interval:
    return i.times(HALF, i.total(i.even(np.square, i.add(o, i.negative(t)))))


def _cross_entropy(s: Interval, t: Interval) -> Interval:
    return i.negative(i.total(i.times(t, ln(s))))


def _bce(p: Interval, t: Interval) -> Interval:
    def rest(x: Interval) -> Interval:
        return i.add(ONE, i.negative(x))

    terms = i.add(i.times(t, ln(p)), i.times(rest(t), ln(rest(p))))
    return i.negative(i.divide(i.total(terms), i.exact(float(p.low.size))))


def _cross_entropy_of_scores(a: Interval, t: Interval) -> Interval:
    return _cross_entropy(softmax(a), t)


def _bce_of_scores(a: Interval, t: Interval) -> Interval:
    """(1/n) Σ softplus(a) − t a: exact where the probability is 0 or 1 to the last digit."""
    softplus = i.monotone(lambda x: np.logaddexp(0.0, x), a)
    terms = i.add(softplus, i.negative(i.times(t, a)))
    return i.divide(i.total(terms), i.exact(float(a.low.size)))


def _larger(a: Interval, b: Interval) -> Interval:
    a, b = i.aligned(a, b)
    return Interval(np.maximum(a.low, b.low), np.maximum(a.high, b.high), a.gaps)


def _tanh_slope(z: Interval) -> Interval:
    return i.add(ONE, i.negative(i.even(np.square, i.monotone(np.tanh, z))))


FUNCTIONS: Mapping[str, Callable[..., Interval]] = {
    "σ": sigmoid,
    "σ′": lambda z: _slope(sigmoid(z)),
    "tanh": lambda z: i.monotone(np.tanh, z),
    "tanh′": _tanh_slope,
    "exp": lambda z: i.monotone(np.exp, z),
    "ln": ln,
    "log": ln,
    "ReLU": lambda z: i.monotone(lambda x: np.maximum(x, 0.0), z),
    "softplus": lambda z: i.monotone(lambda x: np.logaddexp(0.0, x), z),
    "softmax": softmax,
    "sign": lambda z: i.monotone(np.sign, z),
    "max": _larger,
    "diag": i.diagonal,
    "SqErr": _sqerr,
    "CE": _cross_entropy,
    "BCE": _bce,
    "softmax·CE": _cross_entropy_of_scores,
    "σ·BCE": _bce_of_scores,
    "vec": lambda a: Interval(a.low.reshape(-1, 1), a.high.reshape(-1, 1)),
}
CONSTANTS: Mapping[str, Interval] = {"e": i.exact(np.e)}
