"""The ops of the lessons as plain Python loops, one element per iteration: what matrix operations are preferred over.

A tensor is the flat list of one sample's entries, row by row, so W[j, i] of a matrix with m columns is W[j * m + i].
`backward` adds to what it is given, so that contributions sum up where a value was read twice.
Source: the closing note of HCI lab 7, exercise B5.3; the formulas are those of `explorer.engine.ops`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

from explorer.engine.jacobians import Shape
from explorer.engine.ops.base import Op

Entries: TypeAlias = list[float]


class Form:
    """One op for operands of given shapes. A subclass defines the two loops; `*_` only lets it name its operands."""

    def __init__(self, op: Op, shapes: Sequence[Shape], out: Shape) -> None:
        """Keep what the loops need to know of the shapes."""

    def forward(self, *operands: Any) -> Entries:
        """The entries of the result."""
        raise NotImplementedError

    def backward(self, slot: int, gradient: Entries, into: Entries, out: Entries, *operands: Any) -> None:
        """Add what the op sends back to operand `slot`; `gradient` is by `out`, which is what forward gave."""
        raise NotImplementedError


class Pairwise(Form):
    """Two operands entry by entry. `places` says where an entry of the result finds its own in each of them."""

    def __init__(self, op: Op, shapes: Sequence[Shape], out: Shape) -> None:
        self.places = [stretched_places(shape, out) for shape in shapes]


class Add(Pairwise):
    """s = a + b: the gradient passes on unchanged."""

    def forward(self, a: Entries, b: Entries) -> Entries:
        s = []
        for i, j in zip(*self.places, strict=True):
            s.append(a[i] + b[j])
        return s

    def backward(self, slot: int, gradient: Entries, into: Entries, out: Entries, *operands: Entries) -> None:
        for place, arriving in zip(self.places[slot], gradient, strict=True):
            into[place] += arriving


class Subtract(Pairwise):
    """d = a − b: the second operand's gradient turns its sign."""

    def forward(self, a: Entries, b: Entries) -> Entries:
        d = []
        for i, j in zip(*self.places, strict=True):
            d.append(a[i] - b[j])
        return d

    def backward(self, slot: int, gradient: Entries, into: Entries, out: Entries, *operands: Entries) -> None:
        sign = (1.0, -1.0)[slot]
        for place, arriving in zip(self.places[slot], gradient, strict=True):
            into[place] += sign * arriving


class Multiply(Pairwise):
    """p = a ∘ b: each receives the gradient times the other."""

    def forward(self, a: Entries, b: Entries) -> Entries:
        p = []
        for i, j in zip(*self.places, strict=True):
            p.append(a[i] * b[j])
        return p

    def backward(self, slot: int, gradient: Entries, into: Entries, out: Entries, *operands: Entries) -> None:
        other, others = operands[1 - slot], self.places[1 - slot]
        for place, factor, arriving in zip(self.places[slot], others, gradient, strict=True):
            into[place] += arriving * other[factor]


class Product(Form):
    """s = W @ o and its kin, as (n, m) @ (m, k): s[i, j] = Σ over l of left[i, l] · right[l, j].

    A vector on the left is one row, on the right one column; so `W @ o` is the handout's s_j = Σᵢ w_{i,j} oᵢ.
    """

    def __init__(self, op: Op, shapes: Sequence[Shape], out: Shape) -> None:
        left, right = shapes
        self.n = left[0] if len(left) == 2 else 1
        self.m = right[0]
        self.k = right[1] if len(right) == 2 else 1

    def forward(self, left: Entries, right: Entries) -> Entries:
        m, k = self.m, self.k
        s = []
        for i in range(self.n):
            for j in range(k):
                total = 0.0
                for inner in range(m):
                    total += left[i * m + inner] * right[inner * k + j]
                s.append(total)
        return s

    def backward(
        self, slot: int, gradient: Entries, into: Entries, out: Entries, left: Entries, right: Entries
    ) -> None:
        m, k = self.m, self.k
        for i in range(self.n):
            for j in range(k):
                arriving = gradient[i * k + j]
                if slot == 0:
                    for inner in range(m):
                        into[i * m + inner] += arriving * right[inner * k + j]
                else:
                    for inner in range(m):
                        into[inner * k + j] += left[i * m + inner] * arriving


def stretched_places(shape: Shape, out: Shape) -> list[int]:
    """For every entry of the result, the place of its own in an operand that is stretched to it."""
    places = [0]
    step = math.prod(shape)
    padded = (1,) * (len(out) - len(shape)) + tuple(shape)
    for length, whole in zip(padded, out, strict=True):
        step //= length
        places = [place + (i * step if length != 1 else 0) for place in places for i in range(whole)]
    return places


def runs_along(shape: Shape, axis: int) -> list[list[int]]:
    """The places of the entries that belong together along an axis, run by run."""
    length = shape[axis]
    step = math.prod(shape[axis % len(shape) + 1 :])
    starts = [i for i in range(math.prod(shape)) if i // step % length == 0]
    return [list(range(start, start + length * step, step)) for start in starts]
