"""What an address names is opened: graphs of one's own too, old links as ever, and nothing in it breaks a session."""

import base64
import json
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer import Graph, lessons
from explorer.lessons.lesson import Lesson
from explorer.lessons.own import own_lesson
from explorer.notation import Notation
from explorer.session.conversation import Conversation
from explorer.session.document import Refused
from explorer.session.fragment import READERS
from explorer.session.packed import LONGEST, pack, unpack

TEXT = """
x = input(2)
y = target()
W = param(1, 2)
h = tanh(W @ x)
loss = sqerr(h[0], y)
"""


def own(batch: int = 2) -> Lesson:
    rng = np.random.default_rng(3)
    data = {"x": rng.normal(size=(batch, 2)), "y": rng.normal(size=batch)}
    notation = Notation(symbols={"h": "h^{(1)}"}, gradients={"h": "δ_1"}, loss="E")
    return own_lesson(TEXT, data, {"W": rng.normal(size=(1, 2))}, 0.25, notation)


def opened(fragment: dict[str, str], edits: Any = (), home: Lesson | None = None) -> tuple[Any, dict[str, str]]:
    """The film's reply, and the alerts by key."""
    replies: Any = Conversation(home).receive(
        {"type": "open", "request": 1, "fragment": fragment, "edits": list(edits)}
    )
    assert replies[0]["type"] == "film", replies
    return replies[0], {reply["key"]: reply["reason"] for reply in replies[1:] if reply["type"] == "alert"}


def test_a_graph_of_ones_own_opens_from_its_address_alone() -> None:
    lesson = own()
    before, _ = opened({}, home=lesson)
    edits = [{"node": "W", "index": [0, 1], "text": "0.5"}]
    after, alerts = opened({"lesson": "own/graph", "graph": before["graph"], "sample": "1", "rate": "0.5"}, edits)
    assert alerts == {} and after["graph"] == before["graph"]
    here, _ = opened({"sample": "1", "rate": "0.5"}, edits, home=lesson)
    np.testing.assert_array_equal(here["film"].pop("numbers"), after["film"].pop("numbers"))
    assert here == after
    assert [group["title"] for group in after["lessons"]][0] == lesson.group


def test_a_lessons_address_has_no_graph() -> None:
    assert opened({})[0]["graph"] == ""


def test_what_is_packed_is_the_lesson_to_the_last_bit() -> None:
    lesson, again = own(), unpack(pack(own()))
    for table, other in ((lesson.data, again.data), (lesson.params, again.params)):
        assert table.keys() == other.keys()
        for name in table:
            np.testing.assert_array_equal(table[name], other[name])
    assert (again.learning_rate, again.notation, again.graph.source) == (0.25, lesson.notation, lesson.graph.source)


def test_more_numbers_than_an_address_holds_are_left_to_a_file_and_that_is_said() -> None:
    large = own(15_000)
    assert pack(large) == ""
    film, alerts = opened({}, home=large)
    assert film["graph"] == "" and alerts == {}  # its own address has them
    talk: Any = Conversation()
    talk.receive({"type": "open", "request": 1})
    data = {"x": np.random.default_rng(1).normal(size=(9_000, 2)).tolist(), "y": [0.0] * 9_000}
    file = {"format": "backprop-explorer", "version": 1, "graph": TEXT, "data": data, "params": {"W": [[1, 2]]},
            "learning_rate": 0.1}  # fmt: skip
    replies = talk.receive({"type": "import", "request": 2, "text": json.dumps(file)})
    assert [(one["type"], one.get("key")) for one in replies] == [("film", None), ("alert", "graph")]
    assert "too many numbers" in replies[1]["reason"]


def packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


def file(**changes: Any) -> str:
    whole = {"format": "backprop-explorer", "version": 1, "graph": TEXT, "data": {"x": [[1, 2]], "y": [1]},
             "params": {"W": [[1, 2]]}, "learning_rate": 0.1} | changes  # fmt: skip
    return packed(json.dumps(whole).encode())


MANY = "x = input(2)\n" + "".join(f"a{i} = tanh(x)\n" for i in range(3_000)) + "loss = sum(a1)"
OUTER = "x = input(5000)\nloss = sum(transpose(reshape(x, 1, 5000)) @ reshape(x, 1, 5000))"


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        ("", "cut off"),
        ("@@@@", "damaged"),
        ("AAAA", "damaged"),
        ("é" * 40, "damaged"),
        (file()[:-20], "cut off"),
        (packed(b"0" * 50_000_000), "unfolds to more"),
        (packed(b"\xff\xfe"), "none of Backprop Explorer's"),
        (packed(b"[" * 100_000), "none of Backprop Explorer's"),
        (file(version=99), "version 99"),
        (file(graph="x = input(2)\nz = open(x)"), "(line 2): no operation"),
        (file(graph="x = input(2)\ny = target()\nloss = sum(x @ q)"), "line 3"),
        (file(data={"x": [[1, 2, 3]], "y": [1]}), "x"),
        (file(data={"x": [[1, "2"]], "y": [1]}), "data.x"),
        (file(data={"x": 1, "y": 2}), "data"),
        (file(params={}), "W"),
        (file(learning_rate="fast"), "learning"),
        (file(notation={"symbols": {"h": "h^{"}}), "symbol"),
        (file(colour="red"), "colour"),
        (file(graph=MANY), "large"),
        (file(graph=OUTER, data={"x": [[0] * 5_000]}, params={}), "large"),
    ],
)
def test_a_bad_graph_is_told_by_its_key_and_the_rest_still_loads(graph: str, reason: str) -> None:
    film, alerts = opened({"lesson": "own/graph", "graph": graph, "gradients": "row"})
    assert list(alerts) == ["graph"]
    assert reason in alerts["graph"]
    assert film["film"]["case"] == lessons.load("mlp").id
    assert film["settings"]["gradients"] == "row"


def test_every_bit_of_a_packed_graph_that_is_turned_is_noticed_or_harmless() -> None:
    whole = file()
    for place in range(0, len(whole), 7):
        turned = whole[:place] + ("A" if whole[place] != "A" else "B") + whole[place + 1 :]
        try:
            assert isinstance(unpack(turned), Lesson)
        except Refused as error:
            assert str(error)


def test_an_address_at_its_longest_is_one_that_is_read() -> None:
    length = max(len(pack(own(batch))) for batch in (1_000, 1_500, 2_000, 2_500))
    assert 0.5 * LONGEST < length <= LONGEST


# As they were written before an address held the whole picture.
OLD = [
    ({"lesson": "mlp/bce_mlp_batch", "sample": "2"}, [], {"film.sample": 2}),
    ({"lesson": "batch/batch_softmax", "sample": "0", "pass": "2", "rate": "0.5;0.1@1"}, [], {"run.pass": 2}),
    ({"lesson": "mlp/bce_mlp", "sample": "0", "gradients": "row", "sign": "minus", "weights": "from-to"}, [],
     {"settings.gradients": "row", "settings.sign": "minus", "settings.weights": "from-to"}),
    ({"lesson": "mlp/bce_mlp_batch", "sample": "1", "reduction": "sum", "fuse": "1", "lang": "en"}, [],
     {"settings.reduction": "sum", "settings.fuse": True, "settings.language": "en"}),
    ({"lesson": "mlp/bce_mlp", "sample": "0"},
     [{"node": "W", "index": [0, 1], "sample": None, "pass": 0, "text": "0.9"}], {"edits.0.text": "0.9"}),
    ({"lesson": "mlp/bce_mlp_batch", "sample": "0", "pass": "3"},
     [{"node": "x", "index": [2], "sample": 3, "pass": 2, "text": "-1e-3"}],
     {"edits.0.text": "-0.001", "edits.0.pass": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("fragment", "edits", "shown"), OLD)
def test_old_links_open_as_they_did(fragment: dict[str, str], edits: Any, shown: dict[str, Any]) -> None:
    film, alerts = opened(fragment, edits)
    assert alerts == {}
    assert film["film"]["case"] == fragment["lesson"]
    for path, expected in shown.items():
        found: Any = film
        for step in path.split("."):
            found = found[int(step)] if isinstance(found, list) else found[step]
        assert found == expected, path


_TALK = Conversation()
_KEYS = st.sampled_from([*READERS, "lesson", "graph", "step", "node"]) | st.text(max_size=200)
_TEXTS = st.text(max_size=300) | st.integers().map(str) | st.sampled_from(["1;2@3", "0.5@", "@", "own/graph", "1"])
_EDIT = st.fixed_dictionaries({
    "node": st.sampled_from(["W", "x", "h", "y", "b1"]) | st.text(max_size=200),
    "index": st.lists(st.integers(), max_size=16),
    "sample": st.none() | st.integers(), "text": st.floats().map(repr) | st.text(max_size=100), "pass": st.integers(),
})  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(fragment=st.dictionaries(_KEYS, _TEXTS, max_size=6), edits=st.lists(_EDIT, max_size=4))
def test_whatever_an_address_says_a_picture_is_opened(fragment: dict[str, str], edits: Any) -> None:
    replies: Any = _TALK.receive({"type": "open", "request": 1, "fragment": fragment, "edits": edits})
    assert replies[0]["type"] == "film"
    told = [reply["key"] for reply in replies if reply["type"] == "alert" and reply["key"] != "numbers"]
    assert set(told) <= {*fragment, "edits"} and len(told) == len(set(told))


def test_the_graph_is_parsed_and_never_evaluated() -> None:
    with pytest.raises(Refused, match="line 2"):
        unpack(file(graph="x = input(2)\nloss = __import__('os').system('true')"))
    assert Graph.parse(TEXT).source == unpack(file()).graph.source
