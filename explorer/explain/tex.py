"""Pieces of typeset LaTeX: what was written, and about how much room it takes.

Only amsmath and cancel are needed. TeX breaks no displayed line by itself, so every piece knows how wide it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from explorer.explain.binding import ATOM, POSTFIX, PREFIX, PRODUCT
from explorer.explain.elide import GAP, shown
from explorer.explain.latex_text import glued
from explorer.explain.latex_text import number as digits

DOTS = {"row": r"\vdots", "column": r"\cdots", "both": r"\ddots"}
ROOM = {"+": 1.2, "-": 1.2, r"\cdot": 0.7, r"\circ": 0.9, r"\otimes": 1.2, r"\,": 0.2, "=": 1.3, ",": 0.4, "": 0.0}
DRESS = re.compile(r"\\(mathrm|text|hat|bar|tilde|dot|ddot|vec)\b|[{}_^$ ]")
COMMAND = re.compile(r"\\[A-Za-z]+|\\.")
SLIM = frozenset(".,()[]'")


@dataclass(frozen=True)
class Tex:
    """What was written, how tightly it binds, its width (ems, roughly), and whether it is higher than a letter."""

    text: str
    level: int = ATOM
    width: float = 0.0
    tall: bool = False


def leaf(text: str) -> Tex:
    """A sign, a symbol, a number."""
    width = ROOM.get(text)
    if width is None:
        width = sum(0.3 if sign in SLIM else 0.52 for sign in COMMAND.sub("x", DRESS.sub("", text)))
    return Tex(text, ATOM, width)


def function(name: str) -> Tex:
    """A function's name: \\operatorname where it is a word."""
    named = re.fullmatch(r"\\mathrm\{(\w+)\}|(\w\w+)", name)
    word = named and (named[1] or named[2])
    return replace(leaf(name), text=rf"\operatorname{{{word}}}" if word else name)


def number(value: float) -> Tex:
    """A number, rounded; a power of ten makes it a product."""
    text = digits(value)
    level = PREFIX if text.startswith("-") else PRODUCT if "10^" in text else ATOM
    return replace(leaf(text), level=level)


def joined(parts: Sequence[Tex], level: int = ATOM) -> Tex:
    """Parts side by side."""
    text = re.sub(r" +", " ", " ".join(part.text for part in parts if part.text))
    return Tex(text, level, sum(part.width for part in parts), any(part.tall for part in parts))


def beside(name: Tex, body: Tex) -> Tex:
    """A function and what it is of, a ∂ and its letter: one thing."""
    return Tex(glued([name.text, body.text]), ATOM, name.width + body.width, name.tall or body.tall)


def after(sign: Tex, body: list[Tex]) -> list[Tex]:
    """Pieces with a sign before the first of them."""
    return [replace(joined([sign, body[0]]), level=body[0].level), *body[1:]]


def fraction(over: Tex, under: Tex) -> Tex:
    return Tex(rf"\frac{{{over.text}}}{{{under.text}}}", PRODUCT, max(over.width, under.width) + 0.3, True)


def raised(base: Tex, high: Tex | None = None, low: Tex | None = None) -> Tex:
    """A base with a superscript, or a subscript, of its own."""
    text = base.text if re.fullmatch(r"\w|\\[a-zA-Z]+ ?", base.text) else f"{{{base.text}}}"
    scripts = [(sign, script) for sign, script in (("_", low), ("^", high)) if script]
    text += "".join(f"{sign}{{{script.text}}}" for sign, script in scripts)
    return Tex(text, POSTFIX, base.width + sum(0.7 * script.width for _, script in scripts), base.tall)


def parenthesised(body: Tex, opening: str = "(", closing: str = ")") -> Tex:
    """What stands between fences, as high as it is."""
    fences = (rf"\left{opening} ", rf" \right{closing}") if body.tall else (opening, closing)
    return Tex(fences[0] + body.text + fences[1], ATOM, body.width + 0.9, body.tall)


def fenced(parts: Sequence[Tex]) -> list[Tex]:
    """Pieces in parentheses of one height, between which a line may be broken."""
    size = r"\Bigl( ", r" \Bigr)"
    fences = size if any(part.tall for part in parts) else ("(", ")")
    first = replace(parts[0], text=fences[0] + parts[0].text, width=parts[0].width + 0.4)
    parts = [first, *parts[1:]]
    last = replace(parts[-1], text=parts[-1].text + fences[1], width=parts[-1].width + 0.4)
    return [*parts[:-1], last]


def matrix(cells: Sequence[Sequence[Tex]]) -> Tex:
    """Rows between brackets."""
    apart = r" \\[0.4em] " if any(cell.tall for row in cells for cell in row) else r" \\ "
    body = apart.join(" & ".join(cell.text for cell in row) for row in cells)
    columns = zip(*cells, strict=True)
    width = sum(1 + max(0.7 * cell.width if cell.tall else cell.width for cell in column) for column in columns)
    return Tex(rf"\begin{{bmatrix}} {body} \end{{bmatrix}}", ATOM, width + 0.4, True)


def table(numbers: np.ndarray) -> Tex:
    """Numbers between brackets, the middle of long ones elided; a single number stands bare."""
    if numbers.size == 1:
        return number(float(numbers.reshape(-1)[0]))
    if numbers.ndim < 2:
        numbers = numbers.reshape(-1, 1)
    rows, columns = shown(numbers.shape)

    def entry(i: int, j: int) -> Tex:
        if GAP in (i, j):
            return leaf(DOTS["both" if i == j else "row" if i == GAP else "column"])
        return number(float(numbers[i, j]))

    return matrix([[entry(i, j) for j in columns] for i in rows])


def braced(body: Tex, under: Tex) -> Tex:
    """A brace under a part, and under that what it comes to."""
    text = rf"\underbrace{{{body.text}}}_{{{under.text}}}"
    return Tex(text, ATOM, max(body.width, 0.7 * under.width), True)


def marked(body: Tex, mark: str) -> Tex:
    """What was written, struck out where it cancels or vanishes."""
    if mark not in ("cancel", "zero"):
        return body
    struck = rf"\cancel{{{body.text}}}" if mark == "cancel" else rf"\underbrace{{\cancel{{{body.text}}}}}_{{0}}"
    return replace(body, text=struck)
