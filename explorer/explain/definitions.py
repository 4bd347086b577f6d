"""What the ops compute in one entry, written with sums, powers and logarithms."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from explorer.explain import formula as f
from explorer.explain.slopes import HALF, minus

E = f.Constant((("e", ""),), float(np.e))


def power_of_e(exponent: f.Formula) -> f.Formula:
    return f.Power(E, exponent)


def log_of(x: f.Formula) -> f.Formula:
    with np.errstate(all="ignore"):
        return f.Call((("ln", ""),), (x,), np.log(x.evaluate()))


UNARY: Mapping[str, Callable[[f.Formula], f.Formula]] = {
    "sigmoid": lambda z: f.Fraction(f.ONE, f.Sum((f.ONE, power_of_e(f.Negative(z))))),
    "exp": power_of_e,
    "log": log_of,
    "square": lambda x: f.Power(x, f.Number(2.0)),
    "-x": f.Negative,
    "=": lambda x: x,
    "stop_gradient": lambda x: x,
    "softplus": lambda z: log_of(f.Sum((f.ONE, power_of_e(z)))),
    "silu": lambda z: f.Fraction(z, f.Sum((f.ONE, power_of_e(f.Negative(z))))),
    "relu": lambda z: f.Call((("max", ""),), (f.Number(0.0), z), np.maximum(z.evaluate(), 0.0)),
    "tanh": lambda z: f.Fraction(
        minus(power_of_e(z), power_of_e(f.Negative(z))), f.Sum((power_of_e(z), power_of_e(f.Negative(z))))
    ),
}
BINARY: Mapping[str, Callable[[f.Formula, f.Formula], f.Formula]] = {
    "+": lambda a, b: f.Sum((*terms_of(a), *terms_of(b))),
    "-": lambda a, b: f.Sum((*terms_of(a), f.Negative(b))),
    "*": lambda a, b: f.Product((a, b)),
    "/": f.Fraction,
    "**": f.Power,
}
# One term of a sum over the outputs, and what stands before the sum (given the number of outputs).
LOSSES: Mapping[str, tuple[Callable[[f.Formula, f.Formula], f.Formula], Callable[[int], f.Formula | None]]] = {
    "sqerr": (lambda o, t: f.Power(minus(t, o), f.Number(2.0)), lambda n: HALF),
    "mse": (lambda o, t: f.Power(minus(o, t), f.Number(2.0)), lambda n: _share(n)),
    "cross_entropy": (lambda s, t: f.Product((t, log_of(s))), lambda n: None),
    "bce": (
        lambda p, t: f.Sum((f.Product((t, log_of(p))), f.Product((minus(f.ONE, t), log_of(minus(f.ONE, p)))))),
        lambda n: _share(n),
    ),
}
NEGATED = {"bce", "cross_entropy"}


def _share(n: int) -> f.Formula | None:
    return None if n == 1 else f.Fraction(f.ONE, f.Number(float(n)))


def terms_of(formula: f.Formula) -> tuple[f.Formula, ...]:
    return formula.terms if isinstance(formula, f.Sum) else (formula,)
