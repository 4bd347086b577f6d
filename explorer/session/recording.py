"""A conversation written down, for a page that has nobody to talk to: every answer about a pass, for each sample."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from explorer.explain import TABS
from explorer.export.html import html_page
from explorer.locale import LANGUAGES, tell
from explorer.session.document import Document, Refused
from explorer.session.message import encode

Reply = dict[str, Any]
Ask = Callable[[dict[str, Any]], list[Reply]]

MOST_SAMPLES = 64
MOST_TABS = 6_400  # of lines, for all samples together: what takes minutes
MOST_BYTES = 250_000_000  # before they are packed
PAGE = 64  # steps whose words, or projections, the page asks for together
FEW_SAMPLES = 8  # so many are stacked as seen from each of them, more only as seen from the chosen one


@dataclass(frozen=True)
class Recorded:
    """The whole file."""

    text: str


def recorded(document: Document, ask: Ask) -> Iterator[float | Recorded]:
    """How much of it is done, time and again, and at last the pass on show as one HTML file.

    `ask` answers a page's messages about the document. Raises: Refused.
    """
    first, count = held(document)
    answers: dict[str, list[bytes]] = {}
    size = 0
    opened: Reply = {}
    for place, sample in enumerate(range(first, first + count)):
        film, *said = ask({"type": "sample", "sample": sample})
        film = _unserved(film, document, [first, count])
        opened = opened or film
        kept = [(["film"], {**film, "said": said})]
        questions = _questions(document, film, sample)
        for number, (question, message) in enumerate(questions):
            kept.append((question, ask(message)[0]))
            yield (place + number / len(questions)) / count
        for question, reply in kept:
            content = bytes(encode({key: value for key, value in reply.items() if key != "request"}))
            answers.setdefault(json.dumps(question, ensure_ascii=False, separators=(",", ":")), []).append(content)
            size += len(content)
        if size > MOST_BYTES:
            raise Refused(tell("The pass is too large for one file. Take a smaller graph, or fewer samples."))
    yield Recorded(_page(document, ask, opened, first, answers))


def _page(document: Document, ask: Ask, opened: Reply, first: int, answers: dict[str, list[bytes]]) -> str:
    language = document.settings.language
    tongue = ask({"type": "settings", "language": language})[0]
    book = {
        "first": first,
        "sample": document.sample,
        "language": language,
        "messages": dict(tongue["messages"]),
        "languages": {language: LANGUAGES[language]},
    }
    title = opened["lessons"][0]["title"] + ": " + opened["lessons"][0]["cases"][0]["title"]
    return html_page(title if document.subject.title else "Backprop Explorer", _tag(language), book, answers)


def _tag(language: str) -> str:
    return {"zh": "zh-Hans"}.get(language, language)


def held(document: Document) -> tuple[int, int]:
    """The first sample that the file holds, and how many: the first ones, or those up to the chosen one."""
    lines = len(document.subject.graph.nodes)
    most = MOST_TABS // (lines * len(TABS))
    if not most:
        raise Refused(
            tell(
                "The graph has {lines} lines. Expected at most {most} for one file that plays the pass.",
                lines=lines,
                most=MOST_TABS // len(TABS),
            )
        )
    count = max(1, min(MOST_SAMPLES, most, document.batch))
    return max(0, document.sample - count + 1), count


def _unserved(reply: Reply, document: Document, held: list[int]) -> Reply:
    """A film with nothing on it that only a server could change."""
    film = reply["film"]
    cases = [
        {"title": group["title"], "cases": [case]}
        for group in reply["lessons"]
        for case in group["cases"]
        if case["value"] == document.lesson.id
    ]
    nodes = [{**node, "editable": False} for node in film["nodes"]]
    return {
        **reply,
        "film": {**film, "nodes": nodes, "held": held},
        "lessons": cases[:1],
        "fusible": None,
        "graph": "",
        "run": {**reply["run"], "most": document.passes},
    }


def _questions(document: Document, film: Reply, sample: int) -> list[tuple[list[Any], dict[str, Any]]]:
    """Everything that a page can ask about a sample: what it is found by in the file, and the message that asks it."""
    steps = film["film"]["steps"]
    asked: list[tuple[list[Any], dict[str, Any]]] = []
    for first in range(1, len(steps) + 1, PAGE):
        if "sentence" not in steps[first - 1]:
            last = min(first + PAGE - 1, len(steps))
            asked.append((["words", first], {"type": "words", "first": first, "last": last}))
    for first in range(0, len(steps) + 1, PAGE):
        asked.append((["projection", first], {"type": "projection", "first": first, "last": first + PAGE - 1}))
    batch = document.batch
    for stacked in (False, True):
        if stacked and (batch < 2 or (batch > FEW_SAMPLES and sample != document.sample)):
            continue
        place = [sample] if stacked and batch > FEW_SAMPLES else []
        for line in film["film"]["nodes"]:
            for tab in TABS:
                message = {"type": "explain", "node": line["name"], "tab": tab, "stacked": stacked, "entries": []}
                asked.append((["explain", line["name"], tab, stacked, *place], message))
    return asked
