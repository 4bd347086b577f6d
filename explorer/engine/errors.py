"""What can be wrong with a graph, its text or its numbers: one family of errors that mark the spot."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any


class Message:
    """What is wrong, as a template and its values; as a string it is English, which is all that the engine speaks.

    A value may be a message itself. Whoever speaks another language fills the template's translation (see
    `explorer.locale.retold`).
    """

    def __init__(self, template: str, /, **values: Any) -> None:
        self.template = template
        self.values: Mapping[str, Any] = MappingProxyType(values)

    def __str__(self) -> str:
        return self.template.format(**self.values)


class GraphError(ValueError):
    """Something about a graph is wrong. `.message` is what `str()` says, for those who say it in another language.

    `.line` and `.column` count characters of the text as it was given, from 1; `.node` is the name of the line.
    Each is None where it does not apply.
    """

    def __init__(
        self, message: str | Message, *, line: int | None = None, column: int | None = None, node: str | None = None
    ) -> None:
        super().__init__(str(message))
        self.message = message
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


def did_you_mean(name: str, known: Iterable[str]) -> Message:
    """A closing sentence that offers the nearest known names, or lists a few."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if near:
        return _near(near)
    if not names:
        return Message("None is known here.")
    shown = ", ".join(names[:12])
    return Message("Known: {names}.", names=f"{shown}, …" if len(names) > 12 else shown)


def _near(names: list[str]) -> Message:
    match names:
        case [one]:
            return Message("Did you mean {name}?", name=one)
        case [one, other]:
            return Message("Did you mean {name} or {other}?", name=one, other=other)
    return Message("Did you mean {name} or {other} or {third}?", name=names[0], other=names[1], third=names[2])
