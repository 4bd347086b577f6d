"""What every op sends back, by its name: g times the local slope, as a student would write it in NumPy.

Each rule takes the gradient `g` of the op's value, that value `out` and the operands, and gives what goes back to each
of them for every sample; None where nothing does. What was stretched, or is shared by the batch, is summed afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from explorer.engine.ops import Op
from explorer.export.scripts.code import ATOM, Code, reduced
from explorer.export.scripts.contraction import letters, product
from explorer.export.scripts.forward import axes_of, axis_of, entries, log_shares
from explorer.export.scripts.library import NUMPY as np
from explorer.export.scripts.moving import key_of, piece

Contributions = Sequence[Code | None]
Backward = Callable[..., Contributions]  # of the op (for its options), g, out and the operands


def _slope(rule: Callable[[Code, Code], Code]) -> Backward:
    """An op of one operand, entry by entry: g times rule(out, x)."""
    return lambda op, g, out, x: (g * rule(out, x),)


def _power(op: Op, g: Code, out: Code, a: Code, b: Code) -> Contributions:
    if b.text.lstrip("-").replace(".", "").isdigit():  # a number of the graph's text
        return (g * (b * a ** (float(b.text) - 1)) if float(b.text) else None), None
    one_less = np("where", b.equals(0), Code("1"), b - 1)
    by_base = np("where", b.equals(0), Code("0"), b * a**one_less)
    return g * by_base, g * np("where", a.equals(0), Code("0"), out * np("log", a))


def _matmul(op: Op, g: Code, out: Code, left: Code, right: Code) -> Contributions:
    first, second, result = letters(left, right)
    by_left = product(np, (result, second, first), g, right, left.shape, left.batched)
    if first == "j":  # of two vectors, either factor sends back the same
        return by_left, product(np, (result, first, second), g, left, right.shape, right.batched)
    return by_left, product(np, (first, result, second), left, g, right.shape, right.batched)


def _softmax(op: Op, g: Code, s: Code, x: Code) -> Contributions:
    return (s * (g - (g * s).total(keep=[axis_of(op, x)])),)


def _log_softmax(op: Op, g: Code, out: Code, x: Code) -> Contributions:
    return (g - np("exp", out) * g.total(keep=[axis_of(op, x)]),)


def _beside(op: Op, small: Code, x: Code) -> Code:
    """A reduction's result, or its gradient, so that it stretches along what was reduced."""
    everything = op.axis is None  # type: ignore[attr-defined]
    return small.of_rank(len(x.shape)) if everything else small.with_axis(axis_of(op, x))


def _reduction(rule: Backward) -> Backward:
    """An op that reduces; of a single number it is that number."""
    return lambda op, g, out, x: rule(op, g, out, x) if x.shape else (g,)


def _logsumexp(op: Op, g: Code, out: Code, x: Code) -> Contributions:
    return (_beside(op, g, x) * np("exp", x - _beside(op, out, x)),)


def _sum(op: Op, g: Code, out: Code, x: Code) -> Contributions:
    return (_beside(op, g, x) * np("ones_like", x),)


def _mean(op: Op, g: Code, out: Code, x: Code) -> Contributions:
    count = entries(x) // max(1, entries(out))
    return (_beside(op, g, x) * np("ones_like", x) / count,)


def _max(op: Op, g: Code, out: Code, x: Code) -> Contributions:
    largest = x.equals(_beside(op, out, x))
    return (_beside(op, g, x) * largest / largest.total(keep=axes_of(op, x)),)


def _reshape(op: Op, g: Code, out: Code, x: Code) -> Contributions:
    return (g.method("reshape", f"{x.at(ATOM)}.shape", x.shape),)


def _index(op: Op, g: Code, out: Code, x: Code) -> Contributions:
    return (Code(f"placed({g.text}, {x.text}, np.s_[{key_of(op, x)}])", ATOM, x.shape, x.batched),)


def _concat(op: Op, g: Code, out: Code, *parts: Code) -> Contributions:
    axis, start, sent = op.axis % len(out.shape), 0, []  # type: ignore[attr-defined]
    for part in parts:
        sent.append(piece(g, axis, slice(start, start + part.shape[axis]), part))
        start += part.shape[axis]
    return sent


def _stack(op: Op, g: Code, out: Code, *parts: Code) -> Contributions:
    axis = op.axis % len(out.shape)  # type: ignore[attr-defined]
    return [piece(g, axis, place, part) for place, part in enumerate(parts)]


# -- losses ------------------------------------------------------------------------------------------------------------
def _each(slope: Code, x: Code) -> Code:
    """An output's share of the mean over all of them."""
    return slope / entries(x) if entries(x) > 1 else slope


def _sqerr(op: Op, g: Code, out: Code, o: Code, t: Code) -> Contributions:
    return g * (o - t), g * (t - o)


def _mse(op: Op, g: Code, out: Code, o: Code, t: Code) -> Contributions:
    return g * _each(2 * (o - t), o), g * _each(2 * (t - o), o)


def _hinge(op: Op, g: Code, out: Code, o: Code, t: Code) -> Contributions:
    short = t * o < 1
    return -g * _each(t * short, o), -g * _each(o * short, o)


def _bce(op: Op, g: Code, out: Code, p: Code, t: Code) -> Contributions:
    by_p = np("quotient", 1 - t, 1 - p) - np("quotient", t, p)
    return g * _each(by_p, p), g * _each(np("log1p", -p) - np("log", p), p)


def _bce_with_logits(op: Op, g: Code, out: Code, z: Code, t: Code) -> Contributions:
    return g * _each(np("sigmoid", z) - t, z), g * _each(-z, z)


def _cross_entropy(op: Op, g: Code, out: Code, s: Code, t: Code) -> Contributions:
    return g * -np("quotient", t, s), g * -np("log", s)


def _cross_entropy_with_logits(op: Op, g: Code, out: Code, theta: Code, t: Code) -> Contributions:
    last = len(theta.shape) - 1
    shares = Code(np("softmax", theta, options=f"axis={theta.axes(last)}").text, ATOM, theta.shape, theta.batched)
    return g * (shares * t.total(keep=[last]) - t), g * -log_shares(np, theta)


BACKWARD: Mapping[str, Backward] = MappingProxyType(
    {
        "+": lambda op, g, out, a, b: (g, g),
        "-": lambda op, g, out, a, b: (g, -g),
        "*": lambda op, g, out, a, b: (g * b, g * a),
        "/": lambda op, g, out, a, b: (g / b, -g * out / b),
        "**": _power,
        "-x": lambda op, g, out, a: (-g,),
        "@": _matmul,
        "dot": _matmul,
        "exp": _slope(lambda out, x: out),
        "log": lambda op, g, out, x: (g / x,),
        "sqrt": lambda op, g, out, x: (g / (2 * out),),
        "abs": _slope(lambda out, x: np("sign", x)),
        "sin": _slope(lambda out, x: np("cos", x)),
        "cos": _slope(lambda out, x: -np("sin", x)),
        "square": lambda op, g, out, x: (g * 2 * x,),
        "sigmoid": lambda op, g, h, z: (g * h * (1 - h),),
        "tanh": _slope(lambda h, z: 1 - h**2),
        "relu": _slope(lambda h, z: z > 0),
        "leaky_relu": _slope(lambda h, z: np("where", z > 0, Code("1"), Code("0.01"))),
        "softplus": _slope(lambda h, z: np("sigmoid", z)),
        "gelu": _slope(lambda h, z: np("gelu_slope", z)),
        "silu": _slope(lambda h, z: np("sigmoid", z) * (1 + z * np("sigmoid", -z))),
        "softmax": _softmax,
        "log_softmax": _log_softmax,
        "logsumexp": _reduction(_logsumexp),
        "sum": _reduction(_sum),
        "mean": _reduction(_mean),
        "max": _reduction(_max),
        "=": lambda op, g, out, x: (g,),
        "stop_gradient": lambda op, g, out, x: (None,),
        "transpose": lambda op, g, out, x: (g.transposed,),
        "reshape": _reshape,
        "[]": _index,
        "concat": _concat,
        "stack": _stack,
        "sqerr": _sqerr,
        "mse": _mse,
        "hinge": _hinge,
        "bce": _bce,
        "cross_entropy": _cross_entropy,
        "bce_with_logits": _bce_with_logits,
        "cross_entropy_with_logits": _cross_entropy_with_logits,
    }
)


def sent_back(op: Op, g: Code, out: Code, operands: list[Code]) -> list[Code | None]:
    """What goes back to each operand, with that operand's own shape. Raises: KeyError for an op without a rule."""
    sent = BACKWARD[op.name](op, g, out, *operands)
    return [None if one is None else reduced(one, to) for one, to in zip(sent, operands, strict=True)]
