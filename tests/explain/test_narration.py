"""Every step says one sentence, and the numbers in it are the trace's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from explorer.engine.graph import Graph
from explorer.engine.steps import Step
from explorer.engine.trace import Trace
from explorer.explain import narrate
from explorer.explain.text import Part, as_text
from explorer.notation import Notation
from tests.explain.graphs import CASES, LINES, LOSSES, all_steps, line_graph, loss_graph, run, traced


def numbers_in(parts: list[Part]) -> list[float]:
    found: list[float] = []
    for part in parts:
        if isinstance(part, dict):
            found += [float(part["number"])] if "number" in part else numbers_in(part.get("strong", []))
    return found


def known_numbers(trace: Trace, rate: float) -> np.ndarray:
    """Every number of a pass: values, gradients, contributions, slopes, updated parameters, η."""
    graph = trace.graph
    arrays: list[Any] = [
        rate,
        1.0,
        trace.loss,
        *trace.values.values(),
        *trace.gradients.values(),
        *trace.contributions.values(),
    ]
    arrays += [
        trace.contributions[line, read, slot]
        for line, node in graph.nodes.items()
        for slot, read in enumerate(node.inputs)
        if graph.nodes[read].kind != "target"
    ]
    arrays += [trace.values[name] - rate * trace.gradients[name] for name in graph.parameters]
    for name, node in graph.nodes.items():
        if len(node.code) == 1:
            arrays += [trace.jacobian(name, read).stack() for read in node.inputs if graph.nodes[read].kind != "target"]
    return np.concatenate([np.asarray(array, dtype=float).reshape(-1) for array in arrays])


def check(graph: Graph, trace: Trace, notation: Notation, rate: float, sample: int) -> None:
    known = known_numbers(trace, rate)
    for step in all_steps(graph, trace):
        parts = narrate(graph, trace, notation, step, sample, rate)
        said = as_text(parts)
        assert said.endswith(".") and said[0] != " ", said
        assert any(isinstance(part, dict) and "strong" in part for part in parts), said
        assert "{" not in said and ".." not in said and "  " not in said, said
        for number in numbers_in(parts):
            assert np.any(np.isclose(known, number, rtol=1e-12, atol=0)), (said, number)
        for part in parts:
            if isinstance(part, dict) and part.get("node"):
                assert part["node"] in graph.nodes


@pytest.mark.parametrize("case", CASES)
def test_every_step_of_every_case(case: str) -> None:
    lesson, trace = traced(case)
    for sample in range(trace.batch):
        check(lesson.graph, trace, lesson.notation, lesson.learning_rate, sample)


@pytest.mark.parametrize("line", LINES)
def test_every_op(line: str) -> None:
    graph = line_graph(LINES[line])
    check(graph, run(graph), Notation(), 0.1, 1)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss(loss: str) -> None:
    graph = loss_graph(loss)
    check(graph, run(graph), Notation(), 0.1, 0)


def sentences(case: str) -> dict[tuple[str, str], str]:
    lesson, trace = traced(case)
    return {
        (step.kind, step.node): as_text(narrate(lesson.graph, trace, lesson.notation, step, 0, lesson.learning_rate))
        for step in all_steps(lesson.graph, trace)
    }


@pytest.mark.parametrize(
    ("case", "step", "text"),
    [
        (
            "mlp/bce_mlp",
            ("backward", "h"),
            "The sigmoid scales each upstream gradient by its own slope, h ∘ (1 − h). "
            "The steepest unit, h₁, passes 24% of its gradient on.",
        ),
        (
            "mlp/bce_mlp",
            ("backward", "y_hat"),
            "The loss has divided by just that slope: the two cancel, and it collapses to δ₁ = ŷ − y.",
        ),
        ("mlp/bce_mlp", ("seed", "loss"), "Backward starts at the loss: ∂L/∂L = 1."),
        (
            "mlp/bce_mlp_batch",
            ("seed", "loss"),
            "The objective L is the mean of 5 losses, L₁ to L₅, so that ∂L/∂L₁ = 1/B = 0.2.",
        ),
        ("mlp/bce_mlp_batch", ("forward", "loss"), "For sample 1 it is 0.5805. The mean of all 5 is L = 0.6801."),
        ("mlp/bce_mlp_batch", ("backward", "z"), "the shares of all 5 samples are summed"),
        ("mlp/bce_mlp", ("backward", "z"), "W receives the outer product δ₂ᵀ·xᵀ"),
        (
            "gates/add_gate",
            ("backward", "s"),
            "An addition passes the gradient on unchanged: a and b both receive ∂E/∂s.",
        ),
        ("gates/matvec_gate", ("backward", "s"), "o receives Wᵀ·∂E/∂s"),
        ("gates/sqerr_gate", ("backward", "loss"), "o receives o − t."),
        (
            "gates/fan_out",
            ("accumulate", "s"),
            "Two contributions meet in s and are summed, from f₂ and f₁: "
            "∂E/∂s = [0.625, −4.375] + [−0.09642, 0.03604] = [0.5286, −4.339].",
        ),
        ("lecture20/lecture20_network", ("backward", "o1"), "The steepest units, o₁⁽¹⁾ and o₂⁽¹⁾, pass 22%"),
        ("matrix-language/matrix_language", ("update", "W"), "W ← W − γ·∂R/∂W with γ = 0.1"),
        ("matrix-language/matrix_language", ("backward", "z"), "z ∘ (1 − z)"),
        ("batch/batch_softmax", ("backward", "s"), "it collapses to ∂L/∂a₂ = 1/B·(s − t)"),
        ("batch/batch_softmax", ("backward", "a2"), "z receives ∂L/∂a₂·W₂ᵀ"),
    ],
)
def test_sentences_of_the_handouts(case: str, step: tuple[str, str], text: str) -> None:
    assert text in sentences(case)[step]


def test_a_sum_of_long_vectors_is_written_out_where_it_is_largest() -> None:
    graph = Graph.parse("x = input(4)\na = 2 * x\nb = x * x\nloss = sum(a) - sum(b)")
    trace = graph.trace({"x": [[1.0, -1.5, 3.0, 4.0]]})
    said = as_text(narrate(graph, trace, Notation(), Step("accumulate", "x", ("b", "a")), 0, 0.1))
    assert said == (
        "Three contributions meet in x and are summed, from b and a: in the largest entry, ∂L/∂x₄ = −4 + (−4) + 2 = −6."
    )


def test_a_delta_that_is_minus_the_gradient_is_summed_with_its_own_sign() -> None:
    graph = Graph.parse("x = input()\na = 2 * x\nb = -x\nloss = a + b")
    trace, notation = graph.trace({"x": [1.0]}), Notation(gradients={"x": "δ"}, sign="minus")
    parts = narrate(graph, trace, notation, Step("accumulate", "x", ("b", "a")), 0, 0.1)
    assert [part for part in parts if isinstance(part, dict) and "number" in part] == [
        {"number": number, "negated": True} for number in (-1.0, 2.0, 1.0)
    ]
    assert as_text(parts).endswith("δ = 1 + (−2) = −1.")


def test_a_shut_relu_says_where_the_gradient_stops() -> None:
    graph = Graph.parse("x = input(3)\nh = relu(x)\nloss = sum(h)")
    trace = graph.trace({"x": [[-1.0, 2.0, -3.0]]})
    said = as_text(narrate(graph, trace, Notation(), Step("backward", "h", ("x",)), 0, 0.1))
    assert "In 2 of 3 units the slope is 0: their gradient stops here." in said


def test_numbers_that_are_not_finite_claim_nothing() -> None:
    graph = Graph.parse("x = input(2)\nh = log(x)\nloss = sum(h)")
    trace = graph.trace({"x": [[0.0, -1.0]]})
    for step in trace.steps:
        assert as_text(narrate(graph, trace, Notation(), step, 0, 0.1)).endswith(".")


def test_an_unknown_kind_of_step_is_refused() -> None:
    lesson, trace = traced("gates/add_gate")
    with pytest.raises(ValueError, match="'sideways'. Expected forward, seed"):
        narrate(lesson.graph, trace, lesson.notation, Step("sideways", "s", ()), 0, 0.1)
