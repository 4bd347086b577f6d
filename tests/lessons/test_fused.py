"""A lesson with its loss fused: other lines, the same numbers, and nothing of the handout lost."""

from __future__ import annotations

import numpy as np
import pytest

from explorer import lessons
from explorer.engine.graph import Graph
from explorer.engine.steps import Step
from explorer.engine.trace import Trace
from explorer.film import make_film
from explorer.lessons.fused import fused, fusible
from explorer.lessons.lesson import Lesson
from explorer.notation import Notation, plain

PAIRS = {
    "matrix-language/matrix_language": ("g", "loss"),
    "batch/batch_softmax": ("s", "loss"),
    "mlp/bce_mlp": ("y_hat", "loss"),
    "mlp/bce_mlp_batch": ("y_hat", "loss"),
}
HEAD = "x = input(3)\ny = target(3)\n"


def together(case: str) -> Lesson:
    lesson = fused(lessons.load(case))
    assert lesson is not None
    return lesson


def close(actual: object, expected: object) -> None:
    np.testing.assert_allclose(np.asarray(actual), np.asarray(expected), rtol=1e-12, atol=1e-15)


def weights(lesson: Lesson, seed: int) -> dict[str, np.ndarray]:
    """The handout's parameters, then some at random."""
    if not seed:
        return dict(lesson.params)
    random = np.random.default_rng(seed)
    return {name: random.normal(scale=1.5, size=array.shape) for name, array in lesson.params.items()}


def test_these_cases_have_a_pair_and_no_others() -> None:
    found = {name: fusible(lesson.graph) for name, lesson in lessons.catalogue().lessons.items()}
    assert {name: pair for name, pair in found.items() if pair} == PAIRS
    assert all(fused(lessons.load(name)) is None for name, pair in found.items() if not pair)


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("p = sigmoid(x)\nloss = bce(p, y)", ("p", "loss")),
        ("p = softmax(x)\nloss = cross_entropy(p, y)", ("p", "loss")),
        ("p = softmax(x)\nloss = bce(p, y)", None),  # no pair of that kind
        ("p = sigmoid(x)\nq = p * p\nloss = bce(p, y) + sum(q)", None),  # several operations in the loss's line
        ("p = sigmoid(x)\nq = sum(p)\nloss = bce(p, y)", None),  # somebody else reads the probability
        ("p = sigmoid(x)\nloss = bce(p, p)", None),
        ("p = sigmoid(2 * x)\nloss = bce(p, y)", None),  # the logits are no line
        ("loss = bce(sigmoid(x), y)", None),
        ("loss = bce_with_logits(x, y)", None),
        ("p = sigmoid(0.5)\nq = target()\nloss = bce(p, q)", None),
    ],
)
def test_what_makes_a_pair(text: str, pair: tuple[str, str] | None) -> None:
    assert fusible(Graph.parse(HEAD + text)) == pair


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("case", PAIRS)
def test_the_numbers_are_those_of_the_engines_own_fusion(case: str, seed: int, reduction: str) -> None:
    plain_lesson, lesson = lessons.load(case), together(case)
    params = weights(plain_lesson, seed)
    expected = plain_lesson.graph.trace(plain_lesson.data, params, fuse=True, reduction=reduction)
    trace = lesson.graph.trace(lesson.data, params, reduction=reduction)
    activation, loss = PAIRS[case]
    close(trace.loss, expected.loss)
    assert set(lesson.graph.nodes) == set(plain_lesson.graph.nodes) - {activation}
    for name in lesson.graph.nodes:
        close(trace.values[name], expected.values[name])
    for name, gradient in trace.gradients.items():
        close(gradient, expected.gradients[name])
    close(trace.inside(loss), expected.values[activation])
    logits = plain_lesson.graph.nodes[activation].inputs[0]
    share = 1 if reduction == "sum" else trace.batch
    target = plain_lesson.graph.nodes[loss].inputs[1]
    close(trace.contributions[loss, logits], (expected.values[activation] - expected.values[target]) / share)


@pytest.mark.parametrize("case", PAIRS)
def test_one_step_stands_for_two_and_keeps_the_handouts_place(case: str) -> None:
    apart, lesson = lessons.load(case), together(case)
    activation, loss = PAIRS[case]
    steps = lesson.graph.trace(lesson.data, lesson.params).steps
    of_loss = [step.kind for step in steps if step.node in (activation, loss)]
    assert of_loss == ["forward", "seed", "backward"]
    logits = apart.graph.nodes[activation].inputs[0]
    assert Step("backward", loss, (logits,)) in steps
    assert lesson.places["backward", loss] == apart.places["backward", activation]
    assert all(name in lesson.graph.nodes for _, name in lesson.places)


@pytest.mark.parametrize("case", PAIRS)
def test_the_card_shows_the_probability_inside(case: str) -> None:
    lesson = together(case)
    activation, loss = PAIRS[case]
    trace: Trace = lesson.graph.trace(lesson.data, lesson.params)
    for sample in range(trace.batch):
        film = make_film(lesson, trace, sample)
        card = next(node for node in film["nodes"] if node["name"] == loss)
        offset, count = card["inside"]["at"]
        expected = lessons.load(case).graph.trace(lesson.data, lesson.params).values[activation][sample]
        close(film["numbers"][offset : offset + count], expected)
        assert card["inside"]["label"] == lesson.notation.symbol(activation)
        assert card["inside"]["shape"] == [count]
        inside = card["inside"]
        assert inside["y"] + inside["cell_height"] * len(inside["rows"]) < card["height"]
        assert all(node["inside"] is None for node in film["nodes"] if node["name"] != loss)


def test_titles_and_names() -> None:
    said = {}
    for case in PAIRS:
        lesson = together(case)
        film = make_film(lesson, lesson.graph.trace(lesson.data, lesson.params))
        card = film["nodes"][-1]
        said[case] = (plain(card["title"]), card["operation"])
    assert said["mlp/bce_mlp"] == ("σ · BCE", "sigmoid with bce")
    assert said["batch/batch_softmax"] == ("softmax · CE", "softmax with cross_entropy")


def test_a_loss_on_logits_that_was_written_so_has_no_other_name_for_what_is_inside() -> None:
    graph = Graph.parse(HEAD + "loss = bce_with_logits(x, y)")
    assert plain(Notation().symbol_inside(graph.nodes["loss"])) == "σ(x)"
    with pytest.raises(ValueError, match="'x' is no loss on logits. Expected a line such as"):
        Notation().symbol_inside(graph.nodes["x"])
