"""Cost grows as the work: `python -m benchmarks.scaling [--picture .github/scaling.svg]`.

Times `graph.gradients` (warm, of parameters and inputs) over the batch, over the lines of a graph and over the entries
of a parameter, and takes the peak memory of gradients by parameters over the batch. Prints the slopes in log-log, by
least squares over the asymptotic part; 1 is linear, 0 is constant. The picture needs the browser of the tests.
"""

from __future__ import annotations

import argparse
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.interleave import Effort, interleave
from benchmarks.networks import NETWORKS, problem
from benchmarks.ours import Ours
from benchmarks.report import table
from benchmarks.results import machine, versions
from explorer import Graph

GROWN = 4       # times the first point's cost: there what does not grow is no longer most of it
SETTLED = 0.9   # of the last point's cost
Run = Callable[[], object]


@dataclass(frozen=True)
class Curve:
    """One cost over one size, and its slope in log-log over the asymptotic part, which starts at point `start`."""

    name: str
    unit: str
    sizes: tuple[int, ...]
    costs: tuple[float, ...]
    start: int
    slope: float


def curve(name: str, unit: str, costs: Mapping[int, float]) -> Curve:
    """The asymptotic part of seconds is what is over GROWN times the first, of bytes what has SETTLED."""
    sizes, found = tuple(costs), tuple(costs.values())
    least = GROWN * found[0] if unit == "s" else SETTLED * found[-1]
    start = min(next(k for k, cost in enumerate([*found, least]) if cost >= least), len(found) - 3)
    slope = np.polynomial.Polynomial.fit(np.log(sizes[start:]), np.log(found[start:]), 1).convert().coef[1]
    return Curve(name, unit, sizes, found, start, round(float(slope), 2) + 0.0)   # no −0.00


def over_the_batch(sizes: Sequence[int], effort: Effort) -> dict[int, float]:
    """Seconds of the MLP's gradients by the number of samples."""
    return _timed({size: Ours(problem(NETWORKS["3-4-1"], size, "float64")) for size in sizes}, effort)


def over_the_lines(sizes: Sequence[int], effort: Effort) -> dict[int, float]:
    """Seconds of the gradients of a chain by its number of lines, one sample."""
    return _timed({size: _chain(size) for size in sizes}, effort)


def over_the_parameters(sizes: Sequence[int], effort: Effort) -> dict[int, float]:
    """Seconds of the gradients of one layer by its number of weights, 32 samples."""
    return _timed({size * size: _layer(size) for size in sizes}, effort)


def memory_over_the_batch(sizes: Sequence[int]) -> dict[int, float]:
    """Bytes that gradients by parameters take at most besides the data, plans included, by the number of samples."""
    found = {}
    for size in sizes:
        given = problem(NETWORKS["3-4-1"], size, "float64")
        graph = Graph.parse(given.network.graph.source)     # with no plan yet
        params = dict(zip(("W", "U", "b1", "b2"), (*given.weights, *given.biases), strict=True))
        tracemalloc.start()
        graph.gradients({"x": given.x, "y": given.t}, params, backend="numpy")
        found[size] = float(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    return found


def _timed(runs: Mapping[int, Run], effort: Effort) -> dict[int, float]:
    seconds = interleave({str(size): run for size, run in runs.items()}, effort).seconds
    return {int(size): found for size, found in seconds.items()}


def _chain(lines: int) -> Run:
    text = ["x = input(4)", "t = target(4)", "b = param(4)", "h0 = x + b"]
    text += [f"h{k} = tanh(h{k - 1}) + b" for k in range(1, lines - 4)]
    graph = Graph.parse("\n".join([*text, f"loss = sqerr(h{lines - 5}, t)"]))
    batch = graph.batch({"x": np.ones((1, 4)), "t": np.zeros((1, 4))}, backend="numpy")
    params = {"b": np.full(4, 0.1)}
    return lambda: graph.gradients(batch, params, wrt=["b", "x"])


def _layer(size: int) -> Run:
    graph = Graph.parse(f"x = input({size})\nt = target({size})\nW = param({size}, {size})\nloss = sqerr(W @ x, t)")
    random = np.random.default_rng(0)
    batch = graph.batch({name: random.standard_normal((32, size)) for name in "xt"}, backend="numpy")
    params = {"W": random.standard_normal((size, size))}
    return lambda: graph.gradients(batch, params, wrt=["W", "x"])


def measure(effort: Effort) -> list[Curve]:
    """All four curves."""
    batches = [4**k for k in range(12)]
    return [
        curve("samples (3-4-1)", "s", over_the_batch(batches, effort)),
        curve("lines (one sample)", "s", over_the_lines([10, 32, 100, 316, 1000, 3162, 10_000], effort)),
        curve("parameters (32 samples)", "s", over_the_parameters([10, 32, 100, 316, 1000, 3162], effort)),
        curve("samples, memory (3-4-1)", "B", memory_over_the_batch(batches)),
    ]


def report(curves: Sequence[Curve]) -> str:
    """Slopes as a Markdown table, and every point."""
    rows = ([one.name, f"{one.sizes[one.start]:,} to {one.sizes[-1]:,}", f"{one.slope:.2f}",
             f"{one.costs[-1]:.3g} {one.unit}"] for one in curves)  # fmt: skip
    points = "\n".join(f"{one.name}: " + ", ".join(f"{size:,} {cost:.3g} {one.unit}" for size, cost in zip(
        one.sizes, one.costs, strict=True)) for one in curves)  # fmt: skip
    return f"{machine()}; {versions()}.\n\n{table(('over', 'from', 'slope', 'at the end'), rows)}\n\n{points}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="quiet rounds (5)")
    parser.add_argument("--longest", type=float, default=20.0, help="seconds for one curve (20)")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="draw the curves here")
    options = parser.parse_args()
    curves = measure(Effort(rounds=options.rounds, longest=options.longest))
    print(report(curves))
    if options.picture:
        from benchmarks.plots import draw

        options.picture.write_text(draw(curves), encoding="utf-8")


if __name__ == "__main__":
    main()
