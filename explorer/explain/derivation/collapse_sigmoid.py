"""A sigmoid meets the binary cross-entropy: the slope ŷ(1 − ŷ) cancels, and ŷ − y is left.

Source: MLP notes, equation (3).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.places import Places, indices, numbers_of
from explorer.explain.derivation.probability import Probability
from explorer.explain.derivation.steps import Calculation, Line, Right, Step, calculation, numbers, result, step
from explorer.explain.derivation.way import times
from explorer.explain.derived import Derivative, Listed, Marked, column, marked
from explorer.explain.phrases import say
from explorer.explain.slopes import minus
from explorer.explain.text import Part, label_part
from explorer.locale import _


class Collapse:
    """The steps for one entry, for one sample's own loss; the shares of batch and outputs come last."""

    def __init__(self, probability: Probability, target: str) -> None:
        self.probability, self.target, self.way = probability, target, probability.way
        self.scene, self.values = self.way.scene, probability.values.reshape(-1)
        self.targets = np.asarray(self.scene.value_of(target), dtype=np.float64).reshape(-1)
        self.count = len(self.values)

    def steps(self) -> list[Step]:
        found: list[Step | None] = [self._two(), self._one_fraction(), self._cancel(), self._numbers(), self._all()]
        return [one for one in found if one is not None]

    # -- symbols -----------------------------------------------------------------------------------------------------
    def p(self, places: Places) -> f.Formula:
        return self.probability.at(places)

    def t(self, places: Places) -> f.Symbol:
        return self.way.value(self.target, places)

    def own(self, places: Places) -> f.Symbol:
        """∂L₁/∂θ_i for this sample's own loss, without the shares; δ₁ where that is the same."""
        scene, way = self.scene, self.way
        at = indices(places)[0] if places else 0
        number = np.asarray(self.values[at] - self.targets[at])
        if self._share() == 1.0:
            return replace(way.gradient(way.wrt, places), value=number)
        loss = scene.label(scene.graph.objective)
        label = way.value(way.wrt, places).label
        return f.Symbol((("∂", ""), *loss), number, under=(("∂", ""), *label), kind="gradient")

    def _share(self) -> float:
        return self.scene.seed / self.count

    def _shares(self) -> tuple[f.Formula, ...]:
        mean = (f.Fraction(f.ONE, f.Number(float(self.count))),) if self.count > 1 else ()
        return tuple(one for one in (self.way.share_of_one, *mean) if one is not f.ONE)

    def _by_output(self, places: Places) -> f.Formula:
        """−y/ŷ + (1 − y)/(1 − ŷ)."""
        p, t = self.p(places), self.t(places)
        return f.Sum((f.Negative(f.Fraction(t, p)), f.Fraction(minus(f.ONE, t), minus(f.ONE, p))))

    def _slope(self, places: Places) -> f.Formula:
        return f.Product((self.p(places), minus(f.ONE, self.p(places))))

    # -- steps -------------------------------------------------------------------------------------------------------
    def _two(self) -> Step:
        way, places = self.way, self.way.chosen
        with np.errstate(all="ignore"):
            first, second = self._by_output(places), self._slope(places)
            loss = self.scene.label(self.scene.graph.objective)
            up = Derivative(f.Symbol(loss, np.zeros(())), self.p(places), np.asarray(first.evaluate()))
            down = Derivative(self.p(places), way.value(way.wrt, places), np.asarray(second.evaluate()))
        product = f.Product((first, second), "·")
        lines: list[Right] = [f.Product((up, down), "·"), product]
        return step(_("Two Jacobians multiply"), calculation(self.own(places), *lines), remark=self._of_one())

    def _of_one(self) -> list[Part]:
        if self._share() == 1.0:
            return []
        loss = label_part(self.scene.label(self.scene.graph.objective), self.scene.graph.objective)
        n = str(self.count)
        if self.count == 1:
            return say("{loss} is the loss of one sample; its share 1/B comes at the end.", loss=loss)
        if self.scene.seed == 1.0:
            return say("{loss} is a mean over {n} outputs; the share 1/{n} comes at the end.", loss=loss, n=n)
        return say(
            "{loss} is the loss of one sample; its share 1/B and 1/{n} for {n} outputs comes at the end.",
            loss=loss,
            n=n,
        )

    def _one_fraction(self) -> Step:
        """The two quotients over one denominator; y·ŷ cancels above."""
        places = self.way.chosen
        p, t = self.p(places), self.t(places)
        below = self._slope(places)
        crossed = f.Sum((f.Negative(f.Product((t, minus(f.ONE, p)))), f.Product((minus(f.ONE, t), p))))
        both = Marked(f.Product((t, p)), "cancel")
        opened = f.Sum((f.Negative(t), both, p, f.Negative(both)))
        with np.errstate(all="ignore"):
            lines: list[Right] = [f.Fraction(crossed, below), f.Fraction(opened, below), f.Fraction(minus(p, t), below)]
        return step(_("Over one denominator"), calculation(self._by_output(places), *lines))

    def _cancel(self) -> Step:
        places = self.way.chosen
        p, t = self.p(places), self.t(places)
        below = Marked(self._slope(places), "cancel")
        product = f.Product((f.Fraction(minus(p, t), below), below), "·")
        end = marked(minus(p, t), "kept")
        return step(_("The slope cancels: one subtraction is left"), calculation(self.own(places), product, end))

    def _numbers(self) -> Step:
        way, places = self.way, self.way.picked
        difference, own = minus(self.p(places), self.t(places)), self.own(places)
        whole = way.gradient(way.wrt, places)
        at = indices(places)[0] if places else 0
        whole = replace(whole, value=np.asarray((self.values[at] - self.targets[at]) * self._share()))
        if not self._shares():
            return step(_("With the numbers"), calculation(own, difference, numbers(difference), result(own)))
        share = times(*self._shares(), difference)
        lines: list[Right] = [times(*self._shares(), own), share, numbers(share), result(whole)]
        return step(_("With its share"), calculation(whole, *lines))

    def _all(self) -> Step | None:
        """All entries, or all samples."""
        made = [one for one in (self._entries(), self._batch()) if one is not None]
        return step(_("All together"), *made) if made else None

    def _entries(self) -> Calculation | None:
        way = self.way
        if self.count == 1 or way.scene.notation.negated(way.wrt):
            return None
        rows, whole = self.scene.gradient_rows, self.scene.gradient(way.wrt)
        values = (self.values - self.targets) * self._share()

        def entry(at: int) -> f.Formula:
            places = numbers_of((at,))
            return times(*self._shares(), minus(self.p(places), self.t(places)))

        laid = (
            Listed(tuple(entry(at) for at in range(self.count)))
            if rows and self.count <= 4
            else column(entry, values, rows)
        )
        whole = replace(whole, value=f.orient(values, rows))
        return calculation(whole, laid, result(whole))

    def _batch(self) -> Calculation | None:
        scene, way = self.scene, self.way
        if scene.batch < 2 or scene.notation.negated(way.wrt):
            return None
        p, t = self.probability.stack(), scene.stack_of(self.target, "value")
        whole = scene.stack_of(way.wrt, "gradient")
        product = times(*self._shares(), minus(p, t))
        return calculation(whole, Line(product, shapes=True), numbers(product), result(whole))
