"""One weight's gradient with everything that it is made of: (o_j − t_j) o_j (1 − o_j) x_i.

Source: lecture 20, 20.4; MLP notes, equations (5) and (6); homework ④ and ⑧.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.by_matrix import ByMatrix
from explorer.explain.derivation.linear import linear
from explorer.explain.derivation.places import Places, indices
from explorer.explain.derivation.source import Factors, Source
from explorer.explain.derivation.unary import gate
from explorer.explain.derivation.way import Way, times
from explorer.explain.scene import Scene
from explorer.explain.signs import negative

CLOSE = 1e-9
Beside = Callable[[Places], tuple[Places, Factors]]


@dataclass(frozen=True, eq=False)
class Weight:
    """The chosen entry of a parameter, seen from the line that reads it, for one sample.

    `beside` says for an entry which entry of the line's gradient it takes, and the factors beside that. `negated` is
    whether the factors make minus the gradient: the lesson then counts what comes back with a minus, and adds η times
    the factors where others subtract.
    """

    way: Way
    beside: Beside

    @property
    def negated(self) -> bool:
        return self._exact[0] < 0

    @cached_property
    def general(self) -> Factors:
        """The factors of any entry, with letters for its indices."""
        return self._signed(self.way.chosen)[1]

    @property
    def picked(self) -> Factors:
        """The factors of the chosen entry, with its numbers for indices."""
        return self._exact[1]

    @cached_property
    def _exact(self) -> tuple[int, Factors]:
        return self._signed(self.way.picked)

    @property
    def share(self) -> float:
        """What the factors come to: the gradient, or this sample's share of it."""
        product = float(times(*self.picked).evaluate())
        return -product if self.negated else product

    def _signed(self, into: Places) -> tuple[int, Factors]:
        """Sign and factors: their product is ∂L/∂w."""
        up, factors = self.beside(into)
        scene = self.way.scene
        arrived = Source(scene, named=True, running="k").entry(scene.node.name, up) or self._by_name(up)
        found = [*arrived, *factors]
        plain = tuple(one for one in found if not (isinstance(one, f.Number) and one.value == -1.0))
        sign = -1 if (len(found) - len(plain)) % 2 else 1
        turned = _turned(plain) if sign > 0 and scene.notation.negated(scene.node.name) else None
        return (-1, turned) if turned is not None else (sign, plain)

    def _by_name(self, up: Places) -> Factors:
        """What arrives, where no more is known of it than its name."""
        scene = self.way.scene
        if scene.notation.negated(scene.node.name):
            return (f.Number(-1.0), self.way.named(scene.node.name, up))
        return (self.way.up(up),)


def weight(scene: Scene, name: str) -> Weight | None:
    """The chosen entry of `name` where the scene's line alone reads it, once; None where no simple product is known.

    What is claimed is held against the engine's own number.
    """
    if not scene.readable or [reader for reader, _ in scene.readings(name)] != [scene.node.name]:
        return None
    seen = _seen(scene, name)
    if seen is None:
        return None
    found = Weight(*seen)
    with np.errstate(all="ignore"):
        number = float(found.way.sent_values[indices(found.way.picked)])
        same = np.isclose(found.share, number, rtol=CLOSE, atol=1e-300, equal_nan=True)
    return found if same else None


def _seen(scene: Scene, name: str) -> tuple[Way, Beside] | None:
    """A matrix of W·x or x·W, a term of a sum, or a factor of an element-wise product."""
    line = linear(scene, name)
    if line is not None and line.term.matrix == name:
        made = ByMatrix(line)
        return made.way, made.beside
    if line is not None and not line.term.matrix:
        minus: Factors = () if line.term.sign > 0 else (f.Number(-1.0),)
        shape = scene.node.shape
        return Way(scene, name, lambda out, into: 0.0, into="j"), lambda into: (into if shape else (), minus)
    found = gate(scene, name)
    return None if found is None else (found.way, lambda into: (into, (found.slope(into, True),)))


def _turned(factors: Factors) -> Factors | None:
    """(t − o) for (o − t); None where no factor is a difference."""
    for place, factor in enumerate(factors):
        turned = negative(factor) if isinstance(factor, f.Sum) else None
        if turned is not None and not isinstance(turned, f.Negative):
            return (*factors[:place], turned, *factors[place + 1 :])
    return None
