"""The films that every reader is shown first: those of the lessons as they are. One is made for a whole class."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from explorer.engine.trace import Trace
from explorer.film import make_film
from explorer.lessons import catalogue
from explorer.lessons.lesson import Lesson
from explorer.locale import speaking
from explorer.session.document import Document
from explorer.session.run import Run
from explorer.session.settings import Settings

MOST_KEPT = 64  # films of lessons, some hundred kilobytes each


def film(document: Document, trace: Trace) -> dict[str, Any]:
    """The film of a document's trace. It may be another reader's too: nobody changes it."""
    lesson = document.lesson
    if document.edits or document.rates or document.passes or catalogue().lessons.get(lesson.id) is not lesson:
        return make_film(document.subject, trace, document.sample)
    return _untouched(lesson, document.settings, document.sample)


@lru_cache(maxsize=MOST_KEPT)
def _untouched(lesson: Lesson, settings: Settings, sample: int) -> dict[str, Any]:
    document = Document(lesson, sample, settings=settings)
    with speaking(settings.language):  # which is part of what it is kept by
        return make_film(document.subject, Run(document).trace(0), sample)


forget = _untouched.cache_clear
