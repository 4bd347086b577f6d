"""Binary and categorical cross-entropy on logits: exact where their probabilities would saturate."""

from __future__ import annotations

from functools import partial

from explorer.engine.arrays import Array, Namespace
from explorer.engine.jacobians import Jacobian, Row, Shape
from explorer.engine.ops.activations import logistic
from explorer.engine.ops.base import Calls, OperandError, shape_text
from explorer.engine.ops.entropy import by_rule_unless_finite, weighted
from explorer.engine.ops.kernels import at_least, common, either, gathered, is_finite, number, scratch, summed, unless
from explorer.engine.ops.loss import Loss, average, outputs, total
from explorer.engine.ops.smooth import softplus
from explorer.engine.ops.softmax import beside_top, log_shares, reduced, shares_into, shifted

# Where all other classes together have less than this of the largest one's power, the kernels of cross-entropy take
# the longer way, which adds the others up without it: 1 plus them would not keep their digits.
SATURATED = 2.0**-10


class BceWithLogits(Loss):
    """Binary cross-entropy of logits, (1/n) Σ (t ln(1 + e⁻ᶻ) + (1 − t) ln(1 + eᶻ)): exact for every z.

    Jacobians: (σ(z) − t) / n by z, written (1 − t) σ(z) − t σ(−z) so that nothing cancels; −z / n by t.
    """

    name, symbol, pattern, analytic = "bce_with_logits", "bce∘σ", "bce(σ({0}), {1})", True
    says_forward = "{out} is the mean binary cross-entropy of σ({0}) against {1}, computed on {0} itself."
    says_backward = "{0} receives σ({0}) − {1}, over the number of outputs, times the gradient of {out}."

    def forward(self, xp: Namespace, z: Array, t: Array) -> Array:
        terms = weighted(xp, t, softplus(xp, -z)) + weighted(xp, 1 - t, softplus(xp, z))
        return average(xp, terms)

    def jacobians(self, xp: Namespace, out: Array, z: Array, t: Array) -> tuple[Jacobian, ...]:
        n = outputs(z)
        by_z = (1 - t) * logistic(xp, z) - t * logistic(xp, -z)
        return Row.between(out, z, by_z / n), Row.between(out, t, -z / n)

    def forward_kernel(self, xp: Namespace, out: Array, z: Array, t: Array) -> Calls:
        # ln(1 + e^−|z|) + max(z, 0) − t z holds for soft targets too, and cancels exactly for hard ones.
        soft, ramp, terms = scratch(xp, out, *z.shape), scratch(xp, out, *z.shape), scratch(xp, out, *common(z, t))
        return [
            partial(xp.abs, z, soft), partial(xp.negative, soft, soft), partial(xp.exp, soft, soft),
            partial(xp.log1p, soft, soft), partial(xp.maximum, z, number(xp, out, 0.0), out=ramp),
            partial(xp.multiply, z, t, terms), partial(xp.subtract, ramp, terms, terms),
            partial(xp.add, terms, soft, terms), *summed(xp, terms, out),
            partial(xp.divide, out, number(xp, out, outputs(z)), out),
            *unless(is_finite(xp, out), out, partial(self.forward, xp, z, t)),
        ]

    def pullback_kernel(
        self, xp: Namespace, slot: int, cotangent: Array, into: Array, out: Array, z: Array, t: Array
    ) -> Calls | None:
        if slot == 1:
            return None
        # With e = e^−|z| and s = 1 where z ≥ 0, else 0:  σ(z) − t = ((s − t) + e (1 − s − t)) / (1 + e), where hard
        # targets leave one term alone, so that a tiny gradient keeps its digits.
        one, small, side = number(xp, out, 1.0), scratch(xp, out, *z.shape), scratch(xp, out, *z.shape)
        near, far = scratch(xp, out, *common(z, t)), scratch(xp, out, *common(z, t))
        return [
            partial(xp.abs, z, small), partial(xp.negative, small, small), partial(xp.exp, small, small),
            partial(xp.heaviside, z, one, side), partial(xp.subtract, side, t, near),
            partial(xp.subtract, one, side, side), partial(xp.subtract, side, t, far),
            partial(xp.multiply, far, small, far), partial(xp.add, near, far, near),
            partial(xp.add, small, one, small), partial(xp.divide, near, small, near),
            partial(xp.multiply, near, cotangent, near), *gathered(xp, near, into),
            partial(xp.divide, into, number(xp, out, outputs(z)), into),
        ]


class CrossEntropyWithLogits(Loss):
    """Cross-entropy of softmax(θ) along the last axis, −Σ tₖ ln softmax(θ)ₖ: exact for every θ.

    Jacobians: (s Σt − t)ᵀ by θ, which is (s − t)ᵀ for targets that sum to 1; −(ln s)ᵀ by t.
    Source: CS224n gradient notes (7); homework 003, ②.
    """

    name, symbol, pattern, identity = "cross_entropy_with_logits", "ce∘softmax", "−Σ {1} ∘ ln softmax({0})", "(7)"
    analytic = True
    says_forward = "{out} is the cross-entropy of softmax({0}) against {1}, computed on {0} itself."
    says_backward = "{0} receives softmax({0}) − {1}, times the gradient of {out}."

    def shape(self, predicted: Shape, target: Shape) -> Shape:
        if not predicted:
            raise OperandError(
                f"{{0}} has shape {shape_text(predicted)}. Expected a vector with one entry for each class. "
                "Give {0} a shape such as (3)."
            )
        return super().shape(predicted, target)

    def forward(self, xp: Namespace, theta: Array, t: Array) -> Array:
        return -total(xp, weighted(xp, t, log_shares(xp, theta, theta.ndim - 2)))

    def jacobians(self, xp: Namespace, out: Array, theta: Array, t: Array) -> tuple[Jacobian, ...]:
        axis = theta.ndim - 2
        low, whole = shifted(xp, theta, axis)[0], xp.sum(t, axis=axis, keepdims=True)
        powers, rest = xp.exp(low), beside_top(xp, low, axis)
        # s Σt − t, with the entry's own share of Σt and of Σe left out on both sides: nothing cancels for hard targets.
        others = xp.where(low == 0, rest, rest + (1 - powers))
        by_theta = (powers * (whole - t) - t * others) / (1 + rest)
        return Row.between(out, theta, by_theta), Row.between(out, t, -log_shares(xp, theta, axis))

    def forward_kernel(self, xp: Namespace, out: Array, theta: Array, t: Array) -> Calls:
        axis, low, terms = theta.ndim - 2, scratch(xp, out, *theta.shape), scratch(xp, out, *common(theta, t))
        powers, top, sums = scratch(xp, out, *theta.shape), reduced(xp, theta, axis), reduced(xp, theta, axis)
        # The power of the largest is 1. It leads alone where the sum is below 2; else, there is none to leave out.
        leads, crowded, rest = xp.empty(theta.shape, dtype=bool), xp.empty(sums.shape, dtype=bool), xp.empty_like(sums)
        exact: Calls = [
            partial(xp.multiply, sums, number(xp, out, 0.5), rest), partial(xp.greater, powers, rest, leads),
            partial(xp.copyto, powers, number(xp, out, 0.0), where=leads), partial(powers.sum, axis, None, rest, True),
            partial(xp.greater_equal, sums, number(xp, out, 2.0), crowded), partial(xp.subtract, rest, crowded, rest),
            partial(xp.log1p, rest, rest),
        ]
        return [
            partial(theta.max, axis, top, True), partial(xp.subtract, theta, top, low), partial(xp.exp, low, powers),
            partial(powers.sum, axis, None, sums, True),
            *either(at_least(sums, 1 + SATURATED), [partial(xp.log, sums, rest)], exact),
            partial(xp.subtract, rest, low, low), partial(xp.multiply, low, t, terms), *summed(xp, terms, out),
            *unless(is_finite(xp, out), out, partial(self.forward, xp, theta, t)),
        ]

    def pullback_kernel(
        self, xp: Namespace, slot: int, cotangent: Array, into: Array, out: Array, theta: Array, t: Array
    ) -> Calls | None:
        if slot == 1:
            return None
        axis, share, terms = theta.ndim - 2, scratch(xp, out, *theta.shape), scratch(xp, out, *common(theta, t))
        whole, (calls, sums) = reduced(xp, t, axis), shares_into(xp, theta, axis, share)
        # s (Σt − t) − t (1 − s), where 1 − s is the sum of the other shares if s leads.
        leads, rest, others = xp.empty(theta.shape, dtype=bool), reduced(xp, theta, axis), xp.empty_like(share)
        lost = xp.empty_like(terms)
        exact: Calls = [
            partial(xp.greater, share, number(xp, out, 0.5), leads), partial(xp.copyto, others, share),
            partial(xp.copyto, others, number(xp, out, 0.0), where=leads), partial(others.sum, axis, None, rest, True),
            partial(xp.subtract, number(xp, out, 1.0), share, others), partial(xp.copyto, others, rest, where=leads),
            partial(xp.multiply, others, t, lost), partial(xp.subtract, whole, t, terms),
            partial(xp.multiply, terms, share, terms), partial(xp.subtract, terms, lost, terms),
        ]
        quick: Calls = [partial(xp.multiply, share, whole, terms), partial(xp.subtract, terms, t, terms)]
        return [
            *calls, partial(t.sum, axis, None, whole, True), *either(at_least(sums, 1 + SATURATED), quick, exact),
            partial(xp.multiply, terms, cotangent, terms), *gathered(xp, terms, into),
            *by_rule_unless_finite(self, xp, slot, cotangent, into, out, theta, t),
        ]
