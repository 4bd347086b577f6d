"""Everything that is refused or alerted is told in the reader's language, down to the messages inside messages."""

import gettext
import json

import pytest

from explorer import lessons, locale
from explorer.engine.errors import Message
from explorer.lessons import LessonError, read_folder
from explorer.session.conversation import Conversation
from explorer.session.document import Document
from explorer.session.saving import save


class Marked(gettext.NullTranslations):
    """A language in which every message stands in ‹…›."""

    def gettext(self, message):
        return f"‹{message}›"

    def ngettext(self, msgid1, msgid2, n):
        return f"‹{msgid1 if n == 1 else msgid2}›"


@pytest.fixture
def marked(monkeypatch):
    monkeypatch.setattr(locale, "_catalogue", lambda language: Marked())


def reasons(**message):
    conversation = Conversation()
    conversation.receive({"type": "open", "request": 1, "fragment": {"lesson": "batch"}, "edits": []})
    replies = conversation.receive({"request": 2, **message})
    return [reply["reason"] for reply in replies if isinstance(reply, dict) and "reason" in reply]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"type": "sample", "sample": 99}, "‹sample 99: the batch has "),
        ({"type": "pass", "pass": 2_000}, "‹pass 2000: a run has 1000 updates"),
        ({"type": "edit", "node": "Q", "index": [], "text": "1"}, "‹'Q': the graph has no such line. Expected one of"),
        ({"type": "edit", "node": "W1", "index": [9, 9], "text": "1"}, "‹W1: it has shape ("),
        ({"type": "edit", "node": "W1", "index": [0, 0], "text": "half"}, "‹“half” is not a number."),
        ({"type": "edit", "node": "W1", "index": [0, 0], "text": " "}, "‹Nothing was typed."),
        ({"type": "edit", "node": "W1", "index": [0, 0], "text": "1e999"}, "‹“1e999” is too large."),
        ({"type": "rate", "text": "0"}, "‹learning rate 0: "),
        ({"type": "explain", "node": "Q", "tab": "forward"}, "‹'Q': the graph has no such line.›"),
        ({"type": "explain", "node": "W1", "tab": "side"}, "‹tab 'side': there is none. "),
        ({"type": "words", "first": 1, "last": 99_999}, "‹words of steps 1 to 99999: "),
        ({"type": "lesson", "lesson": "nets"}, "‹lesson 'nets': no such lesson. "),
    ],
)
def test_a_refusal_is_told_in_the_readers_language(marked, message, reason):
    told, *more = reasons(**message)
    assert told.startswith(reason) and told.endswith("›") and not more


def test_every_alert_of_a_link_is(marked):
    fragment = {"lesson": "nets", "sample": "x", "pass": "-1", "rate": "0", "sign": "x", "fuse": "2", "lang": "x"}
    fragment["q"] = ""
    replies = Conversation().receive({"type": "open", "request": 1, "fragment": fragment, "edits": []})
    told = {reply["key"]: reply["reason"] for reply in replies if isinstance(reply, dict) and "reason" in reply}
    assert told.keys() == fragment.keys()
    assert [reason for reason in told.values() if not (reason.startswith("‹") and reason.endswith("›"))] == []


def test_the_engines_own_words_about_a_file_are_too(marked):
    file = json.loads(save(Document(lessons.load("batch"))))
    (told,) = reasons(type="import", text=json.dumps({**file, "graph": "y = sigmod(x)"}))
    assert told.startswith("‹The file, graph: ‹") and told.count("‹") > 2, told


def test_what_is_wrong_with_a_lesson_can_be_told_later(marked, tmp_path):
    (tmp_path / "lesson.toml").write_text("title =")
    with pytest.raises(LessonError) as raised:
        read_folder(tmp_path)
    assert isinstance(raised.value.message, Message)
    assert locale.retold(raised.value.message) == f"‹{raised.value}›"  # which itself is English
