"""Nothing is said in English alone: in a language whose letters are other ones, no English word is left."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from explorer import locale
from explorer.engine.graph import Graph
from explorer.engine.ops import REGISTRY
from explorer.engine.trace import Trace
from explorer.explain import explain, narrate, not_finite
from explorer.explain.text import Part
from explorer.film import make_film
from explorer.lessons import catalogue
from explorer.lessons.fused import fused
from explorer.lessons.lesson import Lesson
from explorer.locale import speaking
from explorer.notation import Notation
from tests.explain.graphs import LINES, LOSSES, all_steps, line_graph, loss_graph, run
from tests.explain.test_saturation import CASES as SATURATED

KEPT = re.compile(r"\{[^{}]*\}|`[^`]*`|[A-Za-z]")  # fields, symbols in a lesson's prose, letters
WORD = re.compile(r"[A-Za-z][A-Za-z_]+")
# Names of functions and of operations are the same in every language.
NAMES = {"softmax", "softplus", "relu", "tanh", "exp", "ln", "max", "bce", "cross_entropy", "diag", "SiLU", "BCE", "CE",
         "GELU", "ReLU", "sqerr", "sign", "NaN"}  # fmt: skip


class Turned(gettext.NullTranslations):
    """Every message with its letters turned."""

    def gettext(self, message: str) -> str:
        return KEPT.sub(lambda found: chr(ord(found[0]) + 0xFEE0) if len(found[0]) == 1 else found[0], message)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)


@pytest.fixture(autouse=True)
def turned(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(locale, "_catalogue", lambda language: Turned())
    with speaking("el"):
        yield


def texts(said: list[Part]) -> Iterator[str]:
    for part in said:
        if isinstance(part, str):
            yield part
        elif "strong" in part:
            yield from texts(part["strong"])


def english(*said: str) -> set[str]:
    return {word for text in said for word in WORD.findall(text)} - NAMES


def told(film: dict[str, Any]) -> Iterator[str]:
    yield from (film[key] for key in ("title", "group", "handout", "about"))
    for one in film["errata"]:
        yield from texts(one["parts"])
    for step in film["steps"]:
        yield step["place"]
        yield from texts(step["sentence"])
    for node in film["nodes"]:
        yield node["operation"] or ""
        yield (node["gradient"] or {}).get("turned", "")
        yield (node["mean_box"] or {}).get("note", "")


CASES = [*catalogue().lessons.values(), *(both for one in catalogue().lessons.values() if (both := fused(one)))]


@pytest.mark.parametrize("lesson", CASES, ids=[f"{place} {one.id}" for place, one in enumerate(CASES)])
def test_a_film_and_the_inspector_s_head_have_no_english_word(lesson: Lesson) -> None:
    trace = lesson.graph.trace(lesson.data, lesson.params)
    assert english(*told(make_film(lesson, trace, complete=True))) == set()
    for name in lesson.graph.nodes:
        seen = explain(lesson.graph, trace, lesson.notation, name, 0, 0.1, tabs=())
        assert english(seen["meta"]) == set()


def all_said(graph: Graph, trace: Trace) -> set[str]:
    sentences = [narrate(graph, trace, Notation(), step, 0, 0.1) for step in all_steps(graph, trace)]
    metas = [explain(graph, trace, Notation(), name, 0, 0.1, tabs=())["meta"] for name in graph.nodes]
    return english(*(text for said in sentences for text in texts(said)), *metas)


@pytest.mark.parametrize("line", LINES)
def test_what_an_op_says_has_none(line: str) -> None:
    graph = line_graph(LINES[line])
    assert all_said(graph, run(graph)) - set(REGISTRY) == set()


@pytest.mark.parametrize("loss", LOSSES)
def test_what_a_loss_says_has_none(loss: str) -> None:
    graph = loss_graph(loss)
    assert all_said(graph, run(graph)) - set(REGISTRY) == set()


@pytest.mark.parametrize(("text", "z", "y", "kind"), SATURATED)
@pytest.mark.parametrize("batch", [1, 2])
def test_what_is_said_of_saturation_has_none(
    text: str, z: list[float], y: list[float], kind: str | None, batch: int
) -> None:
    graph = Graph.parse(text.format(n=len(z)))
    trace = graph.trace({"z": [z] * batch, "y": [y] * batch})
    assert all_said(graph, trace) == set()
    assert english(not_finite(graph, trace, Notation()) or "") == set()


@pytest.mark.parametrize("z", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_told_without_one(z: float) -> None:
    graph = Graph.parse("z = input(2)\nloss = sum(z)")
    said = not_finite(graph, graph.trace({"z": [[z, 1.0]]}), Notation())
    assert said is not None and said.startswith("z: ") and english(said) == set()
