"""MathML in JSON, for a browser that builds only the elements on its own short list: symbols, numbers, tables.

An element is [tag, attributes, *children]; a child is an element, a text or {"number": x, "link": "h|value:0", "kind",
"negated"}. Numbers stay numbers: the browser rounds them to the digits that the reader chose.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

from explorer.explain import formula as f
from explorer.explain.elide import GAP, shown
from explorer.explain.numbers import json_number
from explorer.notation import Label

Element: TypeAlias = list[Any]

KEPT = 4_096  # symbols; every formula is made of the same few
DOTS = {"row": "⋮", "column": "⋯", "both": "⋱"}


def element(tag: str, *children: Any, **attributes: str) -> Element:
    """[tag, attributes, *children]; a trailing underscore lets an attribute be called `class_`."""
    return [tag, {name.rstrip("_"): value for name, value in attributes.items()} if attributes else {}, *children]


def operator(sign: str) -> Element:
    return element("mo", sign)


def infix(sign: str) -> Element:
    """A sign between two things, spaced as such even where it starts a piece of a broken line."""
    return element("mo", sign, form="infix")


def times(factor: f.Formula) -> Element:
    """The sign that is not written; a function's name keeps a little distance from what stands before it."""
    named = isinstance(factor, f.Call) and len(factor.name[0][0]) > 1 or isinstance(factor, f.Diagonal)
    return element("mo", "\N{INVISIBLE TIMES}", **({"class_": "apart"} if named else {}))


def number(value: float, link: str = "", kind: str = "", negated: bool = False) -> dict[str, Any]:
    """A number leaf; `kind` colours one that stands without brackets, a `negated` one is shown as minus the value."""
    told = {"link": link, "kind": kind, "negated": negated}
    return {"number": json_number(value), **{name: said for name, said in told.items() if said}}


def label(parts: Label, **attributes: str) -> Element:
    """A symbol with its scripts: sub- and superscripts that follow one another stand above each other."""
    row = _row(parts)
    if len(row) == 1 and not attributes:
        return row[0]
    return element("mrow", *row, **attributes)


@lru_cache(maxsize=KEPT)
def _row(parts: Label) -> tuple[Element, ...]:
    """The elements of a symbol, which nobody changes."""
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
    return tuple(row)


def _identifier(text: str) -> Element:
    bare = text.strip()
    return element("mi" if len(bare) == 1 or bare.isalpha() else "mtext", text)


def _scripted(base: Element, scripts: dict[str, str]) -> Element:
    marks = {script: _script(text) for script, text in scripts.items()}
    match marks:
        case {"sub": low, "sup": high}:
            return element("msubsup", base, low, high)
        case {"sub": low}:
            return element("msub", base, low)
        case {"sup": high}:
            return element("msup", base, high)
    return base


def _script(text: str) -> Element:
    """A script: a number, a letter, or indices between commas; words and what stands in parentheses as text."""
    if text.isdigit():
        return element("mn", text)
    if len(text) == 1 and text.isalpha():
        return element("mi", text)
    if len(text) == 2 and text[0].isalpha() and text[1].isalnum():
        return element("mrow", _script(text[0]), _script(text[1]))
    parts = text.split(",")
    if len(parts) > 1 and all(part.isdigit() or len(part) == 1 for part in parts):
        return element("mrow", *[one for part in parts for one in (operator(","), _script(part))][1:])
    return element("mtext", text)


def symbol(leaf: f.Symbol) -> Element:
    """A symbol that points at its node, or at its own cell if it is one entry; gradients are marked, to be coloured."""
    attributes: dict[str, str] = {"class_": leaf.kind} if leaf.kind else {}
    if leaf.cells:
        attributes |= {"link": f"{leaf.cells.node}|{leaf.cells.at(0, 0) if leaf.cells.index else ''}"}
    if not leaf.under:
        return label((*leaf.label, *leaf.note), **attributes)
    quotient = element("mfrac", label(leaf.label), label(leaf.under), **attributes)
    if not leaf.note:
        return quotient
    return element("msub", quotient, element("mtext", leaf.note[0][0], class_=f"shape {leaf.kind}".strip()))


def table(
    numbers: f.Array, cells: f.Cells | None = None, transposed: bool = False, kind: str = "", negated: bool = False
) -> Any:
    """Numbers between brackets, the middle of long ones elided; a single number stands bare."""
    if numbers.size == 1:
        link = f"{cells.node}|{cells.at(0, 0)}" if cells and cells.at(0, 0) else ""
        return number(float(numbers.reshape(-1)[0]), link, kind, negated)
    if numbers.ndim < 2:
        numbers = numbers.reshape(-1, 1)
    rows, columns = shown(numbers.shape)

    def entry(i: int, j: int) -> Any:
        if i == GAP or j == GAP:
            return operator(DOTS["both" if i == j else "row" if i == GAP else "column"])
        cell = cells.at(*((j, i) if transposed else (i, j))) if cells else ""
        return number(float(numbers[i, j]), f"{cells.node}|{cell}" if cells and cell else "", negated=negated)

    body = element("mtable", *(element("mtr", *(element("mtd", entry(i, j)) for j in columns)) for i in rows))
    return element("mrow", operator("["), body, operator("]"), class_=f"table {kind}".strip())
