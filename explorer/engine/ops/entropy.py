"""Losses between probabilities: bce and cross_entropy. Terms of weight 0 are skipped, so that 0 · ∞ never shows."""

from __future__ import annotations

from functools import partial

from explorer.engine.arrays import Array, Namespace
from explorer.engine.jacobians import Jacobian, Row
from explorer.engine.ops.base import Calls
from explorer.engine.ops.kernels import common, gathered, is_finite, number, scratch, summed, unless
from explorer.engine.ops.loss import Loss, average, outputs, total


def weighted(xp: Namespace, weight: Array, value: Array) -> Array:
    """weight · value, where a term of weight 0 is skipped even if its value is infinite."""
    skip = (weight == 0) & xp.isinf(value)
    return xp.where(skip, xp.zeros_like(weight), weight * value)


def by_rule_unless_finite(
    op: Loss, xp: Namespace, slot: int, cotangent: Array, into: Array, out: Array, *primals: Array
) -> Calls:
    """At saturation the quick quotients are 0/0: there the op's own Jacobian decides."""

    def exact() -> Array:
        return op.jacobians(xp, out, *primals)[slot].pullback(xp, cotangent)

    return unless(is_finite(xp, into), into, exact)


class Bce(Loss):
    """Binary cross-entropy of probabilities, −(1/n) Σ (tᵢ ln pᵢ + (1 − tᵢ) ln(1 − pᵢ)); terms of weight 0 are skipped.

    Domain: 0 ≤ p ≤ 1. Jacobians: (−t/p + (1 − t)/(1 − p)) / n by p, (ln(1 − p) − ln p) / n by t.
    """

    name, symbol, pattern, analytic = "bce", "bce", "bce({0}, {1})", True
    says_forward = "{out} is the mean binary cross-entropy of the probabilities {0} against {1}."
    says_backward = "{0} receives −{1}/{0} + (1 − {1})/(1 − {0}), over the outputs' number, times that of {out}."

    def forward(self, xp: Namespace, p: Array, t: Array) -> Array:
        terms = weighted(xp, t, xp.log(p)) + weighted(xp, 1 - t, xp.log1p(-p))
        return -average(xp, terms)

    def jacobians(self, xp: Namespace, out: Array, p: Array, t: Array) -> tuple[Jacobian, ...]:
        n = outputs(p)
        by_p = weighted(xp, 1 - t, 1 / (1 - p)) - weighted(xp, t, 1 / p)
        by_t = xp.log1p(-p) - xp.log(p)
        return Row.between(out, p, by_p / n), Row.between(out, t, by_t / n)

    def forward_kernel(self, xp: Namespace, out: Array, p: Array, t: Array) -> Calls:
        one, terms, off = number(xp, out, 1.0), scratch(xp, out, *common(p, t)), scratch(xp, out, *common(p, t))
        weight, other = scratch(xp, out, *t.shape), scratch(xp, out, *p.shape)
        return [
            partial(xp.log, p, other), partial(xp.multiply, other, t, terms),
            partial(xp.negative, p, other), partial(xp.log1p, other, other), partial(xp.subtract, one, t, weight),
            partial(xp.multiply, other, weight, off), partial(xp.add, terms, off, terms), *summed(xp, terms, out),
            partial(xp.divide, out, number(xp, out, -outputs(p)), out),
            *unless(is_finite(xp, out), out, partial(self.forward, xp, p, t)),
        ]

    def pullback_kernel(
        self, xp: Namespace, slot: int, cotangent: Array, into: Array, out: Array, p: Array, t: Array
    ) -> Calls | None:
        if slot == 1:
            return None
        one, terms, off = number(xp, out, 1.0), scratch(xp, out, *common(p, t)), scratch(xp, out, *common(p, t))
        weight, rest = scratch(xp, out, *t.shape), scratch(xp, out, *p.shape)
        return [
            partial(xp.subtract, one, t, weight), partial(xp.subtract, one, p, rest),
            partial(xp.divide, weight, rest, terms), partial(xp.divide, t, p, off),
            partial(xp.subtract, terms, off, terms), partial(xp.multiply, terms, cotangent, terms),
            *gathered(xp, terms, into), partial(xp.divide, into, number(xp, out, outputs(p)), into),
            *by_rule_unless_finite(self, xp, slot, cotangent, into, out, p, t),
        ]


class CrossEntropy(Loss):
    """Cross-entropy of probabilities, −Σ tₖ ln sₖ; terms with t = 0 are skipped.

    Domain: 0 ≤ s ≤ 1. Jacobians: −(t/s)ᵀ by s, −(ln s)ᵀ by t.
    """

    name, symbol, pattern, analytic = "cross_entropy", "ce", "−Σ {1} ∘ ln {0}", True
    says_forward = "{out} is minus the sum of {1} times ln {0}."
    says_backward = "{0} receives −{1}/{0}, times the gradient of {out}."

    def forward(self, xp: Namespace, s: Array, t: Array) -> Array:
        return -total(xp, weighted(xp, t, xp.log(s)))

    def jacobians(self, xp: Namespace, out: Array, s: Array, t: Array) -> tuple[Jacobian, ...]:
        return Row.between(out, s, -weighted(xp, t, 1 / s)), Row.between(out, t, -xp.log(s))

    def forward_kernel(self, xp: Namespace, out: Array, s: Array, t: Array) -> Calls:
        terms, logs = scratch(xp, out, *common(s, t)), scratch(xp, out, *s.shape)
        return [
            partial(xp.log, s, logs), partial(xp.multiply, logs, t, terms), *summed(xp, terms, out),
            partial(xp.negative, out, out), *unless(is_finite(xp, out), out, partial(self.forward, xp, s, t)),
        ]

    def pullback_kernel(
        self, xp: Namespace, slot: int, cotangent: Array, into: Array, out: Array, s: Array, t: Array
    ) -> Calls | None:
        if slot == 1:
            return None
        terms = scratch(xp, out, *common(s, t))
        return [
            partial(xp.divide, t, s, terms), partial(xp.multiply, terms, cotangent, terms), *gathered(xp, terms, into),
            partial(xp.negative, into, into), *by_rule_unless_finite(self, xp, slot, cotangent, into, out, s, t),
        ]
