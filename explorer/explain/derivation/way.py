"""One line and one line that it reads: the symbols of everything that goes back between them, entry by entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.places import Place, Places, indices, numbered, numbers_of, runs
from explorer.explain.derived import BigSum, Derivative, Series, label_of
from explorer.explain.rules import share_of
from explorer.explain.scene import Scene
from explorer.explain.symbols import subscripted
from explorer.notation import Label

Slope = Callable[[f.Shape, f.Shape], float]


@dataclass(frozen=True, eq=False)
class Way:
    """From the scene's line `of` back to `wrt`.

    `slope(j, i)` is the number ∂of_j/∂wrt_i; `out` and `into` are the letters of the two lines' indices.
    """

    scene: Scene
    wrt: str
    slope: Slope
    out: str = "j"
    into: str = "i"

    @property
    def of(self) -> str:
        return self.scene.node.name

    @property
    def out_shape(self) -> f.Shape:
        return self.scene.node.shape

    @property
    def in_shape(self) -> f.Shape:
        return self.scene.graph.nodes[self.wrt].shape

    @cached_property
    def outputs(self) -> list[f.Shape]:
        """All indices of the line, in C order."""
        return list(np.ndindex(*self.out_shape))

    @cached_property
    def receivers(self) -> list[f.Shape]:
        """All indices of what it reads, in C order."""
        return list(np.ndindex(*self.in_shape))

    # -- indices -----------------------------------------------------------------------------------------------------
    @cached_property
    def chosen(self) -> Places:
        """The chosen entry of what is read, by its letter; an axis of one entry needs none."""
        entry = self.scene.entry(self.wrt)
        letters = self.into if len(entry) == len(self.into) else ("i", "j", "l", "p", "q")[: len(entry)]
        lengths = zip(letters, entry, self.in_shape, strict=True)
        return tuple(Place(letter, at) if length > 1 else numbered(at) for letter, at, length in lengths)

    @cached_property
    def picked(self) -> Places:
        """The chosen entry of what is read, by its number."""
        return numbers_of(indices(self.chosen))

    @cached_property
    def running(self) -> Places:
        """An entry of the line by its letter: any, with the numbers of the chosen one; the only one by its number."""
        if len(self.outputs) == 1:
            return numbers_of(self.outputs[0])
        letters = self.out if len(self.out) == len(self.out_shape) else ("r", "c", "d", "e")[: len(self.out_shape)]
        return tuple(Place(letter, at, True) for letter, at in zip(letters, self.scene.entry(self.of), strict=True))

    # -- symbols -----------------------------------------------------------------------------------------------------
    def value(self, name: str, places: Places) -> f.Symbol:
        """One entry of a line: o_j."""
        number = unsigned(self.scene.value_of(name)[indices(places)])
        return f.Symbol(self._label(name, places), number, self._cells(name, "value", places))

    def gradient(self, name: str, places: Places) -> f.Symbol:
        """One entry of a line's gradient: ∂E/∂o_j, or the lesson's δ_j."""
        number = unsigned(self.scene.gradient_of(name)[indices(places)])
        return self._gradient(name, places, number, self._cells(name, "gradient", places))

    def named(self, name: str, places: Places) -> f.Symbol:
        """One entry of what the lesson calls δ, where that is minus the gradient."""
        plain = self.gradient(name, places)
        label = subscripted(self.scene.notation.gradient(name), [place.text for place in places], self._single(name))
        return replace(plain, label=label, under=(), negated=True)

    def up(self, places: Places) -> f.Formula:
        """One entry of what arrives at the line; the objective's own is 1, or 1/B."""
        if self.of == self.scene.graph.objective:
            return self.share_of_one
        return self.gradient(self.of, places)

    @property
    def share_of_one(self) -> f.Formula:
        """1, or where the objective is a mean over the batch 1/B."""
        if self.scene.seed == 1.0:
            return f.ONE
        return f.Fraction(f.ONE, f.Symbol(label_of("B"), np.asarray(1 / self.scene.seed)))

    @property
    def arrives(self) -> f.Formula:
        """All that arrives at the line."""
        return self.share_of_one if self.of == self.scene.graph.objective else self.upstream

    @property
    def upstream(self) -> f.Symbol:
        """∂E/∂o as a vector; the lesson's δ unless that names minus the gradient."""
        return self.scene.gradient(self.of, own=not self.scene.notation.negated(self.of))

    @cached_property
    def sent_values(self) -> f.Array:
        """What goes back, for this sample alone. Shape: that of what is read."""
        if not self.is_share:
            return np.asarray(self.scene.contribution_of(self.of, self.wrt), dtype=np.float64)
        sent = share_of(self.scene, self.wrt)
        return np.zeros(self.in_shape) if sent is None else sent.reshape(self.in_shape)

    @property
    def is_share(self) -> bool:
        """Whether it is one sample's share of a gradient that the batch sums."""
        batched = self.scene.graph.nodes[self.wrt].batched
        return self.scene.node.batched and not batched and self.scene.batch > 1

    def sent(self, places: Places) -> f.Symbol:
        """One entry of what goes back: ∂E/∂s_i, with "via f₁" where others send something too."""
        symbol = self.gradient(self.wrt, places)
        number = np.asarray(self.sent_values[indices(places)])
        if self.is_share or self.scene.fans_out(self.wrt):
            return replace(symbol, value=number, cells=None, note=self.sent_whole.note)
        return replace(symbol, value=number)

    @cached_property
    def sent_whole(self) -> f.Symbol:
        """All that goes back, as a vector or a matrix."""
        if self.is_share:
            return self._true(self.scene.share(self.wrt, self.sent_values))
        return self._true(self.scene.contribution(self.of, self.wrt))

    def _true(self, symbol: f.Symbol) -> f.Symbol:
        """The symbol of the gradient itself, where the lesson's own name stands for minus it."""
        if not self.scene.notation.negated(self.wrt):
            return symbol
        plain = self.scene.gradient(self.wrt, own=False)
        return replace(plain, value=symbol.value, cells=symbol.cells, note=symbol.note)

    def partial(self, out: Places, into: Places) -> Derivative:
        """∂o_j/∂s_i."""
        number = unsigned(self.slope(indices(out), indices(into)))
        return Derivative(self.value(self.of, out), self.value(self.wrt, into), number)

    def term(self, out: Places, into: Places) -> f.Formula:
        """One term of the chain rule: ∂E/∂o_j · ∂o_j/∂s_i."""
        return times(self.up(out), self.partial(out, into))

    # -- sums --------------------------------------------------------------------------------------------------------
    def written_out(self, term: Callable[[Places], f.Formula], keep: f.Shape = ()) -> f.Formula:
        """The sum of a term over all entries of the line, written out."""
        terms = tuple(term(numbers_of(index)) for index in self.outputs)
        place = self.outputs.index(keep) if keep in self.outputs else 0
        return terms[0] if len(terms) == 1 else Series(terms, place)

    def summed(self, term: Callable[[Places], f.Formula]) -> f.Formula:
        """Σ of a term over all entries of the line."""
        terms = tuple(term(numbers_of(index)) for index in self.outputs)
        if len(terms) == 1:
            return terms[0]
        letters = ",".join(place.text for place in self.running)
        return BigSum(f"{letters} = 1" if len(self.running) == 1 else letters, self.last, term(self.running), terms)

    @property
    def last(self) -> str:
        """The letter of how many entries the line has."""
        return "k" if len(self.out_shape) == 1 else ""

    # -- helpers -----------------------------------------------------------------------------------------------------
    def _label(self, name: str, places: Places) -> Label:
        return self.scene.entry_label(name, [place.text for place in places])

    def _cells(self, name: str, kind: str, places: Places) -> f.Cells:
        shape = self.scene.graph.nodes[name].shape
        index = () if runs(places) else indices(places) or (0,)
        return f.Cells(name, "value" if kind == "value" else "gradient", shape, index)

    def _gradient(self, name: str, places: Places, number: f.Array, cells: f.Cells) -> f.Symbol:
        notation = self.scene.notation
        if notation.gradient_is_own(name) and not notation.negated(name):
            label = subscripted(notation.gradient(name), [place.text for place in places], self._single(name))
            return f.Symbol(label, number, cells, kind="gradient")
        over: Label = (("∂", ""), *notation.loss_label)
        return f.Symbol(over, number, cells, (("∂", ""), *self._label(name, places)), kind="gradient")

    def _single(self, name: str) -> bool:
        return all(length == 1 for length in self.scene.graph.nodes[name].shape)


def unsigned(number: object) -> f.Array:
    """The number, of −0 the 0: it stands without a minus sign, and so without parentheses."""
    return np.asarray(number, dtype=np.float64) + 0.0


def times(first: f.Formula, *others: f.Formula) -> f.Formula:
    """Factors multiplied, a 1 left out."""
    factors = tuple(one for one in (first, *others) if one is not f.ONE)
    if not factors:
        return f.ONE
    return factors[0] if len(factors) == 1 else f.Product(factors)
