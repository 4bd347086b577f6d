"""Slips of a handout: where they stand, what is printed there, what is right, and at which steps one meets them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from explorer.explain.phrases import say
from explorer.explain.text import Part, label_part
from explorer.locale import _
from explorer.notation import parse_label

QUOTE = "`"


@dataclass(frozen=True)
class Erratum:
    """One slip. In its texts, symbols stand between backquotes, in the markup of symbols: `σ′(z_1)`.

    `steps` are the (kind, node) of the steps concerned, `nodes` the lines at which it is told.
    """

    steps: tuple[tuple[str, str], ...]
    nodes: tuple[str, ...]
    place: str
    printed: str
    right: str

    @property
    def parts(self) -> list[Part]:
        """The footnote as sentence parts, in the language that is spoken."""
        return say(
            "In the handout, {place}: printed {printed}; it is {right}.",
            place=typeset(_(self.place)),
            printed=typeset(_(self.printed)),
            right=typeset(_(self.right)),
        )

    @property
    def tabs(self) -> tuple[str, ...]:
        """The tabs that show what the slip is about."""
        sides = dict.fromkeys("forward" if kind == "forward" else "backward" for kind, _ in self.steps)
        return (*sides, "derivation")

    def renamed(self, old: str, new: str) -> Erratum:
        """The slip where one line has become part of another."""
        steps = tuple((kind, new if node == old else node) for kind, node in self.steps)
        nodes = tuple(dict.fromkeys(new if node == old else node for node in self.nodes))
        return replace(self, steps=steps, nodes=nodes)


def typeset(text: str) -> list[Part]:
    """A text as sentence parts, what stands between backquotes as symbols.

    Raises: ValueError for a backquote without its fellow, or malformed markup.
    """
    pieces = text.split(QUOTE)
    if len(pieces) % 2 == 0:
        raise ValueError(f"text '{text}': a backquote has no fellow. Write symbols as in `b_1`.")
    parts: list[Part] = []
    for place, piece in enumerate(pieces):
        if place % 2:
            parts.append(label_part(parse_label(piece)))
        elif piece:
            parts.append(piece)
    return parts
