"""What can be wrong with a graph, its text or its numbers: one family of errors that mark the spot."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class GraphError(ValueError):
    """Something about a graph is wrong.

    `.line` and `.column` count characters of the text as it was given, from 1; `.node` is the name of the line.
    Each is None where it does not apply.
    """

    def __init__(
        self, message: str, *, line: int | None = None, column: int | None = None, node: str | None = None
    ) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.node = node


class ParseError(GraphError):
    """The text is not a graph: its grammar, a name or a limit."""


class ShapeError(GraphError):
    """Shapes do not fit each other, the objective is no scalar, or a tensor is too large."""


class CycleError(GraphError):
    """A line needs itself, directly or through the lines below it."""


class DataError(GraphError):
    """Data or parameters are missing, unknown, or of the wrong shape or kind."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A closing sentence that offers the nearest known names, or lists a few."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    if not names:
        return "None is known here."
    shown = ", ".join(names[:12])
    return f"Known: {shown}{', …' if len(names) > 12 else ''}."
