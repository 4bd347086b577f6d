"""Where a gradient comes from: one of its entries as factors, through the gates that it went through to arrive."""

from __future__ import annotations

from explorer.explain import formula as f
from explorer.explain.derivation.linear import linear
from explorer.explain.derivation.pair import pair
from explorer.explain.derivation.places import Place, Places, numbers_of
from explorer.explain.derivation.probability import Probability, inside_of
from explorer.explain.derivation.unary import gate
from explorer.explain.derivation.way import Way, times
from explorer.explain.derived import BigSum, Series
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.slopes import minus

Factors = tuple[f.Formula, ...]


class Source:
    """Entries of gradients of a pass. `prime` writes slopes as σ′(z_i), else as h_i (1 − h_i).

    `named` writes what a lesson calls δ = −∂L/∂s as −δ, and everything else as it is; `running` is the letter of sums.
    """

    def __init__(self, scene: Scene, prime: bool = False, named: bool = False, running: str = "k") -> None:
        self.scene, self.prime, self.named, self.running = scene, prime, named, running

    def entry(self, name: str, places: Places, further: bool = True) -> Factors | None:
        """The factors of one entry of a line's gradient; None where nothing simple is known of it.

        A slope is followed one gate further: what arrived there is written out too, unless the lesson names it.
        """
        readings = self.scene.readings(name)
        if len(readings) != 1:
            return None
        reader = readings[0][0]
        met = pair(self.scene, reader)
        if met is not None and met.reliable:
            return self._difference(reader, met.target, places, met.outputs)
        if self._objective(reader) == "sqerr" and readings[0][1] == 0:
            there = self.scene.at(reader)
            return self._difference(name, there.node.inputs[1], places, 1, self._way(reader, name).up(()))
        within = self._inside(reader, name)
        return self._within(within, places) if within is not None else self._through(reader, name, places, further)

    def whole(self, name: str) -> f.Formula | None:
        """The gradient of a line as its one reader sends it, as vectors; None where nothing short is known."""
        readings = self.scene.readings(name)
        if len(readings) != 1 or not self.scene.at(readings[0][0]).readable:
            return None
        reader, there = readings[0][0], self.scene.at(readings[0][0])
        if reader == self.scene.graph.objective or pair(self.scene, reader) is not None:
            return None
        sent = Rules(there).sent_back(name, there.gradient(reader, own=not self.scene.notation.negated(reader)))
        same = sent is not None and sent.evaluate().size == self.scene.gradient_of(name).size
        return sent if same else None

    def _inside(self, reader: str, name: str) -> Probability | None:
        """The probability inside a loss on these logits; None for every other reader."""
        if reader != self.scene.graph.objective or self.scene.graph.nodes[reader].inputs[0] != name:
            return None
        return inside_of(self._way(reader, name))

    def _within(self, found: Probability, places: Places) -> Factors:
        """(ŷ_i − y_i), with the shares, for a loss on logits."""
        loss = found.way.scene.node
        outputs = found.count if loss.code[0].op.name == "bce_with_logits" else 1
        at = places if found.way.in_shape else ()
        return (
            *self._shares(found.way.share_of_one, outputs),
            minus(found.at(at), found.way.value(loss.inputs[1], at)),
        )

    def _objective(self, reader: str) -> str:
        code = self.scene.graph.nodes[reader].code
        return code[0].op.name if len(code) == 1 else ""

    def _way(self, reader: str, name: str) -> Way:
        return Way(self.scene.at(reader), name, lambda out, into: 0.0)

    def _difference(
        self, out: str, target: str, places: Places, outputs: int, share: f.Formula | None = None
    ) -> Factors:
        """(s_i − t_i), with 1/B and 1/n where they belong."""
        way = self._way(self.scene.graph.objective, out)
        at = places if self.scene.graph.nodes[out].shape else ()
        return (*self._shares(share or way.share_of_one, outputs), minus(way.value(out, at), way.value(target, at)))

    def _shares(self, arrives: f.Formula, outputs: int) -> Factors:
        """1/B, and 1/n of a loss that is a mean over its outputs."""
        mean = f.ONE if outputs == 1 else f.Fraction(f.ONE, f.Number(float(outputs)))
        return tuple(part for part in (arrives, mean) if part is not f.ONE)

    def _through(self, reader: str, name: str, places: Places, further: bool) -> Factors | None:
        there = self.scene.at(reader)
        found = gate(there, name)
        if found is not None:
            named = self.scene.notation.gradient_is_own(reader) or not further
            arrived = None if named else self.entry(reader, places, False)
            slope = found.prime(places) if self.prime else found.slope(places, True)
            return (*(arrived or (found.way.up(places),)), slope)
        line = linear(there, name)
        if line is None or line.term.matrix and line.term.vector != name:
            return None
        way = self._way(reader, name)
        minus_delta = self.named and self.scene.notation.negated(reader)
        sign: Factors = () if (line.term.sign > 0) != minus_delta else (f.Number(-1.0),)

        def up(out: Places) -> f.Formula:
            return way.named(reader, out) if minus_delta else way.up(out)

        if not line.term.matrix:
            return (*sign, up(places))
        outputs = way.outputs
        if len(outputs) == 1:
            out = numbers_of(outputs[0])
            return (*sign, up(out), line.weight(way, line.term, out, places))

        def term(out: Places) -> f.Formula:
            return times(up(out), line.weight(way, line.term, out, places))

        terms = tuple(term(numbers_of(index)) for index in outputs)
        if any(place.text.isalpha() for place in places):
            any_output = tuple(Place(self.running, place.at, True) for place in way.running)
            return (*sign, BigSum(self.running, "", term(any_output), terms))
        return (*sign, Series(terms))
