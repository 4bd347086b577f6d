"""Softmax, log-softmax and log-sum-exp: one shift by the maximum keeps all three right up to ±1e308 and at ±inf."""

from __future__ import annotations

from functools import partial

from explorer.engine.arrays import Array, Namespace
from explorer.engine.jacobians import DiagonalMinusOuter, Jacobian, Shape
from explorer.engine.ops.base import Calls, Op
from explorer.engine.ops.kernels import Workbench, stretching
from explorer.engine.ops.reduce import Reduction, engine_axis

FEW = 8     # so many classes are compared in pairs, which is quicker than a reduction


def shifted(xp: Namespace, x: Array, axis: int) -> tuple[Array, Array]:
    """x minus its maximum along the axis, and that maximum. An infinite one is a limit: 0 there, −inf elsewhere."""
    top = xp.max(x, axis=axis, keepdims=True)
    return xp.where(x == top, xp.zeros_like(x), x - top), top


def shares(xp: Namespace, x: Array, axis: int) -> Array:
    """Softmax along an axis of the engine array."""
    powers = xp.exp(shifted(xp, x, axis)[0])
    return powers / xp.sum(powers, axis=axis, keepdims=True)


def log_shares(xp: Namespace, x: Array, axis: int) -> Array:
    """Log-softmax along an axis of the engine array."""
    low = shifted(xp, x, axis)[0]
    return low - xp.log1p(beside_top(xp, low, axis))


def beside_top(xp: Namespace, low: Array, axis: int) -> Array:
    """Σ eˡᵒʷ − 1 of what `shifted` gave: its largest entry, e⁰, is left out and not taken off, so no digit is lost."""
    top = low == 0
    others = xp.sum(xp.where(top, xp.zeros_like(low), xp.exp(low)), axis=axis, keepdims=True)
    return others + (xp.sum(xp.astype(top, low.dtype), axis=axis, keepdims=True) - 1)


def reduced(x: Array, axis: int) -> Shape:
    """The shape of one number from each run of x along the axis."""
    return (*x.shape[:axis], 1, *x.shape[axis + 1 :])


def largest(bench: Workbench, x: Array, axis: int, top: Array) -> Calls:
    """Calls that write the maximum along the axis into `top`, of shape `reduced(x, axis)`."""
    first, *others = (x[(slice(None),) * axis + (slice(place, place + 1),)] for place in range(x.shape[axis]))
    if not 0 < len(others) < FEW:
        return [partial(x.max, axis, top, True)]
    calls: Calls = []
    so_far = first
    for other in others:
        into = top if other is others[-1] else bench.again(top)
        calls.append(partial(bench.xp.maximum, so_far, other, out=into))
        so_far = into
    return calls


def added(bench: Workbench, x: Array, axis: int) -> tuple[Array, Calls]:
    """A buffer that stretches to x, and calls that write the sum along the axis into it.

    Of few classes every row holds the sum: a broadcast costs more than they do.
    """
    rows = x.shape[0] if x.shape[0] <= FEW else 1
    if axis == 0 and x.ndim == 2 and x.flags.c_contiguous:
        total = bench.buffer(rows, x.shape[1])
        return total, [partial(bench.xp.ones((rows, x.shape[0]), dtype=bench.dtype).dot, x, total)]
    total = bench.buffer(*reduced(x, axis))
    return total, [partial(x.sum, axis, None, total, True)]


class _Along(Op):
    options = {"axis": -1}

    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def shape(self, x: Shape) -> Shape:
        engine_axis(self.axis, x)
        return x


class Softmax(_Along):
    """Softmax, s_k = e^{x_k} / Σᵢ e^{x_i}, along `axis` (the last).

    Shapes: (…, n) -> (…, n). Jacobian: diag(s) − s sᵀ, applied as s ∘ (g − ⟨s, g⟩).
    """

    name, symbol, pattern, analytic = "softmax", "softmax", "softmax({0})", True
    says_forward = "**{out} turns {0} into shares**: positive, in the order of {0}, and 1 in sum."

    def forward(self, xp: Namespace, x: Array) -> Array:
        return shares(xp, x, engine_axis(self.axis, x.shape[:-1]))

    def jacobians(self, xp: Namespace, out: Array, x: Array) -> tuple[Jacobian, ...]:
        return (DiagonalMinusOuter.between(out, x, out, out, out, engine_axis(self.axis, x.shape[:-1])),)

    def forward_kernel(self, bench: Workbench, out: Array, x: Array) -> Calls:
        xp, axis = bench.xp, engine_axis(self.axis, x.shape[:-1])
        top, low, power = bench.temporary(*reduced(x, axis)), *(bench.temporary(*x.shape) for _ in range(2))
        total, calls = added(bench, power, axis)
        return [
            *largest(bench, x, axis, top), partial(xp.subtract, x, stretching(top), low), partial(xp.exp, low, power),
            *calls, partial(xp.divide, power, total, out),
            # An infinite maximum leaves NaN in the sums: there the rule's limit is taken.
            *bench.unless_finite(total, out, partial(self.forward, bench.rules, x), out),
        ]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, x: Array
    ) -> Calls:
        xp = bench.xp
        axis = engine_axis(self.axis, x.shape[:-1])
        part, rest = bench.temporary(*x.shape), bench.temporary(*x.shape)
        joint, calls = added(bench, part, axis)
        return [
            partial(xp.multiply, out, cotangent, part), *calls,
            partial(xp.subtract, cotangent, joint, rest), partial(xp.multiply, rest, out, into),
        ]


class LogSoftmax(_Along):
    """Logarithm of softmax, x − ln Σ eˣ, along `axis` (the last). Jacobian: I − 1 sᵀ with s the softmax."""

    name, symbol, pattern, analytic = "log_softmax", "log softmax", "log_softmax({0})", True
    says_forward = "**{out} is the logarithm of the softmax shares of {0}**."

    def forward(self, xp: Namespace, x: Array) -> Array:
        return log_shares(xp, x, engine_axis(self.axis, x.shape[:-1]))

    def jacobians(self, xp: Namespace, out: Array, x: Array) -> tuple[Jacobian, ...]:
        one = xp.ones((1,) * x.ndim, dtype=out.dtype)
        axis = engine_axis(self.axis, x.shape[:-1])
        return (DiagonalMinusOuter.between(out, x, one, one, xp.exp(out), axis),)


class LogSumExp(Reduction):
    """ln Σ eˣ over all entries, or along `axis`: a smooth maximum. Jacobian: the softmax shares, as a row."""

    name, symbol, pattern, analytic = "logsumexp", "lse", "logsumexp({0})", True
    says_forward = "**{out} is the logarithm of the sum of e^{0}**, a smooth maximum."

    def reduce(self, xp: Namespace, x: Array, axis: int) -> Array:
        low, top = shifted(xp, x, axis)
        return xp.squeeze(xp.log1p(beside_top(xp, low, axis)) + top, axis=axis)

    def weight(self, xp: Namespace, x: Array, out: Array, axis: int) -> Array:
        return shares(xp, x, axis)
