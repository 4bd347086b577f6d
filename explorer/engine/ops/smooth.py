"""Smooth relatives of relu: softplus, silu, gelu; right up to ±1e308 and at ±inf."""

from __future__ import annotations

import math

from explorer.engine.arrays import Array, Namespace
from explorer.engine.ops.activations import logistic
from explorer.engine.ops.transcendental import Unary

GELU_SCALE, GELU_CUBE = math.sqrt(2 / math.pi), 0.044715


def softplus(xp: Namespace, z: Array) -> Array:
    """ln(1 + eᶻ) without overflow, as max(z, 0) + ln(1 + e^−|z|); next to the real axis, the analytic function."""
    negative = z < 0
    small = xp.exp(xp.where(negative, z, -z))
    return xp.where(negative, xp.zeros_like(z), z) + xp.log1p(small)


def scaled(xp: Namespace, gate: Array, value: Array) -> Array:
    """gate · value, where a gate that is shut (0) stays 0 even against inf."""
    return xp.where(gate == 0, gate, gate * value)


class Softplus(Unary):
    """Softplus, h = ln(1 + eᶻ). Jacobian: diag(σ(z))."""

    name, symbol, pattern, analytic = "softplus", "softplus", "softplus({0})", True
    says_forward = "**{out} is ln(1 + e^{0})**, a smooth relu[[, entry by entry]]."

    def forward(self, xp: Namespace, z: Array) -> Array:
        return softplus(xp, z)

    def derivative(self, xp: Namespace, out: Array, z: Array) -> Array:
        return logistic(xp, z)


class Silu(Unary):
    """Sigmoid-weighted unit, h = z σ(z). Jacobian: diag(σ(z) (1 + z σ(−z)))."""

    name, symbol, pattern, analytic = "silu", "silu", "silu({0})", True
    says_forward = "**{out} is {0} times σ({0})**[[, entry by entry]]."

    def forward(self, xp: Namespace, z: Array) -> Array:
        return scaled(xp, logistic(xp, z), z)

    def derivative(self, xp: Namespace, out: Array, z: Array) -> Array:
        return scaled(xp, logistic(xp, z), 1 + scaled(xp, logistic(xp, -z), z))


class Gelu(Unary):
    """Gaussian error unit in its tanh form, h = z · ½(1 + tanh u), u = √(2/π) (z + 0.044715 z³).

    The gate ½(1 + tanh u) is σ(2u), which keeps its accuracy for very negative z.
    Jacobian: diag(σ(2u) (1 + z σ(−2u) 2u′)).
    """

    name, symbol, pattern, analytic = "gelu", "gelu", "gelu({0})", True
    says_forward = "**{out} is {0} times ½(1 + tanh(√(2/π)({0} + 0.044715 {0}³)))**[[, entry by entry]]."

    def forward(self, xp: Namespace, z: Array) -> Array:
        return scaled(xp, logistic(xp, self._doubled(z)), z)

    def derivative(self, xp: Namespace, out: Array, z: Array) -> Array:
        u = self._doubled(z)
        slope = z * (2 * GELU_SCALE * (1 + 3 * GELU_CUBE * z * z))
        return scaled(xp, logistic(xp, u), 1 + scaled(xp, logistic(xp, -u), slope))

    @staticmethod
    def _doubled(z: Array) -> Array:
        return 2 * GELU_SCALE * (z + GELU_CUBE * z * z * z)
