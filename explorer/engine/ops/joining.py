"""Ops of several operands that put them side by side: concat and stack."""

from __future__ import annotations

from explorer.engine.arrays import Array, Namespace
from explorer.engine.errors import Message
from explorer.engine.jacobians import Jacobian, Placement, Shape
from explorer.engine.ops.base import Op, OperandError, shape_text
from explorer.engine.ops.reduce import engine_axis


class _Joining(Op):
    arity = (1, None)
    options = {"axis": 0}
    analytic = True

    def __init__(self, axis: int = 0) -> None:
        self.axis = axis


class Concat(_Joining):
    """Operands end to end along `axis` (the first). Jacobians: each operand is one run of the output's entries.

    Shapes: equal but for the length along the axis.
    """

    name, symbol, pattern = "concat", "concat", "concat({all})"
    says_forward = "**{out} is {all}**, end to end."

    def shape(self, *shapes: Shape) -> Shape:
        axis = engine_axis(self.axis, shapes[0])
        rest = {(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}
        if len(rest) > 1 or len({len(shape) for shape in shapes}) > 1:
            raise OperandError(
                Message(
                    "the operands have shapes {all}. Expected shapes that differ only along axis {axis}. "
                    "Reshape the ones that stand out.",
                    all=", ".join(shape_text(shape) for shape in shapes),
                    axis=axis,
                )
            )
        return (*shapes[0][:axis], sum(shape[axis] for shape in shapes), *shapes[0][axis + 1 :])

    def forward(self, xp: Namespace, *primals: Array) -> Array:
        return xp.concat(one_batch(xp, primals), axis=engine_axis(self.axis, primals[0].shape[:-1]))

    def jacobians(self, xp: Namespace, out: Array, *primals: Array) -> tuple[Jacobian, ...]:
        axis, start, found = engine_axis(self.axis, out.shape[:-1]), 0, []
        for primal in primals:
            stop = start + primal.shape[axis]
            found.append(Placement.between(out, primal, _at(out.ndim, axis, slice(start, stop))))
            start = stop
        return tuple(found)


class Stack(_Joining):
    """Operands of one shape as the entries of a new axis, at `axis` (the first). Jacobians: as for concat."""

    name, symbol, pattern = "stack", "stack", "stack({all})"
    says_forward = "**{out} is {all}**, one beside the other along a new axis."

    def shape(self, *shapes: Shape) -> Shape:
        if len(set(shapes)) > 1:
            raise OperandError(
                Message(
                    "the operands have shapes {all}. Expected one shape for all. Use concat to join different lengths.",
                    all=", ".join(shape_text(shape) for shape in shapes),
                )
            )
        axis = engine_axis(self.axis, (1, *shapes[0]))
        return (*shapes[0][:axis], len(shapes), *shapes[0][axis:])

    def forward(self, xp: Namespace, *primals: Array) -> Array:
        return xp.stack(one_batch(xp, primals), axis=engine_axis(self.axis, primals[0].shape))

    def jacobians(self, xp: Namespace, out: Array, *primals: Array) -> tuple[Jacobian, ...]:
        axis = engine_axis(self.axis, out.shape[:-1])
        return tuple(Placement.between(out, primal, _at(out.ndim, axis, place)) for place, primal in enumerate(primals))


def one_batch(xp: Namespace, primals: tuple[Array, ...]) -> list[Array]:
    """The operands with one batch length for all, the shared ones stretched."""
    batch = next((primal.shape[-1] for primal in primals if primal.shape[-1] != 1), 1)
    return [xp.broadcast_to(primal, (*primal.shape[:-1], batch)) for primal in primals]


def _at(rank: int, axis: int, part: int | slice) -> tuple[int | slice, ...]:
    return tuple(part if place == axis else slice(None) for place in range(rank))
