"""The pieces that a formula on the page is made of, in the order of reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tests.recombine.intervals import Interval

DOTS = frozenset("⋮⋯⋱…")


@dataclass(frozen=True, eq=False)
class Shown:
    """A number, or a table of numbers, as shown.

    `links` are the stage's cells that it stands for, by entry; `negated` that the conventions show minus the number
    that the public API has, as in δ = −∂E/∂s.
    """

    text: str
    value: Interval
    negated: bool = False
    links: tuple[tuple[int, int, str, str], ...] = ()  # row, column, link, text

    @property
    def signed(self) -> bool:
        return self.value.single and self.text.startswith("−")


@dataclass(frozen=True)
class Sign:
    """An operator, a fence or a comma."""

    text: str


@dataclass(frozen=True, eq=False)
class Name:
    """A symbol in words, h, W₁, ∂L/∂h; `link` is the node, or the node's cell, that it stands for."""

    text: str
    link: str = ""
    kind: str = ""


@dataclass(frozen=True, eq=False)
class Fraction:
    over: list[Token]
    under: list[Token]


@dataclass(frozen=True, eq=False)
class Script:
    """A base with an exponent, or ᵀ."""

    base: list[Token]
    exponent: list[Token]


@dataclass(frozen=True, eq=False)
class Root:
    inner: list[Token]


@dataclass(frozen=True, eq=False)
class Grid:
    """A matrix of formulas."""

    rows: list[list[list[Token]]]


Token: TypeAlias = Shown | Sign | Name | Fraction | Script | Root | Grid


def within(token: Token) -> Iterator[Token]:
    """A token and all that stands inside it."""
    yield token
    parts = [part for name in ("over", "under", "base", "exponent", "inner") for part in getattr(token, name, [])]
    parts += [part for row in getattr(token, "rows", []) for entry in row for part in entry]
    for part in parts:
        yield from within(part)


def spelled(found: list[Token]) -> str:
    """Tokens as one line, for messages."""
    words = []
    for token in found:
        if isinstance(token, Fraction):
            words.append(f"({spelled(token.over)})/({spelled(token.under)})")
        elif isinstance(token, Script):
            words.append(f"{spelled(token.base)}^{spelled(token.exponent)}")
        elif isinstance(token, Root):
            words.append(f"√({spelled(token.inner)})")
        elif isinstance(token, Grid):
            words.append("[" + "; ".join(", ".join(spelled(entry) for entry in row) for row in token.rows) + "]")
        else:
            words.append(token.text)
    return " ".join(words)
