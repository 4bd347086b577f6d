"""Softmax, log-softmax and log-sum-exp: one shift by the maximum keeps all three right up to ±1e308 and at ±inf."""

from __future__ import annotations

from functools import partial

from explorer.engine.arrays import Array, Namespace
from explorer.engine.jacobians import DiagonalMinusOuter, Jacobian, Shape
from explorer.engine.ops.base import Calls, Op
from explorer.engine.ops.kernels import is_finite, scratch, unless
from explorer.engine.ops.reduce import Reduction, engine_axis


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


def shares_into(xp: Namespace, x: Array, axis: int, out: Array) -> tuple[Calls, Array]:
    """Calls that write the softmax of finite x into `out`, and the buffer that will hold Σ eˣ of the shifted x."""
    top, total = reduced(xp, x, axis), reduced(xp, x, axis)
    calls: Calls = [
        partial(x.max, axis, top, True), partial(xp.subtract, x, top, out), partial(xp.exp, out, out),
        partial(out.sum, axis, None, total, True), partial(xp.divide, out, total, out),
    ]
    return calls, total


def reduced(xp: Namespace, x: Array, axis: int) -> Array:
    """A buffer for one number from each run of x along the axis."""
    return scratch(xp, x, *x.shape[:axis], 1, *x.shape[axis + 1 :])


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
    says_forward = "{out} turns {0} into shares: positive, in the order of {0}, and 1 in sum."
    says_backward = "{0} receives {out} times (the gradient of {out} minus its mean weighted by {out})."

    def forward(self, xp: Namespace, x: Array) -> Array:
        return shares(xp, x, engine_axis(self.axis, x.shape[:-1]))

    def jacobians(self, xp: Namespace, out: Array, x: Array) -> tuple[Jacobian, ...]:
        return (DiagonalMinusOuter.between(out, x, out, out, out, engine_axis(self.axis, x.shape[:-1])),)

    def forward_kernel(self, xp: Namespace, out: Array, x: Array) -> Calls:
        axis = engine_axis(self.axis, x.shape[:-1])
        calls, total = shares_into(xp, x, axis, out)
        # An infinite maximum leaves NaN in the sums: there the rule's limit is taken.
        return [*calls, *unless(is_finite(xp, total), out, partial(self.forward, xp, x))]

    def pullback_kernel(
        self, xp: Namespace, slot: int, cotangent: Array, into: Array, out: Array, x: Array
    ) -> Calls:
        axis = engine_axis(self.axis, x.shape[:-1])
        joint = reduced(xp, x, axis)
        return [
            partial(xp.multiply, out, cotangent, into), partial(into.sum, axis, None, joint, True),
            partial(xp.subtract, cotangent, joint, into), partial(xp.multiply, into, out, into),
        ]


class LogSoftmax(_Along):
    """Logarithm of softmax, x − ln Σ eˣ, along `axis` (the last). Jacobian: I − 1 sᵀ with s the softmax."""

    name, symbol, pattern, analytic = "log_softmax", "log softmax", "log_softmax({0})", True
    says_forward = "{out} is the logarithm of the softmax shares of {0}."
    says_backward = "{0} receives the gradient of {out} minus the softmax shares times that gradient's sum."

    def forward(self, xp: Namespace, x: Array) -> Array:
        return log_shares(xp, x, engine_axis(self.axis, x.shape[:-1]))

    def jacobians(self, xp: Namespace, out: Array, x: Array) -> tuple[Jacobian, ...]:
        one = xp.ones((1,) * x.ndim, dtype=out.dtype)
        axis = engine_axis(self.axis, x.shape[:-1])
        return (DiagonalMinusOuter.between(out, x, one, one, xp.exp(out), axis),)


class LogSumExp(Reduction):
    """ln Σ eˣ over all entries, or along `axis`: a smooth maximum. Jacobian: the softmax shares, as a row."""

    name, symbol, pattern, analytic = "logsumexp", "lse", "logsumexp({0})", True
    says_forward = "{out} is the logarithm of the sum of e^{0}, a smooth maximum."
    says_backward = "{0} receives its softmax shares times the gradient of {out}."

    def reduce(self, xp: Namespace, x: Array, axis: int) -> Array:
        low, top = shifted(xp, x, axis)
        return xp.squeeze(xp.log1p(beside_top(xp, low, axis)) + top, axis=axis)

    def weight(self, xp: Namespace, x: Array, out: Array, axis: int) -> Array:
        return shares(xp, x, axis)
