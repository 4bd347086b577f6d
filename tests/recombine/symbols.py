"""Formulas in symbols, followed with the numbers that the stage shows for them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from tests.recombine.displayed import Unreadable
from tests.recombine.grammar import Unknown, evaluate
from tests.recombine.intervals import Interval, Mismatch
from tests.recombine.stage import Stage, Tensor
from tests.recombine.tokens import Name, Token, within

Way: TypeAlias = Callable[[Name], Interval | None]
MOST_VECTORS = 8  # symbols of vectors in one formula, each of which may stand as a row or as a column


class Symbols:
    """The numbers of symbols, those of the stage and others."""

    def __init__(self, stages: Sequence[Stage], known: Mapping[str, Interval], by_row: bool = False) -> None:
        self._stages = stages
        self._known = known
        self._by_row = by_row

    def evaluate(self, found: list[Token], way: Way = lambda name: None) -> Interval:
        """What a formula comes to, its vectors standing as they do. Raises: as `grammar.evaluate`."""
        return evaluate(found, way, self._by_row)

    def ways(self, found: list[Token]) -> Iterator[Way]:
        """All ways of standing its vectors up as columns or laying them down as rows, on every stage in turn."""
        for stage in self._stages:
            yield from self._ways(found, stage)

    def _tensor(self, name: Name, stage: Stage) -> Tensor | None:
        if name.text in self._known and not name.link:
            return Tensor(self._known[name.text], False)
        return stage.tensor(name)

    def _ways(self, found: list[Token], stage: Stage) -> Iterator[Way]:
        names = [token for one in found for token in within(one) if isinstance(token, Name) and token.link]
        links = {name.link: self._tensor(name, stage) for name in names}
        vectors = sorted(link for link, tensor in links.items() if tensor is not None and tensor.vector)[:MOST_VECTORS]
        for turned in itertools.product((False, True), repeat=len(vectors)):
            lying = {link for link, turn in zip(vectors, turned, strict=True) if turn}

            def symbols(name: Name, lying: set[str] = lying) -> Interval | None:
                tensor = self._tensor(name, stage)
                return None if tensor is None else tensor.oriented(name.link in lying)

            yield symbols

    def values(self, found: list[Token]) -> list[Interval]:
        """What a formula comes to, for every way that its vectors may stand; none where a symbol is unknown."""
        numbers = []
        for way in self.ways(found):
            try:
                numbers.append(self.evaluate(found, way))
            except Unknown:
                return []
            except (Unreadable, Mismatch):
                continue
        return numbers
