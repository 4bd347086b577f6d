"""The activations as plain Python loops; see `explorer.timing.forms`."""

from __future__ import annotations

import math
from collections.abc import Sequence

from explorer.engine.jacobians import Shape
from explorer.engine.ops.base import Op
from explorer.timing.forms import Entries, Form, runs_along


class Sigmoid(Form):
    """h = σ(z), and back: the gradient times h (1 − h)."""

    def forward(self, z: Entries) -> Entries:
        h = []
        for i in range(len(z)):
            h.append(logistic(z[i]))
        return h

    def backward(self, slot: int, gradient: Entries, into: Entries, h: Entries, z: Entries) -> None:
        for i in range(len(h)):
            into[i] += gradient[i] * h[i] * (1.0 - h[i])


class Tanh(Form):
    """h = tanh z, and back: the gradient times 1 − h²."""

    def forward(self, z: Entries) -> Entries:
        h = []
        for i in range(len(z)):
            h.append(math.tanh(z[i]))
        return h

    def backward(self, slot: int, gradient: Entries, into: Entries, h: Entries, z: Entries) -> None:
        for i in range(len(h)):
            into[i] += gradient[i] * (1.0 - h[i] * h[i])


class Relu(Form):
    """h = max(z, 0), and back: the gradient where z > 0."""

    def forward(self, z: Entries) -> Entries:
        h = []
        for i in range(len(z)):
            h.append(max(z[i], 0.0))
        return h

    def backward(self, slot: int, gradient: Entries, into: Entries, h: Entries, z: Entries) -> None:
        for i in range(len(h)):
            if z[i] > 0.0:
                into[i] += gradient[i]


class Softmax(Form):
    """s_k = e^{x_k} / Σ e^{x_i} along an axis, and back: s ∘ (g − ⟨s, g⟩)."""

    def __init__(self, op: Op, shapes: Sequence[Shape], out: Shape) -> None:
        self.runs = runs_along(shapes[0], getattr(op, "axis", -1))

    def forward(self, x: Entries) -> Entries:
        s = [0.0] * len(x)
        for run in self.runs:
            fill_shares(run, x, s)
        return s

    def backward(self, slot: int, gradient: Entries, into: Entries, s: Entries, x: Entries) -> None:
        for run in self.runs:
            joint = 0.0
            for i in run:
                joint += s[i] * gradient[i]
            for i in run:
                into[i] += s[i] * (gradient[i] - joint)


def logistic(z: float) -> float:
    """1 / (1 + e⁻ᶻ) without overflow."""
    if z >= 0.0:
        return 1.0 / (1.0 + math.exp(-z))
    power = math.exp(z)
    return power / (1.0 + power)


def fill_shares(run: Sequence[int], x: Entries, s: Entries) -> float:
    """The softmax of one run of entries, put in its places of s; returns ln Σ e^x of the run."""
    top = x[run[0]]
    for i in run:
        top = max(top, x[i])
    total = 0.0
    for i in run:
        s[i] = math.exp(x[i] - top)
        total += s[i]
    for i in run:
        s[i] /= total
    return top + math.log(total)
