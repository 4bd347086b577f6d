"""What a page is about, frozen: a lesson's case (or a graph with numbers), what was edited and chosen, which pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from explorer.lessons.fused import fused
from explorer.lessons.lesson import Lesson
from explorer.locale import _, tell, tell_many
from explorer.session.numbers import read_number
from explorer.session.settings import Settings

# pass, node, sample (None: shared by all, a parameter), index in the sample
Place = tuple[int, str, int | None, tuple[int, ...]]
MOST_PASSES = 1_000


class Refused(ValueError):
    """Something that the user asked for cannot be had; the message says why, and what would do."""


@dataclass(frozen=True, eq=False)
class Document:
    """One lesson's case with the user's own numbers over the handout's. Every change makes a new document.

    `passes` counts the updates made before the pass on show. An edit belongs to the pass at which it was made, and is
    put in from there on; so does a learning rate (`rates`, by pass).
    """

    lesson: Lesson
    sample: int = 0
    edits: Mapping[Place, float] = field(default_factory=lambda: MappingProxyType({}))
    rates: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    passes: int = 0
    settings: Settings = Settings()

    @property
    def batch(self) -> int:
        """How many samples the data have."""
        return min((len(array) for array in self.lesson.data.values()), default=1)

    def rate(self, number: int) -> float:
        """The learning rate of the update that ends pass `number`."""
        since = max((start for start in self.rates if start <= number), default=None)
        return self.lesson.learning_rate if since is None else self.rates[since]

    @cached_property
    def subject(self) -> Lesson:
        """The lesson as it is shown: with the conventions, the graph and the learning rate that were chosen."""
        shown = (fused(self.lesson) or self.lesson) if self.settings.fuse else self.lesson
        return replace(
            shown, notation=self.settings.notation(shown.notation), learning_rate=self.rate(self.passes)
        )

    def at_sample(self, sample: int) -> Document:
        """The same numbers, seen at another sample (from 0). Raises: Refused."""
        if not 0 <= sample < max(1, self.batch):
            raise Refused(_no_sample(sample, self.batch))
        return replace(self, sample=sample)

    def at_pass(self, number: int) -> Document:
        """The same run of passes, seen after `number` updates. Raises: Refused."""
        if not 0 <= number <= MOST_PASSES:
            most = MOST_PASSES
            raise Refused(
                tell("pass {number}: a run has {most} updates at most. Expected 0 to {most}.", number=number, most=most)
            )
        if number and not self.lesson.graph.parameters:
            raise Refused(
                tell("pass {number}: {title} has no parameters, so that no pass changes anything.",
                     number=number, title=_(self.lesson.title))
            )
        return replace(self, passes=number)

    def with_edit(
        self, node: str, index: tuple[int, ...], text: str, sample: int | None = None, at_pass: int | None = None
    ) -> Document:
        """One number of an input, target or parameter replaced by the number that `text` writes. Raises: Refused."""
        line = self.lesson.graph.nodes.get(node)
        if line is None:
            raise Refused(
                tell("{node}: the graph has no such line. Expected one of {known}.",
                     node=repr(node), known=", ".join(self.lesson.graph.nodes))
            )
        if line.kind == "op":
            raise Refused(tell("{node}: it is computed. Edit an input, a target or a parameter.", node=node))
        if len(index) != len(line.shape) or any(not 0 <= i < n for i, n in zip(index, line.shape, strict=True)):
            raise Refused(
                tell("{node}: it has shape {shape} and no entry {index}.", node=node, shape=line.shape, index=index)
            )
        where = self.at_sample(self.sample if sample is None else sample).sample if line.batched else None
        since = self.at_pass(self.passes if at_pass is None else at_pass).passes
        return replace(self, edits=MappingProxyType({**self.edits, (since, node, where, index): _number(text)}))

    def with_rate(self, text: str, at_pass: int | None = None) -> Document:
        """Another learning rate from the pass on show on, as `text` writes it. Raises: Refused."""
        rate = _number(text)
        if rate <= 0:
            raise Refused(tell("learning rate {rate}: it has to be above 0, such as 0.1.", rate=text.strip()))
        since = self.at_pass(self.passes if at_pass is None else at_pass).passes
        return replace(self, rates=MappingProxyType({**self.rates, since: rate}))

    def with_settings(self, **chosen: Any) -> Document:
        """Other conventions; what is not named stays. Raises: Refused."""
        return replace(self, settings=replace(self.settings, **chosen))

    def reset(self) -> Document:
        """The handout's numbers and first pass again; the sample and the conventions stay."""
        return Document(self.lesson, self.sample, settings=self.settings)


def _no_sample(sample: int, batch: int) -> str:
    if batch == 1:
        return tell("sample {sample}: the batch has 1 sample. Expected 0.", sample=sample)
    return tell_many(
        "sample {sample}: the batch has {n} sample. Expected 0 to {last}.",
        "sample {sample}: the batch has {n} samples. Expected 0 to {last}.",
        batch, sample=sample, last=batch - 1,
    )


def _number(text: str) -> float:
    try:
        return read_number(text)
    except ValueError as error:
        raise Refused(str(error)) from error
