"""Reductions over all entries or along one axis: sum, mean, max."""

from __future__ import annotations

import math
from functools import partial

from explorer.engine.arrays import Array, Namespace, is_numpy
from explorer.engine.errors import Message
from explorer.engine.jacobians import Jacobian, Row, Shape
from explorer.engine.jacobians.base import flat
from explorer.engine.ops.arithmetic import constant
from explorer.engine.ops.base import Calls, Op, OperandError, shape_text
from explorer.engine.ops.kernels import Workbench, summed


def engine_axis(axis: int, shape: Shape) -> int:
    """The axis of the engine array that `axis` of the sample means. Raises OperandError when there is no such axis."""
    if not -len(shape) <= axis < len(shape):
        has = Message("axes {first} to {last}", first=-len(shape), last=len(shape) - 1) if shape else Message("no axis")
        raise OperandError(
            Message(
                "axis={axis} of {_0}, which has shape {shape} and {has}. Expected an axis of {_0}. Leave axis "
                "out, or give {_0} that axis.",
                axis=axis,
                shape=shape_text(shape),
                has=has,
            )
        )
    return axis % len(shape)


def averaged(xp: Namespace, x: Array, axis: int, count: float | Array | None = None) -> Array:
    """The mean along one axis of an engine array; where only the sum overflows, of the entries divided first.

    `count` is what the sum is divided by: the axis's length when None.
    """
    count = x.shape[axis] if count is None else count
    mean = xp.sum(x, axis=axis) / count
    fine = xp.isfinite(mean)
    if is_numpy(xp) and fine.all():  # elsewhere the answer would have to come from the device first
        return mean
    return xp.where(fine, mean, xp.sum(x / count, axis=axis))


class Reduction(Op):
    """One number from all entries (`axis` None) or from those along one axis.

    Shapes: (…) -> (), or without the axis. Jacobian: a row of weights; with an axis, one row for each output.
    """

    options = {"axis": None}

    def __init__(self, axis: int | None = None) -> None:
        self.axis = axis

    def reduce(self, xp: Namespace, x: Array, axis: int) -> Array:
        """The reduction along one axis of an engine array."""
        raise NotImplementedError

    def weight(self, xp: Namespace, x: Array, out: Array, axis: int) -> Array:
        """∂out/∂x along that axis, with x's shape or one that stretches to it."""
        raise NotImplementedError

    def shape(self, x: Shape) -> Shape:
        if self.axis is None:
            return ()
        axis = engine_axis(self.axis, x)
        return (*x[:axis], *x[axis + 1 :])

    def forward(self, xp: Namespace, x: Array) -> Array:
        return self.reduce(xp, *self._laid_out(xp, x))

    def jacobians(self, xp: Namespace, out: Array, x: Array) -> tuple[Jacobian, ...]:
        laid_out, axis = self._laid_out(xp, x)
        weight = self.weight(xp, laid_out, out, axis)
        if weight.ndim > 1:  # else one constant for all entries
            weight = xp.reshape(weight, x.shape)
        return (Row.between(out, x, weight, None if self.axis is None else axis),)

    def _laid_out(self, xp: Namespace, x: Array) -> tuple[Array, int]:
        """The operand with the axis to reduce; without an axis, all entries in one."""
        return (flat(xp, x), 0) if self.axis is None else (x, engine_axis(self.axis, x.shape[:-1]))


class Sum(Reduction):
    """Sum of all entries, or along `axis`. Jacobian: a row of ones."""

    name, symbol, pattern, analytic = "sum", "Σ", "Σ {0}", True
    says_forward = "**{out} is the sum of the entries of {0}**."

    def reduce(self, xp: Namespace, x: Array, axis: int) -> Array:
        return xp.sum(x, axis=axis)

    def weight(self, xp: Namespace, x: Array, out: Array, axis: int) -> Array:
        return constant(xp, out, 1.0)

    def forward_kernel(self, bench: Workbench, out: Array, x: Array) -> Calls:
        if self.axis is None:
            return summed(bench, x, out)
        return [partial(x.sum, engine_axis(self.axis, x.shape[:-1]), None, out)]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, x: Array
    ) -> Calls:
        xp = bench.xp
        axis = None if self.axis is None else engine_axis(self.axis, x.shape[:-1])
        return [partial(xp.copyto, into, cotangent if axis is None else xp.expand_dims(cotangent, axis=axis))]


class Mean(Sum):
    """Mean of all entries, or along `axis`. Jacobian: a row of 1/n."""

    name, symbol, pattern = "mean", "mean", "mean({0})"
    says_forward = "**{out} is the mean of the entries of {0}**."

    def reduce(self, xp: Namespace, x: Array, axis: int) -> Array:
        return averaged(xp, x, axis)

    def weight(self, xp: Namespace, x: Array, out: Array, axis: int) -> Array:
        return constant(xp, out, 1 / x.shape[axis])

    def forward_kernel(self, bench: Workbench, out: Array, x: Array) -> Calls:
        xp = bench.xp
        return [
            *super().forward_kernel(bench, out, x),
            partial(xp.divide, out, self._entries(bench, x), out),
            *bench.unless_finite(out, out, partial(self.forward, bench.rules, x), out),
        ]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, x: Array
    ) -> Calls:
        xp = bench.xp
        calls = super().pullback_kernel(bench, slot, cotangent, into, out, x)
        return [*calls, partial(xp.divide, into, self._entries(bench, x), into)]

    def _entries(self, bench: Workbench, x: Array) -> Array:
        sample = x.shape[:-1]
        return bench.number(math.prod(sample) if self.axis is None else sample[self.axis])


class Max(Reduction):
    """Largest entry, or the largest along `axis`. Jacobian: 1 for the largest; several equal ones share it equally."""

    name, symbol, pattern = "max", "max", "max({0})"
    says_forward = "**{out} is the largest entry of {0}**."

    def reduce(self, xp: Namespace, x: Array, axis: int) -> Array:
        return xp.max(x, axis=axis)

    def weight(self, xp: Namespace, x: Array, out: Array, axis: int) -> Array:
        largest = xp.astype(x == xp.expand_dims(out, axis=axis), out.dtype)
        return largest / xp.sum(largest, axis=axis, keepdims=True)
