"""A run of passes: the parameters before each of them, and its loss. Every pass goes on from the last one's weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from explorer.engine.optimizers import SGD
from explorer.engine.trace import Trace
from explorer.session.document import Document

Numbers = Mapping[str, np.ndarray]


class Run:
    """The passes of one document, computed as far as they are asked for and kept: the losses and the parameters.

    The updates are those that the page shows, from the very gradients that it shows.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._params: list[Numbers] = [self._edited(0, document.lesson.params, shared=True)]
        self._losses: list[float] = []

    def suits(self, document: Document) -> bool:
        """Whether another document goes through the same passes, whatever it shows of them."""
        own = self._document
        same = (own.lesson, own.settings.reduction, own.settings.fuse)
        return (
            same == (document.lesson, document.settings.reduction, document.settings.fuse)
            and own.edits == document.edits
            and own.rates == document.rates
        )

    def trace(self, number: int) -> Trace:
        """Everything about one pass (0 is the first). Raises: GraphError."""
        while len(self._params) <= number:
            self._go_on()
        trace = self._traced(number)
        if number == len(self._losses):
            self._losses.append(trace.loss)
        return trace

    def losses(self, number: int) -> list[float]:
        """The losses of the passes up to `number`, which has been traced."""
        return self._losses[: number + 1]

    def _traced(self, number: int) -> Trace:
        document = self._document
        return document.subject.graph.trace(
            self._edited(number, document.lesson.data, shared=False),
            self._params[number],
            backend="numpy",
            reduction=document.settings.reduction,
        )

    def _go_on(self) -> None:
        """The update of the last pass that is known."""
        number = len(self._params) - 1
        trace = self.trace(number)
        gradients = {name: trace.gradients[name] for name in trace.graph.parameters}
        updated = SGD(rate=self._document.rate(number)).step(self._params[number], gradients)
        self._params.append(self._edited(number + 1, updated, shared=True))

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
