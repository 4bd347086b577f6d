"""Losses between probabilities: bce and cross_entropy, and their exact forms on logits."""

from __future__ import annotations

from explorer.engine.arrays import Array, Namespace
from explorer.engine.jacobians import Jacobian, Row
from explorer.engine.ops.activations import logistic
from explorer.engine.ops.base import OperandError, Shape
from explorer.engine.ops.loss import Loss, outputs, total
from explorer.engine.ops.softmax import log_shares, shares


def weighted(xp: Namespace, weight: Array, value: Array) -> Array:
    """weight · value, where a term of weight 0 is skipped even if its value is infinite."""
    skip = (weight == 0) & xp.isinf(value)
    return xp.where(skip, xp.zeros_like(weight), weight * value)


def softplus(xp: Namespace, z: Array) -> Array:
    """ln(1 + eᶻ) without overflow."""
    return xp.logaddexp(z, xp.zeros_like(z))


class Bce(Loss):
    """Binary cross-entropy of probabilities, −(1/n) Σ (tᵢ ln pᵢ + (1 − tᵢ) ln(1 − pᵢ)); terms of weight 0 are skipped.

    Domain: 0 ≤ p ≤ 1. Jacobians: (−t/p + (1 − t)/(1 − p)) / n by p, (ln(1 − p) − ln p) / n by t.
    """

    name, symbol, pattern = "bce", "bce", "bce({0}, {1})"
    says_forward = "{out} is the mean binary cross-entropy of the probabilities {0} against {1}."
    says_backward = "{0} receives −{1}/{0} + (1 − {1})/(1 − {0}), over the number of outputs, times the gradient of {out}."

    def forward(self, xp: Namespace, p: Array, t: Array) -> Array:
        terms = weighted(xp, t, xp.log(p)) + weighted(xp, 1 - t, xp.log1p(-p))
        return -total(xp, terms) / outputs(p)

    def jacobians(self, xp: Namespace, out: Array, p: Array, t: Array) -> tuple[Jacobian, ...]:
        n = outputs(p)
        by_p = weighted(xp, 1 - t, 1 / (1 - p)) - weighted(xp, t, 1 / p)
        by_t = xp.log1p(-p) - xp.log(p)
        return Row.between(out, p, by_p / n), Row.between(out, t, by_t / n)


class BceWithLogits(Loss):
    """Binary cross-entropy of logits, (1/n) Σ (t ln(1 + e⁻ᶻ) + (1 − t) ln(1 + eᶻ)): exact for every z.

    Jacobians: (σ(z) − t) / n by z, written (1 − t) σ(z) − t σ(−z) so that nothing cancels; −z / n by t.
    """

    name, symbol, pattern = "bce_with_logits", "bce∘σ", "bce(σ({0}), {1})"
    says_forward = "{out} is the mean binary cross-entropy of σ({0}) against {1}, computed on {0} itself."
    says_backward = "{0} receives σ({0}) − {1}, over the number of outputs, times the gradient of {out}."

    def forward(self, xp: Namespace, z: Array, t: Array) -> Array:
        terms = weighted(xp, t, softplus(xp, -z)) + weighted(xp, 1 - t, softplus(xp, z))
        return total(xp, terms) / outputs(z)

    def jacobians(self, xp: Namespace, out: Array, z: Array, t: Array) -> tuple[Jacobian, ...]:
        n = outputs(z)
        by_z = (1 - t) * logistic(xp, z) - t * logistic(xp, -z)
        return Row.between(out, z, by_z / n), Row.between(out, t, -z / n)


class CrossEntropy(Loss):
    """Cross-entropy of probabilities, −Σ tₖ ln sₖ; terms with t = 0 are skipped.

    Domain: 0 ≤ s ≤ 1. Jacobians: −(t/s)ᵀ by s, −(ln s)ᵀ by t.
    """

    name, symbol, pattern = "cross_entropy", "ce", "−Σ {1} ∘ ln {0}"
    says_forward = "{out} is minus the sum of {1} times ln {0}."
    says_backward = "{0} receives −{1}/{0}, times the gradient of {out}."

    def forward(self, xp: Namespace, s: Array, t: Array) -> Array:
        return -total(xp, weighted(xp, t, xp.log(s)))

    def jacobians(self, xp: Namespace, out: Array, s: Array, t: Array) -> tuple[Jacobian, ...]:
        return Row.between(out, s, -weighted(xp, t, 1 / s)), Row.between(out, t, -xp.log(s))


class CrossEntropyWithLogits(Loss):
    """Cross-entropy of softmax(θ) along the last axis, −Σ tₖ ln softmax(θ)ₖ: exact for every θ.

    Jacobians: (s Σt − t)ᵀ by θ, which is (s − t)ᵀ for targets that sum to 1; −(ln s)ᵀ by t.
    Source: CS224n gradient notes (7); homework 003, ②.
    """

    name, symbol, pattern, identity = "cross_entropy_with_logits", "ce∘softmax", "−Σ {1} ∘ ln softmax({0})", "(7)"
    says_forward = "{out} is the cross-entropy of softmax({0}) against {1}, computed on {0} itself."
    says_backward = "{0} receives softmax({0}) − {1}, times the gradient of {out}."

    def shape(self, predicted: Shape, target: Shape) -> Shape:
        if not predicted:
            raise OperandError(
                "{0} is a scalar. Expected a vector with one entry for each class. Declare {0} with a shape such as (3)."
            )
        return super().shape(predicted, target)

    def forward(self, xp: Namespace, theta: Array, t: Array) -> Array:
        return -total(xp, weighted(xp, t, log_shares(xp, theta, theta.ndim - 2)))

    def jacobians(self, xp: Namespace, out: Array, theta: Array, t: Array) -> tuple[Jacobian, ...]:
        axis = theta.ndim - 2
        by_theta = shares(xp, theta, axis) * xp.sum(t, axis=axis, keepdims=True) - t
        return Row.between(out, theta, by_theta), Row.between(out, t, -log_shares(xp, theta, axis))
