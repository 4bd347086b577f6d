"""The losses as plain Python loops, on probabilities and on logits; see `explorer.timing.forms`."""

from __future__ import annotations

import math
from collections.abc import Sequence

from explorer.engine.jacobians import Shape
from explorer.engine.ops.base import Op
from explorer.timing.activations import fill_shares, logistic
from explorer.timing.forms import Entries, Form, runs_along


class SqErr(Form):
    """E = ½ Σ (tᵢ − oᵢ)², and back: o − t to the output, t − o to the target."""

    def forward(self, o: Entries, t: Entries) -> Entries:
        error = 0.0
        for i in range(len(o)):
            error += 0.5 * (t[i] - o[i]) * (t[i] - o[i])
        return [error]

    def backward(self, slot: int, gradient: Entries, into: Entries, out: Entries, o: Entries, t: Entries) -> None:
        to, other = (o, t) if slot == 0 else (t, o)
        for i in range(len(o)):
            into[i] += gradient[0] * (to[i] - other[i])


class Mse(Form):
    """(1/n) Σ (oᵢ − tᵢ)², and back: ±2 (o − t) / n."""

    def forward(self, o: Entries, t: Entries) -> Entries:
        error = 0.0
        for i in range(len(o)):
            error += (o[i] - t[i]) * (o[i] - t[i])
        return [error / len(o)]

    def backward(self, slot: int, gradient: Entries, into: Entries, out: Entries, o: Entries, t: Entries) -> None:
        to, other = (o, t) if slot == 0 else (t, o)
        for i in range(len(o)):
            into[i] += gradient[0] * 2.0 * (to[i] - other[i]) / len(o)


class Bce(Form):
    """−(1/n) Σ (tᵢ ln pᵢ + (1 − tᵢ) ln(1 − pᵢ)), terms of weight 0 skipped."""

    def forward(self, p: Entries, t: Entries) -> Entries:
        loss = 0.0
        for i in range(len(p)):
            if t[i] != 0.0:
                loss -= t[i] * math.log(p[i])
            if t[i] != 1.0:
                loss -= (1.0 - t[i]) * math.log1p(-p[i])
        return [loss / len(p)]

    def backward(self, slot: int, gradient: Entries, into: Entries, out: Entries, p: Entries, t: Entries) -> None:
        for i in range(len(p)):
            slope = 0.0
            if slot == 1:
                slope = math.log1p(-p[i]) - math.log(p[i])
            else:
                if t[i] != 0.0:
                    slope -= t[i] / p[i]
                if t[i] != 1.0:
                    slope += (1.0 - t[i]) / (1.0 - p[i])
            into[i] += gradient[0] * slope / len(p)


class BceOnLogits(Form):
    """Sigmoid and binary cross-entropy as one, and back: (σ(z) − t) / n."""

    def forward(self, z: Entries, t: Entries) -> Entries:
        loss = 0.0
        for i in range(len(z)):
            loss += max(z[i], 0.0) - t[i] * z[i] + math.log1p(math.exp(-abs(z[i])))
        return [loss / len(z)]

    def backward(self, slot: int, gradient: Entries, into: Entries, out: Entries, z: Entries, t: Entries) -> None:
        for i in range(len(z)):
            slope = logistic(z[i]) - t[i] if slot == 0 else -z[i]
            into[i] += gradient[0] * slope / len(z)


class CrossEntropy(Form):
    """−Σ tₖ ln sₖ, terms with t = 0 skipped, and back: −t / s."""

    def forward(self, s: Entries, t: Entries) -> Entries:
        loss = 0.0
        for k in range(len(s)):
            if t[k] != 0.0:
                loss -= t[k] * math.log(s[k])
        return [loss]

    def backward(self, slot: int, gradient: Entries, into: Entries, out: Entries, s: Entries, t: Entries) -> None:
        for k in range(len(s)):
            if slot == 1:
                into[k] -= gradient[0] * math.log(s[k])
            elif t[k] != 0.0:
                into[k] -= gradient[0] * t[k] / s[k]


class CrossEntropyOnLogits(Form):
    """Softmax along the last axis and cross-entropy as one, and back: s Σt − t, which is s − t where Σt = 1."""

    def __init__(self, op: Op, shapes: Sequence[Shape], out: Shape) -> None:
        self.runs = runs_along(shapes[0], -1)

    def forward(self, theta: Entries, t: Entries) -> Entries:
        s, loss = [0.0] * len(theta), 0.0
        for run in self.runs:
            total = fill_shares(run, theta, s)
            for k in run:
                loss += t[k] * (total - theta[k])
        return [loss]

    def backward(self, slot: int, gradient: Entries, into: Entries, out: Entries, theta: Entries, t: Entries) -> None:
        s = [0.0] * len(theta)
        for run in self.runs:
            total = fill_shares(run, theta, s)
            whole = 0.0
            for k in run:
                whole += t[k]
            for k in run:
                into[k] += gradient[0] * (s[k] * whole - t[k] if slot == 0 else total - theta[k])
