"""One entry's gradient beside the numbers that know nothing of it: differences, the complex step, PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from explorer.engine import peer
from explorer.engine.arrays import to_host
from explorer.engine.differences import Difference
from explorer.engine.digits import drowned
from explorer.engine.ops import Op
from explorer.engine.probe import NotAnalytic, Probe
from explorer.engine.replay import dependents
from explorer.engine.trace import Trace
from explorer.explain.known import known
from explorer.locale import retold

MOST_ROWS = 12
MOST_WORK = 2e8  # numbers computed for a table; what a second or two are enough for
PER_OPERATION = 1_000  # numbers that could be computed in the time that it takes to call an operation at all
EVALUATIONS = 8  # of the objective, for an entry
EXACT = 1e-9  # relative: how far the complex step and PyTorch may be from a gradient, and differ only in rounding
ROUNDING = 1e-14  # of the objective's size: what cancels in a gradient leaves as much


@dataclass(frozen=True, eq=False)
class Checked:
    """A gradient's entry; `torch` is PyTorch's number for it, None where there is none."""

    probe: Probe
    analytic: float
    torch: float | None

    @cached_property
    def finite(self) -> bool:
        """Whether the objective has a value, so that there is something to take differences of."""
        return bool(np.isfinite(self.probe.objective()))

    @cached_property
    def difference(self) -> Difference:
        return self.probe.central_difference()

    @cached_property
    def drowned(self) -> Op | None:
        """The operation whose result has run out of digits; looked for where values and gradient do not agree."""
        agree = self.difference.confirms(self.analytic) is True and self._exactly(self._imaginary) is not False
        return None if agree or not self.finite else drowned(self.probe)

    @cached_property
    def central(self) -> float | None:
        """Central differences, where the objective is smooth and has the digits for it."""
        return self.difference.value if self.difference.settled and not self.drowned else None

    @cached_property
    def complex(self) -> float | None:
        """The complex step, where all operations on the way are analytic, and have the digits for it."""
        return None if self.drowned else self._imaginary

    @cached_property
    def _imaginary(self) -> float | None:
        if not self.finite:
            return None
        try:
            found = self.probe.complex_step()
        except NotAnalytic:
            return None
        return found if np.isfinite(found) else None

    def error(self, found: float | None) -> float | None:
        """The relative error of a number: in units of the larger of the two, 0 where they are equal; NaN with NaN."""
        if found is None:
            return None
        if np.isnan(found) or np.isnan(self.analytic):
            return np.nan
        return 0.0 if found == self.analytic else abs(found - self.analytic) / max(abs(found), abs(self.analytic))

    @cached_property
    def errors(self) -> dict[str, float | None]:
        return {name: self.error(getattr(self, name)) for name in ("central", "complex", "torch")}

    @property
    def worst(self) -> float | None:
        """The largest of the errors, None where there is none."""
        found = [error for error in self.errors.values() if error is not None]
        return float(np.max(found)) if found else None

    @cached_property
    def same(self) -> bool | None:
        """Whether every number that there is agrees with the gradient; None where there is none to say so."""
        verdicts = [self.confirmed(self.analytic), self._exactly(self.complex), self._exactly(self.torch)]
        known = [verdict for verdict in verdicts if verdict is not None]
        return all(known) if known else None

    def confirmed(self, gradient: float) -> bool | None:
        """Whether central differences confirm a gradient; None where they cannot tell."""
        return None if self.drowned else self.difference.confirms(gradient)

    def _exactly(self, found: float | None) -> bool | None:
        """Whether a number is the gradient but for rounding; one that is none says nothing."""
        if found is None or np.isnan(found):
            return None
        if found == self.analytic or not np.isfinite(self.analytic):
            return found == self.analytic
        slack = EXACT * max(abs(found), abs(self.analytic)) + ROUNDING * abs(self.probe.objective())
        return bool(abs(found - self.analytic) <= slack)


def torch_gradient(trace: Trace, name: str) -> tuple[np.ndarray | None, str]:
    """PyTorch's gradient of a line, batch-first, and why there is none."""
    try:
        return known(trace, "torch", lambda: peer.gradients(trace))[name], ""
    except peer.NoPeer as reason:
        return None, retold(reason.message)


def checked(
    trace: Trace, name: str, places: list[tuple[tuple[int, ...], int]], torch: np.ndarray | None
) -> list[Checked]:
    """The line's entries at (index, sample)."""

    def entry(index: tuple[int, ...], sample: int) -> Checked:
        return Checked(
            Probe(trace, name, index, sample),
            at(trace, name, trace.gradients[name], index, sample),
            None if torch is None else at(trace, name, torch, index, sample),
        )

    return [known(trace, ("checked", name, place), partial(entry, *place)) for place in places]


def at(trace: Trace, name: str, array: object, index: tuple[int, ...], sample: int) -> float:
    """One number of a public array of a line."""
    host = np.asarray(to_host(array))
    return float(host[(sample, *index) if trace.graph.nodes[name].batched else index])


def rows_within_reason(trace: Trace, name: str, most_work: float = MOST_WORK) -> int:
    """How many entries of a line are checked without a long wait: at least one."""
    nodes = trace.graph.nodes
    samples = 1 if nodes[name].batched else max(trace.batch, 1)
    work = 1.0
    for node in dependents(trace.graph, name):
        sizes = [int(np.prod(nodes[line].shape, dtype=int)) for line in (node.name, *node.inputs)]
        work += PER_OPERATION * len(node.code) + samples * sum(sizes)
    return int(min(MOST_ROWS, max(1, most_work // (EVALUATIONS * work))))


def around(place: int, count: int, most: int) -> Iterator[int]:
    """Places near one of `count` places, `most` of them at most."""
    first = max(0, min(place - most // 2, count - most))
    yield from range(first, min(count, first + most))
