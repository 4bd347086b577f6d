"""The Check tab: every line of every case agrees with numbers that know no rule, and a broken rule does not."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from explorer import lessons
from explorer.engine import peer
from explorer.engine.graph import Graph
from explorer.engine.jacobians import Outer
from explorer.engine.ops.activations import Sigmoid
from explorer.engine.trace import Trace
from explorer.explain.check_tab import check_tab
from explorer.explain.scene import Scene
from explorer.explain.text import as_text
from explorer.notation import Notation
from tests.explain.graphs import CASES, LINES, LOSSES, line_graph, loss_graph, run, traced


@pytest.fixture(autouse=True)
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests say the same wherever they run; PyTorch has its own below."""

    def load() -> None:
        raise peer.NoPeer("it is not installed here")

    monkeypatch.setattr(peer, "load", load)


def told(trace: Trace, name: str, sample: int = 0, notation: Notation | None = None, **options: Any) -> list[Any]:
    scene = Scene(trace.graph, trace, notation or Notation(), trace.graph.nodes[name], sample, **options)
    with np.errstate(all="ignore"):
        return check_tab(scene)


def table(blocks: list[Any]) -> dict[str, Any]:
    return next(block for block in blocks if block["kind"] == "check")


def words(blocks: list[Any]) -> str:
    return "\n".join(as_text(block["parts"]) for block in blocks if block["kind"] == "note")


def sections(blocks: list[Any]) -> dict[str, list[Any]]:
    return {as_text(block["title"]): block["blocks"] for block in blocks if block["kind"] == "section"}


@pytest.mark.parametrize("case", CASES)
def test_every_line_agrees(case: str) -> None:
    lesson, trace = traced(case)
    for name, gradient in trace.gradients.items():
        node = lesson.graph.nodes[name]
        for sample in {0, trace.batch - 1}:
            blocks = told(trace, name, sample, lesson.notation)
            json.dumps(blocks, allow_nan=False)
            rows = table(blocks)["rows"]
            own = gradient[sample] if node.batched else gradient
            assert rows and table(blocks)["agree"] == [len(rows), 0, 0]
            for row in rows:
                assert row["analytic"] == own[tuple(row["index"])]
                assert row["central"] == pytest.approx(row["analytic"], rel=1e-8, abs=1e-12)
                assert row["complex"] == pytest.approx(row["analytic"], rel=1e-12, abs=1e-15)
                assert row["torch"] is None
                assert row["error"] == max(row["errors"]["central"], row["errors"]["complex"]) < 1e-8
            assert [row["chosen"] for row in rows].count(True) == 1


@pytest.mark.parametrize("graph", [*LINES, *LOSSES])
def test_every_op_agrees_or_says_why_not(graph: str) -> None:
    parsed = loss_graph(graph) if graph in LOSSES else line_graph(LINES[graph])
    for batch in (1, 3):
        trace = run(parsed, batch)
        for name in trace.gradients:
            blocks = told(trace, name, batch - 1)
            assert table(blocks)["agree"][1:] == [0, 0], (name, table(blocks)["rows"])
            empty = [column["key"] for column in table(blocks)["columns"] if column["empty"]]
            assert ("complex" in empty) == ("is not analytic" in words(blocks))


@pytest.mark.parametrize("broken", ["slope", "outer"])
def test_a_broken_rule_is_marked(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if broken == "slope":
        monkeypatch.setattr(Sigmoid, "derivative", lambda self, xp, out, z: 1 - out)
        wrong = {"z", "x", "W", "b1", "theta", "U", "b2", "h"}
    else:
        pullback = Outer.pullback
        monkeypatch.setattr(Outer, "pullback", lambda self, xp, cotangent: 2 * pullback(self, xp, cotangent))
        wrong = {"W", "U"}
    lesson = lessons.load("mlp/bce_mlp_batch")
    trace = lesson.graph.trace(lesson.data, lesson.params, kernels=False)
    for name in trace.gradients:
        agree, different, unknown = table(told(trace, name))["agree"]
        assert (different > 0) == (name in wrong), name
        assert unknown == 0 and (agree == 0) == (name in wrong)


def test_targets_have_nothing_to_check() -> None:
    _, trace = traced("mlp/bce_mlp")
    assert [block["kind"] for block in told(trace, "y")] == ["note"]
    assert "a target has no gradient" in words(told(trace, "y"))


def test_of_many_entries_the_chosen_one_and_its_neighbours() -> None:
    trace = run(Graph.parse("x = input(5)\nW = param(9, 5)\nloss = sum(sin(W @ x))"))
    for chosen, first in (((0, 0), (0, 0)), ((4, 2), (3, 1)), ((8, 4), (6, 3))):
        blocks = told(trace, "W", entries={"W": chosen})
        rows = table(blocks)["rows"]
        assert len(rows) == 12 and tuple(rows[0]["index"]) == first
        assert [tuple(row["index"]) for row in rows if row["chosen"]] == [chosen]
        assert "12 of 45 entries" in words(blocks)


def test_a_stack_is_one_entry_of_every_sample() -> None:
    lesson, trace = traced("mlp/bce_mlp_batch")
    blocks = told(trace, "z", 2, lesson.notation, stacked=True, entries={"z": (3,)})
    block = table(blocks)
    assert block["axis"] == "sample"
    assert [row["analytic"] for row in block["rows"]] == list(trace.gradients["z"][:, 3])
    assert [row["cell"] for row in block["rows"]] == ["", "", "value:3", "", ""], "the stage shows one sample"
    assert [row["chosen"] for row in block["rows"]].index(True) == 2
    assert "z₄ of every sample" in words(blocks)
    assert len(table(told(trace, "W", stacked=True))["rows"]) == 12, "what all samples share has no stack"


def test_a_difference_that_can_be_taken_again_by_hand() -> None:
    lesson, trace = traced("gates/sqerr_gate")
    blocks = told(trace, "o", 0, lesson.notation, entries={"o": (2,)})
    first, _, three = sections(blocks)["A central difference at o₃"]
    lines = [line["text"] for line in first["lines"]]
    assert lines[0] == "ε = 0.001" and lines[5] == "d₁ = (E(o₃ + ε) − E(o₃ − ε))/(2·ε)"
    assert lines[1:4:2] == ["E(o₃ + ε) = E(0.4 + 0.001)", "E(o₃ − ε) = E(0.4 − 0.001)"]
    ahead, behind = (float(line.removeprefix("= ")) for line in lines[2:5:2])
    assert ahead == pytest.approx(0.5 * (0.2**2 + 0.1**2 + 0.599**2), rel=1e-15)
    assert lines[6] == f"= ({ahead:.17g} − {behind:.17g})/(2·0.001)".replace("-", "−")
    assert (ahead - behind) / 0.002 == pytest.approx(-0.6, rel=1e-12)
    assert [line["text"] for line in three["lines"]][4] == "∂E/∂o₃ = 3/2·d₁ − 3/5·d₂ + 1/10·d₃"
    assert first["digits"] == three["digits"] == "all"


def test_a_kink_is_said_and_not_judged() -> None:
    graph = Graph.parse("x = input(2)\nloss = sum(relu(x))")
    blocks = told(graph.trace({"x": [[0.0, 1.0]]}), "x")
    assert table(blocks)["agree"] == [1, 0, 1]
    assert [row["central"] for row in table(blocks)["rows"]] == [None, pytest.approx(1)]
    said = words(blocks)
    assert "A kink at x₁: relu turns here. The slope is 0 from the left and 1 from the right" in said
    assert "No complex step: on the way to L, relu is not analytic" in said
    assert not sections(blocks), "there is no difference to work out"


def test_without_a_finite_objective_there_is_no_difference() -> None:
    graph = Graph.parse("x = input(2)\nloss = sum(log(x))")
    blocks = told(graph.trace({"x": [[1.0, 0.0]]}), "x")
    assert table(blocks)["agree"] == [0, 0, 2]
    assert "L is not finite here" in words(blocks)
    json.dumps(blocks, allow_nan=False)


def test_a_lesson_whose_deltas_are_minus_the_gradient_is_told_so() -> None:
    _, trace = traced("lecture20/lecture20_network")
    minus = Notation(gradients={"s2": "δ"}, sign="minus", loss="E")
    assert "Here stands ∂E/∂s₂; the lesson's δ is minus that." in words(told(trace, "s2", notation=minus))
    assert "minus" not in words(told(trace, "o1", notation=minus))


def test_without_torch_it_says_so() -> None:
    _, trace = traced("gates/add_gate")
    blocks = told(trace, "s")
    assert {column["key"]: column["empty"] for column in table(blocks)["columns"]}["torch"]
    assert "No number from PyTorch: it is not installed here." in words(blocks)


@pytest.mark.parametrize("off", [0.0, 1e-3])
def test_torch_has_a_say(off: float, monkeypatch: pytest.MonkeyPatch) -> None:
    _, trace = traced("mlp/bce_mlp_batch")
    theirs = {name: np.asarray(gradient) * (1 + off) for name, gradient in trace.gradients.items()}
    monkeypatch.setattr(peer, "gradients", lambda _: theirs)
    for name in ("W", "z", "loss"):
        rows = table(told(trace, name, 3))["rows"]
        assert all(row["same"] is (off == 0) for row in rows)
        assert [row["torch"] for row in rows] == pytest.approx([row["analytic"] * (1 + off) for row in rows])
        assert max(row["error"] for row in rows) == pytest.approx(off / (1 + off), abs=1e-8)


def test_a_large_graph_is_not_waited_for() -> None:
    graph = Graph.parse("x = input(2000)\nW = param(1500, 2000)\nV = param(5, 1500)\nloss = sum(V @ tanh(W @ x))")
    trace = run(graph, 8)
    assert 1 <= len(table(told(trace, "W"))["rows"]) < 12


@pytest.mark.parametrize("theta", [18.0, 20.0, 22.0, 26.0, 30.0, 36.0])
def test_where_the_digits_run_out_nothing_right_is_called_wrong(theta: float) -> None:
    graph = Graph.parse("theta = input()\ny = target()\np = sigmoid(theta)\nloss = bce(p, y)")
    blocks = told(graph.trace({"theta": [theta], "y": [0.0]}), "theta")
    assert table(blocks)["agree"][1] == 0
    assert table(blocks)["agree"][0] == 1 or "Too few digits at θ: the result of sigmoid" in words(blocks)
    assert "kink" not in words(blocks)
    assert (theta < 20) or table(blocks)["agree"] == [0, 0, 1]


def test_with_all_its_digits_a_wrong_gradient_stays_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sigmoid, "derivative", lambda self, xp, out, z: 2 * out * (1 - out))
    graph = Graph.parse("theta = input()\ny = target()\np = sigmoid(theta)\nloss = bce(p, y)")
    assert table(told(graph.trace({"theta": [10.0], "y": [0.0]}, kernels=False), "theta"))["agree"] == [0, 1, 0]
