"""Ours on a GPU against PyTorch and JAX there: `python -m benchmarks.gpu [--json FILE]`.

Results are compared before anything is timed. Ours and PyTorch are timed by the device's own events, JAX by the clock,
with its results waited for; all are interleaved, and the table has medians. Ours fetches the loss in every call, since
`graph.gradients` returns it as a number; the peers leave it on the device. Beside them stand two floors: the time that
a copy takes to move the bytes that must be read and written (the data and the gradient of the input), and the time
that the products of matrices take at the speed of a large one.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

# JAX would else take three quarters of the device's memory at once.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

from benchmarks.interleave import agree
from benchmarks.networks import NETWORKS, Network, Problem, problem
from benchmarks.ours import Ours
from benchmarks.peers import JaxJit, Result, TorchEager
from benchmarks.results import versions
from explorer.engine import DataError
from explorer.engine.arrays import library, namespace, to_host
from explorer.timing.contenders import device_name

NETS = ("3-4-1", "5-4-3", "784-256-128-10")
BATCHES = (1, 32, 1024, 65_536, 1 << 20, 1 << 24)
TOLERANCE = {"float64": 1e-10, "float32": 1e-2}
MEMORY = 0.5        # of the free memory, what the contenders' arrays may take
ROUNDS, TARGET = 11, 0.02
Row = dict[str, Any]


class OnCupy(Ours):
    """`graph.gradients` on CuPy, with data and parameters that lie on the device."""

    def __init__(self, given: Problem) -> None:
        super().__init__(given)
        self._xp = namespace("cupy")[1]
        self.params = {name: self._xp.asarray(array) for name, array in self.params.items()}
        self.batch = self.graph.batch(self.data, dtype=self.dtype, backend="cupy")

    def result(self) -> Result:
        return [to_host(array) if hasattr(array, "dtype") else array for array in super().result()]

    def seconds(self, calls: int) -> float:
        """Of the device, for one call of so many."""
        start, end = self._xp.cuda.Event(), self._xp.cuda.Event()
        start.record()
        for _ in range(calls):
            self()
        end.record()
        end.synchronize()
        return self._xp.cuda.get_elapsed_time(start, end) / 1e3 / calls


class OnTorch(TorchEager):
    """PyTorch eager on its CUDA device. Raises: ImportError where it has none."""

    def __init__(self, given: Problem) -> None:
        super().__init__(given, threads=1)
        if not self._torch.cuda.is_available():
            raise ImportError("this PyTorch sees no CUDA device")
        self._weights = [self._moved(array) for array in self._weights]
        self._biases = [self._moved(array) for array in self._biases]
        self._x, self._t = self._moved(self._x), self._t.cuda()

    @staticmethod
    def _moved(array: Any) -> Any:
        return array.detach().cuda().requires_grad_()

    def result(self) -> Result:
        return [self.loss.item(), *(array.cpu().numpy() for array in self.found)]

    def seconds(self, calls: int) -> float:
        start, end = (self._torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        for _ in range(calls):
            self()
        end.record()
        end.synchronize()
        return float(start.elapsed_time(end)) / 1e3 / calls


class OnJax(JaxJit):
    """jax.jit on its GPU, float32 at full precision as for the others. Raises: ImportError where it has none."""

    def __init__(self, given: Problem) -> None:
        import jax

        if jax.default_backend() != "gpu":
            raise ImportError(f"this JAX runs on {jax.default_backend()}")
        jax.config.update("jax_default_matmul_precision", "highest")
        super().__init__(given)

    def seconds(self, calls: int) -> float:
        start = time.perf_counter()
        for _ in range(calls):
            self()
        return (time.perf_counter() - start) / calls


def contenders(given: Problem) -> dict[str, Any]:
    """Ours, and the peers that have a GPU; why one stays away is said."""
    found: dict[str, Any] = {"ours": OnCupy(given)}
    peers: dict[str, Callable[[Problem], Any]] = {"torch": OnTorch, "jax": OnJax}
    for name, make in peers.items():
        try:
            found[name] = make(given)
        except (ImportError, RuntimeError) as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    return found


def interleaved(present: dict[str, Any]) -> dict[str, float]:
    """The median seconds of one call, everyone once a round, each round in the other order."""
    calls = {}
    for name, contender in present.items():
        contender.seconds(3)
        calls[name] = min(max(round(TARGET / max(contender.seconds(1), 1e-7)), 1), 2000)
    rounds: dict[str, list[float]] = {name: [] for name in present}
    names = list(present)
    for _ in range(ROUNDS):
        for name in names:
            rounds[name].append(present[name].seconds(calls[name]))
        names.reverse()
    return {name: statistics.median(seconds) for name, seconds in rounds.items()}


def timed(xp: Any, what: Callable[[], object]) -> float:
    """The median seconds of one of the device's own operations."""
    found = []
    for _ in range(ROUNDS):
        start, end = xp.cuda.Event(), xp.cuda.Event()
        start.record()
        what()
        end.record()
        end.synchronize()
        found.append(xp.cuda.get_elapsed_time(start, end) / 1e3)
    return statistics.median(found[1:])


def speeds(xp: Any, dtype: str) -> tuple[float, float]:
    """Bytes a second of a copy within the device's memory, and operations a second of a large product of matrices."""
    source = xp.ones(1 << 27, dtype=dtype)
    target = xp.empty_like(source)
    copied = 2 * source.nbytes / timed(xp, lambda: xp.copyto(target, source))
    square = xp.ones((4096, 4096), dtype=dtype)
    product = 2 * 4096**3 / timed(xp, lambda: square @ square)
    return copied, product


def floors(network: Network, batch: int, dtype: str, rates: tuple[float, float]) -> tuple[float, float]:
    """Seconds at the speed of a copy, and at that of products of matrices: three for each layer."""
    moved = batch * (2 * network.sizes[0] + network.sizes[-1]) * np.dtype(dtype).itemsize
    products = sum(6 * batch * wide * out for wide, out in network.layers)
    return moved / rates[0], products / rates[1]


def fits(xp: Any, network: Network, batch: int, dtype: str) -> bool:
    """Whether all contenders' arrays of that batch lie in MEMORY of the device and of the host together."""
    floats = 3 * (2 * network.sizes[0] + 2 * network.sizes[-1] + 3 * sum(network.sizes[1:]))
    device = xp.cuda.Device().mem_info[0]
    host = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return bool(floats * batch * np.dtype(dtype).itemsize <= MEMORY * min(device, 2 * host))


def released(xp: Any) -> None:
    """Give memory back, ours and PyTorch's."""
    gc.collect()
    xp.get_default_memory_pool().free_all_blocks()
    if "torch" in sys.modules and sys.modules["torch"].cuda.is_available():
        sys.modules["torch"].cuda.empty_cache()


def measure(xp: Any, network: Network, batch: int, dtype: str, rates: tuple[float, float]) -> Row | None:
    """One row of the table, or None where it does not fit."""
    if not fits(xp, network, batch, dtype):
        print(f"{network.name}, {dtype}, {batch:,}: does not fit in memory", file=sys.stderr)
        return None
    present = contenders(problem(network, batch, dtype))
    gap = agree(present, TOLERANCE[dtype])
    seconds = interleaved(present)
    memory, products = floors(network, batch, dtype, rates)
    row = {"network": network.name, "dtype": dtype, "batch": batch, "gap": gap, "seconds": seconds,
           "memory": memory, "products": products}
    print(line(row), file=sys.stderr, flush=True)
    return row


def shown(seconds: float) -> str:
    """A duration in three digits."""
    unit, scale = next((pair for pair in (("s", 1.0), ("ms", 1e3)) if seconds * pair[1] >= 1), ("µs", 1e6))
    return f"{seconds * scale:.3g} {unit}"


def line(row: Row) -> str:
    """A row of the table: ours, how many times longer each peer takes, the floors, and ours over the higher one."""
    seconds = row["seconds"]
    ours, floor = seconds["ours"], max(row["memory"], row["products"])
    ratios = [f"{seconds[name] / ours:.2f} ×" if name in seconds else "–" for name in ("torch", "jax")]
    return " | ".join(["", row["network"], row["dtype"], f"{row['batch']:,}", shown(ours), *ratios,
                       shown(row["memory"]), shown(row["products"]), f"{ours / floor:.1f} ×", ""]).strip()


def table(rows: Sequence[Row], where: str) -> str:
    """Everything as Markdown."""
    head = ["network", "dtype", "B", "ours", "torch ÷ ours", "jax ÷ ours", "copy floor", "product floor",
            "ours ÷ floor"]
    return "\n".join([where, "", f"| {' | '.join(head)} |", "|---" * len(head) + "|", *map(line, rows)])


def where(xp: Any) -> str:
    """The device, the versions and the day."""
    runtime = xp.cuda.runtime
    return (f"{device_name()}; CUDA driver {runtime.driverGetVersion()}, runtime {runtime.runtimeGetVersion()}; "
            f"CuPy {library(xp).__version__}, {versions()}; {date.today().isoformat()}. Medians of {ROUNDS} rounds.")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--nets", nargs="+", choices=NETWORKS, default=list(NETS), metavar="NET")
    parser.add_argument("--batches", nargs="+", type=int, default=list(BATCHES), metavar="B")
    parser.add_argument("--dtypes", nargs="+", choices=TOLERANCE, default=list(TOLERANCE))
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep what was measured")
    options = parser.parse_args()
    try:
        xp = namespace("cupy")[1]
    except DataError:
        print("No GPU here: CuPy does not import or sees no CUDA device, so nothing was measured. On a machine with "
              "one: pip install -e '.[gpu-bench]' && python -m benchmarks.gpu", file=sys.stderr)
        return 1
    rates = {dtype: speeds(xp, dtype) for dtype in options.dtypes}
    released(xp)
    rows = []
    for name in options.nets:
        for dtype in options.dtypes:
            for batch in options.batches:
                row = measure(xp, NETWORKS[name], batch, dtype, rates[dtype])
                rows += [row] if row else []
                released(xp)
    print(table(rows, where(xp)))
    if options.json:
        options.json.write_text(json.dumps({"where": where(xp), "rows": rows}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
