"""The recorder writes what the conversation says, and what it remembers meanwhile changes nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest

from explorer.lessons import load
from explorer.lessons.own import own_lesson
from explorer.locale import speaking
from explorer.session import recording
from explorer.session.conversation import Conversation, Later, talk
from explorer.session.document import Document
from explorer.session.recorder import Progress, Written, decode, encode, read_event, work
from explorer.session.recording import Recorded, recorded
from explorer.session.saving import save
from explorer.workers.messages import Failed

LAYERS = "x = input(2)\ny = target(2)\nW = param(2, 2)\nb = param(2)\nh = sigmoid(W @ x + b)\nloss = bce(h, y)"


def layers(batch: int) -> Document:
    rng = np.random.default_rng(2)
    data = {"x": rng.normal(size=(batch, 2)), "y": rng.integers(0, 2, size=(batch, 2))}
    return Document(own_lesson(LAYERS, data, {"W": rng.normal(size=(2, 2)), "b": [0.5, -0.25]}))


def documents() -> Iterator[Document]:
    batch = layers(3).at_sample(1).with_edit("x", (1,), "-0.75").at_pass(1)
    yield batch
    yield batch.with_settings(language="el", gradients="row", fuse=True)
    yield Document(load("gates/fan_out")).with_settings(language="zh")


def plainly(document: Document) -> str:
    """The file as it is without the recorder."""
    *_shares, last = recorded(document, talk(document))
    assert isinstance(last, Recorded)
    return last.text


@pytest.mark.parametrize("document", list(documents()), ids=["batch", "greek, fused", "chinese"])
def test_the_file_is_what_is_said_to_the_byte(document: Document) -> None:
    sent = decode(io.BytesIO(encode(save(document))))
    with speaking(document.settings.language):
        *shares, last = work(sent)
        assert last == Written(text=plainly(document))
    done = [share.done for share in shares if isinstance(share, Progress)]
    assert len(done) == len(shares) and done == sorted(set(done)) and 0 < done[0] < done[-1] < 1
    assert read_event(last.model_dump_json().encode()) == last


def test_what_is_too_large_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MOST_BYTES", 1_000)
    *_shares, last = work(Document(load("gates/add_gate")))
    assert isinstance(last, Failed) and "too large for one file" in last.reason


def test_the_conversation_hands_over_the_picture_or_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = Conversation()
    conversation.receive({"type": "open", "request": 1, "fragment": {"lesson": "gates/fan_out"}})

    def asked() -> dict[str, object]:
        [later] = conversation.receive({"type": "export", "request": 2, "what": "html"})
        assert isinstance(later, Later)
        [reply] = later.work()
        return reply

    reply = asked()
    assert (reply["type"], reply["name"], reply["media"]) == ("record", "gates-fan_out.html", "text/html")
    assert decode(io.BytesIO(encode(str(reply["saved"])))).lesson is load("gates/fan_out")
    monkeypatch.setattr(recording, "MOST_TABS", 12)
    refused = asked()
    assert refused["type"] == "refused" and "at most 2 for one file" in str(refused["reason"])
