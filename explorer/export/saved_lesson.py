"""A lesson, or a graph of one's own, in a file and out of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from explorer.engine.errors import GraphError
from explorer.engine.graph import Graph
from explorer.export.saved import SavedError, SavedFile, SavedNotation, arrays, lists
from explorer.lessons import catalogue
from explorer.lessons.lesson import Lesson
from explorer.lessons.own import own_lesson
from explorer.locale import retold, tell
from explorer.notation import Notation


def file_of(lesson: Lesson, **rest: Any) -> SavedFile:
    """The file of a lesson; `rest` are the other fields of a SavedFile: edits, rates, pass, sample, settings, view."""
    known = catalogue().lessons.get(lesson.id) is lesson
    notation = {name: getattr(lesson.notation, name) for name in SavedNotation.model_fields}
    return SavedFile.model_validate(
        {
            "lesson": lesson.id if known else "",
            "graph": lesson.graph.source,
            "data": lists(lesson.data),
            "params": lists(lesson.params),
            "learning_rate": lesson.learning_rate,
            "notation": SavedNotation(**notation),
            **rest,
        }
    )


def lesson_of(file: SavedFile) -> Lesson:
    """The lesson that was saved: the catalogue's where that still is the same, else one of the reader's own.

    Raises: SavedError, which names the place in the file.
    """
    with at("graph"):
        graph = Graph.parse(file.graph)
    data, params = arrays(file.data), arrays(file.params)
    for name, array in data.items():
        if not array.size and name in graph.nodes:  # of no samples a list cannot tell the shape
            data[name] = array.reshape(0, *graph.nodes[name].shape)
    notation = Notation(**file.notation.model_dump())
    known = catalogue().lessons.get(file.lesson)
    told = (file.graph, file.learning_rate, notation)
    if known and told == (known.graph.source, known.learning_rate, known.notation):
        if _same(known.data, data) and _same(known.params, params):
            return known
    with at("data, params"):
        return own_lesson(graph, data, params, file.learning_rate, notation)


@contextmanager
def at(place: str) -> Iterator[None]:
    """What is wrong inside is told with its place in the file. Raises: SavedError."""
    try:
        yield
    except GraphError as error:
        raise SavedError(tell("The file, {problem}", problem=f"{place}: {retold(error.message)}")) from error


def _same(ours: Mapping[str, np.ndarray], theirs: Mapping[str, np.ndarray]) -> bool:
    return ours.keys() == theirs.keys() and all(np.array_equal(ours[name], theirs[name]) for name in ours)
