"""Files that the page asks for hold what is on the screen, and a saved one opens as it was in another session."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.lessons.own import own_lesson
from explorer.session import exports
from explorer.session.conversation import Conversation, Later
from explorer.session.document import Document
from explorer.session.exports import EXPORTERS, Shown, exporting
from explorer.session.intents import Export
from tests.export.scripts import printed, same

BATCH = {"lesson": "mlp/bce_mlp_batch", "sample": "3", "pass": "2", "rate": "0.5;0.25@1", "gradients": "column"}
EDITS = [
    {"node": "x", "index": [1], "sample": 3, "text": "-0.3333333333333333", "pass": 1},
    {"node": "W", "index": [2, 0], "text": "1e-7", "pass": 0},
]


def asked(talk: Conversation, **message: Any) -> list[Any]:
    replies: list[Any] = []
    for reply in talk.receive({"request": 9, **message}):
        replies += reply.work() if isinstance(reply, Later) else [reply]
    return replies


def opened(home: Any = None, edits: Any = (), **fragment: str) -> Conversation:
    talk = Conversation(home)
    assert [reply["type"] for reply in asked(talk, type="open", fragment=fragment, edits=list(edits))] == ["film"]
    return talk


def as_text(reply: dict[str, Any]) -> str:
    told = {key: value for key, value in reply.items() if key not in ("view", "request")}
    return json.dumps(told, default=lambda array: array.tolist(), sort_keys=True)


def film_of(talk: Conversation) -> dict[str, Any]:
    [film] = asked(talk, type="settings")
    return dict(film)


@pytest.mark.parametrize("more", [{}, {"fuse": "1", "reduction": "sum"}], ids=["plain", "fused"])
def test_a_saved_picture_opens_as_it_was(more: dict[str, str]) -> None:
    talk = opened(edits=EDITS, **BATCH, **more)
    [file] = asked(talk, type="export", what="json", node="h", step=7)
    assert (file["type"], file["name"]) == ("export", "mlp-bce_mlp_batch.json")
    assert (file["media"], file["request"]) == ("application/json", 9)
    other = opened(lesson="gates/fan_out")
    [film] = asked(other, type="import", text=file["text"])
    assert film["view"] == {"step": 7, "node": "h"}
    assert as_text(film) == as_text(film_of(talk))
    assert as_text(asked(other, type="pass", **{"pass": 1})[0]) == as_text(asked(talk, type="pass", **{"pass": 1})[0])


def test_a_graph_of_ones_own_opens_as_it_was_and_stays_in_the_chooser() -> None:
    rng = np.random.default_rng(1)
    text = "x = input(2)\nW = param(2, 2)\nb = param(2)\nh = tanh(W @ x + b)\nloss = sum(h * h)"
    own = own_lesson(text, {"x": rng.normal(size=(3, 2))}, {"W": rng.normal(size=(2, 2)), "b": [0.5, -1]})
    talk = opened(own, sample="1", edits=[{"node": "b", "index": [0], "text": "0.75"}])
    [file] = asked(talk, type="export", what="json")
    other = opened(lesson="mlp")
    [film] = asked(other, type="import", text=file["text"])
    assert as_text(film) == as_text(film_of(talk))
    asked(other, type="lesson", lesson="gates/fan_out")
    [film] = asked(other, type="lesson", lesson=film["film"]["case"])
    assert film["film"]["nodes"][3]["name"] == "h"


def test_scripts_print_the_numbers_on_the_screen(tmp_path: Path) -> None:
    talk = opened(edits=EDITS, **BATCH)
    has_torch = importlib.util.find_spec("torch") is not None
    for what in ("numpy", "pytorch") if has_torch else ("numpy",):
        [file] = asked(talk, type="export", what=what)
        assert (file["name"], file["media"]) == (f"mlp-bce_mlp_batch-{what}.py", "text/x-python")
        assert "learning_rate = 0.25 " in file["text"] and "-0.3333333333333333" in file["text"]
        [numbers] = printed([file["text"]], tmp_path)
        assert talk.trace is not None
        same(numbers, talk.trace)


def test_a_derivation_is_asked_for_by_line_or_whole() -> None:
    talk = opened(**BATCH)
    [whole] = asked(talk, type="export", what="latex")
    [line] = asked(talk, type="export", what="latex", node="z", entries=[{"node": "W", "index": [2, 1]}], stacked=True)
    assert (whole["name"], line["name"], line["media"]) == (
        "mlp-bce_mlp_batch.tex", "mlp-bce_mlp_batch-z.tex", "text/x-tex",
    )  # fmt: skip
    assert "sample 4 of 5" in whole["text"] and "w_{3,2}" in line["text"] and len(line["text"]) < len(whole["text"])


def reason(talk: Conversation, **message: Any) -> str:
    [reply] = asked(talk, **message)
    assert reply["type"] == "refused" and reply["request"] == 9
    return str(reply["reason"])


def test_what_cannot_be_exported_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = opened()
    assert "latex, numpy, pytorch, json, html" in reason(talk, type="export", what="docx")
    assert "'q'" in reason(talk, type="export", what="latex", node="q")
    assert "nothing is open" in reason(Conversation(), type="export", what="json")
    empty = own_lesson("x = input(2)\nloss = sum(x)", {"x": np.zeros((0, 2))}, {})
    shown = Shown(Document(empty), empty.graph.trace(empty.data))
    assert "no samples" in exporting(Export(request=1, type="export", what="numpy"), shown)()[0]["reason"]
    monkeypatch.setattr(exports, "MOST_NUMBERS", 24)
    for what in EXPORTERS:
        assert "25 numbers" in reason(talk, type="export", what=what)


def test_a_file_that_cannot_be_opened_leaves_the_picture() -> None:
    talk = opened(**BATCH)
    before = as_text(film_of(talk))
    [file] = asked(talk, type="export", what="json")
    told = json.loads(file["text"])
    broken = {
        "sample: ": {"sample": 99},
        "pass: ": {"pass": 5_000},
        "edits[0]: ": {"edits": [{"node": "h", "index": [0], "value": 1}]},
        "edits[1]: ": {"edits": [{"node": "W", "index": index, "value": 1} for index in ([0, 0], [9, 9])]},
        "no samples": {"data": {"x": [], "y": []}},
        "rates[0]: ": {"rates": [{"rate": 0.1, "pass": -3}]},
        "version 3": {"version": 3},
    }
    for place, change in broken.items():
        assert place in reason(talk, type="import", text=json.dumps(told | change))
    assert as_text(film_of(talk)) == before
