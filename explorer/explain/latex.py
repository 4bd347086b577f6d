"""Prints formula trees as LaTeX, in pieces between which a line may be broken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from explorer.explain import derived as d
from explorer.explain import formula as f
from explorer.explain.binding import ATOM, POSTFIX, PREFIX, PRODUCT, SUM
from explorer.explain.latex_text import COMMANDS, label, prose
from explorer.explain.tex import (
    DOTS,
    Tex,
    after,
    beside,
    braced,
    fenced,
    fraction,
    function,
    joined,
    leaf,
    marked,
    matrix,
    number,
    parenthesised,
    raised,
    table,
)

SIGNS = {"·": r"\cdot", "∘": r"\circ", "⊗": r"\otimes", "⊙": r"\odot", "": ""}
LONG = 20.0  # ems; a longer sum in parentheses may be broken


def latex(formula: f.Formula, numbers: bool = False) -> str:
    """The formula in one piece; with `numbers`, every symbol as its numbers."""
    return Writer(numbers).whole(formula).text


def pieces(formula: f.Formula, numbers: bool = False) -> list[Tex]:
    """The formula in pieces: a line may be broken before each of them."""
    return Writer(numbers).pieces(formula)


class Writer:
    """Writes formulas in one mode: symbols as symbols, or as their numbers."""

    def __init__(self, numbers: bool = False) -> None:
        self.numbers = numbers

    def whole(self, formula: f.Formula) -> Tex:
        """The formula in one piece."""
        match formula:
            case f.Sum() | d.Series() | d.Remark():
                return joined(self.pieces(formula), SUM)
            case d.BigSum(below=below, above=above, body=body):
                if self.numbers:
                    return joined(self.pieces(formula), SUM)
                return joined([sum_sign(below, above), self.operand(body, PRODUCT)], SUM)
            case f.Product() | d.Outer():
                return joined(self.pieces(formula), PRODUCT)
            case f.Negative(inner=inner):
                return joined([leaf("-"), self.operand(inner, PRODUCT, first=False)], PREFIX)
            case d.Listed():
                return joined(self.pieces(formula), ATOM)
            case f.Fraction(over=over, under=under):
                return fraction(self.whole(over), self.whole(under))
            case f.Power(base=base, exponent=exponent):
                return raised(self.operand(base, ATOM), self.whole(exponent))
            case f.Symbol() | f.Local() | f.Transpose() | f.Number() | f.Constant():
                return self._name(formula)
            case f.Call() | f.Indicator() | f.Absolute() | f.Diagonal() | f.Inner() | f.Words():
                return self._function(formula)
            case d.Derivative() | d.Grid() | d.Marked() | d.Braced():
                return self._derived(formula)
        raise TypeError(f"{type(formula).__name__} has no LaTeX. Add it to explain.latex.")

    # -- pieces ----------------------------------------------------------------------------------------------------
    def pieces(self, formula: f.Formula) -> list[Tex]:
        """The formula in pieces: at the signs of a sum, the factors of a product, the entries of a list."""
        match formula:
            case f.Sum(terms=terms):
                return self._terms(terms)
            case d.Series():
                return self._terms(formula.shown)
            case d.BigSum(terms=terms) if self.numbers:
                return self._terms(d.Series(terms).shown)
            case f.Negative(inner=f.Product(factors=factors, sign=sign)):
                return after(leaf("-"), self._factors(factors, sign, leads=False))
            case f.Product(factors=factors, sign=sign):
                return self._factors(factors, sign)
            case d.Outer(left=left, right=right):
                return self._factors((left, right), "⊗")
            case d.Listed(entries=entries):
                return self._between("[", entries, "]")
            case d.Remark(inner=inner, words=words):
                return [*self.pieces(inner), Tex(rf"\text{{{prose(words)}}}", ATOM, len(words) * 0.45)]
        return [self.whole(formula)]

    def _terms(self, terms: Iterable[f.Formula | None]) -> list[Tex]:
        written: list[Tex] = []
        for term in terms:
            negative = isinstance(term, f.Negative)
            inner = term.inner if isinstance(term, f.Negative) else term
            body = [leaf(r"\cdots")]
            if inner is not None:
                first = not written and not negative
                body = self._factor(inner, first)
            sign = "-" if negative else "+" if written else ""
            written += after(leaf(sign), body) if sign else body
        return written

    def _factors(self, factors: Sequence[f.Formula], sign: str, leads: bool = True) -> list[Tex]:
        """Each factor with the sign before it. A product that `leads` stands behind no minus sign."""
        written: list[Tex] = []
        for position, factor in enumerate(factors):
            body = self._factor(factor, first=leads and position == 0)
            if not position:
                written += body
                continue
            plain = sign == "∘" and all(f.is_number(one) for one in factors)
            between = SIGNS["·" if plain or (self.numbers and not sign) else sign]
            apart = not between and (written[-1].tall or body[0].tall)
            written += after(leaf(between or (r"\," if apart else "")), body)
        return written

    def _factor(self, factor: f.Formula, first: bool) -> list[Tex]:
        """A factor, in pieces where it is a list, a product, or a long sum in parentheses."""
        if isinstance(factor, d.Listed):
            return self.pieces(factor)
        if isinstance(factor, f.Product):
            return self._factors(factor.factors, factor.sign, first)
        body = self.operand(factor, PRODUCT, first)
        if isinstance(factor, f.Sum | d.Series | d.BigSum) and body.width > LONG:
            return fenced(self.pieces(factor))
        return [body]

    def _between(self, opening: str, entries: Sequence[f.Formula], closing: str) -> list[Tex]:
        written = []
        for position, entry in enumerate(entries):
            start = "" if position else opening
            end = closing if position == len(entries) - 1 else ","
            body = self.whole(entry)
            written.append(replace(body, text=f"{start}{body.text}{end}", width=body.width + 0.7, level=ATOM))
        return written

    def operand(self, formula: f.Formula, least: int, first: bool = True) -> Tex:
        """The formula, in parentheses if it binds less tightly than `least`, or has a minus sign where one stands."""
        if isinstance(formula, f.Product) and least <= PRODUCT:
            return joined(self._factors(formula.factors, formula.sign, first), PRODUCT)
        if isinstance(formula, d.Marked) and (formula.mark != "one" or self.numbers):
            return marked(self.operand(formula.inner, least, first), formula.mark)
        body = self.whole(formula)
        if body.level < least or (not first and body.level == PREFIX):
            return parenthesised(body)
        return body

    # -- by kind ---------------------------------------------------------------------------------------------------
    def _name(self, formula: f.Formula) -> Tex:
        match formula:
            case f.Symbol(label=parts, under=under, note=note):
                if self.numbers:
                    return table(formula.evaluate())
                if not under:
                    return leaf(label((*parts, *note)))
                quotient = fraction(leaf(label(parts)), leaf(label(under)))
                return raised(quotient, low=leaf(rf"\text{{{prose(note[0][0])}}}")) if note else quotient
            case f.Number(value=value):
                return number(value)
            case f.Constant(label=parts):
                return leaf(label(parts))
            case f.Local(inner=inner):
                return table(formula.evaluate()) if self.numbers else self.whole(inner)
            case f.Transpose(inner=inner):
                if self.numbers and isinstance(inner, f.Symbol | f.Local):
                    return table(formula.evaluate())
                return raised(self.operand(inner, ATOM), leaf(r"\top"))
        raise TypeError(f"{type(formula).__name__} is no name")

    def _function(self, formula: f.Formula) -> Tex:
        match formula:
            case f.Call(name=name, arguments=arguments):
                inside = joined([piece for one in arguments for piece in (leaf(","), self.whole(one))][1:], SUM)
                return beside(function(label(name)), parenthesised(inside))
            case f.Indicator(left=left, sign=sign, right=right):
                inside = joined([self.whole(left), leaf(sign), self.whole(right)], SUM)
                return parenthesised(inside, "[", "]")
            case f.Absolute(inner=inner):
                return parenthesised(self.whole(inner), "|", "|")
            case f.Diagonal(inner=inner):
                return beside(function("diag"), parenthesised(self.whole(inner)))
            case f.Inner(left=left, right=right):
                inside = joined([self.whole(left), leaf(","), self.whole(right)], SUM)
                return parenthesised(inside, r"\langle ", r"\rangle ")
            case f.Words(text=words):
                return Tex(rf"\text{{{prose(words)}}}", ATOM, len(words) * 0.45)
        raise TypeError(f"{type(formula).__name__} is no function")

    def _derived(self, formula: f.Formula) -> Tex:
        match formula:
            case d.Derivative(value=value) if self.numbers:
                return table(value)
            case d.Derivative(over=over, under=under, apart=apart, d=sign):
                slope = leaf(COMMANDS.get(sign, sign))
                by = beside(slope, self.operand(under, ATOM))
                if apart:
                    body = self.operand(over, SUM if isinstance(over, d.BigSum) else POSTFIX, first=False)
                    return joined([fraction(slope, by), leaf(r"\,"), body], PRODUCT)
                return fraction(beside(slope, self.operand(over, ATOM)), by)
            case d.Grid(entries=rows):
                return self._grid(rows)
            case d.Marked(inner=inner, mark="one") if not self.numbers:
                return braced(self._held(inner), leaf("1"))
            case d.Marked(inner=inner, mark=mark):
                return marked(self.whole(inner), mark)
            case d.Braced(inner=inner, under=under):
                return self.whole(inner) if self.numbers else braced(self._held(inner), self.whole(under))
        raise TypeError(f"{type(formula).__name__} is no piece of a derivation")

    def _held(self, inner: f.Formula) -> Tex:
        """What stands over a brace: a sum in its parentheses."""
        body = self.whole(inner)
        return parenthesised(body) if body.level < PRODUCT else body

    def _grid(self, rows: Sequence[Sequence[f.Formula | None]]) -> Tex:
        gaps = [all(row[j] is None for row in rows) for j in range(len(rows[0]))]
        cells = []
        for row in rows:
            hidden = all(cell is None for cell in row)
            dots = [DOTS["both" if hidden and gap else "row" if hidden else "column"] for gap in gaps]
            cells.append([leaf(dot) if one is None else self.whole(one) for one, dot in zip(row, dots, strict=True)])
        return matrix(cells)



def sum_sign(below: str, above: str) -> Tex:
    """Σ with what stands below and above it."""
    low = " ".join(COMMANDS.get(word, word) for word in below.split(" "))
    return Tex(rf"\sum_{{{low}}}" + (f"^{{{above}}}" if above else ""), ATOM, 2.0, True)
