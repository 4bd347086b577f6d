"""All samples at once: what is written for the whole stack is what the engine computed for every row of it."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.engine.graph import Graph
from explorer.engine.trace import Trace
from explorer.explain.any_sample import AnySample
from explorer.explain.ledger import ledger
from explorer.explain.scene import Scene
from explorer.explain.stacking import Stack, forward, received, sent_back
from explorer.explain.text import text
from explorer.notation import Notation, plain
from tests.explain.graphs import LINES, LOSSES, NOTATIONS, line_graph, loss_graph, run, traced

BATCHED = ("batch/batch_softmax", "mlp/bce_mlp_batch")


def compare(graph: Graph, trace: Trace, notation: Notation) -> set[str]:
    """Every line's value and what it sends back, where there is a formula for all rows. Returns what there was."""
    found = set()
    for name, node in graph.nodes.items():
        scene = Scene(graph, trace, notation, node, 0)
        if node.kind != "op" or not node.batched:
            continue
        whole = forward(scene)
        if whole is not None:
            found.add(f"{name} = {text(whole)}")
            holds(whole.evaluate(), trace.values[name])
            fits(ledger(Stack.of(scene).value(name), whole))
        for read in dict.fromkeys(node.inputs):
            sent = None if graph.nodes[read].kind == "target" else sent_back(scene, read)
            if sent is not None and name in graph.reached:
                found.add(f"{read} ← {text(sent)}")
                holds(sent.evaluate(), trace.contributions[name, read])
                fits(ledger(received(scene, read), sent))
    return found


def holds(written: np.ndarray, engine: object) -> None:
    wanted = np.asarray(engine)
    np.testing.assert_allclose(written.reshape(-1), wanted.reshape(-1), rtol=1e-9, atol=1e-12)


def fits(told: dict[str, str] | None) -> None:
    assert told is None or "≠" not in told["text"], told


@pytest.mark.parametrize("batch", [2, 3, 4])
@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("graph", [*LINES, *LOSSES])
def test_every_op(graph: str, notation: str, batch: int) -> None:
    """Batches as long as a vector is wide, too: samples must never be taken for features."""
    parsed = loss_graph(graph) if graph in LOSSES else line_graph(LINES[graph])
    compare(parsed, run(parsed, batch), NOTATIONS[notation])


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("case", BATCHED)
def test_every_case(case: str, reduction: str) -> None:
    lesson, _ = traced(case)
    trace = lesson.graph.trace(lesson.data, lesson.params, reduction=reduction)
    found = compare(lesson.graph, trace, lesson.notation)
    factor = "1/B·" if reduction == "mean" else ""
    wanted = {
        "batch/batch_softmax": {
            "a1 = x·W₁ + b₁",
            "W2 ← zᵀ·∂L/∂a₂",
            "z ← ∂L/∂a₂·W₂ᵀ",
            "b1 ← [1 … 1]·∂L/∂a₁",
            "a1 ← ∂L/∂z ∘ z ∘ (1 − z)",
            f"s ← {factor}(−t/s)" if factor else "s ← −t/s",
        },
        "mlp/bce_mlp_batch": {"W ← δ₂ᵀ·x", "h ← δ₁·U", "z ← ∂L/∂h ∘ h ∘ (1 − h)", "b2 ← [1 … 1]·δ₁"},
    }[case]
    assert wanted <= found, wanted - found


def test_shapes_of_the_batch_are_the_handouts() -> None:
    lesson, trace = traced("batch/batch_softmax")
    scene = Scene(lesson.graph, trace, lesson.notation, lesson.graph.nodes["a2"], 0)
    stack = Stack.of(scene)
    sides = {"": (stack.value("a2"), forward(scene))}
    sides |= {name: (received(scene, name), sent_back(scene, name)) for name in ("W2", "b2", "z")}
    told = {name: ledger(left, right) for name, (left, right) in sides.items() if right is not None}
    assert {name: shapes["text"] for name, shapes in told.items() if shapes} == {
        "": "(B,3) = (B,4)·(4,3) + (3,)",
        "W2": "(4,3) = (4,B)·(B,3)",
        "b2": "(3,) = (B,)·(B,3)",
        "z": "(B,4) = (B,3)·(3,4)",
    }


def test_only_the_chosen_samples_row_is_linked_to_the_stage() -> None:
    lesson, trace = traced("batch/batch_softmax")
    stack = Stack.of(Scene(lesson.graph, trace, lesson.notation, lesson.graph.nodes["z"], 2))
    cells = stack.value("z").cells
    assert cells is not None
    assert [cells.at(row, 1) for row in range(4)] == ["", "", "value:1", ""]


def test_any_sample_is_called_b() -> None:
    lesson, trace = traced("mlp/bce_mlp_batch")
    scene = AnySample.of(Scene(lesson.graph, trace, lesson.notation, lesson.graph.nodes["z"], 1))
    assert plain(scene.label("z")) == "z_b" and plain(scene.label("W")) == "W"
    assert text(scene.gradient("z")) == "(δ₂)_b" and text(scene.gradient("h")) == "∂L/∂h_b"
    assert np.array_equal(scene.gradient("z").value.reshape(-1), np.asarray(trace.gradients["z"])[1])
