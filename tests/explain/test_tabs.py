"""The inspector's contents: every tab of every line has something to show, and it travels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from explorer.engine.errors import GraphError
from explorer.engine.graph import Graph
from explorer.engine.trace import Trace
from explorer.explain import TABS, explain
from explorer.explain.text import as_text
from explorer.notation import Notation
from tests.explain.graphs import CASES, LINES, LOSSES, line_graph, loss_graph, run, traced


def every(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All blocks, those inside sections and Jacobians too."""
    for block in blocks:
        yield block
        for inner in ("blocks", "full", "shortcut"):
            yield from every(block.get(inner, []))
        yield from every([block["formula"]] if "formula" in block else [])


def every_tab(graph: Graph, trace: Trace, notation: Notation, name: str, sample: int, rate: float) -> dict[str, Any]:
    """All tabs of a line in one, as {tab: blocks}, with the heading."""
    told = explain(graph, trace, notation, name, sample, rate)
    return told | told["tabs"]


def travels(told: dict[str, Any]) -> None:
    """JSON as browsers read it, NaN only as text; NumPy arrays are the one exception."""
    json.dumps(told, allow_nan=False, default=lambda array: array.shape if isinstance(array, np.ndarray) else None)


def formulas(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(line["text"] for block in every(blocks) if block["kind"] == "formula" for line in block["lines"])


def words(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(as_text(block["parts"]) for block in every(blocks) if block["kind"] == "note")


@pytest.mark.parametrize("case", CASES)
def test_every_tab_of_every_line(case: str) -> None:
    lesson, trace = traced(case)
    for name in lesson.graph.nodes:
        for sample in {0, trace.batch - 1}:
            told = every_tab(lesson.graph, trace, lesson.notation, name, sample, lesson.learning_rate)
            travels(told)
            assert told["node"] == name and told["meta"].startswith("node ")
            assert as_text(told["heading"])
            assert all(told[tab] for tab in TABS)
            for block in every(told["jacobian"]):
                if block["kind"] == "jacobian":
                    assert block["check"]["same"], (name, block["wrt"])
                    matrix = trace.jacobian(name, block["wrt"]).dense(sample)
                    assert np.array_equal(np.reshape(block["numbers"], block["shape"]), matrix)
                    assert len(block["rows"]) == matrix.shape[0] and len(block["columns"]) == matrix.shape[1]


@pytest.mark.parametrize("graph", [*LINES, *LOSSES])
def test_every_op_is_explained(graph: str) -> None:
    parsed = loss_graph(graph) if graph in LOSSES else line_graph(LINES[graph])
    for batch in (1, 3):
        trace = run(parsed, batch)
        for name in parsed.nodes:
            travels(every_tab(parsed, trace, Notation(), name, batch - 1, 0.1))


def told_of(case: str, name: str) -> dict[str, Any]:
    lesson, trace = traced(case)
    return every_tab(lesson.graph, trace, lesson.notation, name, 0, lesson.learning_rate)


def test_headings_and_facts() -> None:
    sigma = told_of("mlp/bce_mlp", "h")
    assert as_text(sigma["heading"]) == "h = σ(z)"
    assert sigma["meta"] == "node 8 of 11 · sigmoid · (4,1) → (4,1) · identity (4)"
    assert as_text(told_of("mlp/bce_mlp", "z")["heading"]) == "z = W·x + b₁"
    assert told_of("mlp/bce_mlp", "W")["meta"] == "node 3 of 11 · parameter · (4,3)"


@pytest.mark.parametrize(
    ("case", "name", "shapes"),
    [
        ("batch/batch_softmax", "x", "(B,5)"),
        ("batch/batch_softmax", "b1", "(4,)"),
        ("batch/batch_softmax", "a1", "(B,5), (5,4), (4,) → (B,4)"),
        ("batch/batch_softmax", "loss", "(B,3), (B,3) → (B,)"),
        ("mlp/bce_mlp_batch", "z", "(4,3), (3,1), (4,1) → (4,1)"),  # columns: told for each sample
        ("mlp/bce_mlp_batch", "h", "(B,4) → (B,4)"),
    ],
)
def test_stacked_facts_have_the_shapes_of_the_formulas_below(case: str, name: str, shapes: str) -> None:
    lesson, trace = traced(case)
    told = explain(lesson.graph, trace, lesson.notation, name, 0, 0.1, tabs=["forward"], stacked=True)
    assert told["meta"].split(" · ")[2] == shapes


@pytest.mark.parametrize(
    ("case", "name", "tab", "text"),
    [
        ("mlp/bce_mlp", "h", "forward", "h = σ(z)"),
        ("mlp/bce_mlp", "z", "forward", "= 0.5·1 + (−0.3)·0.5 + 0.8·(−1) + 0.1 = −0.35"),
        ("mlp/bce_mlp", "h", "jacobian", "J = ∂h/∂z = diag(h ∘ (1 − h))"),
        ("mlp/bce_mlp", "z", "jacobian", "J = ∂z/∂W = I ⊗ xᵀ"),
        ("mlp/bce_mlp", "z", "backward", "∂L/∂W = δ₂ᵀ·xᵀ"),
        ("mlp/bce_mlp", "y_hat", "backward", "δ₁ = ŷ − y"),
        ("mlp/bce_mlp", "W", "backward", "W ← W − η·∂L/∂W"),
        ("mlp/bce_mlp_batch", "loss", "batch", "= 1/B·(L₁ + L₂ + L₃ + L₄ + L₅)"),
        ("gates/matvec_gate", "s", "backward", "∂E/∂o = Wᵀ·∂E/∂s"),
        ("gates/fan_out", "s", "backward", "∂E/∂s = ∂E/∂s (via f₁) + ∂E/∂s (via f₂)"),
        ("matrix-language/matrix_language", "z", "backward", "δₛ = δ_z ∘ z ∘ (1 − z)"),
        ("batch/batch_softmax", "s", "jacobian", "J = ∂s/∂a₂ = diag(s) − sᵀ·s"),
        ("batch/batch_softmax", "W2", "batch", "∂L/∂W₂ = zᵀ·∂L/∂a₂"),
        ("batch/batch_softmax", "b2", "batch", "∂L/∂b₂ = [1 … 1]·∂L/∂a₂"),
    ],
)
def test_formulas_of_the_handouts(case: str, name: str, tab: str, text: str) -> None:
    assert text in formulas(told_of(case, name)[tab])


def test_targets_have_no_gradient_and_say_so() -> None:
    assert "No gradient: never updated." in words(told_of("mlp/bce_mlp", "y")["backward"])
    assert "To the target y: nothing." in words(told_of("mlp/bce_mlp", "loss")["backward"])


def test_what_the_objective_does_not_reach_says_so() -> None:
    graph = Graph.parse("x = input(2)\nw = param(2)\nu = x * w\nloss = sum(x)")
    trace = graph.trace({"x": [[1.0, 2.0]]}, {"w": [3.0, 4.0]})
    for name in ("w", "u"):
        told = every_tab(graph, trace, Notation(), name, 0, 0.1)
        assert "The gradient is 0: the objective does not depend on this line." in words(told["backward"])


def test_large_jacobians_travel_as_one_binary_leaf_and_huge_ones_not_at_all() -> None:
    graph = Graph.parse("x = input(100)\nW = param(100, 100)\nh = tanh(W @ x)\nz = sigmoid(h)\nloss = sum(z)")
    trace = run(graph, 1)
    (block,) = every_tab(graph, trace, Notation(), "z", 0, 0.1)["jacobian"]
    assert isinstance(block["numbers"], np.ndarray) and block["numbers"].shape == (10_000,)
    blocks = every_tab(graph, trace, Notation(), "h", 0, 0.1)["jacobian"]
    assert [block["numbers"] is None for block in blocks] == [True, False]
    assert len(json.dumps(every_tab(graph, trace, Notation(), "h", 0, 0.1)["forward"])) < 100_000


def test_nan_travels_as_text() -> None:
    graph = Graph.parse("x = input(2)\nh = log(x)\nloss = sum(h)")
    trace = graph.trace({"x": [[-1.0, 0.0]]})
    told = every_tab(graph, trace, Notation(), "h", 0, 0.1)
    travels(told)
    assert '"NaN"' in json.dumps(told) and '"-Infinity"' in json.dumps(told)


def test_a_batch_of_none_says_so() -> None:
    graph = Graph.parse("x = input(2)\nloss = sum(x)")
    told = every_tab(graph, graph.trace({"x": np.zeros((0, 2))}), Notation(), "loss", 0, 0.1)
    assert "no samples" in words(told["forward"])


def test_an_unknown_line_is_an_error_that_names_it() -> None:
    lesson, trace = traced("gates/add_gate")
    with pytest.raises(GraphError, match="nowhere"):
        every_tab(lesson.graph, trace, lesson.notation, "nowhere", 0, 0.1)
