"""A formula as the page shows it, read into tokens.

It arrives as the page's MathML in lists, [tag, attributes, ...children] with text as strings (`page.js`). Rows within
rows are taken apart: how the printer grouped things is not seen on the screen, only its parentheses are.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from tests.recombine.displayed import Unreadable, bounds, number
from tests.recombine.intervals import Interval, exact
from tests.recombine.tokens import DOTS, Fraction, Grid, Name, Root, Script, Shown, Sign, Token, spelled

Tree: TypeAlias = list[Any]
SPACES = str.maketrans("", "", "\N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE} ")
LAYOUT = frozenset({"math", "mrow", "mstyle", "mpadded"})


def text_of(tree: Tree | str) -> str:
    """All text of an element, without spaces."""
    return tree.translate(SPACES) if isinstance(tree, str) else "".join(text_of(child) for child in tree[2:])


def tokens(tree: Tree) -> list[Token]:
    """An element's contents in the order of reading. Raises: Unreadable."""
    tag, attributes, *children = tree
    if tag == "mrow" and (attributes.get("link") or "value" in _kind(attributes) or "gradient" in _kind(attributes)):
        if not _has_numbers(tree):
            return [Name(_name(tree), attributes.get("link", ""), _kind(attributes))]
    if tag in LAYOUT:
        return _joined([token for child in children for token in tokens(child)])
    if tag == "mn":
        return [_number(tree)]
    if tag == "mo":
        return [Sign(text_of(tree))]
    if tag == "mtext" and "words" in _kind(attributes).split():
        return []  # for j ≠ i
    if tag in ("mi", "mtext", "ms"):
        return [Name(text_of(tree), attributes.get("link", ""), _kind(attributes))]
    if tag == "mtable":
        return [table(tree)]
    if tag == "mfrac":
        return _quotient(tree)
    if tag == "msqrt":
        return [Root([token for child in children for token in tokens(child)])]
    if tag == "msup":
        return _power(tree)
    if tag in ("msub", "msubsup"):
        if _has_numbers(tree):
            raise Unreadable(f"a subscript on numbers: {text_of(tree)}")
        return [Name(_name(tree), *_linked(tree))]
    if tag in ("munder", "mover", "munderover"):
        if text_of(children[0]) in ("∑", "Σ"):
            return [Name(_name(tree))]
        return tokens(children[0])  # the shape under a factor, a brace over it
    raise Unreadable(f"<{tag}>")


def _kind(attributes: dict[str, str]) -> str:
    return attributes.get("class", "")


def _has_numbers(tree: Tree | str) -> bool:
    """Whether a displayed number stands in it: subscripts are digits too, but carry no number."""
    if isinstance(tree, str):
        return False
    return (tree[0] == "mn" and "number" in tree[1]) or any(_has_numbers(child) for child in tree[2:])


def _number(tree: Tree) -> Token:
    text, attributes = text_of(tree), tree[1]
    if "number" not in attributes:
        return Shown(text, exact(number(text)))
    link = attributes.get("link", "")
    links = ((0, 0, link, text),) if link else ()
    return Shown(text, bounds(text, attributes["number"]), attributes.get("sign") == "-1", links)


def _name(tree: Tree | str) -> str:
    """h, W_1, W^(1)_1,2, ∂L/∂h in one line."""
    if isinstance(tree, str):
        return tree.translate(SPACES)
    signs = {"msub": "_", "msup": "^", "munder": "_", "mfrac": "/", "msubsup": "_^", "munderover": "_^", "mover": "^"}
    parts = [_name(child) for child in tree[2:]]
    marks = signs.get(tree[0], "")
    return "".join(
        part if not place or not marks else f"{marks[min(place - 1, len(marks) - 1)]}{part}"
        for place, part in enumerate(parts)
    )


def _linked(tree: Tree | str) -> tuple[str, str]:
    """The first link in an element, and the kind of what carries it."""
    if isinstance(tree, str):
        return "", ""
    if tree[1].get("link"):
        return tree[1]["link"], _kind(tree[1])
    return next((found for child in tree[2:] if (found := _linked(child))[0]), ("", ""))


def _quotient(tree: Tree) -> list[Token]:
    """A fraction, or ∂L/∂h, which is one symbol."""
    over, under = tree[2], tree[3]
    if text_of(over).startswith(("∂", "d")) and text_of(under).startswith(("∂", "d")) and not _has_numbers(tree):
        return [Name(_name(tree), tree[1].get("link", ""), _kind(tree[1]))]
    return [Fraction(tokens(over), tokens(under))]


def _power(tree: Tree) -> list[Token]:
    base, exponent = tree[2], tree[3]
    if exponent[0] in ("mtext", "mn") and not _has_numbers(tree):  # W⁽¹⁾: part of a name, no exponent
        return [Name(_name(tree), *_linked(tree))]
    if text_of(base) == ")":  # of parentheses that opened in an earlier piece of the line
        return [Sign(")"), Script([], tokens(exponent))]
    return [Script(tokens(base), tokens(exponent))]


def table(tree: Tree) -> Shown | Grid:
    """A matrix of numbers, or of formulas; its brackets come before and after it."""
    entries = [[tokens(["mrow", {}, *entry[2:]]) for entry in row[2:]] for row in tree[2:]]
    texts = [[spelled(entry) for entry in row] for row in entries]
    gap_rows = [place for place, row in enumerate(texts) if all(text in DOTS for text in row)]
    gap_columns = [
        place for place, column in enumerate(zip(*texts, strict=True)) if all(text in DOTS for text in column)
    ]
    low, high = np.full((len(rows := entries), len(rows[0])), -np.inf), np.full((len(rows), len(rows[0])), np.inf)
    links: list[tuple[int, int, str, str]] = []
    for (i, j), entry in ((place, rows[place[0]][place[1]]) for place in np.ndindex(low.shape)):
        if i in gap_rows or j in gap_columns:
            continue
        if len(entry) != 1 or not isinstance(entry[0], Shown) or not entry[0].value.single:
            return Grid(entries)
        low[i, j], high[i, j] = entry[0].value.low[0, 0], entry[0].value.high[0, 0]
        links += [(i, j, link, text) for _, _, link, text in entry[0].links]
    gaps = (gap_rows[0] if gap_rows else None, gap_columns[0] if gap_columns else None)
    negated = any(token.negated for row in entries for entry in row for token in entry if isinstance(token, Shown))
    text = "[" + "; ".join(" ".join(row) for row in texts) + "]"
    return Shown(text, Interval(low, high, gaps), negated, tuple(links))


def _joined(found: list[Token]) -> list[Token]:
    """A matrix with its brackets as one token."""
    joined: list[Token] = []
    for token in found:
        joined.append(token)
        match joined[-3:]:
            case [Sign(text="["), Grid() | Shown() as matrix, Sign(text="]")]:
                joined[-3:] = [matrix]
    return joined
