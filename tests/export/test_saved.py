"""A picture saved as JSON comes back as it was; what cannot be read is told with its place in the file."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from explorer import lessons
from explorer.export import SavedError, dump, file_of, lesson_of, load, saved
from explorer.export.saved import SavedNotation, SavedSettings
from explorer.film import make_film
from explorer.lessons.lesson import Lesson
from explorer.lessons.own import own_lesson
from explorer.notation import Notation
from explorer.session.settings import Settings
from tests.explain.graphs import VECTORS

OWN = Notation(symbols={"x": "χ_0", "W": "Ω"}, gradients={"y": "δ"}, sign="minus", vectors="row", loss="J")


def own(batch: int = 2) -> Lesson:
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(batch, 3)), "A": rng.normal(size=(batch, 2, 3))}
    shapes = {"v": (3,), "W": (2, 3), "M": (3, 2), "c": ()}
    params = {name: rng.normal(size=shape) * 1e-7 for name, shape in shapes.items()}
    return own_lesson(f"{VECTORS}y = W @ x * c\nloss = sum(y * y)", data, params, 0.25, OWN)


def film(lesson: Lesson) -> str:
    trace = lesson.graph.trace(lesson.data, lesson.params)
    return json.dumps(make_film(lesson, trace, 0), default=lambda array: array.tolist())


@pytest.mark.parametrize("case", list(lessons.catalogue().lessons))
def test_a_lesson_comes_back_as_itself(case: str) -> None:
    assert lesson_of(load(dump(file_of(lessons.load(case))))) is lessons.load(case)


def test_a_graph_of_ones_own_shows_the_same_picture() -> None:
    lesson = own()
    again = lesson_of(load(dump(file_of(lesson))))
    assert film(again) == film(lesson)
    assert (again.notation, again.learning_rate) == (OWN, 0.25)


def test_a_lesson_that_has_changed_since_comes_back_with_the_numbers_that_were_saved() -> None:
    told = json.loads(dump(file_of(lessons.load("mlp"))))
    told["params"]["b2"] = [0.75]
    lesson = lesson_of(load(json.dumps(told)))
    assert lesson.id not in lessons.catalogue().lessons and lesson.params["b2"] == 0.75
    assert lesson.notation == lessons.load("mlp").notation


def test_no_samples_and_numbers_that_are_not_finite() -> None:
    assert lesson_of(load(dump(file_of(own(batch=0))))).data["A"].shape == (0, 2, 3)
    odd = own_lesson("x = input(2)\nloss = sum(x)", {"x": [[np.inf, np.nan], [-np.inf, -0.0]]}, {})
    text = dump(file_of(odd))
    assert json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON")) is not None
    np.testing.assert_array_equal(lesson_of(load(text)).data["x"], odd.data["x"])


def changed(**changes: Any) -> str:
    told = json.loads(dump(file_of(lessons.load("mlp"))))
    for place, value in changes.items():
        *path, last = place.split("__")
        table = told
        for step in path:
            table = table[step]
        table[last] = value
    return json.dumps(told)


BROKEN = {
    "": "JSON",
    "[]": "Backprop Explorer",
    '{"version": 1}': "format",
    changed(format="other"): "other",
    changed(version=2): "version 2",
    changed(version="1x"): "version",
    changed(colour="red"): "colour",
    changed(graph="x = input(3"): "graph: ",
    changed(graph="import os"): "graph: ",
    changed(data__x=[[1, 2, "3"]]): 'data.x: [0][2] "3" is no number',
    changed(data__x=[[1, 2], [3]]): "data.x: the rows differ",
    changed(data__x=[[1, None, 3]]): "[0][1] null",
    changed(data__x=[[1, True, 3]]): "[0][1] true",
    changed(data__x=[[1, 2]]): "data, params: ",
    changed(params={}): "data, params: ",
    changed(learning_rate="fast"): "learning_rate",
    changed(notation__symbols={"x": "W^{("}): "notation.symbols.x",
    changed(notation__vectors="diagonal"): "notation.vectors",
    changed(edits=[{"node": "x", "index": [0], "value": "1e999"}]): "edits[0].value",
    changed(settings__fuse="maybe"): "settings.fuse",
    changed(view__step=-1): "view.step",
    "[" * 100_000: "JSON",
}  # fmt: skip


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: BROKEN[text])
def test_what_is_wrong_is_told_with_its_place(text: str) -> None:
    with pytest.raises(SavedError) as told:
        lesson_of(load(text))
    assert BROKEN[text] in str(told.value) and len(str(told.value)) < 600


def test_files_are_limited_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SavedError, match="20,000,000"):
        load(" " * (saved.MOST_BYTES + 1))
    text = dump(file_of(own()))
    monkeypatch.setattr(saved, "MOST_BYTES", len(text.encode()))
    assert dump(load(text)) == text
    monkeypatch.setattr(saved, "MOST_BYTES", len(text.encode()) - 1)
    for act in (lambda: load(text), lambda: dump(file_of(own()))):
        with pytest.raises(SavedError, match="fewer samples"):
            act()


def test_a_file_knows_every_convention_and_setting() -> None:
    assert set(SavedNotation.model_fields) == set(Notation.__dataclass_fields__)
    assert SavedSettings().model_dump() | {"language": "en"} == Settings().__dict__
