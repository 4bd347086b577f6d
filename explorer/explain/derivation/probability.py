"""The probabilities where an activation meets its loss: a line of the graph, or what a loss on logits has inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.engine.arrays import to_host
from explorer.explain import formula as f
from explorer.explain.derivation.places import Places, indices
from explorer.explain.derivation.way import Way
from explorer.explain.inside import inside
from explorer.explain.symbols import subscripted
from explorer.notation import Label


@dataclass(frozen=True, eq=False)
class Probability:
    """ŷ or s by entry, as a vector, for the whole batch. `name` is its line, "" where it is inside a loss."""

    way: Way
    name: str
    whole: f.Symbol
    values: f.Array

    @property
    def label(self) -> Label:
        return self.whole.label

    @property
    def count(self) -> int:
        return self.values.size

    def at(self, places: Places) -> f.Symbol:
        """One entry."""
        if self.name:
            return self.way.value(self.name, places)
        single = self.count == 1
        label = subscripted(self.label, [place.text for place in places], single)
        number = np.asarray(self.values.reshape(-1)[indices(places)[0] if places else 0])
        running = any(place.runs for place in places)
        index = () if running else indices(places) or (0,)
        return f.Symbol(label, number, f.Cells(self.way.of, "inside", self.values.shape, index))

    def stack(self) -> f.Symbol:
        """All samples, a row each. Shape: (B, n)."""
        if self.name:
            return self.way.scene.stack_of(self.name, "value")
        found = self.way.scene.trace.inside(self.way.of)
        assert found is not None, "a probability without a line is inside a loss on logits"
        rows = np.asarray(to_host(found), dtype=np.float64).reshape(self.way.scene.batch, -1)
        return f.Symbol(self.label, rows, batch_axis=0)


def of_line(way: Way, name: str) -> Probability:
    values = np.asarray(way.scene.value_of(name), dtype=np.float64)
    return Probability(way, name, way.scene.value(name), values)


def inside_of(way: Way) -> Probability | None:
    """The probability inside the way's line; None where that is no loss on logits."""
    found = inside(way.scene)
    if found is None:
        return None
    shape = way.in_shape
    return Probability(way, "", found, np.asarray(found.value, dtype=np.float64).reshape(shape))
