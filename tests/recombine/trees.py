"""MathML as the page sends it, made by hand for tests."""

from __future__ import annotations

from typing import Any

from tests.recombine.reading import Tree


def n(text: str, whole: str = "", link: str = "") -> Tree:
    """A displayed number; without the whole number behind it, any that shows so."""
    behind = whole or text.replace("−", "-") + "123"
    return ["mn", {"number": behind, **({"link": link} if link else {})}, text]


def it(text: str) -> Tree:
    """A number that is just what it shows."""
    return n(text, text.replace("−", "-"))


def o(sign: str) -> Tree:
    return ["mo", {}, sign]


def name(text: str, link: str = "", kind: str = "value") -> Tree:
    return ["mrow", {"link": link, "class": kind}, ["mi", {}, text]] if link else ["mi", {}, text]


def row(*children: Any) -> Tree:
    return ["mrow", {}, *(o(child) if isinstance(child, str) else child for child in children)]


def matrix(*rows: str, exactly: bool = True) -> Tree:
    """Rows of numbers apart by blanks, between brackets; ⋮ and ⋯ as they stand."""

    def entry(text: str) -> Tree:
        return o(text) if text in "⋮⋯⋱" else it(text) if exactly else n(text)

    body = ["mtable", {}, *(["mtr", {}, *(["mtd", {}, entry(text)] for text in each.split())] for each in rows)]
    return ["mrow", {"class": "table"}, o("["), body, o("]")]


def matrix_of(*rows: list[Tree]) -> Tree:
    """A matrix of formulas."""
    body = ["mtable", {}, *(["mtr", {}, *(["mtd", {}, entry] for entry in each)] for each in rows)]
    return ["mrow", {"class": "table"}, ["mo", {}, "["], body, ["mo", {}, "]"]]


def fraction(over: Tree, under: Tree) -> Tree:
    return ["mfrac", {}, over, under]


def power(base: Tree, exponent: Tree) -> Tree:
    return ["msup", {}, base, exponent]


def line(*chunks: Tree, left: Tree | None = None, role: str = "numbers", sign: str = "=") -> dict[str, Any]:
    return {"role": role, "left": left, "sign": sign, "chunks": list(chunks)}
