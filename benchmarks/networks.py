"""The networks that are timed, and one batch of numbers for each: what every contender computes from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from explorer import Graph, lessons

GIB = 2**30


@dataclass(frozen=True)
class Network:
    """Layers of these sizes, the first one's the input's.

    `hidden` is the activation of all layers but the last. `loss` says what the last layer ends in: "bce" a sigmoid and
    binary cross-entropy, "cross_entropy" a softmax and cross-entropy, "sqerr" the hidden activation and ½Σ(t − o)².
    A network that a lesson has is timed on the lesson's own text.
    """

    name: str
    sizes: tuple[int, ...]
    hidden: str
    loss: str
    biases: bool = True
    lesson: str | None = None

    @property
    def title(self) -> str:
        """What the network is, in words."""
        losses = {"bce": "binary cross-entropy", "cross_entropy": "softmax, cross-entropy", "sqerr": "squared error"}
        return f"{self.name}, {self.hidden}, {losses[self.loss]}{'' if self.biases else ', no biases'}"

    @cached_property
    def layers(self) -> tuple[tuple[int, int], ...]:
        """Entries in and out of each layer."""
        return tuple(pairwise(self.sizes))

    @property
    def functions(self) -> tuple[str, ...]:
        """Each layer's activation, the last one's included."""
        last = {"bce": "sigmoid", "cross_entropy": "softmax", "sqerr": self.hidden}[self.loss]
        return (*(self.hidden for _ in self.layers[1:]), last)

    @cached_property
    def graph(self) -> Graph:
        """The network in the graph language."""
        return Graph.parse(self._text()) if self.lesson is None else lessons.load(self.lesson).graph

    def _text(self) -> str:
        lines = [f"x = input({self.sizes[0]})", f"t = target({self.sizes[-1]})"]
        for k, (wide, out) in enumerate(self.layers, 1):
            lines += [f"W{k} = param({out}, {wide})", *([f"b{k} = param({out})"] if self.biases else [])]
        for k, function in enumerate(self.functions, 1):
            before = "x" if k == 1 else f"z{k - 1}"
            lines += [f"a{k} = W{k} @ {before}{f' + b{k}' if self.biases else ''}", f"z{k} = {function}(a{k})"]
        return "\n".join([*lines, f"loss = {self.loss}(z{len(self.layers)}, t)"]) + "\n"


NETWORKS: Mapping[str, Network] = {
    network.name: network
    for network in (
        Network("3-4-1", (3, 4, 1), "sigmoid", "bce", lesson="mlp/bce_mlp"),
        Network("5-4-3", (5, 4, 3), "sigmoid", "cross_entropy"),
        Network("2-2-2", (2, 2, 2), "sigmoid", "cross_entropy", lesson="matrix-language/matrix_language"),
        Network("3-4-2", (3, 4, 2), "sigmoid", "sqerr", biases=False),
        Network("784-256-128-10", (784, 256, 128, 10), "relu", "cross_entropy"),
        Network("200x16", (16,) * 201, "tanh", "sqerr"),
    )
}


@dataclass(frozen=True, eq=False)
class Problem:
    """One network with one batch, as plain NumPy arrays in the usual layout, the batch first.

    Shapes: weights (out, in) and biases (out,) for each layer, no biases where the network has none; x (B, in);
    t (B, out), one-hot for cross-entropy, whose classes are `labels` (B,).
    """

    network: Network
    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    x: np.ndarray
    t: np.ndarray
    labels: np.ndarray | None

    @property
    def batch(self) -> int:
        """How many samples there are."""
        return len(self.x)


def problem(network: Network, batch: int, dtype: str, seed: int = 0) -> Problem:
    """Random numbers of one dtype, the same for everyone."""
    random = np.random.default_rng(seed)
    weights = tuple((random.standard_normal((out, n)) / np.sqrt(n)).astype(dtype) for n, out in network.layers)
    biases = tuple((0.1 * random.standard_normal(out)).astype(dtype) for _, out in network.layers)
    biases = biases if network.biases else ()
    x, classes = random.standard_normal((batch, network.sizes[0])).astype(dtype), network.sizes[-1]
    if network.loss == "cross_entropy":
        labels = random.integers(0, classes, batch)
        return Problem(network, weights, biases, x, np.eye(classes, dtype=dtype)[labels], labels)
    t = (random.random((batch, classes)) < 0.5).astype(dtype)
    return Problem(network, weights, biases, x, t, None)


def fitting(network: Network, batch: int, dtype: str) -> tuple[int, str]:
    """The batch, or the largest power of two that half the free memory holds; and what is to be said of it."""
    # Eight contenders keep their data and gradients; the one that runs keeps up to three numbers for each unit.
    floats = 8 * (2 * network.sizes[0] + network.sizes[-1]) + 3 * sum(network.sizes[1:])
    needed = floats * np.dtype(dtype).itemsize
    room = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    if batch * needed <= room:
        return batch, ""
    fits = 1 << max((room // needed).bit_length() - 1, 0)
    return fits, (f"{network.name}, {dtype}: a batch of {batch:,} takes about {batch * needed / GIB:.0f} GiB for all "
                  f"contenders, half the free memory is {room / GIB:.0f} GiB. The largest that fits is {fits:,}.")
