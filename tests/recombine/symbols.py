"""Formulas in symbols, followed with the numbers that the stage shows for them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping

from tests.recombine.displayed import Unreadable
from tests.recombine.grammar import Unknown, evaluate
from tests.recombine.intervals import Interval, Mismatch
from tests.recombine.stage import Stage, Tensor
from tests.recombine.tokens import Name, Token, within

MOST_VECTORS = 8  # symbols of vectors in one formula, each of which may stand as a row or as a column


class Symbols:
    """The numbers of symbols, those of the stage and others."""

    def __init__(self, stage: Stage, known: Mapping[str, Interval]) -> None:
        self._stage = stage
        self._known = known

    def tensor(self, name: Name) -> Tensor | None:
        if name.text in self._known and not name.link:
            return Tensor(self._known[name.text], False)
        return self._stage.tensor(name)

    def ways(self, found: list[Token]) -> Iterator[Callable[[Name], Interval | None]]:
        """All ways of standing its vectors up as columns or laying them down as rows."""
        names = [token for one in found for token in within(one) if isinstance(token, Name) and token.link]
        links = {name.link: self.tensor(name) for name in names}
        vectors = sorted(link for link, tensor in links.items() if tensor is not None and tensor.vector)[:MOST_VECTORS]
        for turned in itertools.product((False, True), repeat=len(vectors)):
            lying = {link for link, turn in zip(vectors, turned, strict=True) if turn}

            def symbols(name: Name, lying: set[str] = lying) -> Interval | None:
                tensor = self.tensor(name)
                return None if tensor is None else tensor.oriented(name.link in lying)

            yield symbols

    def values(self, found: list[Token]) -> list[Interval]:
        """What a formula comes to, for every way that its vectors may stand; none where a symbol is unknown."""
        numbers = []
        for way in self.ways(found):
            try:
                numbers.append(evaluate(found, way))
            except Unknown:
                return []
            except (Unreadable, Mismatch):
                continue
        return numbers
