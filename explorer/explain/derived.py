"""The pieces that derivations are written with: Σ with an index, ∂/∂x of a formula, matrices of formulas, marks.

They evaluate themselves as all formulas do, so that every line of a derivation can be held against the one before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from explorer.explain.elide import GAP, ends, shown
from explorer.explain.formula import Array, Formula, Negative, Shape, Sum
from explorer.notation import Label

Mark: TypeAlias = Literal["cancel", "one", "zero", "kept"]
MOST_TERMS = 5  # of a sum that is written out in full


@dataclass(frozen=True, eq=False)
class BigSum(Formula):
    """Σ over an index. `body` is the summand with the index as a letter, `terms` are the summands with its numbers.

    `below` stands under the sign (j = 1, or k alone, or k ≠ i), `above` over it (k, or nothing).
    """

    below: str
    above: str
    body: Formula
    terms: tuple[Formula, ...]

    def evaluate(self) -> Array:
        return Sum(self.terms).evaluate()


@dataclass(frozen=True, eq=False)
class Series(Formula):
    """A sum written out, the middle of a long one as dots; the term at place `keep` stays in sight."""

    terms: tuple[Formula, ...]
    keep: int = 0

    @property
    def shown(self) -> tuple[Formula | None, ...]:
        """The terms in sight, None for what is left out."""
        count = len(self.terms)
        if count <= MOST_TERMS:
            return self.terms
        places = sorted({0, 1, self.keep, count - 1})
        told: list[Formula | None] = []
        for before, place in zip([-1, *places], places, strict=False):
            told += [None] * (place > before + 1) + [self.terms[place]]
        return tuple(told)

    def evaluate(self) -> Array:
        return Sum(self.terms).evaluate()


@dataclass(frozen=True, eq=False)
class Derivative(Formula):
    """∂over/∂under with its number; `apart` writes ∂/∂under before what is differentiated, `d` is "d" for a slope."""

    over: Formula
    under: Formula
    value: Array
    apart: bool = False
    d: Literal["∂", "d"] = "∂"

    def evaluate(self) -> Array:
        return self.value


@dataclass(frozen=True, eq=False)
class Grid(Formula):
    """A matrix (or a column, or a row) of formulas; None stands for dots.

    `value` holds all its numbers, those behind the dots too. Shape: (rows, columns).
    """

    entries: tuple[tuple[Formula | None, ...], ...]
    value: Array

    def evaluate(self) -> Array:
        return self.value


@dataclass(frozen=True, eq=False)
class Listed(Formula):
    """[a, b, c]: a row vector as it is written by hand, so that a long one can be broken between its entries."""

    entries: tuple[Formula, ...]

    def evaluate(self) -> Array:
        return np.asarray([[float(entry.evaluate()) for entry in self.entries]])


@dataclass(frozen=True, eq=False)
class Marked(Formula):
    """What happens to a part: "cancel" against another, "one" together, "zero" so that it vanishes, or is "kept"."""

    inner: Formula
    mark: Mark

    def evaluate(self) -> Array:
        return self.inner.evaluate()


@dataclass(frozen=True, eq=False)
class Braced(Formula):
    """A part with a brace under it, and under that what it comes to."""

    inner: Formula
    under: Formula

    def evaluate(self) -> Array:
        return self.inner.evaluate()


@dataclass(frozen=True, eq=False)
class Outer(Formula):
    """a ⊗ b, the outer product of two vectors however they stand: entry (i, j) is aᵢ bⱼ."""

    left: Formula
    right: Formula

    def evaluate(self) -> Array:
        return np.outer(self.left.evaluate(), self.right.evaluate())


@dataclass(frozen=True, eq=False)
class Remark(Formula):
    """A formula and a few words after it: 0, for j ≠ i."""

    inner: Formula
    words: str

    def evaluate(self) -> Array:
        return self.inner.evaluate()


# -- makers ----------------------------------------------------------------------------------------------------------
def grid(shape: Shape, entry: Callable[[int, int], Formula], value: Array | None = None, most: int = 0) -> Grid:
    """The matrix whose entry (i, j) is `entry(i, j)`; of a large one the entries in sight, `value` holding them all.

    `most` limits the columns in sight where entries are wide.
    """
    rows, columns = shown(shape)
    if most:
        columns = ends(shape[1], most)
    made = tuple(tuple(None if GAP in (i, j) else entry(i, j) for j in columns) for i in rows)
    if value is None:
        value = np.asarray([[float(entry(i, j).evaluate()) for j in range(shape[1])] for i in range(shape[0])])
    return Grid(made, value.reshape(shape))


def column(entries: Callable[[int], Formula], value: Array, row: bool = False) -> Grid:
    """A vector of formulas, standing or, as a `row`, lying."""
    count = value.size
    if row:
        return grid((1, count), lambda _, j: entries(j), value)
    return grid((count, 1), lambda i, _: entries(i), value)


def marked(term: Formula, mark: Mark) -> Formula:
    """The term marked; a minus sign before it stays as the sign of the sum."""
    return Negative(Marked(term.inner, mark)) if isinstance(term, Negative) else Marked(term, mark)


def label_of(text: str, *scripts: tuple[str, str]) -> Label:
    """A label from a text and its scripts."""
    return ((text, ""), *scripts)
