"""What is shown is what is true: every formula, evaluated, gives the engine's own numbers."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from explorer.engine.graph import Graph
from explorer.engine.trace import Trace
from explorer.explain import formula as f
from explorer.explain.collapse import collapsed
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.notation import Notation
from tests.explain.graphs import CASES, LINES, LOSSES, NOTATIONS, line_graph, loss_graph, run, scenes, traced


def close(found: np.ndarray, wanted: np.ndarray) -> None:
    np.testing.assert_allclose(np.asarray(found).reshape(-1), np.asarray(wanted).reshape(-1), rtol=1e-12, atol=1e-14)


def check(graph: Graph, trace: Trace, notation: Notation, sample: int) -> None:
    """Expression, Jacobians and pullbacks of every line."""
    for scene in scenes(graph, trace, notation, sample):
        rules = Rules(scene)
        close(rules.expressions[-1].evaluate(), scene.value_of(scene.node.name))
        check_backward(scene, rules)


def check_backward(scene: Scene, rules: Rules) -> None:
    nodes = scene.graph.nodes
    for name in dict.fromkeys(scene.node.inputs):
        if nodes[name].kind == "target":
            continue
        matrix = scene.trace.jacobian(scene.node.name, name).dense(sample=scene.sample)
        local, sent = rules.jacobian(name), rules.sent_back(name, scene.gradient(scene.node.name, own=False))
        wanted = matrix.T @ scene.gradient_of(scene.node.name).reshape(-1)
        if local is None or sent is None:
            assert not matrix.any() and local is None and sent is None
            continue
        close(local.evaluate(), matrix)
        close(sent.evaluate(), wanted)
        assert sent.evaluate().size == int(np.prod(nodes[name].shape, dtype=int))


@pytest.mark.parametrize("case", CASES)
def test_every_line_of_every_case(case: str) -> None:
    lesson, trace = traced(case)
    for sample in range(trace.batch):
        check(lesson.graph, trace, lesson.notation, sample)


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("line", LINES)
def test_every_op(line: str, notation: str) -> None:
    graph = line_graph(LINES[line])
    check(graph, run(graph), NOTATIONS[notation], sample=1)


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss(loss: str, notation: str) -> None:
    graph = loss_graph(loss)
    check(graph, run(graph), NOTATIONS[notation], sample=0)


@pytest.mark.parametrize("case", CASES)
def test_shortcuts_and_contributions_are_one(case: str) -> None:
    """For a single sample, what the formula gives is what the engine sent."""
    lesson, trace = traced(case)
    for scene in scenes(lesson.graph, trace, lesson.notation):
        for name in dict.fromkeys(scene.node.inputs):
            shared = scene.node.batched and not lesson.graph.nodes[name].batched and trace.batch > 1
            if lesson.graph.nodes[name].kind == "target" or shared:
                continue
            sent = Rules(scene).sent_back(name, scene.gradient(scene.node.name, own=False))
            assert sent is not None
            contribution = scene.contribution(scene.node.name, name)
            close(sent.evaluate(), contribution.value)
            if sent.evaluate().ndim == contribution.value.ndim:
                assert sent.evaluate().shape == contribution.value.shape


@pytest.mark.parametrize(
    ("case", "line", "formula"),
    [("mlp/bce_mlp", "y_hat", True), ("batch/batch_softmax", "s", True), ("mlp/bce_mlp", "h", False)],
)
def test_activations_collapse_with_their_loss(case: str, line: str, formula: bool) -> None:
    lesson, trace = traced(case)
    scene = next(scene for scene in scenes(lesson.graph, trace, lesson.notation) if scene.node.name == line)
    found = collapsed(scene)
    assert (found is not None) is formula
    if found is not None:
        close(found.evaluate(), scene.contribution_of(line, scene.node.inputs[0]))


def test_a_collapse_that_would_not_be_true_is_not_claimed() -> None:
    """Targets that do not sum to 1: softmax and cross-entropy leave s Σt − t, not s − t."""
    graph = loss_graph("cross_entropy")
    trace = graph.trace({"x": [[0.1, 0.2, 0.3]], "t": [[1.0, 1.0, 0.0]]})
    scene = Scene(graph, trace, Notation(), graph.nodes["p"], 0)
    assert collapsed(scene) is None


def test_a_slope_without_a_rule_keeps_its_numbers() -> None:
    graph = line_graph("gelu(x)")
    trace = run(graph)
    rules = Rules(Scene(graph, trace, Notation(), graph.nodes["y"], 0))
    assert rules.slope_of(0, 0) is None


def rounded(formula: f.Formula, digits: int = 4) -> f.Formula:
    """The formula with every number as a reader sees it, and copies from the screen."""

    def seen(value: np.ndarray) -> np.ndarray:
        return np.vectorize(lambda x: float(f"{x:.{digits}g}"), otypes=[float])(value)

    if isinstance(formula, f.Symbol):
        return replace(formula, value=seen(formula.value))
    if isinstance(formula, f.Local):
        return f.Symbol((("shown", ""),), seen(formula.evaluate()))
    changes: dict[str, Any] = {}
    for part in fields(formula):
        inner = getattr(formula, part.name)
        if isinstance(inner, f.Formula):
            changes[part.name] = rounded(inner, digits)
        elif isinstance(inner, tuple) and inner and isinstance(inner[0], f.Formula):
            changes[part.name] = tuple(rounded(one, digits) for one in inner)
    return replace(formula, **changes) if changes else formula


@pytest.mark.parametrize("case", CASES)
def test_displayed_numbers_recombine_to_displayed_results(case: str) -> None:
    """What a student computes from the numbers on the screen is the number on the screen, to within their rounding."""
    lesson, trace = traced(case)
    for sample in range(trace.batch):
        for scene in scenes(lesson.graph, trace, lesson.notation, sample):
            rules = Rules(scene)
            shown = [rules.expressions[-1]]
            shown += [
                sent
                for name in dict.fromkeys(scene.node.inputs)
                if lesson.graph.nodes[name].kind != "target" and (sent := rules.sent_back(name, scene.upstream()))
            ]
            for formula in shown:
                exact, copied = formula.evaluate(), rounded(formula).evaluate()
                # Half a unit in the fourth digit, of numbers below 5, a few times over.
                np.testing.assert_allclose(copied, exact, rtol=1e-3, atol=5e-4)


def test_a_slope_spelled_out_keeps_the_sign_before_it() -> None:
    z = f.Symbol((("z", ""),), np.array([[0.25], [0.5]]))
    upstream = f.Symbol((("g", ""),), np.array([[2.0], [3.0]]))
    slope = f.Product((z, f.Sum((f.ONE, f.Negative(z)))), "∘")
    product = f.Product((upstream, f.Local(slope, False)), "∘")
    spelled = f.spelled_out(product)
    assert isinstance(spelled, f.Product)
    assert (spelled.sign, len(spelled.factors)) == ("∘", 3)
    assert np.array_equal(spelled.evaluate(), product.evaluate())
