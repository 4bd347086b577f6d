"""Losses that measure a distance: sqerr, mse, hinge. Prediction first, target second; one number for each sample."""

from __future__ import annotations

import math
from functools import partial

from explorer.engine.arrays import Array, Namespace
from explorer.engine.errors import Message
from explorer.engine.jacobians import Jacobian, Row, Shape
from explorer.engine.jacobians.base import flat
from explorer.engine.ops.base import Calls, Op, OperandError, shape_text
from explorer.engine.ops.kernels import Workbench, common, inner, scaled, summed
from explorer.engine.ops.reduce import averaged


class Loss(Op):
    """A prediction against a target of the same shape: one number for each sample.

    Shapes: (…), (…) -> (). Jacobians: a row by each operand; the target may be an ordinary line of the graph.
    """

    arity = (2, 2)

    def shape(self, predicted: Shape, target: Shape) -> Shape:
        if predicted != target:
            raise OperandError(
                Message(
                    "{_0} has shape {predicted}, {_1} has shape {target}. Expected a prediction and a target of "
                    "one shape. Declare {_1} with shape {predicted}.",
                    predicted=shape_text(predicted),
                    target=shape_text(target),
                )
            )
        return ()


def outputs(array: Array) -> int:
    """How many entries one sample has."""
    return math.prod(array.shape[:-1])


def average(xp: Namespace, terms: Array) -> Array:
    """The mean over one sample's entries. Shape: (…, B) -> (B,)."""
    return averaged(xp, flat(xp, terms), 0)


def total(xp: Namespace, terms: Array) -> Array:
    """The sum over one sample's entries. Shape: (…, B) -> (B,)."""
    return xp.sum(flat(xp, terms), axis=0)


class SqErr(Loss):
    """Squared error, E = ½ Σ (tᵢ − oᵢ)². Jacobians: (o − t)ᵀ by the output, (t − o)ᵀ by the target.

    Source: HCI lab 7, B5.1.
    """

    name, symbol, pattern, analytic = "sqerr", "½Σ(t−o)²", "½ Σ({1} − {0})²", True
    says_forward = "**{out} is half the sum of the squared differences between {0} and {1}**."

    def forward(self, xp: Namespace, o: Array, t: Array) -> Array:
        difference = o - t
        return 0.5 * total(xp, difference * difference)

    def jacobians(self, xp: Namespace, out: Array, o: Array, t: Array) -> tuple[Jacobian, ...]:
        return Row.between(out, o, o - t), Row.between(out, t, t - o)

    def forward_kernel(self, bench: Workbench, out: Array, o: Array, t: Array) -> Calls:
        xp = bench.xp
        error, square, whole = bench.buffer(*common(o, t)), bench.temporary(*common(o, t)), bench.temporary(*out.shape)
        bench.residuals["error"] = error
        calls: Calls = [partial(xp.subtract, o, t, error)]
        if bench.sums_itself(out):
            squares, half = inner(error, error), 0.5 * bench.seed
            bench.total = lambda: squares() * half
            return calls
        return [
            *calls,
            partial(xp.square, error, square),
            *summed(bench, square, whole),
            partial(xp.multiply, whole, bench.number(0.5), out),
        ]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, o: Array, t: Array
    ) -> Calls:
        error = bench.residuals["error"]
        if slot == 0:
            return scaled(bench, error, cotangent, into)
        turned = bench.temporary(*error.shape)
        return [partial(bench.xp.negative, error, turned), *scaled(bench, turned, cotangent, into)]


class Mse(Loss):
    """Mean squared error over the n outputs, (1/n) Σ (oᵢ − tᵢ)². Jacobians: ±2 (o − t)ᵀ / n."""

    name, symbol, pattern, analytic = "mse", "mse", "mean(({0} − {1})²)", True
    says_forward = "**{out} is the mean of the squared differences between {0} and {1}**."

    def forward(self, xp: Namespace, o: Array, t: Array) -> Array:
        difference = o - t
        return average(xp, difference * difference)

    def jacobians(self, xp: Namespace, out: Array, o: Array, t: Array) -> tuple[Jacobian, ...]:
        row = (o - t) * (2 / outputs(o))
        return Row.between(out, o, row), Row.between(out, t, -row)


class Hinge(Loss):
    """Hinge loss over the n outputs, (1/n) Σ max(0, 1 − tᵢ oᵢ), targets ±1.

    Jacobian: −t/n where 1 − t o > 0, else 0.
    """

    name, symbol, pattern = "hinge", "hinge", "mean(max(0, 1 − {1} ∘ {0}))"
    says_forward = "**{out} is the mean of how far each {1}·{0} falls short of 1**."

    def forward(self, xp: Namespace, o: Array, t: Array) -> Array:
        short = 1 - t * o
        return average(xp, xp.maximum(short, xp.zeros_like(short)))

    def jacobians(self, xp: Namespace, out: Array, o: Array, t: Array) -> tuple[Jacobian, ...]:
        short = 1 - t * o
        # The sign of what is short: 1 below the margin, 0 beyond it, NaN for NaN.
        active = xp.sign(xp.maximum(short, xp.zeros_like(short))) / outputs(o)
        return Row.between(out, o, -t * active), Row.between(out, t, -o * active)
