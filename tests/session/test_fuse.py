"""A loss and its activation as one line: chosen, kept in the link, and right where two lines fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from explorer import lessons
from explorer.lessons.own import own_lesson
from explorer.session.conversation import Conversation

Film = dict[str, Any]
PAIRS = {
    "mlp/bce_mlp": "y_hat",
    "mlp/bce_mlp_batch": "y_hat",
    "batch/batch_softmax": "s",
    "matrix-language/matrix_language": "g",
}


def opened(**fragment: str) -> tuple[Conversation, list[Film]]:
    talk = Conversation()
    return talk, [reply for reply in talk.receive({"type": "open", "request": 1, "fragment": fragment})]  # type: ignore[misc]


def settings(talk: Conversation, **chosen: object) -> list[Film]:
    return talk.receive({"type": "settings", "request": 2, **chosen})  # type: ignore[return-value]


def edit(talk: Conversation, node: str, index: list[int], text: str) -> list[Film]:
    return talk.receive({"type": "edit", "request": 3, "node": node, "index": index, "text": text})  # type: ignore[return-value]


def names(reply: Film) -> list[str]:
    return [node["name"] for node in reply["film"]["nodes"]]


def numbers(reply: Film, name: str, kind: str = "value") -> np.ndarray:
    node = next(node for node in reply["film"]["nodes"] if node["name"] == name)
    offset, count = node[kind]["at"]
    return np.asarray(reply["film"]["numbers"][offset : offset + count])


@pytest.mark.parametrize("case", PAIRS)
def test_fused_and_apart_again_with_edits_and_sample_kept(case: str) -> None:
    last = len(next(iter(lessons.load(case).data.values()))) - 1
    talk, [first] = opened(lesson=case, sample=str(last))
    assert first["fusible"] == [PAIRS[case], "loss"] and not first["settings"]["fuse"]
    [edited] = edit(talk, "x", [0], "0.25")
    [fused] = settings(talk, fuse=True)
    assert names(fused) == [name for name in names(first) if name != PAIRS[case]]
    assert fused["fusible"] == first["fusible"] and fused["settings"]["fuse"]
    assert (fused["film"]["sample"], fused["edits"]) == (last, edited["edits"])
    for name in names(fused):
        np.testing.assert_allclose(numbers(fused, name), numbers(edited, name), rtol=1e-12)
        if lessons.load(case).graph.nodes[name].kind != "target":
            kinds = numbers(fused, name, "gradient"), numbers(edited, name, "gradient")
            np.testing.assert_allclose(*kinds, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(numbers(fused, "loss", "inside"), numbers(edited, PAIRS[case]), rtol=1e-12)
    [apart] = settings(talk, fuse=False)
    np.testing.assert_array_equal(apart["film"]["numbers"], edited["film"]["numbers"])
    assert apart["edits"] == edited["edits"]


def test_a_link_opens_it_fused_and_others_have_nothing_to_fuse() -> None:
    _, [film] = opened(lesson="mlp/bce_mlp", fuse="1")
    assert "y_hat" not in names(film)
    _, [film] = opened(lesson="gates/sqerr_gate", fuse="1")
    assert film["fusible"] is None and "loss" in names(film)
    _, replies = opened(lesson="mlp/bce_mlp", fuse="yes")
    assert replies[1]["key"] == "fuse" and "expected 0 or 1" in replies[1]["reason"]


def test_saturation_is_said_and_fusing_puts_it_right() -> None:
    talk, _ = opened(lesson="mlp/bce_mlp")
    edit(talk, "b2", [0], "40")
    film, alert = edit(talk, "y", [0], "0")
    assert np.isinf(numbers(film, "loss")) and np.isnan(numbers(film, "theta", "gradient"))
    assert alert["key"] == "numbers"
    assert alert["reason"].startswith("In double precision ŷ = σ(40.04) rounds to exactly 1")
    assert alert["reason"].endswith("Right are 40.04 and 1: fuse σ + BCE to get them.")
    [fused] = settings(talk, fuse=True)  # no alert comes with it
    assert numbers(fused, "loss") == numbers(fused, "theta") and numbers(fused, "theta", "gradient") == 1
    assert np.all(np.isfinite(fused["film"]["numbers"]))
    film, alert = settings(talk, fuse=False)
    assert alert["reason"].startswith("In double precision")
    [film] = talk.receive({"type": "reset", "request": 9})  # type: ignore[assignment]
    assert np.all(np.isfinite(film["film"]["numbers"]))


def test_a_softmax_that_underflows() -> None:
    talk, _ = opened(lesson="batch/batch_softmax")
    film, alert = edit(talk, "b2", [1], "800")
    assert np.isinf(numbers(film, "loss")) and np.isnan(numbers(film, "a2", "gradient")).all()
    assert alert["reason"].startswith("Sample 1: in double precision s₁ rounds to exactly 0")
    [fused] = settings(talk, fuse=True)
    assert np.all(np.isfinite(fused["film"]["numbers"]))
    np.testing.assert_allclose(numbers(fused, "a2", "gradient"), [-0.25, 0.25, 0.0], atol=1e-12)


def test_the_button_that_tries_it_is_made_of_ordinary_messages() -> None:
    for case, activation in PAIRS.items():
        talk, _ = opened(lesson=case)
        [reply] = talk.receive({"type": "explain", "request": 4, "node": activation, "tab": "backward"})
        blocks = reply["told"]["tabs"]["backward"]  # type: ignore[index]
        [button] = [block for block in blocks if block["kind"] == "action"]
        assert button["text"] == "Try saturation"
        replies: list[Film] = []
        for message in button["messages"]:
            replies = talk.receive({**message, "request": 5})  # type: ignore[assignment]
            assert replies[0]["type"] == "film"
        assert np.isinf(numbers(replies[0], "loss"))
        assert "double precision" in replies[1]["reason"]


def test_a_gradient_that_is_not_finite_is_called_a_gradient() -> None:
    talk = Conversation(own_lesson("x = input()\nloss = sqrt(x)", {"x": [0.0]}, {}))
    _, alert = talk.receive({"type": "open", "request": 1})
    assert alert["reason"].startswith("x: the gradient is infinite")  # type: ignore[index]
