"""Results as Markdown, ready for the README."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.bars import TRACE, bar, dicts_bar
from benchmarks.interleave import LEAST_ROUNDS
from benchmarks.networks import NETWORKS
from benchmarks.results import Results, Row

PEERS = {"torch-1": "torch, 1 thread", "torch-2": "torch, 2 threads", "jax": "jax.jit", "autograd": "autograd",
         "tape": "NumPy tape"}  # fmt: skip
HEADS = ("network", "batch", "ours", *PEERS.values(), "jax.jit ÷ dicts", "trace ÷ ours", "ours ÷ floor")

BUSY = "Where most runs had fewer than three rounds without other work on the machine, the batch is marked †."
LEGEND = f"""One call is forward, loss, and the gradients of all parameters and of the input. A peer's column is its
time ÷ ours; brackets hold what is asked for, bold is what misses it. *Ours* has its data laid out once by
`graph.batch`, *dicts* are plain arrays laid out in each call, *trace* keeps everything, and the *floor* is what the
machine allows. {BUSY}"""


def report(results: Results) -> str:
    """Tables by dtype, with what they were measured on."""
    parts = [results.header(), LEGEND]
    for dtype in dict.fromkeys(row.dtype for row in results.rows):
        rows = sorted((row for row in results.rows if row.dtype == dtype), key=_order)
        worst = max(row.gap for row in rows)
        parts.append(f"{dtype}, where the results of all agree to {worst:.0e}:\n\n" + table(HEADS, map(_cells, rows)))
    return "\n\n".join([*parts, *results.notes.values()])


def into(path: Path, name: str, text: str) -> None:
    """Put a text between the marks of that name in a Markdown file. Raises: ValueError when they are not there."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    whole = path.read_text(encoding="utf-8")
    if begin not in whole or end not in whole:
        raise ValueError(f"{path} has no marks {begin} and {end}. Expected both, each on its line. Add them.")
    head, tail = whole.split(begin)[0], whole.split(end)[1]
    path.write_text(f"{head}{begin}\n{text}\n{end}{tail}", encoding="utf-8")


def table(heads: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    """A Markdown table, the first column to the left and numbers to the right."""
    lines = [heads, ["---", *("--:" for _ in heads[1:])], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def judged(ratio: float | None, least: float | None = None, most: float | None = None) -> str:
    """A ratio with what is asked of it; bold where it misses that."""
    if ratio is None:
        return "–"
    text = f"{ratio:.{1 if ratio >= 9.95 else 2}f}" if ratio < 100 else f"{ratio:.0f}"
    if least is None and most is None:
        return text
    missed = least is not None and ratio < least or most is not None and ratio > most
    asked = f"≥ {least:g}" if least is not None else f"≤ {most:g}"
    return f"{f'**{text}**' if missed else text} ({asked})"


def size(row: Row) -> str:
    """The batch; marked where the machine was too busy for most runs to be trusted."""
    busy = sum(quiet < LEAST_ROUNDS for quiet in row.quiet) > len(row.quiet) / 2
    return f"{row.batch:,}{' †' if busy else ''}"


def time(seconds: float) -> str:
    """Three digits with a fitting unit."""
    for unit, scale in (("s", 1.0), ("ms", 1e3)):
        if seconds * scale >= 1:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def _order(row: Row) -> tuple[int, int]:
    return list(NETWORKS).index(row.subject), row.batch


def _cells(row: Row) -> list[str]:
    subject, dtype, batch = row.key
    ratios = [judged(row.ratio(peer, "ours"), bar(subject, dtype, batch, peer)) for peer in PEERS]
    return [
        subject, size(row), time(row.seconds("ours")), *ratios,
        judged(row.ratio("jax", "dicts"), dicts_bar(subject, dtype, batch)),
        judged(row.ratio("trace", "ours"), most=TRACE),
        judged(row.seconds("ours") / min(row.floors)) if row.floors else "–",
    ]
