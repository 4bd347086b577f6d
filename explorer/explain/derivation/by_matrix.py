"""By the matrix of a product W·o or x·W: the other outputs do not read the weight, and what is left is a product.

Source: lecture 20, 20.3(b); homework ④ and ⑧; MLP notes, equations (6) and (7); CS224n gradient notes (5) and (6).
"""

from __future__ import annotations

import numpy as np

from explorer.explain import formula as f
from explorer.explain.blocks import TIMES
from explorer.explain.derivation.arrived import arrived_step
from explorer.explain.derivation.batch import summed_step
from explorer.explain.derivation.chain import chain_step, in_numbers, vanishing, wanted, where_not
from explorer.explain.derivation.linear import Linear
from explorer.explain.derivation.matrix import sent_entries, up_entries
from explorer.explain.derivation.places import Place, Places, numbered, numbers_of
from explorer.explain.derivation.shortcut import shortcut_step
from explorer.explain.derivation.steps import Right, Step, calculation, numbers, onward, result, step
from explorer.explain.derivation.way import Slope, Way, times
from explorer.explain.derivation.whole import from_the_loss
from explorer.explain.derived import Outer, column, grid
from explorer.locale import _, tell


def by_matrix(line: Linear) -> list[Step]:
    """The steps back to the matrix of the line's product."""
    made = ByMatrix(line)
    way = made.way
    found: list[Step | None] = [wanted(way), made.chain(), made.others(), made.product(), made.products(), made.outer()]
    found += [
        shortcut_step(way, remark=made.shape()),
        arrived_step(way, made.beside),
        made.from_the_loss(),
        summed_step(way, line.term.vector, line.term.sign),
    ]
    return [one for one in found if one is not None]


class ByMatrix:
    """The weight that is picked, the output that reads it, the entry of the vector that it multiplies."""

    def __init__(self, line: Linear) -> None:
        self.line, self.term = line, line.term
        scene = line.scene
        # w_{i,j} leads from i to j, W_{i,j} stands in row i: the letters say which index is the output's.
        swapped = scene.notation.weights == "from-to" and self.term.matrix_first
        letters = "ji" if swapped else "ij"
        self.way = Way(scene, line.name, self._slope(), "l", letters)

    def _slope(self) -> Slope:
        entries = np.asarray(self.line.scene.value_of(self.term.vector))
        sign = self.term.sign

        def slope(out: f.Shape, into: f.Shape) -> float:
            output, entry = self._split(into)
            return float(sign * entries[entry]) if out == (output,) else 0.0

        return slope

    def _split(self, into: f.Shape) -> tuple[int, int]:
        """The output that a weight leads to, and the entry that it leads from."""
        return (into[0], into[1]) if self.term.matrix_first else (into[1], into[0])

    def output(self, into: Places) -> Place:
        return into[0] if self.term.matrix_first else into[1]

    def entry(self, into: Places) -> f.Formula:
        """o_i, which the weight multiplies, with the term's sign."""
        place = into[1] if self.term.matrix_first else into[0]
        symbol = self.way.value(self.term.vector, (place,))
        return symbol if self.term.sign > 0 else f.Negative(symbol)

    def beside(self, into: Places) -> tuple[Places, tuple[f.Formula, ...]]:
        """Which entry of what arrives a weight's gradient takes, and what it is multiplied by."""
        return (self.output(into),), (self.entry(into),)

    def times(self, into: Places) -> f.Formula:
        """∂E/∂s_j o_i, in the order of the layout: x_i ∂L/∂a_j where rows are multiplied from the left."""
        up, entry = self.way.up((self.output(into),)), self.entry(into)
        return times(up, entry) if self.term.matrix_first else times(entry, up)

    # -- steps -------------------------------------------------------------------------------------------------------
    def chain(self) -> Step:
        return chain_step(self.way)

    def others(self) -> Step | None:
        way = self.way
        if len(way.outputs) == 1:
            return None
        at = self.output(way.chosen)
        made = calculation(way.value(way.of, way.running), self.line.entry(way, way.running))
        kept = times(way.up((at,)), way.partial((at,), way.chosen))
        found = vanishing(way, lambda out: out == (at.at,), kept, where_not(way.out, at.text))
        return step(_("The other outputs do not read this weight"), made, *found)

    def product(self) -> Step:
        way = self.way
        at = (self.output(way.chosen),)
        made = calculation(way.value(way.of, at), self.line.entry(way, at))
        slope = calculation(way.partial(at, way.chosen), self.entry(way.chosen))
        left = calculation(way.sent(way.chosen), times(way.up(at), way.partial(at, way.chosen)), self.times(way.chosen))
        ends = onward(left, in_numbers(way, self.times(way.picked)))
        return step(_("One product is left"), made, slope, *ends)

    def products(self) -> Step:
        way = self.way
        shape = way.in_shape
        products = grid(shape, lambda i, j: self.times(numbers_of((i, j))), way.sent_values)
        lines: list[Right] = [products] if way.is_share else [sent_entries(way), products]
        return step(_("The matrix of products"), calculation(way.sent_whole, *lines))

    def outer(self) -> Step:
        """The column of what arrives times the row of the vector, and ⊗."""
        way, scene = self.way, self.line.scene
        entries = np.asarray(scene.value_of(self.term.vector))
        values = np.asarray(scene.gradient_of(way.of)).reshape(-1)
        first = self.term.matrix_first
        ups = column(lambda j: way.up((numbered(j),)), values, not first) if values.size > 1 else up_entries(way)
        vector = column(lambda i: way.value(self.term.vector, (numbered(i),)), entries, first)
        met = times(ups, vector) if first else times(vector, ups)
        whole, arrives = scene.value(self.term.vector), way.arrives
        crossed = Outer(arrives, whole) if first else Outer(whole, arrives)
        if scene.gradient_rows and first:
            crossed = Outer(f.Transpose(arrives), f.Transpose(whole))
        if self.term.sign < 0:
            met, crossed = f.Negative(met), f.Negative(crossed)  # type: ignore[assignment]
        height, width = way.in_shape
        if height > 1:
            title = (
                _("A column times a row: the outer product") if width > 1
                else _("A column times a number: the outer product")
            )  # fmt: skip
        else:
            title = (
                _("A number times a row: the outer product") if width > 1
                else _("A number times a number: the outer product")
            )  # fmt: skip
        return step(title, calculation(way.sent_whole, met, crossed))

    def from_the_loss(self) -> Step | None:
        """∂R/∂W = ((g − y)·V·diag(σ′))ᵀ·xᵀ, an outer product in shapes."""
        way, scene = self.way, self.line.scene
        arrived = from_the_loss(scene, way.of)
        if arrived is None or self.term.sign < 0:
            return None
        whole, rows = scene.value(self.term.vector), scene.notation.rows_of_gradients
        turned = rows == self.term.matrix_first and not f.is_number(arrived)
        up = (f.Transpose(f.Local(arrived)),) if turned else _factors(arrived)
        made = f.Product((*up, f.Transpose(whole)) if self.term.matrix_first else (f.Transpose(whole), *up), "·")
        same = np.allclose(made.evaluate(), way.sent_values, rtol=1e-9, atol=1e-12)
        arrives = calculation(way.upstream, arrived, numbers(arrived), result(way.upstream)) if turned else None
        ends = calculation(way.sent_whole, made, numbers(made), result(way.sent_whole))
        return step(_("All the way from the loss"), arrives, ends) if same else None

    def shape(self) -> str:
        rows, columns = self.way.in_shape
        shape = f"{rows}{TIMES}{columns}"
        if min(rows, columns) == 1:
            return tell("The gradient has the shape of what it updates, {shape}.", shape=shape)
        return tell(
            "The gradient has the shape of what it updates, {shape}; no vector of {n} entries is ever built.",
            shape=shape,
            n=rows * columns,
        )


def _factors(product: f.Formula) -> tuple[f.Formula, ...]:
    """The factors of a matrix product, between which a long one may be broken; anything else is one factor."""
    return product.factors if isinstance(product, f.Product) and product.sign == "·" else (product,)
