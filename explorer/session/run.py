"""A run of passes: the parameters before each of them, and its loss. Every pass goes on from the last one's weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from explorer.engine.optimizers import SGD
from explorer.engine.trace import Trace
from explorer.session.document import Document

Numbers = Mapping[str, np.ndarray]
MOST_BYTES = 64_000_000  # of parameters that are kept; those of the passes between are computed again


class Checkpoints:
    """Parameters by the number of the pass that starts with them.

    All of them while they are few, else every second, fourth, … pass, so that a long run of a large network fits in.
    """

    def __init__(self, params: Numbers, most_bytes: int) -> None:
        self._most = max(2, most_bytes // max(1, sum(array.nbytes for array in params.values())))
        self._stride = 1
        self._kept: dict[int, Numbers] = {0: params}

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, number: int, params: Numbers) -> None:
        if number % self._stride:
            return
        self._kept[number] = params
        while len(self._kept) > self._most:
            self._stride *= 2
            self._kept = {place: kept for place, kept in self._kept.items() if place % self._stride == 0}

    def before(self, number: int) -> tuple[int, Numbers]:
        """The last pass up to `number` whose parameters are kept, and them."""
        place = number if number in self._kept else max(kept for kept in self._kept if kept <= number)
        return place, self._kept[place]

    def take(self, others: Checkpoints, passes: int) -> None:
        """Keep what another run has of its first passes, 0 left out."""
        for number, params in others._kept.items():
            if 0 < number < passes:
                self.keep(number, params)


class Run:
    """The passes of one document, computed as far as they are asked for, with their losses.

    The updates are those that the page shows, from the very gradients that it shows.
    """

    def __init__(self, document: Document, *, most_bytes: int = MOST_BYTES) -> None:
        self._document = document
        params = self._edited(0, document.lesson.params, shared=True)
        self._kept = Checkpoints(params, most_bytes)
        self.losses: list[float] = []  # of the passes that are known, from the first one on

    def follow(self, document: Document) -> Run:
        """The run of another document: this one where they go the same way, else one that shares its first passes."""
        passes = self._alike(document)
        if passes is None:
            return self
        other = Run(document)
        other._kept.take(self._kept, passes)
        other.losses = self.losses[:passes]
        return other

    def _alike(self, document: Document) -> int | None:
        """How many passes are the same in both documents; None where all of them are, however far they go."""
        own = self._document
        ways = [(one.lesson, one.settings.reduction, one.settings.fuse) for one in (own, document)]
        if ways[0] != ways[1]:
            return 0
        edited = [place[0] for place, _ in own.edits.items() ^ document.edits.items()]
        # A rate acts at the end of its pass.
        paced = [since + 1 for since, _ in own.rates.items() ^ document.rates.items()]
        return min([*edited, *paced], default=None)

    def trace(self, number: int) -> Trace:
        """Everything about one pass (0 is the first). Raises: GraphError."""
        start, params = self._kept.before(number)
        for earlier in range(start, number):
            params = self._updated(earlier, params, self._traced(earlier, params))
            self._kept.keep(earlier + 1, params)
        return self._traced(number, params)

    def _traced(self, number: int, params: Numbers) -> Trace:
        document = self._document
        data = self._edited(number, document.lesson.data, shared=False)
        reduction = document.settings.reduction
        trace = document.subject.graph.trace(data, params, backend="numpy", reduction=reduction)
        if number == len(self.losses):
            self.losses.append(trace.loss)
        return trace

    def _updated(self, number: int, params: Numbers, trace: Trace) -> Numbers:
        """The parameters that pass `number` hands on to the next one."""
        gradients = {name: trace.gradients[name] for name in trace.graph.parameters}
        with np.errstate(all="ignore"):  # a run that diverges is shown, never warned of
            updated = SGD(rate=self._document.rate(number)).step(params, gradients)
        return self._edited(number + 1, updated, shared=True)

    def _edited(self, number: int, arrays: Numbers, *, shared: bool) -> Numbers:
        """Arrays with the edits put in: a parameter's where they were made, data's from there on. Fresh if edited."""
        edited = dict(arrays)
        copied: set[str] = set()
        for (since, node, sample, index), value in sorted(self._document.edits.items(), key=lambda edit: edit[0][0]):
            if (sample is None) is not shared or (since != number if shared else since > number):
                continue
            if node not in copied:
                edited[node] = np.array(edited[node], dtype=np.float64)
                copied.add(node)
            edited[node][index if sample is None else (sample, *index)] = value
        return edited
