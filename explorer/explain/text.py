"""Prints formula trees as running text: strings for screen readers, sentence parts with links for the narration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from explorer.explain import derived as d
from explorer.explain import formula as f
from explorer.explain.binding import ATOM, POSTFIX, PREFIX, PRODUCT, SUM
from explorer.explain.numbers import json_number, spoken
from explorer.locale import N_, _, tell
from explorer.notation import Label, plain

Part: TypeAlias = str | dict[str, Any]

MANY = 6
MARKS = {"cancel": N_("(cancels)"), "zero": N_("(is 0)"), "one": N_("(is 1)"), "kept": ""}


def parts(formula: f.Formula) -> list[Part]:
    """The formula as sentence parts: text, {"label", "node"} and {"number"}."""
    return merged(_print(formula)[0])


def text(formula: f.Formula, numbers: bool = False) -> str:
    """The formula as one line of text; with `numbers`, every symbol as its numbers."""
    return as_text(_print(formula, numbers)[0])


def as_text(written: list[Part]) -> str:
    """Sentence parts as one plain string."""
    words = []
    for part in written:
        if isinstance(part, str):
            words.append(part)
        elif "label" in part:
            words.append(plain(tuple((text, script) for text, script in part["label"])))
        elif "number" in part:
            number = float(part["number"])
            words.append(spoken(-number if part.get("negated") else number))
        else:
            words.append(as_text(part["strong"]))
    return "".join(words)


def label_part(label: Label, node: str | None = None) -> Part:
    """A symbol in a sentence, linked to its node."""
    return {"label": [list(part) for part in label], **({"node": node} if node else {})}


def number_part(value: float, negated: bool = False) -> Part:
    """A number in a sentence, rounded in the browser; a `negated` one is shown as minus the value."""
    return {"number": json_number(value), **({"negated": True} if negated else {})}


def table_text(numbers: f.Array) -> str:
    """A few numbers in brackets, rows apart by semicolons; many only by their shape."""
    if numbers.size == 1:
        return spoken(float(numbers.reshape(-1)[0]))
    if numbers.size > MANY:
        return tell("[{shape} numbers]", shape=" × ".join(map(str, numbers.shape)))
    rows = numbers if numbers.ndim == 2 else numbers.reshape(1, -1)
    if rows.shape[1] == 1:
        rows = rows.T
    return "[" + "; ".join(" ".join(spoken(float(x)) for x in row) for row in rows) + "]"


def merged(written: Sequence[Part]) -> list[Part]:
    """The parts with neighbouring texts joined and empty ones left out."""
    merged: list[Part] = []
    for part in written:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return merged


def _print(formula: f.Formula, numbers: bool = False) -> tuple[list[Part], int]:
    match formula:
        case f.Symbol(label=label, under=under, note=note, cells=cells):
            if numbers:
                return _numbers(formula.evaluate())
            whole = (*label, ("/", ""), *under) if under else label
            said = [f" ({text})" for text, _ in note]
            return [label_part(whole, cells.node if cells else None), *said], PRODUCT if under else ATOM
        case f.Constant(label=label):
            return [plain(label)], ATOM
        case f.Number(value=value):
            return [spoken(value)], PREFIX if value < 0 else ATOM
        case f.Local(inner=inner):
            return _numbers(formula.evaluate()) if numbers else _print(inner)
        case f.Sum(terms=terms):
            return _sum(terms, numbers), SUM
        case f.Negative(inner=inner):
            return ["−", *_operand(inner, PRODUCT, numbers, first=False)], PREFIX
        case f.Product():
            return _product(formula, numbers, first=True), PRODUCT
        case f.Fraction(over=over, under=under):
            return [*_operand(over, PRODUCT, numbers), "/", *_operand(under, POSTFIX, numbers)], PRODUCT
        case f.Power(base=base, exponent=exponent):
            if isinstance(exponent, f.Number) and exponent.value == 2.0:
                return [*_operand(base, ATOM, numbers), "²"], POSTFIX
            return [*_operand(base, ATOM, numbers), "^", *_operand(exponent, ATOM, numbers)], POSTFIX
        case f.Transpose(inner=inner):
            if numbers and isinstance(inner, f.Symbol | f.Local):
                return _numbers(formula.evaluate())
            return [*_operand(inner, ATOM, numbers), "ᵀ"], POSTFIX
        case f.Call(name=name, arguments=arguments):
            inside = [part for argument in arguments for part in (", ", *_print(argument, numbers)[0])][1:]
            return [plain(name), "(", *inside, ")"], ATOM
        case f.Indicator(left=left, sign=sign, right=right):
            return ["[", *_print(left, numbers)[0], f" {sign} ", *_print(right, numbers)[0], "]"], ATOM
        case f.Absolute(inner=inner):
            return ["|", *_print(inner, numbers)[0], "|"], ATOM
        case f.Diagonal(inner=inner):
            return ["diag(", *_print(inner, numbers)[0], ")"], ATOM
        case f.Inner(left=left, right=right):
            return ["⟨", *_print(left, numbers)[0], ", ", *_print(right, numbers)[0], "⟩"], ATOM
        case f.Words(text=words):
            return [words], ATOM
    return _derived(formula, numbers)


def _derived(formula: f.Formula, numbers: bool) -> tuple[list[Part], int]:
    """The pieces that derivations are written with."""
    match formula:
        case d.BigSum(below=below, above=above, body=body, terms=terms):
            if numbers:
                return _series(d.Series(terms), numbers), SUM
            limits = f"{below.replace(' ', '')}…{above}" if above else below
            return [f"Σ_({limits}) ", *_operand(body, PRODUCT, numbers)], SUM
        case d.Series():
            return _series(formula, numbers), SUM
        case d.Derivative(over=over, under=under, value=value, apart=apart, d=sign):
            if numbers:
                return _numbers(value)
            by = [sign, *_operand(under, ATOM, numbers)]
            if apart:
                return [sign, "/", *by, " ", *_operand(over, POSTFIX, numbers)], PRODUCT
            return [sign, *_operand(over, ATOM, numbers), "/", *by], PRODUCT
        case d.Grid(entries=entries):
            rows = [_between(", ", [_print(one, numbers)[0] if one else ["…"] for one in row]) for row in entries]
            return ["[", *_between("; ", rows), "]"], ATOM
        case d.Listed(entries=entries):
            return ["[", *_between(", ", [_print(one, numbers)[0] for one in entries]), "]"], ATOM
        case d.Marked(inner=inner, mark=mark):
            written, level = _print(inner, numbers)
            return [*written, *_mark(mark)], level
        case d.Braced(inner=inner, under=under):
            written = _operand(inner, PRODUCT, numbers)
            return (written if numbers else [*written, " (", *_print(under)[0], ")"]), PRODUCT
        case d.Outer(left=left, right=right):
            return [*_operand(left, PRODUCT, numbers), " ⊗ ", *_operand(right, PRODUCT, numbers, first=False)], PRODUCT
        case d.Remark(inner=inner, words=words):
            return [*_print(inner, numbers)[0], words], SUM
    raise TypeError(f"{type(formula).__name__} has no text. Add it to explain.text.")


def _mark(mark: d.Mark) -> list[Part]:
    return [f" {_(MARKS[mark])}"] if MARKS[mark] else []


def _between(sign: str, items: list[list[Part]]) -> list[Part]:
    return [part for item in items for part in (sign, *item)][1:]


def _series(series: d.Series, numbers: bool) -> list[Part]:
    written: list[Part] = []
    for term in series.shown:
        if term is None:
            written.append(" + …")
            continue
        negative = isinstance(term, f.Negative)
        inner = term.inner if isinstance(term, f.Negative) else term
        sign = (" − " if negative else " + ") if written else "−" if negative else ""
        written += [sign, *_operand(inner, PRODUCT, numbers, first=not written and not negative)]
    return written


def _numbers(value: f.Array) -> tuple[list[Part], int]:
    return [table_text(value)], PREFIX if value.size == 1 and bool(np.signbit(value).any()) else ATOM


def _operand(formula: f.Formula, least: int, numbers: bool, first: bool = True) -> list[Part]:
    if isinstance(formula, f.Product) and least <= PRODUCT:
        return _product(formula, numbers, first)
    if isinstance(formula, d.Marked):
        return [*_operand(formula.inner, least, numbers, first), *_mark(formula.mark)]
    written, level = _print(formula, numbers)
    apart = level < least or (not first and level == PREFIX)
    return ["(", *written, ")"] if apart else written


def _product(product: f.Product, numbers: bool, first: bool) -> list[Part]:
    wide = product.sign == "⊗" or (product.sign == "∘" and not f.is_number(product))
    between = f" {product.sign} " if wide else "·"
    written: list[Part] = []
    for position, factor in enumerate(product.factors):
        written += [between] if position else []
        written += _operand(factor, PRODUCT, numbers, first=first and position == 0)
    return written


def _sum(terms: tuple[f.Formula, ...], numbers: bool) -> list[Part]:
    written: list[Part] = []
    for position, term in enumerate(terms):
        negative = isinstance(term, f.Negative)
        inner = term.inner if isinstance(term, f.Negative) else term
        sign = " − " if negative else " + "
        written.append(sign if position else "−" if negative else "")
        written.extend(_operand(inner, PRODUCT, numbers, first=not position and not negative))
    return written
