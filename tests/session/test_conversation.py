"""The conversation: every intent has its replies, what cannot be done is refused, and the last good picture stays."""

import gc
import json
import weakref
from typing import Any

import numpy as np
import pytest

from explorer import lessons
from explorer.explain import TABS
from explorer.film import make_film
from explorer.lessons.own import own_lesson
from explorer.session import shared
from explorer.session.conversation import Conversation
from explorer.session.numbers import read_number


def opened(**fragment):
    talk = Conversation()
    replies = talk.receive({"type": "open", "request": 1, "fragment": fragment})
    return talk, replies


def film_text(reply):
    return json.dumps(reply["film"], default=lambda array: array.tolist())


def value(film, name, kind="value"):
    node = next(node for node in film["nodes"] if node["name"] == name)
    offset, count = node[kind]["at"]
    return film["numbers"][offset : offset + count].reshape(node["shape"])


def test_opening_without_a_fragment_shows_the_default_lesson():
    _, replies = opened()
    assert [reply["type"] for reply in replies] == ["film"]
    assert replies[0]["request"] == 1
    assert replies[0]["film"]["case"] == "mlp/bce_mlp"
    values = [case["value"] for group in replies[0]["lessons"] for case in group["cases"]]
    assert values == list(lessons.catalogue().lessons)


def test_a_fragment_opens_lesson_and_sample():
    _, [film] = opened(lesson="mlp/bce_mlp_batch", sample="3", lang="en", step="7", node="h")
    assert film["film"]["case"] == "mlp/bce_mlp_batch"
    assert film["film"]["sample"] == 3
    np.testing.assert_array_equal(value(film["film"], "x"), lessons.load("mlp/bce_mlp_batch").data["x"][3])


@pytest.mark.parametrize(
    ("key", "text"),
    [("lesson", "none/such"), ("sample", "9"), ("sample", "one"), ("sample", "-1"), ("lang", "tlh"), ("colour", "red")],
)
def test_a_bad_key_is_named_and_the_rest_still_loads(key, text):
    _, replies = opened(**{"lesson": "batch/batch_softmax", key: text})
    assert replies[0]["type"] == "film"
    alerts = [reply for reply in replies if reply["type"] == "alert"]
    assert [alert["key"] for alert in alerts] == [key]
    assert key in alerts[0]["reason"] or text in alerts[0]["reason"]
    if key != "lesson":
        assert replies[0]["film"]["case"] == "batch/batch_softmax"


def test_an_edit_recomputes_the_pass():
    talk, _ = opened(lesson="mlp/bce_mlp_batch", sample="2")
    [reply] = talk.receive({"type": "edit", "request": 2, "node": "x", "index": [1], "text": "−0,25"})
    lesson = lessons.load("mlp/bce_mlp_batch")
    data = {name: array.copy() for name, array in lesson.data.items()}
    data["x"][2, 1] = -0.25
    trace = lesson.graph.trace(data, lesson.params)
    np.testing.assert_array_equal(value(reply["film"], "h"), trace.values["h"][2])
    np.testing.assert_array_equal(value(reply["film"], "W", "gradient"), trace.gradients["W"])
    assert reply["edits"] == [{"node": "x", "sample": 2, "index": [1], "text": "-0.25", "pass": 0}]
    [reply] = talk.receive({"type": "reset", "request": 3})
    np.testing.assert_array_equal(value(reply["film"], "x"), lesson.data["x"][2])
    assert reply["edits"] == []


def test_a_reconnecting_browser_brings_its_edits_along():
    edits = [{"node": "W", "index": [0, 0], "sample": None, "text": "2.5"}, {"node": "W", "index": [9, 9], "text": "1"}]
    talk: Any = Conversation()
    film, alert = talk.receive({"type": "open", "request": 1, "fragment": {}, "edits": edits})
    assert value(film["film"], "W")[0, 0] == 2.5
    assert alert["key"] == "edits"


@pytest.mark.parametrize(
    ("node", "index", "text", "reason"),
    [
        ("W", [0, 0], "a lot", "not a number"),
        ("W", [0, 0], "", "Nothing was typed"),
        ("W", [0, 0], "1e999", "too large"),
        ("W", [0, 0], "__import__('os')", "not a number"),
        ("W", [4, 0], "1", "no entry"),
        ("W", [0], "1", "no entry"),
        ("h", [0], "1", "computed"),
        ("Q", [0], "1", "no such line"),
    ],
)
def test_a_bad_edit_is_refused_with_the_reason_and_nothing_changes(node, index, text, reason):
    talk, [before] = opened()
    [reply] = talk.receive({"type": "edit", "request": 7, "node": node, "index": index, "text": text})
    assert (reply["type"], reply["request"], reply["node"], reply["index"]) == ("refused", 7, node, index)
    assert reason in reply["reason"]
    [after] = talk.receive({"type": "sample", "request": 8, "sample": 0})
    np.testing.assert_array_equal(after["film"]["numbers"], before["film"]["numbers"])


@pytest.mark.parametrize(
    "message",
    [None, 3, [], {}, {"type": "open"}, {"type": "eval", "request": 1, "text": "1"},
     {"type": "edit", "request": 1, "node": "W" * 999, "index": [0, 0], "text": "1"},
     {"type": "edit", "request": 1, "node": "W", "index": ["a"], "text": "1"},
     {"type": "sample", "request": 1, "sample": 0}, {"type": "explain", "request": 1, "node": "h"}],
)  # fmt: skip
def test_nothing_that_arrives_breaks_the_conversation(message):
    talk: Any = Conversation()
    assert [reply["type"] for reply in talk.receive(message)] == ["refused"]
    assert talk.receive({"type": "open", "request": 2})[0]["type"] == "film"


def test_a_value_that_is_not_finite_is_said():
    talk, _ = opened(lesson="gates/sqerr_gate")
    replies = talk.receive({"type": "edit", "request": 2, "node": "o", "index": [0], "text": "1e200"})
    assert [reply["type"] for reply in replies] == ["film", "alert"]
    assert replies[1]["reason"].startswith("loss: the value is infinite")


def test_every_line_of_every_case_can_be_explained():
    for name in lessons.catalogue().lessons:
        talk, [film] = opened(lesson=name)
        for node in film["film"]["nodes"]:
            for tab in ("forward", "jacobian", "backward", "batch"):
                [reply] = talk.receive({"type": "explain", "request": 5, "node": node["name"], "tab": tab})
                assert reply["type"] == "explanation", reply
                assert reply["told"]["tabs"][tab]


def test_a_tab_is_made_when_it_is_asked_for_and_no_other(monkeypatch):
    made = []

    def counted(name):
        def make(scene):
            made.append(name)
            return TABS[name](scene)

        return make

    monkeypatch.setattr("explorer.explain.tabs.TABS", {name: counted(name) for name in TABS})
    talk, _ = opened()
    assert made == []
    [reply] = talk.receive({"type": "explain", "request": 2, "node": "h", "tab": "batch"})
    assert made == list(reply["told"]["tabs"]) == ["batch"]


def test_the_film_of_an_untouched_lesson_is_made_once_for_all_readers(monkeypatch):
    made = []

    def counted(*what):
        made.append(what)
        return make_film(*what)

    monkeypatch.setattr(shared, "make_film", counted)
    shared.forget()
    (one, [first]), (other, [second]) = opened(lesson="mlp/bce_mlp_batch"), opened(lesson="mlp/bce_mlp_batch")
    assert first["film"] is second["film"] and len(made) == 1
    other.receive({"type": "sample", "request": 2, "sample": 1})
    one.receive({"type": "sample", "request": 2, "sample": 1})
    assert len(made) == 2


@pytest.mark.parametrize(
    "touch",
    [{"type": "edit", "node": "W", "index": [0, 0], "text": "0.7"}, {"type": "rate", "text": "0.5"},
     {"type": "pass", "pass": 1}, {"type": "settings", "reduction": "sum"}, {"type": "settings", "sign": "minus"},
     {"type": "settings", "fuse": True}, {"type": "sample", "sample": 2}],
)  # fmt: skip
def test_what_one_reader_changes_another_does_not_see(touch):
    before = film_text(opened(lesson="mlp/bce_mlp_batch")[1][0])
    talk, _ = opened(lesson="mlp/bce_mlp_batch")
    changed = film_text(talk.receive({**touch, "request": 2})[0])
    assert changed != before
    assert film_text(opened(lesson="mlp/bce_mlp_batch")[1][0]) == before
    assert film_text(talk.receive({**touch, "request": 3})[0]) == changed


def test_a_graph_of_ones_own_is_not_kept_when_its_page_is_gone():
    lesson = own_lesson("x = input()\nloss = x * x\n", {"x": [1.0]}, {}, 0.1)
    shared.forget()
    gone = weakref.ref(lesson)
    talk: Any = Conversation(lesson)
    assert talk.receive({"type": "open", "request": 1})[0]["film"]["case"] == lesson.id
    del talk, lesson
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(
    ("text", "number"), [("0.5", 0.5), (" -3 ", -3.0), ("−1e−4", -1e-4), (".5", 0.5), ("0,25", 0.25), ("1.", 1.0)]
)
def test_numbers_as_people_type_them(text, number):
    assert read_number(text) == number


NO_NUMBERS = ["", "x", "1 2", "0x10", "1_000", "nan", "inf", "1e400", "1,2,3", "1.2.3", "9" * 100, "١٢"]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number(text):
    with pytest.raises(ValueError, match="Type a number|Type one such"):
        read_number(text)
