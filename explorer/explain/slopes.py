"""The derivative of every op as a formula: slopes of element-wise ops, gradients of ops that end in one number.

Each entry takes the formulas of the result and of the operands; for a loss on logits, the probability inside it stands
for the result. What it claims is held against the engine's own
Jacobian before it is shown (`rules.slope`): a rule that does not fit a case, as after a broadcast, is not shown there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from explorer.explain.formula import (
    ONE,
    Array,
    Call,
    Formula,
    Fraction,
    Indicator,
    Inner,
    Negative,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
)
from explorer.explain.ledger import Flat, told

Slope = Callable[..., Formula]

CLOSE = 1e-12  # of a sum of targets to 1
HALF, TWO = Fraction(ONE, Number(2.0)), Number(2.0)


def call(name: str, argument: Formula, function: Callable[[Array], Array]) -> Call:
    """A function of one formula, evaluated here and now."""
    with np.errstate(all="ignore"):
        return Call(((name, ""),), (argument,), np.asarray(function(argument.evaluate())))


def times(*factors: Formula) -> Product:
    """Factors multiplied element by element."""
    return Product(factors, "∘")


def minus(left: Formula, right: Formula) -> Sum:
    return Sum((left, Negative(right)))


def logistic(argument: Formula) -> Formula:
    return call("σ", argument, lambda z: np.exp(-np.logaddexp(0.0, -z)))


def softmax(argument: Formula) -> Formula:
    def normalised(z: Array) -> Array:
        rows = z if 1 not in z.shape else z.reshape(1, -1)  # of several samples, a row each
        powers = np.exp(rows - np.max(rows, axis=-1, keepdims=True))
        return np.asarray(powers / np.sum(powers, axis=-1, keepdims=True)).reshape(z.shape)

    return call("softmax", argument, normalised)


def mean_of(p: Formula, body: Formula) -> Formula:
    """1/n of the body, n the number of outputs; no factor at all for one output."""
    count = math.prod(size.length for size in told(p).sizes if not size.batch)
    return body if count == 1 else Product((Fraction(ONE, Number(float(count))), body))


def bce(out: Formula, p: Formula, t: Formula) -> Formula:
    probabilities, values = p.evaluate(), t.evaluate()
    # Where p is 0 or 1 to the last digit, 0/0 stands beside a term of weight 0: left out here as the op leaves it out.
    saturated = np.any((probabilities <= 0) | (probabilities >= 1))
    if saturated and np.all(values == 1.0):
        return mean_of(p, Negative(Fraction(t, p)))
    if saturated and np.all(values == 0.0):
        return mean_of(p, Fraction(minus(ONE, t), minus(ONE, p)))
    return mean_of(p, Sum((Negative(Fraction(t, p)), Fraction(minus(ONE, t), minus(ONE, p)))))


def scaled_difference(s: Formula, t: Formula) -> Formula:
    """s Σt − t: s − t where the targets sum to 1."""
    values = t.evaluate()
    totals = np.sum(values if 1 not in values.shape else values.reshape(1, -1), axis=-1)
    whole = bool(np.all(np.abs(totals - 1.0) < CLOSE))
    return minus(s if whole else Product((Number(float(totals[0])), s)), t)


def hinge(out: Formula, p: Formula, t: Formula) -> Formula:
    return mean_of(p, Negative(times(t, Indicator(times(t, p), "<", ONE))))


def ones(like: Formula) -> Symbol:
    """𝟏, a tensor of ones."""
    sizes, numbers = told(like).sizes, np.ones_like(like.evaluate())
    batch = [place for place, size in enumerate(sizes) if size.batch]
    kind = Flat if len(sizes) < numbers.ndim else Symbol
    return kind((("𝟏", ""),), numbers, batch_axis=batch[0] if batch else None)


SLOPES: Mapping[str, tuple[Slope, ...]] = {
    "sigmoid": (lambda h, z: times(h, minus(ONE, h)),),
    "tanh": (lambda h, z: minus(ONE, Power(h, TWO)),),
    "relu": (lambda h, z: Indicator(z, ">", Number(0.0)),),
    "softplus": (lambda h, z: logistic(z),),
    "silu": (lambda h, z: Sum((h, times(logistic(z), minus(ONE, h)))),),
    "exp": (lambda h, z: h,),
    "log": (lambda h, z: Fraction(ONE, z),),
    "sqrt": (lambda h, z: Fraction(ONE, Product((TWO, h))),),
    "abs": (lambda h, z: call("sign", z, np.sign),),
    "sin": (lambda h, z: call("cos", z, np.cos),),
    "cos": (lambda h, z: Negative(call("sin", z, np.sin)),),
    "square": (lambda h, z: Product((TWO, z)),),
    "@": (lambda s, a, b: b, lambda s, a, b: a),
    "*": (lambda p, a, b: b, lambda p, a, b: a),
    "/": (lambda q, a, b: Fraction(ONE, b), lambda q, a, b: Negative(Fraction(q, b))),
    "**": (
        lambda p, a, b: times(b, Power(a, minus(b, ONE))),
        lambda p, a, b: times(p, call("ln", a, np.log)),
    ),
    "dot": (lambda s, a, b: b, lambda s, a, b: a),
    "sum": (lambda s, a: ones(a),),
    "mean": (lambda s, a: Fraction(ones(a), Number(float(a.evaluate().size))),),
    "logsumexp": (lambda s, a: softmax(a),),
    "sqerr": (lambda e, o, t: minus(o, t),),
    "mse": (lambda e, o, t: mean_of(o, Product((TWO, minus(o, t)))),),
    "bce": (bce,),
    "bce_with_logits": (lambda p, z, t: mean_of(z, minus(p, t)),),
    "cross_entropy": (lambda e, s, t: Negative(Fraction(t, s)),),
    "cross_entropy_with_logits": (lambda s, z, t: scaled_difference(s, t),),
    "hinge": (hinge,),
}


def inner_of_ones(g: Formula) -> Inner:
    """⟨𝟏, g⟩, the sum of all entries of g."""
    return Inner(ones(g), g)
