"""The steps back through a loss that is a sum of one term an output: one entry, its numbers, all entries, the batch."""

from __future__ import annotations

import numpy as np

from explorer.engine.arrays import to_host
from explorer.explain import formula as f
from explorer.explain.derivation.chain import wanted
from explorer.explain.derivation.matrix import J, jacobian, sent_entries
from explorer.explain.derivation.places import Place, Places, indices, numbers_of
from explorer.explain.derivation.separable import LOSSES, Separable, by
from explorer.explain.derivation.shortcut import shortcut_step
from explorer.explain.derivation.steps import (
    Calculation,
    Right,
    Step,
    calculation,
    numbers,
    onward,
    result,
    step,
    words,
)
from explorer.explain.derivation.way import Way, times
from explorer.explain.derived import BigSum, Series, column, grid, marked
from explorer.explain.phrases import say
from explorer.explain.scene import Scene
from explorer.explain.slopes import HALF
from explorer.explain.text import Part, label_part
from explorer.locale import _, tell

MOST_WRITTEN = 2_000  # entries of a batch that are still written out


def by_output(scene: Scene, name: str) -> list[Step] | None:
    """The steps from a loss to its prediction; None for any other line."""
    code = scene.node.code
    if len(code) != 1 or code[0].op.name not in LOSSES or len(scene.graph.nodes[name].shape) > 1:
        return None
    if scene.node.inputs[0] != name or len(scene.node.inputs) != 2 or scene.node.inputs[1] == name:
        return None
    return Loss(scene, name, LOSSES[code[0].op.name]).steps()


class Loss:
    """One loss, differentiated by one entry of its prediction."""

    def __init__(self, scene: Scene, name: str, rule: Separable) -> None:
        self.scene, self.rule, self.target = scene, rule, scene.node.inputs[1]
        row = np.asarray(scene.jacobian(0, 0).dense(np))[..., 0].reshape(-1)
        self.way = Way(scene, name, lambda out, into: float(row[into[0]] if into else row[0]))
        self.n = len(self.way.receivers)
        self.letter = "k" if rule.negative and self.n > 1 else "j"

    def steps(self) -> list[Step]:
        found: list[Step | None] = [wanted(self.way), self._entry()]
        found += [self._stacked(), self._by_the_rule(), self._batch(), self._target()]
        return [one for one in found if one is not None]

    # -- one entry ---------------------------------------------------------------------------------------------------
    def _pair(self, places: Places) -> tuple[f.Formula, f.Formula]:
        return self.way.value(self.way.wrt, places), self.way.value(self.target, places)

    def _with(self, inner: f.Formula) -> f.Formula:
        """What stands before: the share 1/B, the mean over the outputs, the minus sign."""
        whole = times(self.way.up(()), *self.rule.before(self.n), inner)
        return f.Negative(whole) if self.rule.negative else whole

    def _tidy(self, places: Places) -> f.Formula:
        """The end of the derivation of one entry."""
        shares = [one for one in (self.way.up(()), *self.rule.before(self.n)) if one is not f.ONE]
        end = self.rule.tidy(*self._pair(places))
        if isinstance(end, f.Negative) and shares:
            return f.Negative(times(*shares, end.inner))
        return times(*shares, end)

    def _running(self) -> Places:
        return tuple(Place(self.letter, place.at, True) for place in self.way.chosen)

    def _entry(self) -> Step:
        way = self.way
        p, t = self._pair(way.chosen)
        slope = float(self.rule.slope(p, t).evaluate())
        start: list[Calculation | None] = []
        if self.n > 1:
            terms = tuple(self.rule.term(*self._pair(numbers_of(index))) for index in way.receivers)
            above, below = ("", "k") if self.letter == "k" else ("k", "j = 1")
            total = BigSum(below, above, self.rule.term(*self._pair(self._running())), terms)
            start = [calculation(way.sent(way.chosen), self._with(by(p, total, slope))), self._others()]
        lines: list[Right] = [self._with(by(p, self.rule.term(p, t), slope))]
        lines += [self._with(one) for one in self.rule.rules(p, t)]
        lines.append(self._tidy(way.chosen))
        picked, left = self._tidy(way.picked), way.sent(way.picked)
        own = calculation(left, picked, numbers(picked), result(left))
        pieces = onward(calculation(way.sent(way.chosen), *lines), own)
        title = _("One entry at a time") if self.n > 1 else _("By the network's output")
        return step(title, *start, *pieces, remark=self._of_others())

    def _of_others(self) -> list[Part]:
        """Why the other samples' terms of the loss are not seen here."""
        way, node = self.way, self.scene.graph.nodes[self.way.wrt]
        if self.scene.batch == 1 or not node.batched or way.of != self.scene.graph.objective:
            return []
        own = label_part(self.scene.label(way.wrt), way.wrt)
        return say("The other samples' terms do not contain this sample's {output}.", output=own)

    def _others(self) -> Calculation | None:
        """The terms of the other outputs do not contain this one: their derivative is 0."""
        way = self.way
        if self.n == 1:
            return None
        own = way.value(way.wrt, way.picked)

        def one(index: f.Shape) -> f.Formula:
            p, t = self._pair(numbers_of(index))
            stays = index == indices(way.picked)
            slope = float(self.rule.slope(p, t).evaluate()) if stays else 0.0
            return marked(by(own, self.rule.term(p, t), slope), "kept" if stays else "zero")

        terms = tuple(one(index) for index in way.receivers)
        whole = self._with(Series(terms, way.receivers.index(indices(way.picked))))
        return calculation(way.sent(way.picked), _breakable(whole))

    # -- all entries -------------------------------------------------------------------------------------------------
    def _stacked(self) -> Step | None:
        way = self.way
        short = shortcut_step(way)
        if short is None or self.n == 1:
            return None
        stack = column(lambda at: self._tidy(numbers_of((at,))), way.sent_values, way.scene.gradient_rows)
        (end,) = (piece for piece in short.pieces if isinstance(piece, Calculation))
        title = _("All entries, side by side") if way.scene.gradient_rows else _("All entries, stacked")
        return step(title, calculation(way.sent_whole, sent_entries(way), stack), end)

    def _by_the_rule(self) -> Step | None:
        """Jᵀ · ∂E/∂E: the general rule holds for a loss too, whose Jacobian has one row."""
        way = self.way
        if self.n == 1 or way.scene.gradient_rows:
            return None
        matrix = f.Symbol(J, jacobian(way))
        up = way.up(())
        product = f.Product((f.Transpose(matrix), up), "·")
        lines: list[Right] = [product, numbers(product), result(way.sent_whole)]
        said = _("A loss has one output, so its Jacobian is one row, and what arrives is one number.")
        return step(_("The general rule gives the same"), calculation(way.sent_whole, *lines), remark=said)

    def _batch(self) -> Step | None:
        """All samples: −(1/B) t/s, entry by entry."""
        scene, way = self.scene, self.way
        if scene.batch < 2 or not scene.graph.nodes[way.wrt].batched or way.of != scene.graph.objective:
            return None
        if not scene.graph.nodes[self.target].batched or scene.fans_out(way.wrt):
            return None
        if scene.batch * self.n > MOST_WRITTEN:
            return None
        whole = scene.stack_of(way.wrt, "gradient", own=not scene.notation.negated(way.wrt))
        negative = isinstance(self.rule.tidy(HALF, HALF), f.Negative)
        rows = grid((scene.batch, self.n), lambda b, i: self._of_sample(b, i, negative))
        product = times(way.up(()), *self.rule.before(self.n), rows)
        written = f.Negative(product) if negative else product
        shaped = tell("{shape}: a row for each sample.", shape=f"({scene.batch},{self.n})")
        return step(_("The whole batch"), calculation(whole, written, result(whole)), remark=shaped)

    def _of_sample(self, b: int, i: int, negative: bool) -> f.Formula:
        p, t = (self._sampled(name, b, i) for name in (self.way.wrt, self.target))
        end = self.rule.tidy(p, t)
        return end.inner if negative and isinstance(end, f.Negative) else end

    def _sampled(self, name: str, b: int, i: int) -> f.Symbol:
        array = np.asarray(to_host(self.scene.trace.values[name]), dtype=np.float64).reshape(self.scene.batch, -1)
        text = f"{b + 1},{i + 1}" if self.n > 1 else str(b + 1)
        shape = self.scene.graph.nodes[name].shape
        cells = f.Cells(name, "value", shape, (i,)) if b == self.scene.sample else None
        return f.Symbol(self.scene.notation.element(name, (text,)), np.asarray(array[b, i]), cells)

    def _target(self) -> Step | None:
        """Why nothing is computed for the target."""
        node = self.scene.graph.nodes[self.target]
        if node.kind != "target":
            return None
        t = label_part(self.scene.label(self.target), self.target)
        over = label_part((("∂", ""), *self.scene.notation.loss_label, ("/∂", ""), *self.scene.label(self.target)))
        said = say(
            "{derivative} is not computed: {t} is the right output for this example. It is never updated.",
            derivative=over,
            t=t,
        )
        return step(_("And the target"), words(*said))


def _breakable(formula: f.Formula) -> f.Formula:
    """−(1/B · sum) with its sign at the first factor, so that a line may be broken inside the long sum."""
    match formula:
        case f.Negative(inner=f.Product(factors=(first, *others), sign=sign)):
            return f.Product((f.Negative(first), *others), sign)
    return formula
