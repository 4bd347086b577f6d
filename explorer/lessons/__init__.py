"""The lessons: one folder each, with a `lesson.toml` that holds graph texts, numbers, symbols and places.

    lesson = load("mlp")                    # a lesson's first case
    lesson = load("gates/sigmoid_gate")     # a case by name
    lesson.graph, lesson.data, lesson.params, lesson.learning_rate

Adding a lesson is adding a folder; `read_folder` says what is wrong with it, in which file, where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from explorer.engine.errors import Message
from explorer.lessons.lesson import Lesson
from explorer.lessons.reader import LessonError, read_folder

__all__ = ["DEFAULT", "Lesson", "LessonError", "catalogue", "load", "read_folder"]

DEFAULT = "mlp/bce_mlp"
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Catalogue:
    """All lessons in the order of the chooser, and what is wrong with those that could not be read."""

    lessons: Mapping[str, Lesson]
    broken: tuple[LessonError, ...]

    @property
    def errors(self) -> tuple[str, ...]:
        """What `broken` says, in English."""
        return tuple(str(error) for error in self.broken)


@cache
def catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read every lesson folder once; a broken one is left out and named in `broken`, the others still load."""
    groups, broken = [], []
    for path in sorted(entry for entry in folder.iterdir() if (entry / "lesson.toml").is_file()):
        try:
            order, cases = read_folder(path)
        except LessonError as error:
            broken.append(error)
        else:
            groups.append((order, path.name, cases))
    found = {lesson.id: lesson for _, _, group in sorted(groups, key=lambda g: g[:2]) for lesson in group}
    return Catalogue(MappingProxyType(found), tuple(broken))


def load(name: str) -> Lesson:
    """A lesson's case by id ("mlp/bce_mlp"), or a lesson's first case by the lesson's name ("mlp").

    Raises: LessonError when there is none, with the names that there are, or when its file is broken.
    """
    book = catalogue()
    for identity, lesson in book.lessons.items():
        if name in (identity, identity.split("/")[0]):
            return lesson
    for error in book.broken:
        if str(error).startswith(f"{name.split('/')[0]}/"):
            raise LessonError(error.message)
    raise LessonError(
        Message(
            "lesson {name}: no such lesson. Expected one of {known}.", name=repr(name), known=", ".join(book.lessons)
        )
    )
