"""What a page is about, frozen: a lesson's case (or a graph with numbers), the edited numbers, the chosen sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from explorer.lessons.lesson import Lesson
from explorer.session.numbers import read_number

Place = tuple[str, int | None, tuple[int, ...]]  # node, sample (None: shared by all, a parameter), index in the sample


class Refused(ValueError):
    """Something that the user asked for cannot be had; the message says why, and what would do."""


@dataclass(frozen=True, eq=False)
class Document:
    """One lesson's case with the user's own numbers over the handout's. Every change makes a new document."""

    lesson: Lesson
    sample: int = 0
    edits: Mapping[Place, float] = field(default_factory=dict)

    @property
    def batch(self) -> int:
        """How many samples the data have."""
        return min((len(array) for array in self.lesson.data.values()), default=1)

    def at_sample(self, sample: int) -> Document:
        """The same numbers, seen at another sample (from 0). Raises: Refused."""
        if not 0 <= sample < max(1, self.batch):
            count, last = ("1 sample", "0") if self.batch == 1 else (f"{self.batch} samples", f"0 to {self.batch - 1}")
            raise Refused(f"sample {sample}: the batch has {count}. Expected {last}.")
        return replace(self, sample=sample)

    def with_edit(self, node: str, index: tuple[int, ...], text: str, sample: int | None = None) -> Document:
        """One number of an input, target or parameter replaced by the number that `text` writes. Raises: Refused."""
        line = self.lesson.graph.nodes.get(node)
        if line is None:
            raise Refused(
                f"{node!r}: the graph has no such line. Expected one of {', '.join(self.lesson.graph.nodes)}."
            )
        if line.kind == "op":
            raise Refused(f"{node}: it is computed. Edit an input, a target or a parameter.")
        if len(index) != len(line.shape) or any(not 0 <= i < n for i, n in zip(index, line.shape, strict=True)):
            raise Refused(f"{node}: it has shape {line.shape} and no entry {index}.")
        try:
            number = read_number(text)
        except ValueError as error:
            raise Refused(str(error)) from error
        where = self.at_sample(self.sample if sample is None else sample).sample if line.batched else None
        return replace(self, edits={**self.edits, (node, where, index): number})

    def reset(self) -> Document:
        """The handout's numbers again; the sample stays."""
        return replace(self, edits={})

    def numbers(self) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Data and parameters with the edits put in: fresh arrays where anything was edited."""
        data, params = dict(self.lesson.data), dict(self.lesson.params)
        copied: set[str] = set()
        for (node, sample, index), number in self.edits.items():
            table = params if sample is None else data
            if node not in copied:
                table[node] = table[node].copy()
                copied.add(node)
            table[node][index if sample is None else (sample, *index)] = number
        return data, params
