"""Ops that move entries about: transpose, index, reshape, concat, stack; and stop_gradient, and a plain second name."""

from __future__ import annotations

import math
from typing import Any

from explorer.engine.arrays import Array, Namespace
from explorer.engine.errors import Message
from explorer.engine.jacobians import Identity, Jacobian, Permutation, Selection, Shape, Zero
from explorer.engine.ops.base import Op, OperandError, shape_text


class Copy(Op):
    """A second name for a line, y = x. Jacobian: I."""

    name, symbol, pattern, identity, analytic = "=", "=", "{0}", "(3)", True
    says_forward = "**{out} is {0} under another name**."

    def shape(self, x: Shape) -> Shape:
        return x

    def forward(self, xp: Namespace, x: Array) -> Array:
        return xp.asarray(x, copy=True)

    def jacobians(self, xp: Namespace, out: Array, x: Array) -> tuple[Jacobian, ...]:
        return (Identity.between(out, x),)


class StopGradient(Copy):
    """The value, taken as a constant. Jacobian: 0."""

    name, symbol, pattern, identity, analytic = "stop_gradient", "⊣", "stop_gradient({0})", "", False
    says_forward = "**{out} is {0}**, taken as a constant from here on."

    def jacobians(self, xp: Namespace, out: Array, x: Array) -> tuple[Jacobian, ...]:
        return (Zero.between(out, x),)


class Transpose(Op):
    """Axes in reverse order, Aᵀ; a vector stays as it is. Jacobian: the same entries in another order."""

    name, aliases, symbol, pattern, analytic = "transpose", (".T",), "ᵀ", "{0}ᵀ", True
    says_forward = "**{out} is {0} with rows and columns exchanged**."

    def shape(self, x: Shape) -> Shape:
        return x[::-1]

    def forward(self, xp: Namespace, x: Array) -> Array:
        return xp.permute_dims(x, _reversed(x))

    def jacobians(self, xp: Namespace, out: Array, x: Array) -> tuple[Jacobian, ...]:
        return (Permutation.between(out, x, _reversed(x)) if x.ndim > 2 else Identity.between(out, x),)


class Reshape(Op):
    """The same entries, in C order, in another shape. Jacobian: I."""

    name, symbol, pattern, analytic = "reshape", "reshape", "reshape({0}, {op.target})", True
    says_forward = "**{out} holds the entries of {0}**, in order, in another shape."

    def __init__(self, shape: Shape) -> None:
        self.lengths = shape

    @property
    def target(self) -> str:
        return ", ".join(str(length) for length in self.lengths)

    def shape(self, x: Shape) -> Shape:
        if min(self.lengths, default=1) < 1 or math.prod(self.lengths) != math.prod(x):
            raise OperandError(
                Message(
                    "{_0} has shape {x} and {entries} entries, which do not fill {lengths}. Expected positive "
                    "lengths whose product is {entries}. Change them.",
                    x=shape_text(x),
                    entries=math.prod(x),
                    lengths=shape_text(self.lengths),
                )
            )
        return self.lengths

    def forward(self, xp: Namespace, x: Array) -> Array:
        return xp.reshape(x, (*self.lengths, x.shape[-1]))

    def jacobians(self, xp: Namespace, out: Array, x: Array) -> tuple[Jacobian, ...]:
        return (Identity.between(out, x),)


class Index(Op):
    """Some entries, x[key]: whole numbers and slices from 0, as in Python. Jacobian: a selection of rows of I."""

    name, symbol, pattern, analytic = "[]", "[ ]", "{0}[{op.written}]", True
    says_forward = "**{out} is {0}[{op.written}]**, some of the entries of {0}."

    def __init__(self, key: tuple[int | slice, ...]) -> None:
        self.key = key

    @property
    def written(self) -> str:
        return ", ".join(str(part) if isinstance(part, int) else _slice_text(part) for part in self.key)

    def shape(self, x: Shape) -> Shape:
        if len(self.key) > len(x):
            raise OperandError(
                Message(
                    "{_0} has shape {x}, but {key} indices are given. Expected at most {x2}. Leave the last ones out.",
                    x=shape_text(x),
                    key=len(self.key),
                    x2=len(x),
                )
            )
        lengths: list[int] = []
        for part, length in zip(self.key, x, strict=False):
            if isinstance(part, int) and not -length <= part < length:
                raise OperandError(
                    Message(
                        "index {part} of {_0}, which has shape {x}. Expected {first} to {last}. Count from 0.",
                        part=part,
                        x=shape_text(x),
                        first=-length,
                        last=length - 1,
                    )
                )
            if isinstance(part, slice):
                lengths.append(len(range(*part.indices(length))))
        if 0 in lengths:
            raise OperandError(
                Message(
                    "{_0}[{written}] of shape {x} has no entries. Expected at least one. Widen the slice.",
                    written=self.written,
                    x=shape_text(x),
                )
            )
        return (*lengths, *x[len(self.key) :])

    def forward(self, xp: Namespace, x: Array) -> Array:
        return x[self._full_key(x)]

    def jacobians(self, xp: Namespace, out: Array, x: Array) -> tuple[Jacobian, ...]:
        return (Selection.between(out, x, self._full_key(x)),)

    def _full_key(self, x: Array) -> tuple[int | slice, ...]:
        """The key for every axis, batch included, with every number in the standard's range."""
        exact = [_exact(part, length) for part, length in zip(self.key, x.shape, strict=False)]
        return (*exact, *(slice(None) for _ in range(x.ndim - len(exact))))


def _reversed(x: Array) -> tuple[int, ...]:
    return (*range(x.ndim - 2, -1, -1), x.ndim - 1)


def _slice_text(part: slice) -> str:
    ends = [part.start, part.stop] + ([part.step] if part.step is not None else [])
    return ":".join("" if end is None else str(end) for end in ends)


def _exact(part: int | slice, length: int) -> Any:
    if isinstance(part, int):
        return part % length
    start, stop, step = part.indices(length)
    return slice(start, stop if stop >= 0 else None, step)
