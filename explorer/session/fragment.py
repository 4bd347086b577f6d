"""The address bar's fragment as far as the server has a say: which lesson and which sample a link opens.

The browser alone writes the fragment and keeps the view's keys (step, node) to itself. A bad key never costs the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from explorer.lessons import DEFAULT, LessonError, load
from explorer.lessons.lesson import Lesson
from explorer.session.document import Document, Refused
from explorer.session.intents import EditedNumber

LANGUAGES = ("en",)
VIEW_KEYS = frozenset({"step", "node"})  # the browser's own, checked there

Alert = tuple[str, str]  # key, reason


def open_document(
    fragment: Mapping[str, str], edits: Iterable[EditedNumber], home: Lesson | None = None
) -> tuple[Document, list[Alert]]:
    """The document that a fragment and the browser's edits name, and an alert for every key that could not be followed.

    `home` is what opens when the fragment names no lesson: a notebook's own graph, or the default lesson.
    """
    alerts: list[Alert] = []
    lesson = home or load(DEFAULT)
    if "lesson" in fragment and not (home and fragment["lesson"] == home.id):
        try:
            lesson = load(fragment["lesson"])
        except LessonError as error:
            alerts.append(("lesson", str(error)))
    document = Document(lesson)
    for key, text in fragment.items():
        if key == "sample":
            try:
                document = document.at_sample(int(text))
            except Refused as error:
                alerts.append((key, str(error)))
            except ValueError:
                alerts.append((key, f"sample {text!r}: not a whole number. Expected 0 to {document.batch - 1}."))
        elif key == "lang" and text not in LANGUAGES:
            alerts.append(
                (key, f"language {text!r}: there is no such translation. Expected one of {', '.join(LANGUAGES)}.")
            )
        elif key not in VIEW_KEYS | {"lesson", "lang", "edits"}:
            alerts.append((key, f"the link has an unknown key {key!r}. It was passed over."))
    for edit in edits:
        try:
            document = document.with_edit(edit.node, edit.index, edit.text, edit.sample)
        except Refused as error:
            alerts.append(("edits", str(error)))
    return document, alerts
