"""What is told of a sum that is overwritten: what is left, what goes wrong before it, and what exposes it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from explorer.engine.graph import Graph
from explorer.engine.trace import Trace
from explorer.explain import explain
from explorer.explain.overwrite import overwriting
from explorer.explain.scene import Scene
from explorer.explain.text import as_text
from explorer.notation import Notation
from tests.explain.graphs import CASES, LINES, line_graph, run, traced

DEEP = "x = input(3)\nW = param(2, 3)\nh = W @ x\na = sigmoid(h)\nb = h * h\nloss = sum(a) + sum(b)"


def told(trace: Trace, name: str, sample: int = 0, notation: Notation | None = None, **options: Any) -> list[Any]:
    return overwriting(Scene(trace.graph, trace, notation or Notation(), trace.graph.nodes[name], sample, **options))


def words(blocks: list[Any]) -> str:
    return "\n".join(as_text(block["parts"]) for block in blocks if block["kind"] == "note")


def test_the_lesson_on_fan_out() -> None:
    lesson, trace = traced("gates/fan_out")
    (block,) = told(trace, "s", 0, lesson.notation)
    first, left = block["blocks"]
    assert as_text(first["parts"]).startswith("The contribution from f₂ arrives first, that from f₁ last.")
    assert [line["text"] for line in left["lines"]] == [
        "∂E/∂s (overwritten) = ∂E/∂s (via f₁)",
        "= [−0.09642 0.03604]",
    ]
    for place, row in enumerate(block["rows"]):
        summed, overwritten, difference = row["numbers"]
        assert (summed, overwritten) == (trace.gradients["s"][0][place], trace.contributions["f1", "s"][0][place])
        assert difference == pytest.approx(summed, rel=1e-9)
        assert (row["right"], row["wrong"], row["cell"]) == (True, False, f"value:{place}")
    assert "Nothing stands before s here" in words(block["after"])
    backward = explain(lesson.graph, trace, lesson.notation, "s", 0, 0.5, tabs=("backward",))["tabs"]["backward"]
    assert '"kind": "mistake"' in json.dumps(backward)


@pytest.mark.parametrize("case", [case for case in CASES if case != "gates/fan_out"])
def test_where_nothing_is_summed_nothing_can_be_overwritten(case: str) -> None:
    lesson, trace = traced(case)
    for name in lesson.graph.nodes:
        assert (told(trace, name) == []) == (len(lesson.graph.readers(name)) < 2 or name in lesson.graph.targets), name


def test_what_stands_before_goes_wrong_too() -> None:
    trace = run(Graph.parse(DEEP), 3)
    (block,) = told(trace, "h", 2)
    rows = {row["node"]: row for row in block["rows"]}
    assert list(rows) == ["h", "W", "x"]
    assert "With h, what stands before it goes wrong too: W and x." in words(block["after"])
    assert all(row["right"] is True and row["wrong"] is False for row in block["rows"])
    summed, overwritten, _ = rows["x"]["numbers"]
    weights = np.asarray(trace.values["W"])
    off = weights.T @ trace.contributions["a", "h"][2] - trace.gradients["x"][2]
    worst = int(np.argmax(np.abs(off)))
    assert overwritten - summed == pytest.approx(off[worst], rel=1e-12)
    assert rows["x"]["cell"] == f"value:{worst}"


def test_what_is_lost_may_be_nothing() -> None:
    trace = Graph.parse("x = input()\na = 2 * x\nb = 0 * x\nloss = a + b").trace({"x": [3.0]})
    (block,) = told(trace, "x")
    assert block["rows"][0]["wrong"] is True
    assert words(block["after"]) == "Here it would make no difference: what is lost is 0."


def test_a_line_that_is_read_twice_by_one() -> None:
    (block,) = told(Graph.parse("w = param()\nloss = w * w").trace({}, {"w": 3.0}), "w")
    assert words(block["blocks"]).startswith("All contributions come from L.")
    assert block["rows"][0]["numbers"][:2] == [6, 3]
    assert "The update of w would go by it." in words(block["after"])


def test_a_delta_that_is_minus_the_gradient_keeps_its_sign() -> None:
    trace, notation = run(Graph.parse(DEEP)), Notation(gradients={"h": "δ"}, sign="minus")
    (block,) = told(trace, "h", 0, notation)
    lines = [line["text"] for line in block["blocks"][1]["lines"]]
    assert lines[0] == "δ (overwritten) = δ (via a)"
    first = -float(trace.contributions["a", "h"][0][0])
    assert lines[1].startswith(f"= [{first:.4g}".replace("-", "−"))


@pytest.mark.parametrize("line", LINES)
def test_every_op(line: str) -> None:
    graph = line_graph(LINES[line])
    trace = run(graph)
    for name, node in graph.nodes.items():
        for block in told(trace, name, 1):
            json.dumps(block, allow_nan=False)
            assert all(row["right"] is True for row in block["rows"]), name
            assert {row["node"] for row in block["rows"]} >= {node.name}


def test_long_chains_are_not_waited_for() -> None:
    lines = "\n".join(f"h{i} = sin(h{i - 1}) * h{i - 1}" for i in range(1, 1500))
    graph = Graph.parse(f"h0 = input()\n{lines}\nloss = h1499 * h1499")
    (block,) = told(graph.trace({"h0": [0.5]}), "h0")
    assert len(block["rows"]) == 1
