"""Prints formula trees as MathML: as symbols or as this sample's numbers."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np

from explorer.explain import derived as d
from explorer.explain import formula as f
from explorer.explain import print_derived as derived
from explorer.explain.binding import ATOM, POSTFIX, PREFIX, PRODUCT, SUM
from explorer.explain.mathml import Element, element, infix, label, number, operator, symbol, table, times

Mode: TypeAlias = Literal["symbols", "numbers"]
Printed: TypeAlias = tuple[Any, int]

MANY_TERMS = 3  # a sum of so many may be broken inside its parentheses
WIDE = (d.Grid, d.Listed, d.Series)  # factors between which a line may be broken even among symbols
DERIVED = (d.BigSum, d.Series, d.Derivative, d.Grid, d.Listed, d.Marked, d.Braced, d.Outer, d.Remark)


def nested(factor: f.Formula) -> bool:
    """Whether it is a sum of products that hold a sum themselves: too long for a line."""
    body = factor.body if isinstance(factor, d.BigSum) else None
    return isinstance(body, f.Product) and any(isinstance(one, d.BigSum) for one in body.factors)


def differentiates(term: f.Formula) -> bool:
    """Whether it writes out what is differentiated, ∂/∂x (…): two such terms fill a line."""
    return term.apart if isinstance(term, d.Derivative) else isinstance(term, d.Marked) and differentiates(term.inner)


class Printer:
    """Prints formulas in one mode: symbols as symbols, or as their numbers."""

    def __init__(self, mode: Mode = "symbols") -> None:
        self.numbers = mode == "numbers"

    def row(self, formula: f.Formula) -> Element:
        """The formula as one element."""
        return self.printed(formula)[0]

    def chunks(self, formula: f.Formula) -> list[Element]:
        """The formula in pieces between which a line may be broken: at the signs of a sum, the factors of a product."""
        match formula:
            case f.Sum(terms=terms):
                return self._broken(terms)
            case f.Negative(inner=f.Product() as inner) if self.numbers:
                first, *rest = self._factors(inner, leads=False)
                return [element("mrow", operator("−"), first), *rest]
            case f.Product(factors=(*head, f.Sum(terms=terms)) as factors) if head and len(terms) >= MANY_TERMS:
                first, *middle, last = self._terms(terms)
                sign = self._sign(formula, factors[-1])
                opened = element("mrow", *([infix(sign)] if sign else []), operator("("), first)
                before = self._factors(f.Product(tuple(head), formula.sign))
                return [*before, opened, *middle, element("mrow", last, operator(")"))]
            case f.Product(factors=factors) if self.numbers or any(isinstance(one, WIDE) for one in factors):
                return self._factors(formula)
            case f.Negative(inner=f.Sum(terms=terms)) if self.numbers and len(terms) >= MANY_TERMS:
                first, *middle, last = self._terms(terms)
                opened = element("mrow", operator("−"), operator("("), first)
                return [opened, *middle, element("mrow", last, operator(")"))]
            case f.Transpose(inner=f.Product() as inner) if self.numbers:
                pieces = self._factors(inner)
                pieces[0] = element("mrow", operator("("), pieces[0])
                pieces[-1] = element("mrow", pieces[-1], element("msup", operator(")"), operator("⊤")))
                return pieces
            case f.Call(name=name, arguments=(head, *middle, last)) if self.numbers:
                opened = element("mrow", label(name), operator("("), self.row(head), operator(","))
                between = [element("mrow", self.row(one), operator(",")) for one in middle]
                return [opened, *between, element("mrow", self.row(last), operator(")"))]
            case d.Series() | d.BigSum() | d.Listed() | d.Outer() | d.Remark():
                return derived.chunks(self, formula)
        return [self.row(formula)]

    def _factors(self, product: f.Product, leads: bool = True) -> list[Element]:
        """Each factor with the sign before it; a row that is listed by hand may be broken inside.

        A product that `leads` stands behind no minus sign.
        """
        pieces: list[Element] = []
        wide = any(isinstance(one, (*WIDE, d.BigSum)) for one in product.factors)
        between = "·" if wide else ""  # what is not written may not start a line
        for position, factor in enumerate(product.factors):
            foremost = leads and position == 0
            first, *rest = self._pieces(factor, foremost)
            sign = self._sign(product, factor) or between if position else ""
            pieces += [element("mrow", infix(sign), first) if sign else first, *rest]
        if len(pieces) > 1 and self._leans(*product.factors[:2]):
            pieces[:2] = [element("mrow", *pieces[:2])]
        return pieces

    def _leans(self, first: f.Formula, second: f.Formula) -> bool:
        """1/B stands beside what it shares out, a number beside the matrix that it scales."""
        scales = self.numbers and f.is_number(first) and not f.is_number(second)
        return isinstance(first, f.Fraction) or scales

    def _pieces(self, factor: f.Formula, foremost: bool) -> list[Element]:
        """A factor, in pieces where it is a row listed by hand, a long sum in parentheses, or in numbers a product."""
        if isinstance(factor, d.Listed):
            return self.chunks(factor)
        if self.numbers and isinstance(factor, f.Product):
            return self._factors(factor, foremost)
        if isinstance(factor, d.BigSum) and isinstance(factor.body, f.Product) and nested(factor) and not self.numbers:
            first, *middle, last = self._factors(factor.body)
            opening = element("mrow", operator("("), derived.sign_of(factor), first)
            return [opening, *middle, element("mrow", last, operator(")"))]
        if isinstance(factor, d.Series) and (len(factor.shown) >= MANY_TERMS or any(map(differentiates, factor.terms))):
            opening, *middle, last = self.chunks(factor)
            return [element("mrow", operator("("), opening), *middle, element("mrow", last, operator(")"))]
        return [self.operand(factor, PRODUCT, first=foremost)]

    # -- by kind -----------------------------------------------------------------------------------------------------
    def printed(self, formula: f.Formula) -> Printed:
        """The formula as one element, and how tightly it binds."""
        match formula:
            case f.Symbol() | f.Local() | f.Transpose() | f.Number() | f.Constant():
                return self._leaf(formula)
            case f.Sum(terms=terms):
                return element("mrow", *self._terms(terms)), SUM
            case f.Negative(inner=inner):
                return element("mrow", operator("−"), self.operand(inner, PRODUCT, first=False)), PREFIX
            case f.Product():
                return self._product(formula), PRODUCT
            case f.Fraction(over=over, under=under):
                return element("mfrac", self.row(over), self.row(under)), PRODUCT
            case f.Power(base=base, exponent=exponent):
                return element("msup", self.operand(base, ATOM), self.row(exponent)), POSTFIX
        if isinstance(formula, DERIVED):
            return derived.printed(self, formula)
        return self._function(formula), ATOM

    def _leaf(self, formula: f.Formula) -> Printed:
        match formula:
            case f.Symbol():
                if self.numbers:
                    return self._values(formula, formula.evaluate())
                return symbol(formula), PRODUCT if formula.under else ATOM
            case f.Number(value=value):
                return number(value), PREFIX if value < 0 else ATOM
            case f.Constant(label=name):
                return label(name), ATOM
            case f.Local(inner=inner):
                if self.numbers:
                    return self._values(inner, formula.evaluate())
                return Printer().printed(inner)
            case f.Transpose(inner=inner):
                if self.numbers and isinstance(inner, f.Symbol | f.Local):
                    return self._values(inner, formula.evaluate(), transposed=True)
                colour = {"class_": inner.kind} if isinstance(inner, f.Symbol) and inner.kind else {}
                return element("msup", self.operand(inner, ATOM), operator("⊤"), **colour), POSTFIX
        raise TypeError(f"{type(formula).__name__} is no leaf")

    def _values(self, named: f.Formula, value: f.Array, transposed: bool = False) -> Printed:
        """Numbers in place of a name, linked to the stage where the name is."""
        inner = named.inner if isinstance(named, f.Local) else named
        cells, kind = (inner.cells, inner.kind) if isinstance(inner, f.Symbol) else (None, "")
        negated = isinstance(inner, f.Symbol) and inner.negated
        body = table(-value if negated else value, cells, transposed, kind, negated)
        return body, self.level_of_numbers(body, value)

    def level_of_numbers(self, body: Any, value: f.Array) -> int:
        """A single number may start with a minus sign; several stand between brackets."""
        return PREFIX if isinstance(body, dict) and np.signbit(value).any() else ATOM

    def _function(self, formula: f.Formula) -> Element:
        match formula:
            case f.Call(name=name, arguments=arguments):
                inside = [part for argument in arguments for part in (operator(","), self.row(argument))][1:]
                return element("mrow", label(name), operator("("), *inside, operator(")"))
            case f.Indicator(left=left, sign=sign, right=right):
                return element("mrow", operator("["), self.row(left), infix(sign), self.row(right), operator("]"))
            case f.Absolute(inner=inner):
                return element("mrow", operator("|"), self.row(inner), operator("|"))
            case f.Diagonal(inner=inner):
                body = element("mrow", operator("("), self.row(inner), operator(")"))
                return element("mrow", element("mi", "diag"), body)
            case f.Inner(left=left, right=right):
                return element("mrow", operator("⟨"), self.row(left), operator(","), self.row(right), operator("⟩"))
            case f.Words(text=text):
                return element("mtext", text)
        raise TypeError(f"{type(formula).__name__} has no MathML. Add it to explain.printer.")

    # -- sums and products -------------------------------------------------------------------------------------------
    def _terms(self, terms: tuple[f.Formula, ...]) -> list[Element]:
        pieces: list[Element] = []
        for position, term in enumerate(terms):
            negative = isinstance(term, f.Negative)
            inner = term.inner if isinstance(term, f.Negative) else term
            body = self.operand(inner, PRODUCT, first=not position and not negative)
            sign = infix("−" if negative else "+") if position else operator("−")
            pieces.append(element("mrow", sign, body) if position or negative else body)
        return pieces

    def _broken(self, terms: tuple[f.Formula, ...]) -> list[Element]:
        """The terms in pieces; among numbers, or where sums are nested, a product may be broken too."""
        pieces: list[Element] = []
        for term, whole in zip(terms, self._terms(terms), strict=True):
            inner = term.inner if isinstance(term, f.Negative) else term
            if not isinstance(inner, f.Product) or not (self.numbers or any(map(nested, inner.factors))):
                pieces.append(whole)
                continue
            negative = isinstance(term, f.Negative)
            first, *rest = self._factors(inner, leads=not pieces and not negative)
            sign = infix("−" if negative else "+") if pieces else operator("−")
            pieces += [element("mrow", sign, first) if pieces or negative else first, *rest]
        return pieces

    def _product(self, product: f.Product, first: bool = True) -> Element:
        parts: list[Any] = []
        for position, factor in enumerate(product.factors):
            if position:
                sign = self._sign(product, factor)
                parts.append(infix(sign) if sign else times(factor))
            parts.append(self.operand(factor, PRODUCT, first=first and position == 0))
        return element("mrow", *parts)

    def _sign(self, product: f.Product, factor: f.Formula) -> str:
        """What stands before a factor: nothing among symbols; a dot among numbers, where a line may be broken."""
        if product.sign == "∘" and f.is_number(product):
            return "·"
        return product.sign or ("·" if self.numbers else "")

    def operand(self, formula: f.Formula, least: int, first: bool = True) -> Any:
        """The formula, in parentheses if it binds less tightly than `least`, or has a minus sign where one stands."""
        if isinstance(formula, f.Product) and least <= PRODUCT:
            return self._product(formula, first)
        if isinstance(formula, d.Marked) and formula.mark != "one":
            return derived.marked(self.operand(formula.inner, least, first), formula.mark)
        body, level = self.printed(formula)
        if level < least or (not first and level == PREFIX):
            return element("mrow", operator("("), body, operator(")"))
        return body
