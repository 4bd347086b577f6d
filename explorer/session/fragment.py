"""The address bar's fragment as far as the server has a say: which lesson, how it is shown, which sample and pass.

The browser alone writes the fragment and keeps the view's keys (step, node, tab) to itself. A bad key never costs the
rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from explorer.lessons import DEFAULT, LessonError, load
from explorer.lessons.lesson import Lesson
from explorer.locale import ENGLISH, LANGUAGES, retold, speaking, tell
from explorer.session.document import Document, Refused
from explorer.session.intents import EditedNumber
from explorer.session.packed import pack, unpack
from explorer.session.settings import Settings

VIEW_KEYS = frozenset({"step", "node", "tab"})  # the browser's own, checked there

Alert = tuple[str, str]  # key, reason


def open_document(
    fragment: Mapping[str, str],
    edits: Iterable[EditedNumber],
    home: Lesson | None = None,
    preferred: Iterable[str] = (),
) -> tuple[Document, list[Alert]]:
    """The document that a fragment and the browser's edits name, and an alert for every key that could not be followed.

    `home` is what opens when the fragment names no lesson: a notebook's own graph, or the default lesson. Where it
    names no language, the first of the `preferred` ones ("pl-PL") holds that there is.
    """
    known = (code for text in preferred if (code := text.partition("-")[0].lower()) in LANGUAGES)
    language = fragment["lang"] if fragment.get("lang") in LANGUAGES else next(known, ENGLISH)
    with speaking(language):
        document, alerts = _open(fragment, edits, home)
    return document.with_settings(language=language), alerts


def _open(
    fragment: Mapping[str, str], edits: Iterable[EditedNumber], home: Lesson | None
) -> tuple[Document, list[Alert]]:
    lesson, alerts = _lesson(fragment, home)
    document = Document(lesson)
    for edit in edits:
        try:
            document = document.with_edit(edit.node, edit.index, edit.text, edit.sample, edit.since)
        except Refused as error:
            alerts.append(("edits", str(error)))
    for key, text in fragment.items():
        if key in VIEW_KEYS | {"lesson", "graph", "edits"}:
            continue
        if key not in READERS:
            alerts.append((key, tell("the link has an unknown key {key}. It was passed over.", key=repr(key))))
            continue
        try:
            document = READERS[key](document, text)
        except Refused as error:
            alerts.append((key, str(error)))
    first = dict(reversed(alerts))  # one for each key
    return document, [(key, first[key]) for key in dict(alerts)]


def _lesson(fragment: Mapping[str, str], home: Lesson | None) -> tuple[Lesson, list[Alert]]:
    """What the fragment is about; `home` or the default lesson where it cannot be had."""
    usual = home or load(DEFAULT)
    if "graph" in fragment:
        try:
            return (home if home and pack(home) == fragment["graph"] else unpack(fragment["graph"])), []
        except Refused as error:
            return usual, [("graph", str(error))]
    if "lesson" not in fragment or (home and fragment["lesson"] == home.id):
        return usual, []
    try:
        return load(fragment["lesson"]), []
    except LessonError as error:
        return usual, [("lesson", retold(error.message))]


def _whole(key: str, text: str) -> int:
    if not text.isascii() or not text.lstrip("-").isdigit() or len(text) > 9:
        raise Refused(tell("{key} {text}: not a whole number. Expected 0 or more.", key=key, text=repr(text[:24])))
    return int(text)


def _language(document: Document, text: str) -> Document:
    if text not in LANGUAGES:
        expected = ", ".join(LANGUAGES)
        raise Refused(
            tell("language {text}: there is no such translation. Expected one of {expected}.",
                 text=repr(text[:24]), expected=expected)
        )
    return document


def _choice(name: str) -> Callable[[Document, str], Document]:
    """The reader of a key whose values are a short list."""

    def read(document: Document, text: str) -> Document:
        choices = Settings.choices(name)
        if text not in choices:
            raise Refused(
                tell("{key} {text}: expected one of {known}.",
                     key=name, text=repr(text[:24]), known=", ".join(choices))
            )
        return document.with_settings(**{name: text})

    return read


def _fuse(document: Document, text: str) -> Document:
    if text not in ("0", "1"):
        raise Refused(tell("fuse {text}: expected 0 or 1.", text=repr(text[:24])))
    return document.with_settings(fuse=text == "1")


def _rates(document: Document, text: str) -> Document:
    """`0.5` from the first pass on, `0.5;0.1@3` and another one from pass 3 on."""
    for written in text.split(";"):
        number, _, since = written.partition("@")
        document = document.with_rate(number, _whole("rate, pass", since or "0"))
    return document


READERS: Mapping[str, Callable[[Document, str], Document]] = {
    "sample": lambda document, text: document.at_sample(_whole("sample", text)),
    "pass": lambda document, text: document.at_pass(_whole("pass", text)),
    "rate": _rates,
    "gradients": _choice("gradients"),
    "sign": _choice("sign"),
    "weights": _choice("weights"),
    "reduction": _choice("reduction"),
    "fuse": _fuse,
    "lang": _language,
}
