"""What is wrong with a lesson, said so that its author finds the place."""

from __future__ import annotations

from collections.abc import Iterable

from explorer.engine.errors import Message
from explorer.engine.graph import Graph


class LessonError(ValueError):
    """A lesson that does not exist or whose file is wrong: the message names file, place and what is expected.

    `.message` is what `str()` says, for those who say it in another language.
    """

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def broken(place: str, problem: object) -> LessonError:
    """What is wrong at a place of a file, as somebody else has put it: a message, or words of a library."""
    return LessonError(Message("{place}: {problem}", place=place, problem=problem))


def only_nodes(place: str, names: Iterable[str], graph: Graph) -> None:
    """Refuse names that are no lines of the graph. Raises: LessonError."""
    unknown = [name for name in names if name not in graph.nodes]
    if unknown:
        raise LessonError(
            Message(
                "{place}: the graph has no line {node}. Expected one of {known}.",
                place=f"{place}.{unknown[0]}",
                node=repr(unknown[0]),
                known=", ".join(graph.nodes),
            )
        )
