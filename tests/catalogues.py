"""Brings the translations' catalogues up to date: `python -m tests.catalogues`.

Messages are gathered from the code and the lessons, new ones are added to every language's `.po` files without a
translation, those that nothing says any more are dropped, and what a program reads (`.mo`, `.json`) is compiled.
"""

from __future__ import annotations

import ast
import io
import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_javascript, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from explorer.locale import ENGLISH, FOLDER, LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
TRANSLATED = [code for code in LANGUAGES if code != ENGLISH]
PYTHON: dict[str, Any] = {
    "_": None, "N_": None, "tell": None, "say": None, "plural": (1, 2), "tell_many": (1, 2), "say_many": (1, 2),
    "Message": None, "pgettext": ((1, "c"), 2),
}
JAVASCRIPT: dict[str, Any] = {"t": None, "tn": (1, 2)}
OPS_SAY = "says_"  # an op's own sentences: the engine knows of no language
PROSE = ("title", "handout", "about", "place", "printed", "right")  # of a lesson's file, beside its places and notes
TABLES = ("places", "notes")

# A date of its own at every run would make files differ that say the same.
BEGUN = datetime(2026, 11, 28, tzinfo=UTC)

Found = tuple[int, str, Any, list[str]]


def from_python(file: Any, keywords: Any, comments: Any, options: Any) -> Iterator[Found]:
    """The messages of calls, and the sentences of ops."""
    text = file.read()
    yield from extract_python(io.BytesIO(text), keywords, comments, options)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            said = node.targets[0].id.startswith(OPS_SAY) and isinstance(node.value, ast.Constant)
            if said and isinstance(node.value.value, str) and node.value.value:  # type: ignore[attr-defined]
                yield node.lineno, "_", node.value.value, []  # type: ignore[attr-defined]


def from_lesson(file: Any, keywords: Any, comments: Any, options: Any) -> Iterator[Found]:
    """A lesson's prose: titles, places, notes, slips."""
    yield from ((1, "_", text, []) for text in _prose(tomllib.loads(file.read().decode())))


def _prose(table: Any, inside: bool = False) -> Iterator[str]:
    entries = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    for key, value in entries:
        if isinstance(value, str):
            if value and (inside or key in PROSE):
                yield value
        else:
            yield from _prose(value, inside or key in TABLES)


def gathered(domain: str) -> Catalog:
    """All messages of `explorer` (the server's) or `page` (the browser's), with where each is said."""
    catalog = Catalog(project="Backprop Explorer", version="", charset="utf-8", creation_date=BEGUN)
    sources: list[tuple[str, Any, Any]]
    if domain == "page":
        sources = [("static/*.js", extract_javascript, JAVASCRIPT)]
    else:
        sources = [("explorer/**/*.py", from_python, PYTHON), ("explorer/lessons/*/lesson.toml", from_lesson, PYTHON)]
    for pattern, method, keywords in sources:
        for path in sorted(ROOT.glob(pattern)):
            with path.open("rb") as file:
                for _, message, comments, context in extract(method, file, keywords, ("Translators:",)):
                    place = path.relative_to(ROOT).as_posix()
                    catalog.add(message, None, [(place, None)], auto_comments=comments, context=context)
    return catalog


def po_file(language: str, domain: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / f"{domain}.po"


def read(language: str, domain: str) -> Catalog:
    """A language's catalogue as it stands; an empty one where there is none yet."""
    path = po_file(language, domain)
    if not path.exists():
        return Catalog(locale=language, domain=domain, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=domain)


def write(catalog: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog.fuzzy = False
    language = Locale.parse(catalog.locale_identifier).english_name
    catalog.header_comment = f"# {language} translation of Backprop Explorer."
    with path.open("wb") as file:
        write_po(file, catalog, width=120, sort_by_file=True, include_lineno=False,
                 ignore_obsolete=True)


def compiled(catalog: Catalog, domain: str) -> tuple[str, bytes]:
    """The name and the content of the file that a program reads."""
    if domain == "page":
        said = {
            (message.id[0] if message.pluralizable else message.id):
                list(message.string) if message.pluralizable else message.string
            for message in catalog if message.id and message.string and all(message.string)
        }
        return "page.json", (json.dumps(said, ensure_ascii=False, indent=0, sort_keys=True) + "\n").encode()
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return "explorer.mo", buffer.getvalue()


def main() -> None:
    for domain in ("explorer", "page"):
        template = gathered(domain)
        for language in TRANSLATED:
            catalog = read(language, domain)
            catalog.update(template, no_fuzzy_matching=True)
            path = po_file(language, domain)
            write(catalog, path)
            name, content = compiled(catalog, domain)
            path.with_name(name).write_bytes(content)
            missing = sum(1 for message in catalog if message.id and not (message.string and all(message.string)))
            print(f"{language} {domain}: {len(catalog)} messages, {missing} without a translation")


if __name__ == "__main__":
    main()
