"""A run of passes is plain gradient descent by the public API, to the last bit, wherever one enters it."""

import json
import time
from pathlib import Path

import numpy as np
import pytest

from explorer import SGD, Graph, lessons
from explorer.lessons.own import own_lesson
from explorer.session.document import MOST_PASSES, Document, Refused
from explorer.session.run import Checkpoints, Run

GOLDEN = Path(__file__).parent.parent / "golden"
TRAINED = [name for name, lesson in lessons.catalogue().lessons.items() if lesson.params]
BATCH = "mlp/bce_mlp_batch"


def params(trace):
    return {name: trace.values[name] for name in trace.graph.parameters}


def descended(lesson, passes, rate=None, reduction="mean"):
    """So many steps of SGD, as a reader of the README would write them."""
    now = dict(lesson.params)
    for number in range(passes):
        trace = lesson.graph.trace(lesson.data, now, reduction=reduction)
        gradients = {name: trace.gradients[name] for name in lesson.graph.parameters}
        now = SGD(rate=rate(number) if rate else lesson.learning_rate).step(now, gradients)
    return now


def assert_same(mine, theirs):
    assert set(mine) == set(theirs)
    for name, numbers in theirs.items():
        np.testing.assert_array_equal(mine[name], numbers, err_msg=name)


@pytest.mark.parametrize("name", TRAINED)
def test_a_pass_is_so_many_steps_of_gradient_descent(name):
    run = Run(Document(lessons.load(name)))
    for passes in (0, 1, 2, 7):
        assert_same(params(run.trace(passes)), descended(lessons.load(name), passes))


@pytest.mark.parametrize("name", TRAINED)
def test_the_second_pass_has_the_golden_parameters(name):
    golden = json.loads((GOLDEN / f"{name.split('/')[1]}.json").read_text())["updated"]
    for line, numbers in params(Run(Document(lessons.load(name))).trace(1)).items():
        np.testing.assert_allclose(numbers, golden[line], rtol=1e-13, atol=1e-15, err_msg=line)


def test_losses_are_those_of_the_passes():
    run, lesson = Run(Document(lessons.load(BATCH))), lessons.load(BATCH)
    run.trace(3)
    assert run.losses == [lesson.graph.trace(lesson.data, descended(lesson, k)).loss for k in range(4)]
    run.trace(1)
    assert len(run.losses) == 4  # what is known stays known
    assert run.losses[3] < run.losses[0]


def test_the_sum_over_the_batch_descends_by_the_sum():
    document = Document(lessons.load(BATCH)).with_settings(reduction="sum")
    assert_same(params(Run(document).trace(3)), descended(lessons.load(BATCH), 3, reduction="sum"))


@pytest.mark.parametrize("name", ["mlp/bce_mlp", "batch/batch_softmax"])
def test_a_fused_loss_descends_the_same_way(name):
    fused = Run(Document(lessons.load(name)).with_settings(fuse=True)).trace(5)
    for line, numbers in descended(lessons.load(name), 5).items():
        np.testing.assert_allclose(fused.values[line], numbers, rtol=1e-12, atol=1e-14)


def test_a_learning_rate_holds_from_its_pass_on():
    document = Document(lessons.load(BATCH)).with_rate("1", 2).with_rate("0,25", 4)
    rate = lambda number: 0.1 if number < 2 else 1.0 if number < 4 else 0.25  # noqa: E731
    assert_same(params(Run(document).trace(6)), descended(lessons.load(BATCH), 6, rate))


def test_an_edit_belongs_to_the_pass_at_which_it_was_made():
    lesson = lessons.load(BATCH)
    document = Document(lesson).at_pass(2).with_edit("W", (0, 0), "3").with_edit("x", (1,), "-2", sample=4)
    run = Run(document)
    assert_same(params(run.trace(1)), descended(lesson, 1))
    np.testing.assert_array_equal(run.trace(1).values["x"], lesson.data["x"])
    edited = descended(lesson, 2)
    edited["W"] = edited["W"].copy()
    edited["W"][0, 0] = 3.0
    trace = run.trace(2)
    assert_same(params(trace), edited)
    assert trace.values["x"][4, 1] == run.trace(5).values["x"][4, 1] == -2.0
    expected = SGD(rate=lesson.learning_rate).step(edited, {name: trace.gradients[name] for name in edited})
    assert_same(params(run.trace(3)), expected)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.with_edit("W", (0, 0), "3"),
        lambda document: document.with_edit("x", (0,), "3", sample=1),
        lambda document: document.with_rate("2"),
        lambda document: document.with_settings(reduction="sum"),
        lambda document: document.reset(),
        lambda document: document.with_settings(sign="minus").at_sample(2),
    ],
)
@pytest.mark.parametrize("passes", [0, 3])
def test_a_changed_document_goes_the_way_that_it_would_go_from_the_start(change, passes):
    document = Document(lessons.load(BATCH)).with_edit("b1", (1,), "0.5").at_pass(passes)
    run = Run(document)
    run.trace(6)
    changed = change(document)
    followed, anew = run.follow(changed), Run(changed)
    for number in (6, 2, 0):
        assert_same(params(followed.trace(number)), params(anew.trace(number)))
    anew.trace(6)
    assert followed.losses[:7] == anew.losses


def test_what_is_not_changed_is_not_computed_again(monkeypatch):
    document = Document(lessons.load(BATCH))
    run = Run(document)
    run.trace(400)
    assert run.follow(document.at_sample(3).with_settings(sign="minus")) is run
    traced = []
    computed = Run._traced

    def counted(self, number, params):
        traced.append(number)
        return computed(self, number, params)

    monkeypatch.setattr(Run, "_traced", counted)
    run.follow(document.with_rate("1", 399)).trace(400)
    assert traced == [399, 400]


def test_going_back_gives_the_very_same_pass():
    run = Run(Document(lessons.load("batch/batch_softmax")))
    before = [run.trace(number) for number in range(4)]
    run.trace(50)
    for number, trace in enumerate(before):
        again = run.trace(number)
        assert again.loss == trace.loss
        for name in trace.graph.nodes:
            np.testing.assert_array_equal(again.values[name], trace.values[name])


def test_a_long_run_is_fast_and_keeps_little():
    document = Document(lessons.load("batch/batch_softmax"))
    began = time.perf_counter()
    whole = Run(document)
    last = params(whole.trace(MOST_PASSES))
    assert time.perf_counter() - began < 10.0  # a third of a second on a laptop
    size = sum(array.nbytes for array in document.lesson.params.values())
    small = Run(document, most_bytes=9 * size)
    assert_same(params(small.trace(MOST_PASSES)), last)
    assert len(small._kept) <= 9
    for number in (999, 500, 3):
        assert_same(params(small.trace(number)), params(whole.trace(number)))


def test_checkpoints_thin_out_but_keep_the_first():
    kept = Checkpoints({"w": np.zeros(1)}, most_bytes=32)
    for number in range(1, 100):
        kept.keep(number, {"w": np.full(1, number)})
        place, found = kept.before(number)
        assert found["w"][0] == place <= number
        assert len(kept) <= 4
    assert kept.before(0)[0] == 0


def test_a_run_that_diverges_is_shown_without_a_word():
    graph = Graph.parse("x = input()\nw = param()\nloss = square(w * x)")
    run = Run(Document(own_lesson(graph, {"x": [3.0]}, {"w": 1.0}, learning_rate=1e6)))
    trace = run.trace(60)
    assert not np.isfinite(trace.loss)
    assert len(run.losses) == 61


def test_passes_are_counted_and_bounded():
    document = Document(lessons.load(BATCH))
    for number in (-1, MOST_PASSES + 1):
        with pytest.raises(Refused, match=f"0 to {MOST_PASSES}"):
            document.at_pass(number)
    with pytest.raises(Refused, match="no parameters"):
        Document(lessons.load("gates/sqerr_gate")).at_pass(1)
