"""What is wrong with a lesson, said so that its author finds the place."""

from __future__ import annotations

from collections.abc import Iterable

from explorer.engine.graph import Graph


class LessonError(ValueError):
    """A lesson that does not exist or whose file is wrong: the message names file, place and what is expected."""


def only_nodes(place: str, names: Iterable[str], graph: Graph) -> None:
    """Refuse names that are no lines of the graph. Raises: LessonError."""
    unknown = [name for name in names if name not in graph.nodes]
    if unknown:
        raise LessonError(
            f"{place}.{unknown[0]}: the graph has no line {unknown[0]!r}. Expected one of {', '.join(graph.nodes)}."
        )
