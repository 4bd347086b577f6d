"""What the server encodes is what the browser decodes: every film, whole and in columns, and labels as text."""

import json
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from benchmarks.big_graph import with_numbers
from explorer import lessons
from explorer.film import make_film
from explorer.film.columns import columns
from explorer.lessons.own import own_lesson
from explorer.notation import plain
from explorer.session.message import MANY, encode

# Numbers of arrays as text, so that NaN and the infinities come back; other numbers are JSON's own.
_DECODE = """async bytes => {
  const { decode } = await import("explorer/message.js");
  const shown = (_, value) => ArrayBuffer.isView(value) ? Array.from(value, number => `#${number}`) : value;
  return JSON.stringify(decode(Uint8Array.from(bytes)), shown);
}"""
_SPELLED = 'async labels => labels.map((await import("explorer/spelling.js")).spelled)'


def plainly(value: Any) -> Any:
    """As `_DECODE` gives it back."""
    if isinstance(value, np.ndarray):
        return [f"#{_text(number)}" for number in value.tolist()]
    if isinstance(value, dict):
        return {key: plainly(one) for key, one in value.items()}
    return [plainly(one) for one in value] if isinstance(value, list | tuple) else value


def _text(number: float) -> str:
    return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(str(number), repr(number).removesuffix(".0"))


def decoded(page: Page, address: str, message: dict[str, Any]) -> Any:
    page.goto(address)
    return json.loads(page.evaluate(_DECODE, encode(message).tolist()))


def same_but_for_spelling(found: Any, expected: Any) -> None:
    """JavaScript spells 1e-7 where Python has 1e-07; the numbers have to be equal to the last bit."""
    if isinstance(expected, str) and expected.startswith("#"):
        np.testing.assert_array_equal(float(found[1:]), float(expected[1:]))
    elif isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for key, one in expected.items():
            same_but_for_spelling(found[key], one)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            same_but_for_spelling(one, other)
    else:
        assert found == expected


@pytest.mark.parametrize("case", [*lessons.catalogue().lessons, 50, MANY, 200])
def test_a_film_arrives_as_it_was_made(page: Page, address: str, case: str | int) -> None:
    lesson = lessons.load(case) if isinstance(case, str) else own_lesson(*with_numbers(case), 0.1, None)
    film = make_film(lesson, lesson.graph.trace(lesson.data, lesson.params))
    same_but_for_spelling(decoded(page, address, {"type": "film", "film": film})["film"], plainly(film))


def test_numbers_that_are_not_finite_arrive_in_arrays(page: Page, address: str) -> None:
    numbers = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324])
    message = {"type": "told", "numbers": numbers, "more": [np.array([], dtype=np.float64), None, "µ"]}
    same_but_for_spelling(decoded(page, address, message), plainly(message))
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode({"type": "told", "number": float("nan")})


def test_columns_give_back_records_of_every_kind(page: Page, address: str) -> None:
    numbers = np.random.default_rng(0)
    records = [
        {
            "same": ["a", {"b": None}], "flag": place % 3 == 0, "name": f"n{place}", "few": ["x", "y"][place % 2],
            "counts": place, "back": 100_000 - 7 * place,
            "wild": int(numbers.integers(-(2**30), 2**30)), "vast": (-1) ** place * 2**50,
            "seldom": place if place == 11 else None, "often": None if place == 3 else place * 300,
            "tenths": place / 10, "floats": float(numbers.normal()), "mixed": [1, "1", None, True][place % 4],
            "label": [["W", ""], [str(place), "sub"]][: 1 + place % 2], "pairs": [[place, place / 10]] * (place % 5),
            "nested": {"at": [place, 3], "label": [["∂", ""]]} if place % 7 else None, "empty": [],
        }
        for place in range(300)
    ]  # fmt: skip
    film = {"nodes": records, "edges": [], "steps": records[:1]}
    found = decoded(page, address, {"type": "film", "film": film})["film"]
    assert found == film


def test_records_of_two_forms_are_no_table() -> None:
    with pytest.raises(ValueError, match="some records have the keys a, some others. Expected one form."):
        columns({"nodes": [{"a": 1}, {"b": 1}]})


def test_labels_are_spelled_as_the_server_spells_them(page: Page, address: str) -> None:
    titles = [
        lesson.notation.expression(node, lesson.graph)
        for lesson in map(lessons.load, lessons.catalogue().lessons)
        for node in lesson.graph.nodes.values()
    ]
    scripts = ["0123456789", "2,1", "i,q", "ψ", "Q2", "aehijklmnoprstuvxβγρφχ−+=()", "abcdefghijklmnoprstuvwxyzT−+-=()"]
    labels = [*titles, *((("h", ""), (text, script)) for text in scripts for script in ("sub", "sup"))]
    page.goto(address)
    assert page.evaluate(_SPELLED, labels) == [plain(label) for label in labels]
