"""What the machine allows: how fast memory, functions and matrix products are here, and what a pass needs of them.

A pass at its floor reads its data and writes the input's gradient once, while all cores are busy with exp, tanh, log
and matrix products alone; and it makes few calls: five for each layer, there and back, and two for the loss.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.networks import Network

COPIED = 2**27      # bytes for each core, far beyond any cache
IN_CACHE = 8192     # entries
SIDE = 1024         # of the square matrices multiplied
FUNCTIONS: Mapping[str, Callable] = {"exp": np.exp, "log": np.log, "tanh": np.tanh}


@dataclass(frozen=True)
class Rates:
    """Of the whole machine, for one dtype.

    Bytes a second copied, entries a second of each function, operations a second of a product, seconds of a NumPy call.
    """

    dtype: str
    memory: float
    functions: Mapping[str, float]
    product: float
    call: float

    def __str__(self) -> str:
        functions = ", ".join(f"{name} {1e9 / rate:.2f} ns" for name, rate in self.functions.items())
        product, call = f"GEMM {self.product / 1e9:.0f} GFLOP/s", f"{1e6 * self.call:.2f} µs a call"
        return f"copy {self.memory / 1e9:.0f} GB/s, {functions} an entry, {product}, {call}"

    def floor(self, network: Network, batch: int) -> float:
        """Seconds below which no pass with gradients of parameters and input can come."""
        itemsize = np.dtype(self.dtype).itemsize
        moved = batch * itemsize * (2 * network.sizes[0] + network.sizes[-1])
        worked = 6 * batch * sum(n * out for n, out in network.layers) / self.product
        for (_, out), function in zip(network.layers, network.functions, strict=True):
            name = {"sigmoid": "exp", "softmax": "exp", "tanh": "tanh"}.get(function)
            worked += batch * out / self.functions[name] if name else 0.0
        logs = {"bce": network.sizes[-1], "cross_entropy": 1, "sqerr": 0}[network.loss]
        worked += batch * logs / self.functions["log"] + (5 * len(network.layers) + 2) * self.call
        return max(moved / self.memory, worked)


def rates(dtype: str) -> Rates:
    """Measured now, each the best of several tries."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    itemsize = np.dtype(dtype).itemsize
    pairs = [(np.ones(COPIED // itemsize, dtype), np.ones(COPIED // itemsize, dtype)) for _ in range(cores)]
    with ThreadPoolExecutor(cores) as threads:
        copied = _best(lambda: list(threads.map(lambda pair: np.copyto(*pair), pairs)))
    x = np.random.default_rng(0).uniform(0.5, 2, IN_CACHE).astype(dtype)
    out = np.empty_like(x)
    functions = {name: cores * IN_CACHE / _best(partial(function, x, out)) for name, function in FUNCTIONS.items()}
    a = np.ones((SIDE, SIDE), dtype)
    product = np.empty_like(a)
    multiplied = 2 * SIDE**3 / _best(partial(np.matmul, a, a, product))
    return Rates(dtype, 2 * COPIED * cores / copied, functions, multiplied, _best(partial(np.negative, x[:1], out[:1])))


def _best(work: Callable[[], object], seconds: float = 0.5) -> float:
    """The shortest time of one call, over as many as fit into some seconds."""
    work()
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best
