"""What every op of the language is in a script, by its name: the value, for NumPy and for PyTorch alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from explorer.engine.ops import Op
from explorer.export.scripts.code import ATOM, Code
from explorer.export.scripts.contraction import letters, product
from explorer.export.scripts.library import NUMPY, Library
from explorer.export.scripts.moving import concat, picked, reshaped, stack

Forward = Callable[..., Code]  # of the library, the op (for its options) and its operands


def _named(name: str) -> Forward:
    """The library's function of that name, entry by entry."""
    return lambda lib, op, x: lib(name, x)


def axis_of(op: Op, x: Code) -> int:
    """The axis of the sample that an op works along."""
    axis: int = op.axis  # type: ignore[attr-defined]
    return axis % len(x.shape)


def axes_of(op: Op, x: Code) -> tuple[int, ...]:
    """The axes of the sample that a reduction takes together: its own one, or all."""
    everything = op.axis is None  # type: ignore[attr-defined]
    return tuple(range(len(x.shape))) if everything else (axis_of(op, x),)


def _along(name: str) -> Forward:
    def written(lib: Library, op: Op, x: Code) -> Code:
        return Code(lib(name, x, options=f"axis={x.axes(axis_of(op, x))}").text, ATOM, x.shape, x.batched)

    return written


def _reduced(name: str) -> Forward:
    return lambda lib, op, x: x.over(axes_of(op, x), name)


def _logsumexp(lib: Library, op: Op, x: Code) -> Code:
    axes = axes_of(op, x)
    if not axes:
        return x
    left = tuple(length for axis, length in enumerate(x.shape) if axis not in axes)
    return Code(lib("logsumexp", x, options=f"axis={x.axes(*axes)}").text, ATOM, left, x.batched)


def _matmul(lib: Library, op: Op, left: Code, right: Code) -> Code:
    batched = left.batched or right.batched
    return product(lib, letters(left, right), left, right, op.shape(left.shape, right.shape), batched)


def _power(lib: Library, op: Op, a: Code, b: Code) -> Code:
    return a**b


def entries(x: Code) -> int:
    """How many entries one sample has."""
    return math.prod(x.shape)


def _hinge(lib: Library, op: Op, o: Code, t: Code) -> Code:
    short = 1 - t * o
    return (lib("maximum", short, Code("0")) if lib is NUMPY else lib("relu", short)).total(name="mean")


def _bce(lib: Library, op: Op, p: Code, t: Code) -> Code:
    return -(lib("xlogy", t, p) + lib("xlog1py", 1 - t, -p)).total(name="mean")


def _bce_with_logits(lib: Library, op: Op, z: Code, t: Code) -> Code:
    return (t * lib("softplus", -z) + (1 - t) * lib("softplus", z)).total(name="mean")


def log_shares(lib: Library, x: Code) -> Code:
    """ln softmax along the last axis."""
    return Code(lib("log_softmax", x, options=f"axis={x.axes(-1)}").text, ATOM, x.shape, x.batched)


def _relu(lib: Library, op: Op, z: Code) -> Code:
    return lib("maximum", z, Code("0")) if lib is NUMPY else lib("relu", z)


def _silu(lib: Library, op: Op, z: Code) -> Code:
    return z * lib("sigmoid", z)


def _gelu(lib: Library, op: Op, z: Code) -> Code:
    return lib("gelu", z, options="" if lib is NUMPY else 'approximate="tanh"')


def _stopped(lib: Library, op: Op, x: Code) -> Code:
    return x if lib is NUMPY else x.method("detach", "", x.shape)


FORWARD: Mapping[str, Forward] = MappingProxyType(
    {
        "+": lambda lib, op, a, b: a + b,
        "-": lambda lib, op, a, b: a - b,
        "*": lambda lib, op, a, b: a * b,
        "/": lambda lib, op, a, b: a / b,
        "**": _power,
        "-x": lambda lib, op, a: -a,
        "@": _matmul,
        "dot": _matmul,
        **{name: _named(name) for name in ("exp", "log", "sqrt", "abs", "sin", "cos", "tanh", "sigmoid", "softplus")},
        "square": lambda lib, op, x: x**2,
        "relu": _relu,
        "leaky_relu": lambda lib, op, z: lib("where", z > 0, z, 0.01 * z),
        "gelu": _gelu,
        "silu": _silu,
        "softmax": _along("softmax"),
        "log_softmax": _along("log_softmax"),
        "logsumexp": _logsumexp,
        "sum": _reduced("sum"),
        "mean": _reduced("mean"),
        "max": lambda lib, op, x: x.over(axes_of(op, x), "max" if lib is NUMPY else "amax"),
        "=": lambda lib, op, x: x,
        "stop_gradient": _stopped,
        "transpose": lambda lib, op, x: x.transposed,
        "reshape": reshaped,
        "[]": picked,
        "concat": concat,
        "stack": stack,
        "sqerr": lambda lib, op, o, t: 0.5 * ((o - t) ** 2).total(),
        "mse": lambda lib, op, o, t: ((o - t) ** 2).total(name="mean"),
        "hinge": _hinge,
        "bce": _bce,
        "cross_entropy": lambda lib, op, s, t: -lib("xlogy", t, s).total(),
        "bce_with_logits": _bce_with_logits,
        "cross_entropy_with_logits": lambda lib, op, theta, t: -(t * log_shares(lib, theta)).total(),
    }
)


def value(lib: Library, op: Op, operands: list[Code]) -> Code:
    """An op's result. Raises: KeyError for an op that has no line in FORWARD."""
    return FORWARD[op.name](lib, op, *operands)
