"""Element-wise activations: sigmoid, tanh, relu, leaky_relu; right up to ±1e308."""

from __future__ import annotations

from functools import partial

from explorer.engine.arrays import Array, Namespace
from explorer.engine.ops.base import Calls
from explorer.engine.ops.kernels import Workbench
from explorer.engine.ops.transcendental import Unary

LEAK = 0.01


def logistic(xp: Namespace, z: Array) -> Array:
    """1 / (1 + e⁻ᶻ) without overflow, and with full relative accuracy where it is tiny.

    −|z| is written as a choice, so that next to the real axis this is the analytic function.
    """
    small = xp.exp(xp.where(z < 0, z, -z))
    return xp.where(z < 0, small, xp.ones_like(z)) / (1 + small)


def keep_nan(xp: Namespace, x: Array, value: Array) -> Array:
    """`value`, but NaN where x is: comparisons alone would swallow it."""
    return xp.where(xp.isnan(x), x, value)


class Sigmoid(Unary):
    """Logistic sigmoid, h = 1 / (1 + e⁻ᶻ). Jacobian: diag(h (1 − h)). Domain: all reals. Source: HCI lab 7, B5.2."""

    name, aliases, symbol, pattern, analytic = "sigmoid", ("σ",), "σ", "σ({0})", True
    says_forward = "**{out} is the logistic sigmoid of {0}**: every entry is squeezed between 0 and 1."

    def forward(self, xp: Namespace, z: Array) -> Array:
        return logistic(xp, z)

    def derivative(self, xp: Namespace, out: Array, z: Array) -> Array:
        return out * (1 - out)

    def forward_kernel(self, bench: Workbench, out: Array, z: Array) -> Calls:
        xp = bench.xp
        power = bench.again(out)
        return [
            partial(xp.negative, z, power), partial(xp.exp, power, out), partial(xp.add, out, bench.number(1.0), power),
            partial(xp.reciprocal, power, out),
        ]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, z: Array
    ) -> Calls:
        xp = bench.xp
        slope = bench.again(into)
        return [
            partial(xp.subtract, bench.number(1.0), out, into), partial(xp.multiply, into, out, slope),
            partial(xp.multiply, slope, cotangent, into),
        ]


class Reflected(Sigmoid):
    """h = 1 / (1 + eᵘ), the sigmoid of −u: for plans in which u = −z is computed, with all signs of z's line turned.

    Jacobian: diag(−h (1 − h)). It is no word of the language.
    """

    def forward(self, xp: Namespace, u: Array) -> Array:
        return logistic(xp, -u)

    def derivative(self, xp: Namespace, out: Array, u: Array) -> Array:
        return out * (out - 1)

    def forward_kernel(self, bench: Workbench, out: Array, u: Array) -> Calls:
        xp, power = bench.xp, bench.again(out)
        return [
            partial(xp.exp, u, out), partial(xp.add, out, bench.number(1.0), power), partial(xp.reciprocal, power, out),
        ]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, u: Array
    ) -> Calls:
        xp, slope = bench.xp, bench.again(into)
        return [
            partial(xp.subtract, out, bench.number(1.0), into), partial(xp.multiply, into, out, slope),
            partial(xp.multiply, slope, cotangent, into),
        ]


class Tanh(Unary):
    """Hyperbolic tangent, h = tanh z. Jacobian: diag(1 − h²)."""

    name, symbol, pattern, analytic = "tanh", "tanh", "tanh({0})", True
    says_forward = "**{out} is the hyperbolic tangent of {0}**: every entry is squeezed between −1 and 1."

    def forward(self, xp: Namespace, z: Array) -> Array:
        return xp.tanh(z)

    def derivative(self, xp: Namespace, out: Array, z: Array) -> Array:
        return 1 - out * out

    def forward_kernel(self, bench: Workbench, out: Array, z: Array) -> Calls:
        return [partial(bench.xp.tanh, z, out)]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, z: Array
    ) -> Calls:
        xp = bench.xp
        slope = bench.again(into)
        return [
            partial(xp.square, out, into), partial(xp.subtract, bench.number(1.0), into, slope),
            partial(xp.multiply, slope, cotangent, into),
        ]


class Relu(Unary):
    """Rectifier, h = max(z, 0). Jacobian: diag(1 where z > 0, else 0); relu′(0) = 0."""

    name, symbol, pattern = "relu", "relu", "relu({0})"
    says_forward = "**{out} keeps the positive entries of {0} and puts 0 for the others**."

    def forward(self, xp: Namespace, z: Array) -> Array:
        return xp.maximum(z, xp.zeros_like(z))

    def derivative(self, xp: Namespace, out: Array, z: Array) -> Array:
        return xp.sign(out)     # and NaN for NaN

    def forward_kernel(self, bench: Workbench, out: Array, z: Array) -> Calls:
        return [partial(bench.xp.maximum, z, bench.number(0.0), out=out)]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, z: Array
    ) -> Calls:
        xp = bench.xp
        slope = bench.again(into)
        return [partial(xp.sign, out, slope), partial(xp.multiply, slope, cotangent, into)]


class LeakyRelu(Unary):
    """Leaky rectifier, h = z where z > 0, else 0.01 z. Jacobian: diag(1 or 0.01); 0.01 at 0."""

    name, symbol, pattern = "leaky_relu", "leaky relu", "leaky_relu({0})"
    says_forward = "**{out} keeps the positive entries of {0} and shrinks the others to a hundredth**."

    def forward(self, xp: Namespace, z: Array) -> Array:
        return xp.where(z > 0, z, LEAK * z)

    def derivative(self, xp: Namespace, out: Array, z: Array) -> Array:
        one = xp.ones_like(z)
        return keep_nan(xp, z, xp.where(z > 0, one, LEAK * one))
