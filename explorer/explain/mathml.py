"""Prints formula trees as MathML in JSON, for a browser that builds only the elements on its own short list.

An element is [tag, attributes, *children]; a child is an element, a text or {"number": x, "link": "h|value:0"}.
Numbers stay numbers: the browser rounds them to the digits that the reader chose.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np

from explorer.explain import formula as f
from explorer.explain.elide import GAP, shown
from explorer.explain.numbers import json_number
from explorer.notation import Label

Element: TypeAlias = list[Any]
Mode: TypeAlias = Literal["symbols", "numbers"]

SUM, PRODUCT, PREFIX, POSTFIX, ATOM = range(5)
DOTS = {"row": "⋮", "column": "⋯", "both": "⋱"}


def element(tag: str, *children: Any, **attributes: str) -> Element:
    """[tag, attributes, *children]; a trailing underscore lets an attribute be called `class_`."""
    return [tag, {name.rstrip("_"): value for name, value in attributes.items()}, *children]


def operator(sign: str) -> Element:
    return element("mo", sign)


def number(value: float, link: str = "") -> dict[str, Any]:
    return {"number": json_number(value), **({"link": link} if link else {})}


def label(parts: Label, **attributes: str) -> Element:
    """A symbol with its scripts: sub- and superscripts that follow one another stand above each other."""
    row: list[Element] = []
    position = 0
    while position < len(parts):
        text, script = parts[position]
        position += 1
        base = _identifier(text) if not script else element("mrow")
        scripts: dict[str, str] = {script: text} if script else {}
        while position < len(parts) and parts[position][1] and parts[position][1] not in scripts:
            scripts[parts[position][1]] = parts[position][0]
            position += 1
        row.append(_scripted(base, scripts))
    if len(row) == 1 and not attributes:
        return row[0]
    return element("mrow", *row, **attributes)


def _identifier(text: str) -> Element:
    bare = text.strip()
    return element("mi" if len(bare) == 1 or bare.isalpha() else "mtext", text)


def _scripted(base: Element, scripts: dict[str, str]) -> Element:
    marks = {script: element("mn" if text.isdigit() else "mtext", text) for script, text in scripts.items()}
    match marks:
        case {"sub": low, "sup": high}:
            return element("msubsup", base, low, high)
        case {"sub": low}:
            return element("msub", base, low)
        case {"sup": high}:
            return element("msup", base, high)
    return base


def symbol(leaf: f.Symbol) -> Element:
    """A symbol that points at its node; gradients are marked as such, so that the page can colour them."""
    attributes: dict[str, str] = {}
    if leaf.cells:
        attributes = {"link": f"{leaf.cells.node}|", "class_": leaf.cells.kind}
    if not leaf.under:
        return label(leaf.label, **attributes)
    return element("mfrac", label(leaf.label), label(leaf.under), **attributes)


def table(numbers: f.Array, cells: f.Cells | None = None, transposed: bool = False) -> Any:
    """Numbers between brackets, the middle of long ones elided; a single number stands bare."""
    if numbers.size == 1:
        link = f"{cells.node}|{cells.at(0, 0)}" if cells and cells.at(0, 0) else ""
        return number(float(numbers.reshape(-1)[0]), link)
    if numbers.ndim < 2:
        numbers = numbers.reshape(-1, 1)
    rows, columns = shown(numbers.shape)

    def entry(i: int, j: int) -> Any:
        if i == GAP or j == GAP:
            return operator(DOTS["both" if i == j else "row" if i == GAP else "column"])
        cell = cells.at(*((j, i) if transposed else (i, j))) if cells else ""
        return number(float(numbers[i, j]), f"{cells.node}|{cell}" if cells and cell else "")

    body = element("mtable", *(element("mtr", *(element("mtd", entry(i, j)) for j in columns)) for i in rows))
    kind = cells.kind if cells else "plain"
    return element("mrow", operator("["), body, operator("]"), class_=f"table {kind}")


class Printer:
    """Prints one formula in one mode. `shapes` writes the shape of every named factor under it."""

    def __init__(self, mode: Mode = "symbols", shapes: bool = False) -> None:
        self.mode = mode
        self.shapes = shapes

    def row(self, formula: f.Formula) -> Element:
        """The formula as one element."""
        return self._print(formula)[0]

    def chunks(self, formula: f.Formula) -> list[Element]:
        """The formula in pieces between which a line may be broken: at each sign of a sum, or factor of a product."""
        match formula:
            case f.Sum(terms=terms):
                return self._signed(terms)
            case f.Product(factors=factors, sign=sign) if self.mode == "numbers" and sign != "⊗":
                sign = "" if sign == "∘" and f.is_number(formula) else sign
                pieces = [self._operand(factor, PRODUCT, first=i == 0) for i, factor in enumerate(factors)]
                signs = [sign or ("·" if f.is_number(factor) else "") for factor in factors[1:]]
                joined = zip(pieces[1:], signs, strict=True)
                return [pieces[0], *(element("mrow", operator(s), p) if s else p for p, s in joined)]
        return [self.row(formula)]

    def _signed(self, terms: tuple[f.Formula, ...]) -> list[Element]:
        pieces: list[Element] = []
        for position, term in enumerate(terms):
            sign = "−" if isinstance(term, f.Negative) else "+" if position else ""
            inner = term.inner if isinstance(term, f.Negative) else term
            body = self._operand(inner, PRODUCT if sign else SUM, first=not sign)
            pieces.append(element("mrow", operator(sign), body) if sign else body)
        return pieces

    def _operand(self, formula: f.Formula, least: int, first: bool = True) -> Any:
        """The formula, between parentheses if it binds less tightly than `least` (or starts with a minus sign)."""
        body, level = self._print(formula)
        if level < least or (not first and level == PREFIX):
            return element("mrow", operator("("), body, operator(")"))
        return body

    def _leaf(self, value: f.Array, cells: f.Cells | None, transposed: bool = False) -> tuple[Any, int]:
        body = table(value.T if transposed else value, cells, transposed)
        return body, PREFIX if isinstance(body, dict) and np.signbit(value).any() else ATOM

    def _shaped(self, body: Any, level: int, formula: f.Formula) -> tuple[Any, int]:
        text = shape_text(formula) if self.shapes else ""
        if not text:
            return body, level
        if level < ATOM:
            body = element("mrow", operator("("), body, operator(")"))
        return element("munder", body, element("mtext", text, class_="shape")), ATOM

    def _print(self, formula: f.Formula) -> tuple[Any, int]:
        numbers = self.mode == "numbers"
        match formula:
            case f.Symbol(value=value, cells=cells):
                if numbers:
                    return self._leaf(value, cells)
                return self._shaped(symbol(formula), ATOM, formula)
            case f.Constant(label=name):
                return label(name), ATOM
            case f.Number(value=value):
                return number(value), PREFIX if value < 0 else ATOM
            case f.Local(inner=inner):
                if numbers:
                    return self._leaf(formula.evaluate(), None)
                body, level = Printer()._print(inner)
                return self._shaped(body, level, formula)
            case f.Transpose(inner=inner):
                if numbers and isinstance(inner, f.Symbol | f.Local):
                    return self._leaf(inner.evaluate(), getattr(inner, "cells", None), transposed=True)
                body = element("msup", Printer()._operand(inner, ATOM), operator("⊤"))
                return self._shaped(body, POSTFIX, formula) if self.shapes else (body, POSTFIX)
            case f.Sum(terms=terms):
                return element("mrow", *self._signed(terms)), SUM
            case f.Negative(inner=inner):
                return element("mrow", operator("−"), self._operand(inner, PRODUCT, first=False)), PREFIX
            case f.Product(factors=factors, sign=sign):
                return self._product(factors, sign), PRODUCT
            case f.Fraction(over=over, under=under):
                return element("mfrac", self.row(over), self.row(under)), ATOM
            case f.Power(base=base, exponent=exponent):
                return element("msup", self._operand(base, ATOM), self.row(exponent)), POSTFIX
            case _:
                return self._function(formula), ATOM

    def _product(self, factors: tuple[f.Formula, ...], sign: str) -> Element:
        parts: list[Any] = []
        sign = "" if sign == "∘" and all(f.is_number(factor) for factor in factors) else sign
        for position, factor in enumerate(factors):
            if position:
                apart = not sign and self.mode == "numbers" and f.is_number(factor)
                parts.append(operator(sign or ("·" if apart else "\N{INVISIBLE TIMES}")))
            parts.append(self._operand(factor, PRODUCT, first=position == 0))
        return element("mrow", *parts)

    def _function(self, formula: f.Formula) -> Element:
        match formula:
            case f.Call(name=name, arguments=arguments):
                inside = [part for argument in arguments for part in (operator(","), self.row(argument))][1:]
                return element("mrow", label(name), operator("("), *inside, operator(")"))
            case f.Indicator(left=left, sign=sign, right=right):
                return element("mrow", operator("["), self.row(left), operator(sign), self.row(right), operator("]"))
            case f.Diagonal(inner=inner):
                body = element("mrow", operator("("), self.row(inner), operator(")"))
                return element("mrow", element("mi", "diag"), body)
            case f.Inner(left=left, right=right):
                return element("mrow", operator("⟨"), self.row(left), operator(","), self.row(right), operator("⟩"))
            case f.Total(inner=inner, index=index):
                return element("mrow", element("munder", operator("∑"), element("mi", index)), self.row(inner))
            case f.Words(text=text):
                return element("mtext", text)
        raise TypeError(f"{type(formula).__name__} has no MathML. Add it to Printer._print.")


def shape_text(formula: f.Formula) -> str:
    """The oriented shape of a factor, (4,3), with B for a batch axis; "" for scalars."""
    inner = formula.inner if isinstance(formula, f.Transpose) else formula
    lengths = [str(length) for length in inner.evaluate().shape]
    if isinstance(inner, f.Symbol) and inner.batch_axis is not None:
        lengths[inner.batch_axis] = "B"
    if inner is not formula:
        lengths.reverse()
    return f"({','.join(lengths)})" if lengths else ""
