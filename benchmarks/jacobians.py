"""Stacks of Jacobians against the peers': `python -m benchmarks.jacobians [--runs 3] [--json FILE]`.

The (B, n, n) Jacobians of a whole batch, of sigmoid and of softmax: `jac.stack()` of jac = trace.jacobian("h", "z"),
and `trace.jacobian("h", "z").stack()` from the names on ("fresh"), against torch.func's vmap(jacrev(f)) on two
threads and jax.jit(vmap(jacrev(f))), all interleaved and compared first.

What is not alike: ours finds the values h in a trace made before, which is what a trace is for, and jac has found its
structure (σ's slopes) when it is asked again; the stack itself is built in every call. The peers compute f from z, n
functions for n² entries. Ours is laid out with the batch innermost and seen batch-first, and zeros off a diagonal are
memory that was never touched; the peers' stacks are contiguous.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.interleave import Effort, agree, interleave
from benchmarks.peers import Contender, Result
from benchmarks.report import BUSY, into, judged, size, table, time
from benchmarks.results import Results, Row
from explorer import Graph

FUNCTIONS, SIZES, BATCHES = ("sigmoid", "softmax"), (3, 4, 10), (1, 32, 1024, 65_536)
BARS = {"torch": 4.0, "jax": 1.1}
TOLERANCE = 1e-12


class Stack:
    """A contender that makes one array."""

    def __init__(self, make: Callable[[], Any], set_up: Callable[[], None] = lambda: None) -> None:
        self._make, self.setup = make, set_up

    def __call__(self) -> None:
        self.found = self._make()

    def result(self) -> Result:
        return [np.asarray(self.found)]


def contenders(function: str, z: np.ndarray) -> dict[str, Contender]:
    """Everyone on one batch of logits, (B, n)."""
    graph = Graph.parse(f"z = input({z.shape[1]})\nh = {function}(z)\nloss = sum(h)\n")
    trace = graph.trace(graph.batch({"z": z}, backend="numpy"), {})
    kept = trace.jacobian("h", "z")
    found: dict[str, Contender] = {"stack": Stack(kept.stack), "fresh": Stack(lambda: trace.jacobian("h", "z").stack())}
    for name, make in {"torch": _torch, "jax": _jax}.items():
        try:
            found[name] = make(function, z)
        except ImportError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    return found


def _torch(function: str, z: np.ndarray) -> Contender:
    import torch

    f = torch.sigmoid if function == "sigmoid" else lambda row: torch.softmax(row, dim=0)
    logits, jacobians = torch.from_numpy(z.copy()), torch.func.vmap(torch.func.jacrev(f))
    return Stack(lambda: jacobians(logits), lambda: torch.set_num_threads(2))


def _jax(function: str, z: np.ndarray) -> Contender:
    import jax

    jax.config.update("jax_enable_x64", True)
    f = jax.nn.sigmoid if function == "sigmoid" else jax.nn.softmax
    logits, jacobians = jax.numpy.asarray(z), jax.jit(jax.vmap(jax.jacrev(f)))
    return Stack(lambda: jacobians(logits).block_until_ready())


def measure(sizes: list[int], batches: list[int], effort: Effort) -> Results:
    """One run; says on stderr how it goes."""
    results = Results.here()
    for function in FUNCTIONS:
        for n in sizes:
            for batch in batches:
                everyone = contenders(function, np.random.default_rng(0).standard_normal((batch, n)))
                gap = agree(everyone, TOLERANCE)
                times = interleave(everyone, effort)
                row = Row(f"{function}, n = {n}", "float64", batch, [times.seconds], gap, quiet=[times.quiet])
                results.rows.append(row)
                print(" ".join(_cells(row)), f"({times.quiet} quiet rounds, {times.noisy} noisy)", file=sys.stderr)
    return results


def report(results: Results) -> str:
    """A Markdown table."""
    heads = ("Jacobian of", "batch", "stack()", *(f"{peer} ÷ stack()" for peer in BARS), "fresh",
             *(f"{peer} ÷ fresh" for peer in BARS))  # fmt: skip
    return f"{results.header()} {BUSY}\n\n{table(heads, map(_cells, results.rows))}"


def _cells(row: Row) -> list[str]:
    bars = [judged(row.ratio(peer, "stack"), least) for peer, least in BARS.items()]
    return [row.subject, size(row), time(row.seconds("stack")), *bars, time(row.seconds("fresh")),
            *(judged(row.ratio(peer, "fresh")) for peer in BARS)]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.jacobians", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES), metavar="N", help="outputs (3 4 10)")
    parser.add_argument("--batches", nargs="+", type=int, default=list(BATCHES), metavar="B", help="samples (four)")
    parser.add_argument("--rounds", type=int, default=Effort.rounds, help=f"quiet rounds for a row ({Effort.rounds})")
    parser.add_argument("--longest", type=float, default=10.0, help="seconds for a row, when rounds are noisy (10)")
    parser.add_argument("--runs", type=int, default=1, help="how often everything is measured (1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the results here")
    parser.add_argument("--into", type=Path, metavar="FILE.md", help="put the table between its marks in this text")
    options = parser.parse_args()
    effort = Effort(rounds=options.rounds, longest=options.longest)
    results = Results.here().join(measure(options.sizes, options.batches, effort) for _ in range(options.runs))
    print(report(results))
    if options.json:
        results.write(options.json)
    if options.into:
        into(options.into, "jacobians", report(results))


if __name__ == "__main__":
    main()
