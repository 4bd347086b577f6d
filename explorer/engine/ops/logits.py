"""Binary and categorical cross-entropy on logits: exact where their probabilities would saturate."""

from __future__ import annotations

from functools import partial

from explorer.engine.arrays import Array, Namespace
from explorer.engine.errors import Message
from explorer.engine.jacobians import Jacobian, Row, Shape
from explorer.engine.ops.activations import logistic
from explorer.engine.ops.base import Calls, OperandError, shape_text
from explorer.engine.ops.entropy import by_rule_unless_finite, weighted
from explorer.engine.ops.kernels import Workbench, common, either, gathered, inner, summed
from explorer.engine.ops.logits_kernels import HardTargets, Shares, summing_to_one
from explorer.engine.ops.loss import Loss, average, outputs, total
from explorer.engine.ops.smooth import softplus
from explorer.engine.ops.softmax import added, beside_top, log_shares, shifted


class BceWithLogits(Loss):
    """Binary cross-entropy of logits, (1/n) Σ (t ln(1 + e⁻ᶻ) + (1 − t) ln(1 + eᶻ)): exact for every z.

    Jacobians: (σ(z) − t) / n by z, written (1 − t) σ(z) − t σ(−z) so that nothing cancels; −z / n by t.
    """

    name, symbol, pattern, analytic = "bce_with_logits", "bce∘σ", "bce(σ({0}), {1})", True
    says_forward = "**{out} is the mean binary cross-entropy of σ({0}) against {1}**, computed on {0} itself."

    def forward(self, xp: Namespace, z: Array, t: Array) -> Array:
        terms = weighted(xp, t, softplus(xp, -z)) + weighted(xp, 1 - t, softplus(xp, z))
        return average(xp, terms)

    def jacobians(self, xp: Namespace, out: Array, z: Array, t: Array) -> tuple[Jacobian, ...]:
        n = outputs(z)
        by_z = (1 - t) * logistic(xp, z) - t * logistic(xp, -z)
        return Row.between(out, z, by_z / n), Row.between(out, t, -z / n)

    def forward_kernel(self, bench: Workbench, out: Array, z: Array, t: Array) -> Calls:
        xp, n, itself = bench.xp, outputs(z), bench.sums_itself(out)
        # The plan looks at the terms again when the pass is over: then no other kernel may write there.
        terms = (bench.buffer if itself else bench.temporary)(*common(z, t))
        minus, soft, ramp = (bench.temporary(*z.shape) for _ in range(3))
        product, rest = (bench.temporary(*terms.shape) for _ in range(2))
        # ln(1 + e^−|z|) + max(z, 0) − t z holds for soft targets too, and cancels exactly for hard ones.
        calls: Calls = [
            partial(xp.abs, z, soft),
            partial(xp.negative, soft, minus),
            partial(xp.exp, minus, soft),
            partial(xp.log1p, soft, minus),
            partial(xp.maximum, z, bench.number(0.0), out=ramp),
            partial(xp.multiply, z, t, product),
            partial(xp.subtract, ramp, product, rest),
            partial(xp.add, rest, minus, terms),
        ]
        if bench.settled(t) and z.shape == t.shape:
            hard = HardTargets(bench, z, t)
            calls = either(hard.gate.recall, hard.forward(terms), calls, settled=True)
        if itself:
            bench.total = inner(terms, xp.full(terms.shape, bench.seed / n, dtype=bench.dtype))
            return calls
        whole = bench.temporary(*out.shape)
        return [
            *calls,
            *summed(bench, terms, whole),
            partial(xp.divide, whole, bench.number(n), out),
            *bench.unless_finite(out, out, partial(self.forward, bench.rules, z, t), out),
        ]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, z: Array, t: Array
    ) -> Calls | None:
        if slot == 1:
            return None
        # With e = e^−|z| and s = 1 where z ≥ 0, else 0:  σ(z) − t = ((s − t) + e (1 − s − t)) / (1 + e), where hard
        # targets leave one term alone, so that a tiny gradient keeps its digits.
        xp, one, shape, weight = bench.xp, bench.number(1.0), common(z, t), bench.temporary(*out.shape)
        small, other, side, far_side = (bench.temporary(*z.shape) for _ in range(4))
        near, far, terms = (bench.temporary(*shape) for _ in range(3))
        target = into if into.shape == shape else bench.temporary(*shape)
        calls: Calls = [
            partial(xp.abs, z, other),
            partial(xp.negative, other, small),
            partial(xp.exp, small, other),
            partial(xp.heaviside, z, one, side),
            partial(xp.subtract, side, t, near),
            partial(xp.subtract, one, side, far_side),
            partial(xp.subtract, far_side, t, far),
            partial(xp.multiply, far, other, terms),
            partial(xp.add, near, terms, far),
            partial(xp.add, other, one, small),
            partial(xp.divide, far, small, near),
            partial(xp.divide, cotangent, bench.number(outputs(z)), weight),
            partial(xp.multiply, near, weight, target),
        ]
        if "hard" in bench.residuals:
            hard: HardTargets = bench.residuals["hard"]
            exact = by_rule_unless_finite(self, bench, slot, cotangent, into, out, z, t)
            return either(hard.gate.recall, [*hard.pullback(cotangent, into), *exact], calls, settled=True)
        return calls if target is into else [*calls, *gathered(bench, target, into)]


class CrossEntropyWithLogits(Loss):
    """Cross-entropy of softmax(θ) along the last axis, −Σ tₖ ln softmax(θ)ₖ: exact for every θ.

    Jacobians: (s Σt − t)ᵀ by θ, which is (s − t)ᵀ for targets that sum to 1; −(ln s)ᵀ by t.
    Source: CS224n gradient notes (7); homework 003, ②.
    """

    name, symbol, pattern, identity = "cross_entropy_with_logits", "ce∘softmax", "−Σ {1} ∘ ln softmax({0})", "(7)"
    analytic = True
    says_forward = "**{out} is the cross-entropy of softmax({0}) against {1}**, computed on {0} itself."

    def shape(self, predicted: Shape, target: Shape) -> Shape:
        if not predicted:
            raise OperandError(
                Message(
                    "{_0} has shape {predicted}. Expected a vector with one entry for each class. Give {_0} a "
                    "shape such as (3).",
                    predicted=shape_text(predicted),
                )
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

    def forward_kernel(self, bench: Workbench, out: Array, theta: Array, t: Array) -> Calls:
        xp, axis, itself = bench.xp, theta.ndim - 2, bench.sums_itself(out) and bench.settled(t)
        shares = Shares(bench, theta, axis)
        bench.residuals["shares"] = shares
        low, rest = shares.low, shares.log_of_sum
        if itself and axis == 0 and common(theta, t) == theta.shape:
            # −Σ t low + Σ ln Σeˡᵒʷ in one product; no term of it is negative where targets are not: nothing cancels.
            weights = bench.buffer(*shares.logs.shape)
            bench.once(
                [
                    partial(xp.multiply, t, bench.number(-bench.seed), weights[:-1]),
                    partial((-xp.ones_like(t[:, 0])).dot, weights[:-1], weights[-1]),
                ],
                [t],
                [weights],
            )
            bench.total = inner(shares.logs, weights)
            return shares.calls
        minus, terms = bench.temporary(*theta.shape), bench.temporary(*common(theta, t))
        return [
            *shares.calls,
            partial(xp.subtract, rest, low, minus),
            partial(xp.multiply, minus, t, terms),
            *summed(bench, terms, out),
            *bench.unless_finite(out, out, partial(self.forward, bench.rules, theta, t), out),
        ]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, theta: Array, t: Array
    ) -> Calls | None:
        if slot == 1:
            return None
        xp, axis, shape, shares = bench.xp, theta.ndim - 2, common(theta, t), bench.residuals["shares"]
        target = into if into.shape == shape else bench.temporary(*shape)
        share, gained, scaled = bench.temporary(*theta.shape), bench.temporary(*shape), bench.buffer(*shape)
        whole, sum_up = added(bench, scaled, axis)  # scaled is t times the cotangent, whole its sum
        weigh: Calls = [partial(xp.multiply, t, bench.weight(cotangent), scaled), *sum_up]
        weigh = bench.once(weigh, [t, cotangent], [scaled, whole])
        # s Σt − t; and where one class leads by far, s (Σt − t) − t (1 − s), with the others' sum for 1 − s.
        quick: Calls = [partial(xp.multiply, share, whole, gained), partial(xp.subtract, gained, scaled, target)]
        if bench.settled(t) and cotangent is bench.seeds:
            quick = summing_to_one(bench, share, whole, scaled, target, quick)
        others, kept, lost = (bench.temporary(*theta.shape), *(bench.temporary(*shape) for _ in range(2)))
        exact: Calls = [
            *shares.others(bench, share, others),
            partial(xp.multiply, others, scaled, lost),
            partial(xp.subtract, whole, scaled, kept),
            partial(xp.multiply, kept, share, gained),
            partial(xp.subtract, gained, lost, target),
        ]
        return [
            *weigh,
            partial(xp.divide, shares.power, shares.sums, share),
            *either(shares.gate.recall, quick, exact),
            *([] if target is into else gathered(bench, target, into)),
            *by_rule_unless_finite(self, bench, slot, cotangent, into, out, theta, t),
        ]
