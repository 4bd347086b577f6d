"""The peers: torch eager, jax.jit and HIPS autograd, each written as a competent user of it would write the network.

One call is the whole job once: forward, loss, and the gradients of every parameter and of the input. Losses are fused
where the library offers it, nothing accumulates between calls, and everyone has the natural (batch, features) layout.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import numpy as np

from benchmarks.networks import Problem
from benchmarks.tape import RowMajorTape

Result: TypeAlias = list[Any]
"""The loss, the gradients of the weights, of the biases, and of the input."""


class Contender(Protocol):
    """Ready to be timed: a call without arguments does the whole job once."""

    def __call__(self) -> None:
        """Do the job; keep what was found."""

    def result(self) -> Result:
        """What the last call found."""


class TorchEager:
    """PyTorch, define-by-run, with fused losses on logits and class indices."""

    def __init__(self, given: Problem, threads: int) -> None:
        import torch
        import torch.nn.functional as functional

        def leaf(array: np.ndarray) -> Any:
            return torch.from_numpy(array.copy()).requires_grad_()

        self._torch, self._functional, self._threads, self._given = torch, functional, threads, given
        self._weights = [leaf(array) for array in given.weights]
        self._biases = [leaf(array) for array in given.biases]
        self._x = leaf(given.x)
        self._t = torch.from_numpy(given.t.copy() if given.labels is None else given.labels)
        self._act = getattr(torch, given.network.hidden)
        losses: dict[str, Callable[[Any, Any], Any]] = {
            "bce": functional.binary_cross_entropy_with_logits, "cross_entropy": functional.cross_entropy,
            "sqerr": self._sqerr,
        }
        self._loss = losses[given.network.loss]

    def setup(self) -> None:
        self._torch.set_num_threads(self._threads)

    def _sqerr(self, z: Any, t: Any) -> Any:
        halved = t.shape[1] / 2     # torch averages over the outputs too
        loss = self._functional.mse_loss(self._act(z), t)
        return loss if halved == 1 else loss * halved

    def __call__(self) -> None:
        linear, act, h = self._functional.linear, self._act, self._x
        last = len(self._weights) - 1
        for k, weight in enumerate(self._weights):
            h = linear(h, weight, self._biases[k] if self._biases else None)
            if k < last:
                h = act(h)
        self.loss = self._loss(h, self._t)
        self.found = self._torch.autograd.grad(self.loss, [*self._weights, *self._biases, self._x])

    def result(self) -> Result:
        return [self.loss.item(), *(array.numpy() for array in self.found)]


class JaxJit:
    """jax.jit of value_and_grad by (weights, biases, input); waits for the result. XLA takes all cores."""

    def __init__(self, given: Problem) -> None:
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)       # float64 stays float64; float32 stays float32
        network, last = given.network, len(given.weights) - 1
        act = {"sigmoid": jax.nn.sigmoid, "relu": jax.nn.relu, "tanh": jnp.tanh}[network.hidden]

        def objective(weights: list[Any], biases: list[Any], x: Any, t: Any) -> Any:
            h = x
            for k, weight in enumerate(weights):
                h = h @ weight.T + biases[k] if biases else h @ weight.T
                if k < last:
                    h = act(h)
            if network.loss == "bce":                   # −[t ln s + (1 − t) ln(1 − s)] without overflow
                return jnp.mean(jnp.maximum(h, 0) - h * t + jnp.log1p(jnp.exp(-jnp.abs(h))))
            if network.loss == "sqerr":
                return 0.5 * jnp.sum((act(h) - t) ** 2) / x.shape[0]
            return -jnp.sum(t * jax.nn.log_softmax(h, axis=1)) / x.shape[0]

        self._run = jax.jit(jax.value_and_grad(objective, argnums=(0, 1, 2)))
        self._given = [[jnp.asarray(array) for array in given.weights], [jnp.asarray(array) for array in given.biases],
                       jnp.asarray(given.x), jnp.asarray(given.t)]

    def __call__(self) -> None:
        self.found = self._run(*self._given)
        self.found[0].block_until_ready()               # one executable: with the loss the rest is ready

    def result(self) -> Result:
        loss, (weights, biases, x) = self.found
        return [float(loss), *(np.asarray(array) for array in (*weights, *biases, x))]


class HipsAutograd:
    """HIPS autograd, value_and_grad of the same losses, on NumPy; BLAS threads as installed."""

    def __init__(self, given: Problem) -> None:
        import autograd
        import autograd.numpy as anp

        network, t, count = given.network, given.t, len(given.weights)
        acts: dict[str, Callable] = {
            "sigmoid": lambda z: 1.0 / (1.0 + anp.exp(-z)), "relu": lambda z: anp.maximum(z, 0.0), "tanh": anp.tanh,
        }
        act = acts[network.hidden]

        def objective(arrays: list[Any]) -> Any:
            h = arrays[-1]
            for k in range(count):
                z = anp.dot(h, arrays[k].T)
                z = z + arrays[count + k] if network.biases else z
                h = act(z) if k < count - 1 or network.loss == "sqerr" else z
            if network.loss == "bce":
                return anp.mean(anp.maximum(h, 0.0) - h * t + anp.log1p(anp.exp(-anp.abs(h))))
            if network.loss == "sqerr":
                return 0.5 * anp.sum((h - t) ** 2) / len(t)
            h = h - anp.max(h, axis=1, keepdims=True)
            return (anp.sum(anp.log(anp.sum(anp.exp(h), axis=1))) - anp.sum(t * h)) / len(t)

        self._run = autograd.value_and_grad(objective)
        self._given = [*given.weights, *given.biases, given.x]

    def __call__(self) -> None:
        self.found = self._run(self._given)

    def result(self) -> Result:
        loss, arrays = self.found
        return [float(loss), *arrays]


def peers(given: Problem) -> dict[str, Contender]:
    """The peers on one problem; one that is not installed is left out, and that is said."""
    makers: dict[str, Callable[[], Contender]] = {
        "torch-1": lambda: TorchEager(given, 1), "torch-2": lambda: TorchEager(given, 2),
        "jax": lambda: JaxJit(given), "autograd": lambda: HipsAutograd(given), "tape": lambda: RowMajorTape(given),
    }
    found: dict[str, Contender] = {}
    for name, make in makers.items():
        try:
            found[name] = make()
        except ImportError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    return found
