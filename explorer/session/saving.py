"""A document as a file that holds all of it, and the document that such a file holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict

import numpy as np

from explorer.engine.errors import GraphError
from explorer.engine.graph import Graph
from explorer.export.saved import (
    SavedEdit,
    SavedError,
    SavedFile,
    SavedNotation,
    SavedRate,
    SavedSettings,
    SavedView,
    arrays,
    dump,
    lists,
    load,
)
from explorer.lessons import catalogue
from explorer.lessons.lesson import Lesson
from explorer.lessons.own import own_lesson
from explorer.locale import tell
from explorer.notation import Notation
from explorer.session.document import Document, Refused


def save(document: Document, step: int = 0, node: str | None = None) -> str:
    """The document as the text of a file, with the place where its reader stands. Raises: Refused where large."""
    lesson = document.lesson
    edits = [
        SavedEdit.model_validate({"node": node, "index": index, "sample": sample, "value": value, "pass": since})
        for (since, node, sample, index), value in document.edits.items()
    ]
    rates = [SavedRate.model_validate({"rate": rate, "pass": since}) for since, rate in sorted(document.rates.items())]
    file = SavedFile.model_validate(
        {
            "lesson": lesson.id if catalogue().lessons.get(lesson.id) is lesson else "",
            "graph": lesson.graph.source,
            "data": lists(lesson.data),
            "params": lists(lesson.params),
            "learning_rate": lesson.learning_rate,
            "notation": _notation(lesson.notation),
            "edits": edits,
            "rates": rates,
            "pass": document.passes,
            "sample": document.sample,
            "settings": SavedSettings(**asdict(document.settings)),
            "view": SavedView(step=step, node=node),
        }
    )
    try:
        return dump(file)
    except SavedError as error:
        raise Refused(str(error)) from error


def restore(text: str) -> tuple[Document, SavedView]:
    """The document of a file's text, and where its reader stood. Raises: Refused, which names the place."""
    try:
        file = load(text)
    except SavedError as error:
        raise Refused(str(error)) from error
    document = Document(_lesson(file))
    for at, edit in enumerate(file.edits):
        with _at(f"edits[{at}]"):
            document = document.with_edit(edit.node, edit.index, repr(edit.value), edit.sample, edit.since)
    for at, rate in enumerate(file.rates):
        with _at(f"rates[{at}]"):
            document = document.with_rate(repr(rate.rate), rate.since)
    with _at("sample"):
        document = document.at_sample(file.sample)
    with _at("pass"):
        document = document.at_pass(file.passes)
    return document.with_settings(**file.settings.model_dump()), file.view


@contextmanager
def _at(place: str) -> Iterator[None]:
    """What is wrong inside is told with its place in the file. Raises: Refused."""
    try:
        yield
    except (Refused, GraphError) as error:
        raise Refused(tell("The file, {place}: {problem}", place=place, problem=error)) from error


def _lesson(file: SavedFile) -> Lesson:
    """The lesson that the file was saved from where it still has those numbers, else a lesson of its own."""
    with _at("graph"):
        graph = Graph.parse(file.graph)
    data, params = arrays(file.data), arrays(file.params)
    for name, array in data.items():
        if not array.size and name in graph.nodes:  # of no samples a list cannot tell the shape
            data[name] = array.reshape(0, *graph.nodes[name].shape)
    notation = Notation(**file.notation.model_dump())
    known = catalogue().lessons.get(file.lesson)
    if known and (known.graph.source, known.learning_rate, known.notation) == (
        file.graph,
        file.learning_rate,
        notation,
    ):
        if _same(known.data, data) and _same(known.params, params):
            return known
    with _at("data, params"):
        return own_lesson(graph, data, params, file.learning_rate, notation)


def _same(ours: Mapping[str, np.ndarray], theirs: Mapping[str, np.ndarray]) -> bool:
    return ours.keys() == theirs.keys() and all(np.array_equal(ours[name], theirs[name]) for name in ours)


def _notation(notation: Notation) -> SavedNotation:
    return SavedNotation(**{name: getattr(notation, name) for name in SavedNotation.model_fields})
