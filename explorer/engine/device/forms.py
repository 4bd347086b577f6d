"""How an array lies in memory: its shape, and its strides and offset in entries, with BATCH where the batch will be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from explorer.engine.device.expression import BATCH, real_shape
from explorer.engine.jacobians.base import Shape


@dataclass(frozen=True)
class Form:
    """A view of memory. An axis of length 1 has stride 0, so that forms of the same entries are equal."""

    shape: Shape
    strides: Shape
    offset: int = 0

    @property
    def in_order(self) -> bool:
        """Whether the entries lie one after the other in C order."""
        axes = zip(self.shape, self.strides, ordered(self.shape).strides, strict=True)
        return all(length == 1 or stride == step for length, stride, step in axes)

    @property
    def full_strides(self) -> Shape:
        """The strides, with those for axes of length 1 that they would have in C order."""
        found, step = list[int](), 1
        for length, stride in zip(reversed(self.shape), reversed(self.strides), strict=True):
            found.append(step if length == 1 else stride)
            step = found[-1] * length
        return tuple(reversed(found))

    def real(self, rows: int) -> Form:
        """The same for so many samples."""
        return Form(real_shape(self.shape, rows), tuple(real_number(stride, rows) for stride in self.strides),
                    real_number(self.offset, rows))

    def moved(self, move: Callable[[Any], Any]) -> Form:
        """What a view function of NumPy makes of it, tried on an array without memory."""
        memory = np.empty((), dtype=bool)
        view = move(as_strided(memory, self.shape, self.strides))
        away = view.__array_interface__["data"][0] - memory.__array_interface__["data"][0]
        return _form(view.shape, view.strides, self.offset + away)

    def batch_first(self) -> Form:
        """The last axis first."""
        return Form((self.shape[-1], *self.shape[:-1]), (self.strides[-1], *self.strides[:-1]), self.offset)


def ordered(shape: Shape, offset: int = 0) -> Form:
    """C order."""
    strides, step = list[int](), 1
    for length in reversed(shape):
        strides.append(step)
        step *= length
    return _form(shape, tuple(reversed(strides)), offset)


def real_number(number: int, rows: int) -> int:
    """A stride or an offset for so many samples."""
    whole, rest = divmod(abs(number), BATCH)
    return (whole * rows + rest) * (1 if number >= 0 else -1)


def _form(shape: Shape, strides: Shape, offset: int) -> Form:
    alone = zip(shape, strides, strict=True)
    return Form(tuple(shape), tuple(0 if length == 1 else stride for length, stride in alone), offset)
