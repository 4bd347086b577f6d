"""The formula tree: frozen pieces of mathematics that can be printed and, as every symbol knows its numbers, evaluated.

A formula that is shown is therefore one that can be checked: the shortcut Wᵀδ, evaluated, is the contribution that the
engine computed, and a test holds the two together for every line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from explorer.explain.oriented import Array, Cells, Shape, Sign, aligned, multiply, orient
from explorer.notation import Label

__all__ = ["Array", "Cells", "Shape", "orient"]  # what every user of formulas needs beside them


@dataclass(frozen=True, eq=False)
class Formula:
    """A piece of mathematics. `evaluate` gives its oriented array; the printers are `mathml` and `text`."""

    def evaluate(self) -> Array:
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Symbol(Formula):
    """A name with numbers: h, W, δ₂, or with `under` a quotient, ∂L/∂h.

    `value` holds the engine's numbers; a `negated` name stands for minus them, as where a lesson calls −∂E/∂s δ.
    `cells` links it to the stage; `kind` is value or gradient, for its colour; `note` is a subscript of the whole, as
    in ∂E/∂s via f₁; `batch_axis` is the axis along which the samples stand.
    """

    label: Label
    value: Array
    cells: Cells | None = None
    under: Label = ()
    note: Label = ()
    kind: Literal["", "value", "gradient"] = ""
    batch_axis: int | None = None
    negated: bool = False

    def evaluate(self) -> Array:
        return -self.value if self.negated else self.value


@dataclass(frozen=True, eq=False)
class Number(Formula):
    """A literal of the formula or of the graph's text."""

    value: float

    def evaluate(self) -> Array:
        return np.asarray(self.value, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Constant(Formula):
    """A name that stays a name among numbers: e."""

    label: Label
    value: float

    def evaluate(self) -> Array:
        return np.asarray(self.value, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Sum(Formula):
    """Terms added, element by element; a `Negative` term is written with a minus sign."""

    terms: tuple[Formula, ...]

    def evaluate(self) -> Array:
        total = self.terms[0].evaluate()
        for term in self.terms[1:]:
            total = aligned(np.add, total, term.evaluate())
        return total


@dataclass(frozen=True, eq=False)
class Negative(Formula):
    """−x."""

    inner: Formula

    def evaluate(self) -> Array:
        return -self.inner.evaluate()


@dataclass(frozen=True, eq=False)
class Product(Formula):
    """Factors multiplied: "" and "·" as matrices (scalars scale), "∘" element-wise, "⊗" as a Kronecker product."""

    factors: tuple[Formula, ...]
    sign: Sign = ""

    def evaluate(self) -> Array:
        result = self.factors[0].evaluate()
        for factor in self.factors[1:]:
            result = multiply(result, factor.evaluate(), self.sign)
        return result


@dataclass(frozen=True, eq=False)
class Fraction(Formula):
    """over / under, element by element; `flat` writes it with a slash."""

    over: Formula
    under: Formula
    flat: bool = False

    def evaluate(self) -> Array:
        return aligned(np.divide, self.over.evaluate(), self.under.evaluate())


@dataclass(frozen=True, eq=False)
class Power(Formula):
    """base to the exponent, element by element."""

    base: Formula
    exponent: Formula

    def evaluate(self) -> Array:
        return aligned(np.power, self.base.evaluate(), self.exponent.evaluate())


@dataclass(frozen=True, eq=False)
class Transpose(Formula):
    """Wᵀ: rows become columns."""

    inner: Formula

    def evaluate(self) -> Array:
        return self.inner.evaluate().T


@dataclass(frozen=True, eq=False)
class Call(Formula):
    """A named function of formulas, σ(z) or max(a, b), with its result."""

    name: Label
    arguments: tuple[Formula, ...]
    result: Array

    def evaluate(self) -> Array:
        return self.result


@dataclass(frozen=True, eq=False)
class Absolute(Formula):
    """|x|, element by element."""

    inner: Formula

    def evaluate(self) -> Array:
        return np.abs(self.inner.evaluate())


@dataclass(frozen=True, eq=False)
class Indicator(Formula):
    """[left > right], 1 where it holds and 0 elsewhere."""

    left: Formula
    sign: Literal["<", ">", "="]
    right: Formula

    def evaluate(self) -> Array:
        compare = {"<": np.less, ">": np.greater, "=": np.equal}[self.sign]
        return np.asarray(aligned(compare, self.left.evaluate(), self.right.evaluate()), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Diagonal(Formula):
    """diag(v): the square matrix with v on its diagonal."""

    inner: Formula

    def evaluate(self) -> Array:
        return np.diag(self.inner.evaluate().reshape(-1))


@dataclass(frozen=True, eq=False)
class Inner(Formula):
    """⟨a, b⟩: the sum of the element-wise product."""

    left: Formula
    right: Formula

    def evaluate(self) -> Array:
        return np.asarray(np.sum(aligned(np.multiply, self.left.evaluate(), self.right.evaluate())))


@dataclass(frozen=True, eq=False)
class Local(Formula):
    """A factor shown as a formula among symbols and as finished numbers among numbers, as the slope h ∘ (1 − h) is.

    A vector may be turned to stand as gradients do, as a `row` or as a column; None leaves it as it stands.
    """

    inner: Formula
    row: bool | None = None

    def evaluate(self) -> Array:
        value = self.inner.evaluate()
        turned = (
            self.row is not None and value.ndim == 2 and value.shape[0 if self.row else 1] != 1 and 1 in value.shape
        )
        return value.T if turned else value


def spelled_out(formula: Formula) -> Formula:
    """The formula with its finished slope as a formula again, where nothing but an upstream number stands beside it.

    A loss's slope, o − t, is all that it sends back: among numbers it would be no more than its own result.
    """
    match formula:
        case Negative(inner=inner):
            spelled = spelled_out(inner)
            return formula if spelled is inner else Negative(spelled)
        case Local(inner=Symbol()):
            return formula
        case Local(inner=inner, row=row):
            same = inner.evaluate().shape == formula.evaluate().shape
            return inner if same else _turned(inner, row) or formula
        case Product(factors=(Local() as only,)):
            return spelled_out(only)
        case Product(factors=(upstream, Local() as slope)):
            spelled = spelled_out(slope)
            if spelled is slope:
                return formula
            within = spelled.factors if isinstance(spelled, Product) and spelled.sign == formula.sign else (spelled,)
            return Product((upstream, *within), formula.sign)
    return formula


def _turned(formula: Formula, row: bool | None) -> Formula | None:
    """A formula of element-wise operations with every vector in it turned; None for any other formula."""
    match formula:
        case Number() | Constant():
            return formula
        case Symbol():
            return Local(formula, row)
        case Negative(inner=inner):
            turned = _turned(inner, row)
            return None if turned is None else Negative(turned)
        case Sum(terms=parts):
            each = tuple(piece for part in parts if (piece := _turned(part, row)) is not None)
            return Sum(each) if len(each) == len(parts) else None
        case Product(factors=parts, sign="∘"):
            each = tuple(piece for part in parts if (piece := _turned(part, row)) is not None)
            return Product(each, "∘") if len(each) == len(parts) else None
        case Fraction(over=over, under=under):
            above, below = _turned(over, row), _turned(under, row)
            return None if above is None or below is None else Fraction(above, below)
    return None


@dataclass(frozen=True, eq=False)
class Words(Formula):
    """Text among the formulas."""

    text: str

    def evaluate(self) -> Array:
        raise ValueError(f"'{self.text}' are words and have no value. Evaluate the formula beside them.")


ONE = Number(1.0)


def is_number(formula: Formula) -> bool:
    """Whether it stands for a single number: then ∘ and ᵀ say nothing."""
    return formula.evaluate().size == 1
