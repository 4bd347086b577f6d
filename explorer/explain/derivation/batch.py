"""The batch: a parameter's gradient is the sum of all samples' shares, one product; a line's rule holds row by row.

Source: homework ②–④, ⑥–⑧.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.places import Places, indices
from explorer.explain.derivation.steps import Line, Right, Step, calculation, numbers, onward, result, step
from explorer.explain.derivation.way import Way, times
from explorer.explain.derived import BigSum, Grid, Remark, Series, label_of
from explorer.explain.elide import GAP, MOST_ROWS, ends
from explorer.explain.ledger import Flat
from explorer.explain.phrases import say
from explorer.explain.text import label_part
from explorer.locale import _, tell

LETTER = "b"
CLOSE = 1e-9
MOST_WORK = 200_000  # numbers in a stack of Jacobians that is still multiplied out


def summed_step(way: Way, vector: str = "", sign: int = 1) -> Step | None:
    """All samples: Σ_b of their shares for the picked entry, then all entries at once, zᵀ·∂L/∂a or [1 … 1]·∂L/∂a.

    `vector` is the line whose samples a matrix's gradient is made of; a bias has none. `sign` is that of the term.
    None for a batch of one.
    """
    if not way.is_share:
        return None
    return _Sum(way, vector, sign).step()


class _Sum:
    def __init__(self, way: Way, vector: str, sign: int) -> None:
        self.way, self.vector, self.sign, self.scene = way, vector, sign, way.scene
        self.batched_vector = bool(vector) and self.scene.graph.nodes[vector].batched

    def step(self) -> Step:
        way = self.way
        whole = self.scene.at(way.wrt).gradient(way.wrt, own=not self.scene.notation.negated(way.wrt))
        body, terms = self._share(way.chosen, "b"), tuple(self._share(way.picked, b) for b in range(self.scene.batch))
        total = BigSum(f"{LETTER} = 1", "B", body, terms)
        left, picked = way.gradient(way.wrt, way.chosen), way.gradient(way.wrt, way.picked)
        one = calculation(left, total)
        spelled = Series(terms, self.scene.sample)
        each = calculation(picked, spelled, numbers(spelled), result(picked))
        product = self._at_once()
        pieces = [*onward(one, each)]
        if product is not None:
            laid = replace(whole, value=product.evaluate()) if len(way.in_shape) == 1 else whole
            pieces.append(calculation(laid, Line(product, shapes=True), numbers(product), result(laid)))
        own = label_part(self.scene.label(way.wrt), way.wrt)
        says = say("Every sample sends its share; {parameter} receives their sum.", parameter=own)
        return step(tell("Over the batch of B = {n}", n=self.scene.batch), *pieces, remark=says)

    def _share(self, into: Places, sample: int | str) -> f.Formula:
        """One sample's term: ∂L/∂a_{b,j}, or z_{b,i} ∂L/∂a_{b,j}."""
        up, beside = self._split(into)
        arrived = self._entry(self.way.of, up, sample, True)
        if not self.vector:
            return self._signed(arrived)
        entry = self._entry(self.vector, beside, sample, False)
        return self._signed(times(entry, arrived) if self._rows else times(arrived, entry))

    def _signed(self, formula: f.Formula) -> f.Formula:
        return formula if self.sign > 0 else f.Negative(formula)

    @property
    def _rows(self) -> bool:
        """Whether the vector is multiplied from the left, x·W."""
        return self.scene.rows

    def _split(self, into: Places) -> tuple[Places, Places]:
        if not self.vector:
            return into if self.way.out_shape else (), ()
        return ((into[1],), (into[0],)) if self._rows else ((into[0],), (into[1],))

    def _entry(self, name: str, places: Places, sample: int | str, gradient: bool) -> f.Symbol:
        """An entry of one sample: a_{2,1} is the first entry of the second sample."""
        at = self.scene.sample if isinstance(sample, str) else sample
        there = self.scene.for_sample(at)
        number = np.asarray((there.gradient_of(name) if gradient else there.value_of(name))[indices(places)])
        on_stage = at == self.scene.sample and not isinstance(sample, str)
        batched = self.scene.graph.nodes[name].batched
        cells = None
        if on_stage or not batched:
            plain = self.way.gradient(name, places) if gradient else self.way.value(name, places)
            if not batched:
                return replace(plain, value=number)
            cells = plain.cells
        first = sample if isinstance(sample, str) else str(sample + 1)
        text = ",".join([first, *(place.text for place in self._told(name, places))])
        label = self.scene.notation.element(name, (text,))
        if not gradient:
            return f.Symbol(label, number, cells)
        over = (("∂", ""), *self.scene.notation.loss_label)
        return f.Symbol(over, number, cells, (("∂", ""), *label), kind="gradient")

    def _told(self, name: str, places: Places) -> Places:
        alone = all(length == 1 for length in self.scene.graph.nodes[name].shape)
        return () if alone else places

    def _at_once(self) -> f.Formula | None:
        """All samples in one product."""
        gradients = self.scene.stack_of(self.way.of, "gradient")
        if self.scene.notation.negated(self.way.of):
            return None
        if not self.vector:
            # A bias of x·W + b is flat, (n,), and so is what is summed for it; one of W·x + b is a column.
            flat = Flat if self.scene.stands_as_row(self.way.wrt) else f.Symbol
            ones = flat(label_of("[1 … 1]"), np.ones((1, self.scene.batch)), batch_axis=1)
            if len(self.way.in_shape) != 1:
                return None
            total = f.Product((ones, gradients))
            turned = len(self.way.receivers) > 1 and not self.scene.stands_as_row(self.way.wrt)
            return self._signed(f.Transpose(total) if turned else total)
        if not self.batched_vector:
            return None
        vectors = self.scene.stack_of(self.vector, "value")
        factors = (f.Transpose(vectors), gradients) if self._rows else (f.Transpose(gradients), vectors)
        return self._signed(f.Product(factors))


def rows_step(way: Way, at_once: Callable[[f.Symbol], f.Formula] | None = None, matrix: str = "") -> Step | None:
    """The same rule for every sample of the batch, row by row, each with its own Jacobian, or all with one `matrix`.

    `at_once` writes the product for all rows together, given all that arrives, (B, k). None for a batch of one.
    """
    scene = way.scene
    shared = way.is_share or not scene.node.batched or not scene.graph.nodes[way.wrt].batched
    named = scene.notation.negated(way.wrt) or scene.notation.negated(way.of)
    if scene.batch < 2 or shared or named or len(way.in_shape) != 1 or len(way.out_shape) != 1:
        return None
    if scene.fans_out(way.wrt) or len(way.outputs) * len(way.receivers) * scene.batch > MOST_WORK:
        return None
    whole, arrived = scene.stack_of(way.wrt, "gradient"), scene.stack_of(way.of, "gradient")
    jacobians = scene.trace.jacobian(way.of, way.wrt).stack()
    by_sample = _row_by_row(way, arrived, jacobians)
    lines: list[Right] = []
    if at_once is not None:
        with np.errstate(all="ignore"):
            written = at_once(arrived)
            known = np.allclose(written.evaluate(), by_sample.evaluate(), rtol=CLOSE, atol=CLOSE, equal_nan=True)
        lines = [Line(written, shapes=True), numbers(written)] if known else []
    ended = [calculation(whole, by_sample), calculation(whole, *lines, result(whole))]
    made = ended if lines else [calculation(whole, by_sample, result(whole))]
    said = say("One Jacobian for each sample; the rows never meet.")
    if matrix:
        w = label_part(scene.label(matrix), matrix)
        said = say("The same matrix, that of {w}, serves all samples; the rows never meet.", w=w)
    return step(_("The whole batch, row by row"), *made, remark=said)


def _row_by_row(way: Way, arrived: f.Symbol, jacobians: f.Array) -> Grid:
    """[∂L/∂s · ∂s/∂a for b = 1; …; for b = B]."""
    scene = way.scene

    def row(sample: int) -> f.Formula:
        up = replace(arrived, value=arrived.value[sample : sample + 1], batch_axis=None)
        over, under = (("∂", ""), *scene.label(way.of)), (("∂", ""), *scene.label(way.wrt))
        words = " " + tell("for {letter} = {n}", letter=LETTER, n=sample + 1)
        return Remark(times(up, f.Symbol(over, jacobians[sample], under=under)), words)

    with np.errstate(all="ignore"):
        product = np.einsum("bm,bmn->bn", arrived.value, jacobians)
    made = tuple((None if at == GAP else row(at),) for at in ends(scene.batch, MOST_ROWS))
    return Grid(made, product)
