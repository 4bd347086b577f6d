"""What anyone writes first: a tape over NumPy arrays in the (batch, features) layout, a closure for each operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from benchmarks.networks import Problem

Function: TypeAlias = Callable[[np.ndarray], np.ndarray]


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


FUNCTIONS: Mapping[str, Function] = {"sigmoid": _sigmoid, "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}
# By the activation's output.
SLOPES: Mapping[str, Function] = {
    "sigmoid": lambda h: h * (1 - h), "tanh": lambda h: 1 - h * h, "relu": lambda h: h > 0,
}


class Var:
    """A value on the tape, and the gradient that has arrived at it."""

    def __init__(self, value: np.ndarray) -> None:
        self.value = value
        self.grad: np.ndarray | None = None

    def arrive(self, grad: np.ndarray) -> None:
        """Add what one reader sends back."""
        self.grad = grad if self.grad is None else self.grad + grad


class Tape:
    """Operations in the order they ran, each with its way back."""

    def __init__(self) -> None:
        self._back: list[Callable[[], None]] = []

    def linear(self, x: Var, weight: Var, bias: Var | None) -> Var:
        """x Wᵀ + b, a row for each sample."""
        out = Var(x.value @ weight.value.T if bias is None else x.value @ weight.value.T + bias.value)

        def back() -> None:
            assert out.grad is not None
            weight.arrive(out.grad.T @ x.value)
            if bias is not None:
                bias.arrive(out.grad.sum(axis=0))
            x.arrive(out.grad @ weight.value)

        self._back.append(back)
        return out

    def activation(self, name: str, z: Var) -> Var:
        """sigmoid, tanh or relu, entry by entry."""
        value = FUNCTIONS[name](z.value)
        out = Var(value)

        def back() -> None:
            assert out.grad is not None
            z.arrive(out.grad * SLOPES[name](value))

        self._back.append(back)
        return out

    def loss(self, name: str, z: Var, t: np.ndarray) -> float:
        """The mean loss on logits ("bce", "cross_entropy") or on outputs ("sqerr"); sends its gradient to z."""
        a, count = z.value, len(t)
        if name == "bce":
            z.arrive((_sigmoid(a) - t) / count)
            return float((np.maximum(a, 0) - a * t + np.log1p(np.exp(-np.abs(a)))).sum() / count)
        if name == "sqerr":
            z.arrive((a - t) / count)
            return float(0.5 * ((a - t) ** 2).sum() / count)
        shifted = a - a.max(axis=1, keepdims=True)
        powers = np.exp(shifted)
        sums = powers.sum(axis=1, keepdims=True)
        z.arrive((powers / sums - t) / count)
        return float((np.log(sums).sum() - (t * shifted).sum()) / count)

    def back(self) -> None:
        """Play the tape backward."""
        for back in reversed(self._back):
            back()


class RowMajorTape:
    """A contender: a new tape for each call, as define-by-run has it."""

    def __init__(self, given: Problem) -> None:
        self._given = given

    def __call__(self) -> None:
        given, network = self._given, self._given.network
        weights, biases, x = [Var(w) for w in given.weights], [Var(b) for b in given.biases], Var(given.x)
        tape, h = Tape(), x
        for k, weight in enumerate(weights):
            h = tape.linear(h, weight, biases[k] if biases else None)
            if k < len(weights) - 1 or network.loss == "sqerr":
                h = tape.activation(network.hidden, h)
        self.loss = tape.loss(network.loss, h, given.t)
        tape.back()
        self.found = [var.grad for var in (*weights, *biases, x)]

    def result(self) -> list:
        return [self.loss, *self.found]
