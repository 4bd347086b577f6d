"""The reader's language: which ones there are, which one is spoken now, and a message in it.

    with speaking("el"):
        tell("sample {sample}: the batch has none.", sample=3)

A message is its own English. `explorer` is the catalogue of what the server says, `page` that of the browser's own
words; `python -m tests.catalogues` brings both up to date with the code.
"""

from __future__ import annotations

import gettext
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

FOLDER = Path(__file__).resolve().parent
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {"en": "English", "el": "Ελληνικά", "pl": "Polski", "ru": "Русский", "zh": "简体中文"}
)
ENGLISH = "en"

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, messages come in `language`, one of LANGUAGES: in this thread or task alone. Raises: KeyError."""
    token = _spoken.set({code: code for code in LANGUAGES}[language])
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken() -> str:
    """The code of the language that is spoken now."""
    return _spoken.get()


def _(message: str) -> str:
    """The message in the language that is spoken; where a catalogue lacks it, in English; "" where there is none."""
    return _catalogue(spoken()).gettext(message) if message else ""  # a catalogue keeps its own head under ""


def pgettext(context: str, message: str) -> str:
    """The message where it is said of `context`: of a word with several meanings, or of a space."""
    return _catalogue(spoken()).pgettext(context, message)


def plural(one: str, many: str, n: int) -> str:
    """The message for `n` things, in the language's own plural form; `{n}` in it is not filled in."""
    return _catalogue(spoken()).ngettext(one, many, n)


def tell(message: str, /, **values: Any) -> str:
    """The message in the language that is spoken, with its `{fields}` filled in."""
    return _(message).format(**values)


def tell_many(one: str, many: str, n: int, /, **values: Any) -> str:
    """The message for `n` things, with `{n}` and its other fields filled in."""
    return plural(one, many, n).format(n=n, **values)


@runtime_checkable
class Told(Protocol):
    """A message with its values, some of which may be messages themselves: what the engine's errors carry."""

    template: str
    values: Mapping[str, Any]


def retold(message: Told | object) -> str:
    """A message, or any value of it, in the language that is spoken."""
    if isinstance(message, Told):
        return _(message.template).format(**{name: retold(value) for name, value in message.values.items()})
    return str(message)


def N_(message: str) -> str:
    """Marks a message that is kept in a table and translated where it is used."""
    return message


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation("explorer", FOLDER, [language])


@cache
def page_messages(language: str) -> dict[str, str | list[str]]:
    """The browser's own words: a message's translation, or its plural forms; nothing for English."""
    if language == ENGLISH:
        return {}
    file = FOLDER / language / "LC_MESSAGES" / "page.json"
    messages: dict[str, str | list[str]] = json.loads(file.read_text(encoding="utf-8"))
    return messages
