"""A document as a file that holds all of it, and the document that such a file holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from explorer.export.saved import SavedError, SavedView, dump, load
from explorer.export.saved_lesson import file_of, lesson_of
from explorer.locale import tell
from explorer.session.document import Document, Refused


def save(document: Document, step: int = 0, node: str | None = None) -> str:
    """The document as the text of a file, with the place where its reader stands. Raises: Refused where large."""
    edits = [
        {"node": name, "index": index, "sample": sample, "value": value, "pass": since}
        for (since, name, sample, index), value in document.edits.items()
    ]
    chosen = asdict(document.settings)
    del chosen["language"]  # is the reader's, not the picture's
    file = file_of(
        document.lesson,
        edits=edits,
        rates=[{"rate": rate, "pass": since} for since, rate in sorted(document.rates.items())],
        sample=document.sample,
        settings=chosen,
        view={"step": step, "node": node},
        **{"pass": document.passes},
    )
    with _told():
        return dump(file)


def restore(text: str) -> tuple[Document, SavedView]:
    """The document of a file's text, and where its reader stood. Raises: Refused, which names the place."""
    with _told():
        file = load(text)
        document = Document(lesson_of(file))
    if document.batch == 0:
        raise Refused(tell("The file, data: there are no samples. Expected one at least."))
    for number, edit in enumerate(file.edits):
        with _at(f"edits[{number}]"):
            document = document.with_edit(edit.node, edit.index, repr(edit.value), edit.sample, edit.since)
    for number, rate in enumerate(file.rates):
        with _at(f"rates[{number}]"):
            document = document.with_rate(repr(rate.rate), rate.since)
    with _at("sample"):
        document = document.at_sample(file.sample)
    with _at("pass"):
        document = document.at_pass(file.passes)
    return document.with_settings(**file.settings.model_dump()), file.view


@contextmanager
def _told() -> Iterator[None]:
    """What is wrong with a file is refused in its own words. Raises: Refused."""
    try:
        yield
    except SavedError as error:
        raise Refused(str(error)) from error


@contextmanager
def _at(place: str) -> Iterator[None]:
    """What is refused inside is told with its place in the file. Raises: Refused."""
    try:
        yield
    except Refused as error:
        raise Refused(tell("The file, {problem}", problem=f"{place}: {error}")) from error
