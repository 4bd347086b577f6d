"""Results as Markdown, ready for the README."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.bars import TRACE, bar, dicts_bar
from benchmarks.networks import NETWORKS
from benchmarks.results import Results, Row

PEERS = {"torch-1": "torch, 1 thread", "torch-2": "torch, 2 threads", "jax": "jax.jit", "autograd": "autograd",
         "tape": "NumPy tape"}  # fmt: skip
HEADS = ("network", "batch", "ours", *PEERS.values(), "jax.jit ÷ dicts", "trace ÷ ours", "ours ÷ floor")


def report(results: Results) -> str:
    """Tables by dtype, with what they were measured on."""
    runs = max((len(row.runs) for row in results.rows), default=0)
    parts = [f"{results.machine}; {results.day}; {results.versions}. Median of {runs} run{'s' if runs > 1 else ''}.",
             "One call is forward, loss, and the gradients of all parameters and of the input. A peer's column is its "
             "time ÷ ours; brackets hold what is asked for, bold is what misses it."]
    for dtype in dict.fromkeys(row.dtype for row in results.rows):
        rows = sorted((row for row in results.rows if row.dtype == dtype), key=_order)
        worst = max(row.gap for row in rows)
        parts.append(f"**{dtype}** (results agree to {worst:.0e})\n\n" + table(HEADS, map(_cells, rows)))
    return "\n\n".join([*parts, *results.notes.values()])


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
        subject, f"{batch:,}", time(row.seconds("ours")), *ratios,
        judged(row.ratio("jax", "dicts"), dicts_bar(subject, dtype, batch)),
        judged(row.ratio("trace", "ours"), most=TRACE),
        judged(row.seconds("ours") / min(row.floors)) if row.floors else "–",
    ]
