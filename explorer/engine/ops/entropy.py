"""Losses between probabilities: bce and cross_entropy. Terms of weight 0 are skipped, so that 0 · ∞ never shows."""

from __future__ import annotations

from functools import partial

from explorer.engine.arrays import Array, Namespace
from explorer.engine.jacobians import Jacobian, Row
from explorer.engine.ops.base import Calls
from explorer.engine.ops.kernels import Workbench, common, gathered, summed
from explorer.engine.ops.loss import Loss, average, outputs, total


def weighted(xp: Namespace, weight: Array, value: Array) -> Array:
    """weight · value, where a term of weight 0 is skipped even if its value is infinite."""
    skip = (weight == 0) & xp.isinf(value)
    return xp.where(skip, xp.zeros_like(weight), weight * value)


def by_rule_unless_finite(
    op: Loss, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, *primals: Array
) -> Calls:
    """At saturation the quick quotients are 0/0: there the op's own Jacobian decides."""

    def exact() -> Array:
        return op.jacobians(bench.rules, out, *primals)[slot].pullback(bench.rules, cotangent)

    return bench.unless_finite(into, into, exact, out)


class Bce(Loss):
    """Binary cross-entropy of probabilities, −(1/n) Σ (tᵢ ln pᵢ + (1 − tᵢ) ln(1 − pᵢ)); terms of weight 0 are skipped.

    Domain: 0 ≤ p ≤ 1. Jacobians: (−t/p + (1 − t)/(1 − p)) / n by p, (ln(1 − p) − ln p) / n by t.
    """

    name, symbol, pattern, analytic = "bce", "bce", "bce({0}, {1})", True
    says_forward = "**{out} is the mean binary cross-entropy of the probabilities {0} against {1}**."

    def forward(self, xp: Namespace, p: Array, t: Array) -> Array:
        terms = weighted(xp, t, xp.log(p)) + weighted(xp, 1 - t, xp.log1p(-p))
        return -average(xp, terms)

    def jacobians(self, xp: Namespace, out: Array, p: Array, t: Array) -> tuple[Jacobian, ...]:
        n = outputs(p)
        by_p = weighted(xp, 1 - t, 1 / (1 - p)) - weighted(xp, t, 1 / p)
        by_t = xp.log1p(-p) - xp.log(p)
        return Row.between(out, p, by_p / n), Row.between(out, t, by_t / n)

    def forward_kernel(self, bench: Workbench, out: Array, p: Array, t: Array) -> Calls:
        xp, n = bench.xp, outputs(p)
        logs, rests, turned = (bench.temporary(*p.shape) for _ in range(3))
        on, off, terms = (bench.temporary(*common(p, t)) for _ in range(3))
        weight, other = bench.buffer(*t.shape), bench.buffer(*t.shape)      # −t/n and −(1 − t)/n
        return [
            *bench.once([
                partial(xp.divide, t, bench.number(-n), weight),
                partial(xp.subtract, bench.number(-1 / n), weight, other)], [t], [weight, other]),
            partial(xp.log, p, logs), partial(xp.negative, p, turned), partial(xp.log1p, turned, rests),
            partial(xp.multiply, logs, weight, on), partial(xp.multiply, rests, other, off),
            partial(xp.add, on, off, terms), *summed(bench, terms, out),
            *bench.unless_finite(out, out, partial(self.forward, bench.rules, p, t), out),
        ]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, p: Array, t: Array
    ) -> Calls | None:
        if slot == 1:
            return None
        xp, n, shape = bench.xp, outputs(p), common(p, t)
        share, weight, other = bench.temporary(*out.shape), bench.buffer(*shape), bench.buffer(*shape)
        rest, on, off = bench.temporary(*p.shape), bench.temporary(*shape), bench.temporary(*shape)
        terms = into if into.shape == shape else bench.temporary(*shape)
        # weight and other are t and 1 − t, times the cotangent over n.
        weigh: Calls = [
            partial(xp.divide, cotangent, bench.number(n), share), partial(xp.multiply, t, share, weight),
            partial(xp.subtract, share, weight, other),
        ]
        return [
            *bench.once(weigh, [t, cotangent], [weight, other]), partial(xp.subtract, bench.number(1.0), p, rest),
            partial(xp.divide, other, rest, off), partial(xp.divide, weight, p, on),
            partial(xp.subtract, off, on, terms), *([] if terms is into else gathered(bench, terms, into)),
            *by_rule_unless_finite(self, bench, slot, cotangent, into, out, p, t),
        ]



class CrossEntropy(Loss):
    """Cross-entropy of probabilities, −Σ tₖ ln sₖ; terms with t = 0 are skipped.

    Domain: 0 ≤ s ≤ 1. Jacobians: −(t/s)ᵀ by s, −(ln s)ᵀ by t.
    """

    name, symbol, pattern, analytic = "cross_entropy", "ce", "−Σ {1} ∘ ln {0}", True
    says_forward = "**{out} is minus the sum of {1} times ln {0}**."

    def forward(self, xp: Namespace, s: Array, t: Array) -> Array:
        return -total(xp, weighted(xp, t, xp.log(s)))

    def jacobians(self, xp: Namespace, out: Array, s: Array, t: Array) -> tuple[Jacobian, ...]:
        return Row.between(out, s, -weighted(xp, t, 1 / s)), Row.between(out, t, -xp.log(s))

    def forward_kernel(self, bench: Workbench, out: Array, s: Array, t: Array) -> Calls:
        xp = bench.xp
        logs, terms, whole = bench.temporary(*s.shape), bench.temporary(*common(s, t)), bench.temporary(*out.shape)
        return [
            partial(xp.log, s, logs), partial(xp.multiply, logs, t, terms), *summed(bench, terms, whole),
            partial(xp.negative, whole, out),
            *bench.unless_finite(out, out, partial(self.forward, bench.rules, s, t), out),
        ]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, s: Array, t: Array
    ) -> Calls | None:
        if slot == 1:
            return None
        xp, shape = bench.xp, common(s, t)
        weight, turned = bench.buffer(*shape), bench.temporary(*out.shape)      # weight: −t times the cotangent
        terms = into if into.shape == shape else bench.temporary(*shape)
        weigh: Calls = [partial(xp.negative, cotangent, turned), partial(xp.multiply, t, turned, weight)]
        return [
            *bench.once(weigh, [t, cotangent], [weight]), partial(xp.divide, weight, s, terms),
            *([] if terms is into else gathered(bench, terms, into)),
            *by_rule_unless_finite(self, bench, slot, cotangent, into, out, s, t),
        ]
