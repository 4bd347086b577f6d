"""Ours against its peers: `python -m benchmarks.engine [--runs 3] [--json FILE]`.

Times the engine, PyTorch, jax.jit, HIPS autograd and a plain NumPy tape on six networks, interleaved in one process
after their results were compared, and prints a Markdown table of the ratios. `--json` keeps what was measured; if the
file is there already, these runs join it, so that a long measurement can be made in parts. `--show FILE` prints a kept
table and measures nothing. `--runs` starts a fresh process for each run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from benchmarks.floors import rates
from benchmarks.interleave import Effort, agree, interleave
from benchmarks.networks import NETWORKS, Network, fitting, problem
from benchmarks.ours import ours
from benchmarks.peers import peers
from benchmarks.report import judged, report, time
from benchmarks.results import Results, Row

BATCHES = (1, 32, 1024, 65_536, 1_048_576)
TOLERANCE = {"float64": 1e-11, "float32": 1e-2}


def measure(networks: Iterable[Network], batches: Iterable[int], dtypes: Iterable[str], effort: Effort) -> Results:
    """One run of everything asked for; says on stderr how it goes."""
    results, speed = Results.here(), cache(rates)
    for dtype in dtypes:
        results.notes[dtype] = f"The machine in {dtype}: {speed(dtype)}."
    for network in networks:
        for dtype in dtypes:
            sizes = []
            for batch in batches:
                size, note = fitting(network, batch, dtype)
                results.notes |= {note: note} if note else {}
                sizes.append(size)
            for size in dict.fromkeys(sizes):
                row = _row(network, size, dtype, effort)
                row.floors = [speed(dtype).floor(network, size)]
                results.rows.append(row)
    return results


def _row(network: Network, batch: int, dtype: str, effort: Effort) -> Row:
    given = problem(network, batch, dtype)
    contenders = {**ours(given), **peers(given)}
    gap = agree(contenders, TOLERANCE[dtype])
    times = interleave(contenders, effort)
    row = Row(network.name, dtype, batch, [times.seconds], gap)
    ratios = ", ".join(f"{name} {judged(row.ratio(name, 'ours'))}" for name in contenders if name != "ours")
    print(f"{network.name}, {dtype}, {batch:,}: ours {time(row.seconds('ours'))}, {ratios} "
          f"({times.quiet} quiet rounds, {times.noisy} noisy)", file=sys.stderr, flush=True)
    return row


def _run_again(arguments: list[str]) -> Results:
    """One run in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "run.json"
        command = [sys.executable, "-m", "benchmarks.engine", *arguments, "--runs", "1", "--json", str(kept)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return Results.read(kept)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=(__doc__ or "").splitlines()[0])
    effort = Effort()
    parser.add_argument("--nets", nargs="+", choices=NETWORKS, default=list(NETWORKS), metavar="NET",
                        help=f"of {', '.join(NETWORKS)} (all)")
    parser.add_argument("--batches", nargs="+", type=int, default=list(BATCHES), metavar="B", help="sizes (five)")
    parser.add_argument("--dtypes", nargs="+", choices=TOLERANCE, default=list(TOLERANCE), help="precisions (both)")
    parser.add_argument("--runs", type=int, default=1, help="processes, one after the other (1)")
    parser.add_argument("--rounds", type=int, default=effort.rounds, help=f"quiet rounds for a row ({effort.rounds})")
    parser.add_argument("--target", type=float, default=effort.target,
                        help=f"seconds for each contender and round ({effort.target})")
    parser.add_argument("--longest", type=float, default=effort.longest,
                        help=f"seconds for a row, when rounds are slow or noisy ({effort.longest:g})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the results here, joined to what it holds")
    parser.add_argument("--show", type=Path, metavar="FILE", help="print kept results")
    options = parser.parse_args()
    if options.show:
        print(report(Results.read(options.show)))
        return
    if options.runs > 1:
        arguments = ["--nets", *options.nets, "--batches", *map(str, options.batches), "--dtypes", *options.dtypes,
                     "--rounds", str(options.rounds), "--target", str(options.target),
                     "--longest", str(options.longest)]  # fmt: skip
        results = Results.here().join(_run_again(arguments) for _ in range(options.runs))
    else:
        results = measure([NETWORKS[name] for name in options.nets], options.batches, options.dtypes,
                          Effort(options.rounds, options.target, options.longest))
    print(report(results))
    if options.json:
        kept = Results.read(options.json) if options.json.exists() else Results.here()
        kept.join([results]).write(options.json)


if __name__ == "__main__":
    main()
