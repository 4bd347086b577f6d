"""A loss with its activation inside: tabs and sentences say ŷ − y, and every formula comes to the pass's numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from explorer import lessons
from explorer.engine.graph import Graph
from explorer.explain import TABS, explain, narrate
from explorer.explain import formula as f
from explorer.explain.inside import inside
from explorer.explain.meeting import meeting
from explorer.explain.on_logits import _by_sigmoid, _by_softmax
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.text import as_text, text
from explorer.lessons.fused import fused
from explorer.lessons.lesson import Lesson
from explorer.notation import Notation
from tests.explain.test_narration import check
from tests.explain.test_tabs import every, every_tab, formulas, travels

PAIRS = ("mlp/bce_mlp", "mlp/bce_mlp_batch", "batch/batch_softmax", "matrix-language/matrix_language")


def together(case: str, **conventions: Any) -> Lesson:
    lesson = fused(lessons.load(case))
    assert lesson is not None
    return replace(lesson, notation=replace(lesson.notation, **conventions))


def close(actual: object, expected: object) -> None:
    np.testing.assert_allclose(np.asarray(actual).reshape(-1), np.asarray(expected).reshape(-1), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("case", PAIRS)
def test_every_tab_and_every_step(case: str) -> None:
    lesson = together(case)
    trace = lesson.graph.trace(lesson.data, lesson.params)
    for sample in {0, trace.batch - 1}:
        check(lesson.graph, trace, lesson.notation, lesson.learning_rate, sample)
        for name in lesson.graph.nodes:
            told = every_tab(lesson.graph, trace, lesson.notation, name, sample, lesson.learning_rate)
            travels(told)
            assert all(told[tab] for tab in TABS)
            assert "cannot" not in str(told)
            for block in every(told["jacobian"]):
                if block["kind"] == "jacobian":
                    assert block["check"]["same"], (name, block["wrt"])


def told(case: str, tab: str, **conventions: str) -> str:
    lesson = together(case, **conventions)
    trace = lesson.graph.trace(lesson.data, lesson.params)
    return formulas(explain(lesson.graph, trace, lesson.notation, "loss", 0, 0.1, tabs=[tab])["tabs"][tab])


@pytest.mark.parametrize(
    ("case", "tab", "lines"),
    [
        (
            "mlp/bce_mlp",
            "forward",
            ["L = BCE(σ(θ), y)", "ŷ = 1/(1 + e^(−θ))", "L = max(θ, 0) − θ·y + ln(1 + e^(−|θ|))"],
        ),
        ("mlp/bce_mlp", "jacobian", ["J = ∂L/∂θ = ŷ − y", "δ₁ = ŷ − y\n= 0.5596 − 1\n= −0.4404"]),
        ("mlp/bce_mlp", "backward", ["∂L/∂θ = (ŷ − y)/(ŷ·(1 − ŷ))·ŷ·(1 − ŷ)"]),
        (
            "batch/batch_softmax",
            "backward",
            ["∂L/∂a₂ = 1/B·(s − t)\n= 1/4·([0.5163 0.3207 0.163] − [1 0 0])\n= 1/4·[−0.4837 0.3207 0.163]\n= [−0.1209"],
        ),
        ("batch/batch_softmax", "forward", ["L₁ = CE(softmax(a₂), t)", "L₁ = −(t₁·ln(s₁) + t₂·ln(s₂) + t₃·ln(s₃))"]),
        ("matrix-language/matrix_language", "jacobian", ["J = ∂R/∂t = g − y", "δₜ = g − y\n= [0.7065 0.2935] − [0 1]"]),
    ],
)
def test_formulas(case: str, tab: str, lines: list[str]) -> None:
    said = told(case, tab)
    for line in lines:
        assert line in said, said


def test_a_delta_that_is_minus_the_gradient_is_y_minus_y_hat() -> None:
    assert "δ₁ = y − ŷ\n= 1 − 0.5596\n= 0.4404" in told("mlp/bce_mlp", "backward", sign="minus")


def test_sentences() -> None:
    said = {}
    for case in ("mlp/bce_mlp", "batch/batch_softmax"):
        lesson = together(case)
        trace = lesson.graph.trace(lesson.data, lesson.params)
        for step in trace.steps:
            if step.node == "loss":
                said[case, step.kind] = as_text(narrate(lesson.graph, trace, lesson.notation, step, 0, 0.1))
    assert said["mlp/bce_mlp", "forward"] == (
        "L is the binary cross-entropy of ŷ = σ(θ) against y, computed on θ itself, "
        "so that no probability is rounded on the way. Here it is 0.5805."
    )
    assert said["mlp/bce_mlp", "backward"] == (
        "θ receives ŷ − y, here −0.4404. The slope ŷ·(1 − ŷ) and the loss's division by it have cancelled: "
        "neither is computed."
    )
    assert said["batch/batch_softmax", "backward"].startswith("a₂ receives 1/B·(s − t). Softmax's factor s and ")


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("loss", ["bce_with_logits", "cross_entropy_with_logits"])
def test_every_formula_comes_to_the_numbers(loss: str, batch: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    size = 1 + seed % 4 if loss.startswith("bce") else 2 + seed % 3
    graph = Graph.parse(f"z = input({size})\ny = target({size})\nloss = {loss}(z, y)")
    targets = np.eye(size)[random.integers(size, size=batch)]
    if loss.startswith("bce"):
        targets = random.integers(2, size=(batch, size)).astype(float)
    trace = graph.trace({"z": random.normal(scale=10.0 ** (seed % 3), size=(batch, size)), "y": targets})
    for sample in range(batch):
        scene = Scene(graph, trace, Notation(), graph.nodes["loss"], sample)
        symbol, met = inside(scene), meeting(scene)
        assert symbol is not None and met is not None
        close(symbol.evaluate(), np.asarray(trace.inside("loss"))[sample])
        sent = Rules(scene).sent_back("z", scene.upstream())
        assert sent is not None
        close(sent.evaluate(), trace.contributions["loss", "z"][sample])
        stable = _by_sigmoid(met) if loss.startswith("bce") else _by_softmax(met)
        np.testing.assert_allclose(float(stable.evaluate()), trace.values["loss"][sample], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("logit", [20.0, 40.0, 300.0])
def test_a_difference_without_digits_keeps_the_engines(logit: float) -> None:
    """At θ = 40 and y = 1 the displayed 1 − 1 is 0; what goes back is −4.2e−18, and it is still called ŷ − y."""
    graph = Graph.parse("z = input(1)\ny = target(1)\nloss = bce_with_logits(z, y)")
    trace = graph.trace({"z": [[logit]], "y": [[1.0]]})
    sent = Rules(Scene(graph, trace, Notation(), graph.nodes["loss"], 0)).sent_back("z", f.ONE)
    assert sent is not None
    assert text(sent) == "(σ(z) − y)"
    assert sent.evaluate().item() == trace.gradients["z"].item() < 0


def test_targets_that_do_not_sum_to_one_are_not_claimed_to() -> None:
    graph = Graph.parse("z = input(2)\nt = target(2)\nloss = cross_entropy_with_logits(z, t)")
    trace = graph.trace({"z": [[0.1, 0.2]], "t": [[1.0, 1.0]]})
    scene = Scene(graph, trace, Notation(symbols={}), graph.nodes["loss"], 0)
    sent = Rules(scene).sent_back("z", scene.upstream())
    assert sent is not None and "2·softmax(z)" in text(sent)
    close(sent.evaluate(), trace.gradients["z"])


def test_other_lines_have_nothing_inside() -> None:
    graph = Graph.parse("z = input(2)\ny = target(2)\np = sigmoid(z)\nloss = bce(p, y) + 0.1 * bce_with_logits(z, y)")
    trace = graph.trace({"z": [[0.3, -0.2]], "y": [[1.0, 0.0]]})
    for name in ("p", "loss"):
        scene = Scene(graph, trace, Notation(), graph.nodes[name], 0)
        assert inside(scene) is None and meeting(scene) is None
    sent = Rules(Scene(graph, trace, Notation(), graph.nodes["loss"], 0)).sent_back("z", f.ONE)
    assert sent is not None
    close(sent.evaluate(), trace.contributions["loss", "z"][0])


def test_absolute_values_print_between_bars() -> None:
    x = f.Symbol((("x", ""),), np.asarray([[-2.0], [3.0]]))
    absolute = f.Absolute(x)
    assert text(absolute) == "|x|"
    assert absolute.evaluate().tolist() == [[2.0], [3.0]]
