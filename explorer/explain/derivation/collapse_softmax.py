"""Softmax meets cross-entropy: two Jacobians multiply, terms cancel, Σ t = 1, and one subtraction is left.

Source: homework, the simplification after ②; matrix language, δ_t = g − y; CS224n gradient notes (7).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.engine.arrays import to_host
from explorer.explain import formula as f
from explorer.explain.derivation.matrix import WIDE
from explorer.explain.derivation.places import Place, numbered
from explorer.explain.derivation.probability import Probability
from explorer.explain.derivation.steps import Line, Right, Step, calculation, numbers, result, step, words
from explorer.explain.derivation.way import times
from explorer.explain.derived import Braced, Listed, Marked, Series, column, grid, marked
from explorer.explain.phrases import say
from explorer.explain.sending import COLLAPSE, told
from explorer.explain.slopes import minus
from explorer.explain.text import Part, label_part, number_part
from explorer.locale import _

FEW = 4  # outputs up to which every entry is written out


class Collapse:
    """The steps, for one sample; its own loss is differentiated first, the share 1/B comes last."""

    def __init__(self, shares: Probability, target: str) -> None:
        self.shares, self.target, self.way, self.scene = shares, target, shares.way, shares.way.scene
        self.rows = self.scene.gradient_rows
        self.targets = np.asarray(self.scene.value_of(target), dtype=np.float64).reshape(-1)
        self.total = float(np.sum(self.targets))
        self.whole = abs(self.total - 1.0) < 1e-9

    def steps(self) -> list[Step]:
        found: list[Step | None] = [self._two(), self._entry(), self._one(), self._all(), self._left(), self._batch()]
        return [one for one in found if one is not None]

    # -- symbols -----------------------------------------------------------------------------------------------------
    def s(self, at: Place) -> f.Symbol:
        return self.shares.at((at,))

    def t(self, at: Place) -> f.Symbol:
        return self.way.value(self.target, (at,))

    def own(self, at: Place | None, by: str) -> f.Symbol:
        """∂L₁/∂a_i, the gradient of this sample's own loss; of all entries without `at`."""
        scene, way = self.scene, self.way
        loss = scene.label(scene.graph.objective)
        values = self._ends() if by == way.wrt else -self._quotients()
        if at is None:
            label = scene.label(by) if by else self.shares.label
            return f.Symbol((("∂", ""), *loss), f.orient(values, self.rows), under=(("∂", ""), *label), kind="gradient")
        element = way.value(by, (at,)).label if by else self.s(at).label
        return f.Symbol((("∂", ""), *loss), np.asarray(values[at.at]), under=(("∂", ""), *element), kind="gradient")

    def _quotients(self) -> f.Array:
        with np.errstate(all="ignore"):
            found = self.targets / self.shares.values
        return np.where(self.targets == 0, 0.0, found)

    def _ends(self) -> f.Array:
        """s Σt − t."""
        return np.asarray(self.shares.values * self.total - self.targets)

    def _others(self, at: Place) -> f.Formula:
        rest = tuple(self.s(numbered(j)) for j in range(self.shares.count) if j != at.at)
        if self.shares.count > FEW:
            return minus(f.ONE, self.s(at))
        return rest[0] if len(rest) == 1 else Series(rest)

    # -- steps -------------------------------------------------------------------------------------------------------
    def _two(self) -> Step:
        """(−t₁/s₁ …) times the softmax Jacobian, row times matrix (or the matrix times the column)."""
        shares, count = self.shares, self.shares.count
        quotients = column(
            lambda i: f.Local(f.Negative(f.Fraction(self.t(numbered(i)), self.s(numbered(i))))),
            -self._quotients(),
            self.rows,
        )
        matrix = np.diag(shares.values) - np.outer(shares.values, shares.values)

        def entry(i: int, j: int) -> f.Formula:
            if i == j:
                return f.Local(times(self.s(numbered(i)), self._others(numbered(i))))
            low, high = sorted((i, j))
            return f.Local(f.Negative(times(self.s(numbered(low)), self.s(numbered(high)))))

        jacobian = grid((count, count), entry, matrix, WIDE)
        product = times(quotients, jacobian) if self.rows else times(jacobian, quotients)
        left = self.own(None, self.way.wrt)
        lines: list[Right] = [self._named(matrix), Line(product, moves=True)]
        if count <= FEW:
            lines.append(self._laid([self._expanded(numbered(i), False) for i in range(count)]))
        counted = calculation(left, numbers(product, moves=True), result(left))
        return step(_("Two Jacobians multiply"), calculation(left, *lines), counted, remark=self._of_one())

    def _named(self, matrix: f.Array) -> f.Formula:
        """∂L₁/∂s · ∂s/∂a."""
        shares, way = self.shares, self.way
        over = shares.label
        jacobian = f.Symbol((("∂", ""), *over), matrix, under=(("∂", ""), *self.scene.label(way.wrt)))
        up = self.own(None, shares.name)
        return times(up, jacobian) if self.rows else times(f.Transpose(jacobian), up)

    def _of_one(self) -> list[Part]:
        if self.scene.seed == 1.0:
            return []
        loss = label_part(self.scene.label(self.scene.graph.objective), self.scene.graph.objective)
        one = "b" if self.scene.stacked else str(self.scene.sample + 1)
        return say(
            "One sample at a time: {loss} is the loss of sample {b}; its share 1/B comes at the end.", loss=loss, b=one
        )

    def _entry(self) -> Step:
        """The picked entry: the row times one column, s_j cancels in every term."""
        shares, at = self.shares, self.way.picked[0]
        left = self.own(at, self.way.wrt)

        def raw(j: int) -> f.Formula:
            t, s = self.t(numbered(j)), Marked(self.s(numbered(j)), "cancel")
            quotient = f.Negative(f.Fraction(t, s))
            if j == at.at:
                return f.Product((quotient, s, self._others(at)))
            return f.Product((quotient, f.Negative(f.Product((s, self.s(at))))), "·")

        raws = Series(tuple(raw(j) for j in range(shares.count)), at.at)
        expanded = self._expanded(at, False)
        lines: list[Right] = [raws, expanded, numbers(expanded), result(left)]
        own = label_part(self.way.value(self.way.wrt, (at,)).label, self.way.wrt)
        title = say("Row times column, entry {entry}", entry=own)
        kept = calculation(left, *lines)
        return step(title, kept, remark=_("Each output cancels against the quotient that it stands under."))

    def _term(self, j: int, at: Place, braced: bool = False) -> f.Formula:
        """−t_i (s_j + …) for the entry's own term, + t_j s_i for the others."""
        t = self.t(numbered(j))
        if j != at.at:
            return times(t, self.s(at))
        others = self._others(at)
        within = Braced(others, minus(f.ONE, self.s(at))) if braced and self.shares.count <= FEW else others
        return f.Negative(times(t, within))

    def _all(self) -> Step | None:
        """All entries, as the handout writes them: expanded, collected, Σ t = 1."""
        count = self.shares.count
        if count > FEW:
            return self._collected()
        places = [numbered(i) for i in range(count)]
        expanded: list[f.Formula] = [
            Series(tuple(self._term(j, at, True) for j in range(count)), at.at) for at in places
        ]
        left = self.own(None, self.way.wrt)
        lines: list[Right] = [self._laid(expanded), self._laid([self._gathered(at) for at in places])]
        ends = self._laid([self._end(at) for at in places])
        return step(_("All entries, collected"), calculation(left, *lines, ends))

    def _expanded(self, at: Place, braced: bool = True) -> f.Formula:
        return Series(tuple(self._term(j, at, braced) for j in range(self.shares.count)), at.at)

    def _collected(self) -> Step:
        at = self.way.chosen[0]
        lines: list[Right] = [self._gathered(at), self._end(at)]
        return step(_("Collected"), calculation(self.own(at, self.way.wrt), *lines))

    def _gathered(self, at: Place) -> f.Formula:
        """−t_i + s_i (t₁ + t₂ + t₃), the sum being 1."""
        shares = self.shares
        targets = Series(tuple(self.t(numbered(j)) for j in range(shares.count)), at.at)
        total: f.Formula = Marked(targets, "one") if self.whole else Braced(targets, f.Number(self.total))
        return f.Sum((f.Negative(self.t(at)), f.Product((self.s(at), total))))

    def _end(self, at: Place) -> f.Formula:
        s, t = self.s(at), self.t(at)
        return minus(s, t) if self.whole else minus(f.Product((f.Number(self.total), s), "·"), t)

    def _laid(self, entries: list[f.Formula]) -> f.Formula:
        if self.rows:
            return Listed(tuple(entries))
        return column(lambda i: entries[i], self._ends())

    def _one(self) -> Step:
        """Σ t with its numbers."""
        shares = self.shares
        targets = Series(tuple(self.t(numbered(j)) for j in range(shares.count)))
        total = f.Number(self.total)
        if not self.whole:
            said = say("The targets here sum to {total}, not to 1: a factor stays.", total=number_part(self.total))
            made = calculation(targets, numbers(targets), Line(total))
            return step(_("The targets do not sum to 1"), made, words(*said))
        title = say(
            "The targets are shares: Σ {target} = 1", target=label_part(self.scene.label(self.target), self.target)
        )
        return step(title, calculation(targets, numbers(targets), Line(f.ONE)))

    def _left(self) -> Step:
        """s − t, and 1/B."""
        shares, scene, way = self.shares, self.scene, self.way
        s = f.Local(shares.whole, self.rows)
        t = f.Local(scene.value(self.target), self.rows)
        difference = minus(s if self.whole else f.Product((f.Number(self.total), s), "·"), t)
        own = self.own(None, way.wrt)
        whole = scene.gradient(way.wrt, own=not scene.notation.negated(way.wrt))
        whole = replace(whole, value=f.orient(self._ends() * scene.seed, self.rows))
        kept = marked(difference, "kept")
        if scene.seed == 1.0:
            made = calculation(whole, kept, numbers(difference), result(whole))
            title = _("One subtraction is left") if self.whole else _("A subtraction is left")
            return replace(step(title, made), badge=self._badge())
        share = times(way.share_of_one, difference)
        lines: list[Right] = [times(way.share_of_one, own), share, numbers(share), result(whole)]
        title = _("One subtraction is left, and the share 1/B")
        return replace(step(title, calculation(own, kept), calculation(whole, *lines)), badge=self._badge())

    def _badge(self) -> str:
        return told([COLLAPSE]) if self.whole else ""

    def _batch(self) -> Step | None:
        """(1/B)(S − T), a row for each sample."""
        scene, shares, way = self.scene, self.shares, self.way
        if scene.batch < 2 or not self.whole or scene.notation.negated(way.wrt):
            return None
        targets = np.asarray(to_host(scene.trace.values[self.target]), dtype=np.float64).reshape(scene.batch, -1)
        if np.max(np.abs(targets.sum(axis=1) - 1.0)) > 1e-9:
            return None
        s, t = shares.stack(), scene.stack_of(self.target, "value")
        whole = scene.stack_of(way.wrt, "gradient")
        product = times(way.share_of_one, minus(s, t))
        lines: list[Right] = [Line(product, shapes=True), numbers(product), result(whole)]
        return step(_("The whole batch"), calculation(whole, *lines))
