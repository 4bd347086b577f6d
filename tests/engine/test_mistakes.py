"""A pass with a mistake is wrong where it has to be, and nowhere else."""

import numpy as np
import pytest

from explorer import lessons
from explorer.engine.errors import GraphError
from explorer.engine.graph import Graph
from explorer.engine.mistakes import overwritten
from explorer.engine.steps import arrivals

DEEP = """x = input(3)
W = param(2, 3)
h = W @ x
a = sigmoid(h)
b = h * h
c = sin(h)
loss = sum(a) + sum(b) + sum(c)"""


def deep_trace():
    rng = np.random.default_rng(3)
    return Graph.parse(DEEP).trace({"x": rng.normal(size=(2, 3))}, {"W": rng.normal(size=(2, 3))})


def test_the_last_to_arrive_is_what_is_left() -> None:
    lesson = lessons.load("gates/fan_out")
    trace = lesson.graph.trace(lesson.data, lesson.params, kernels=False)
    broken = overwritten(trace, "s")
    assert arrivals(lesson.graph, "s") == (("f2", 1), ("f1", 0))
    np.testing.assert_array_equal(broken.gradients["s"], trace.contributions["f1", "s"])
    assert not np.allclose(broken.gradients["s"], trace.gradients["s"])
    for name in trace.gradients:
        if name != "s":
            np.testing.assert_array_equal(broken.gradients[name], trace.gradients[name])


def test_the_order_is_that_of_the_steps() -> None:
    for case in lessons.catalogue().lessons:
        graph = lessons.load(case).graph
        trace = lessons.load(case).graph.trace(lessons.load(case).data, lessons.load(case).params)
        for name in trace.gradients:
            told = [step.node for step in trace.steps if step.kind == "backward" and name in step.inputs]
            assert list(dict.fromkeys(line for line, _ in arrivals(graph, name))) == told


def test_what_is_before_goes_wrong_too() -> None:
    trace = deep_trace()
    broken = overwritten(trace, "h")
    assert arrivals(trace.graph, "h") == (("c", 0), ("b", 0), ("b", 1), ("a", 0))
    np.testing.assert_array_equal(broken.gradients["h"], trace.contributions["a", "h"])
    jacobian = trace.jacobian("h", "W").stack()
    expected = np.einsum("bmn,bm->n", jacobian, trace.contributions["a", "h"]).reshape(2, 3)
    np.testing.assert_allclose(broken.gradients["W"], expected, rtol=1e-14)
    for name in ("a", "b", "c", "loss"):
        np.testing.assert_array_equal(broken.gradients[name], trace.gradients[name])
    np.testing.assert_array_equal(broken.values["h"], trace.values["h"])


def test_a_line_that_reads_twice_writes_twice() -> None:
    trace = Graph.parse("x = input()\nloss = x * x").trace({"x": [3.0]})
    assert arrivals(trace.graph, "x") == (("loss", 0), ("loss", 1))
    assert (trace.gradients["x"][0], overwritten(trace, "x").gradients["x"][0]) == (6, 3)


def test_with_one_reader_there_is_nothing_to_lose() -> None:
    lesson = lessons.load("mlp/bce_mlp_batch")
    trace = lesson.graph.trace(lesson.data, lesson.params, kernels=False)
    for name in trace.gradients:
        broken = overwritten(trace, name)
        for other in trace.gradients:
            np.testing.assert_array_equal(broken.gradients[other], trace.gradients[other])


def test_the_trace_itself_stays_right() -> None:
    trace = deep_trace()
    before = {name: np.array(gradient) for name, gradient in trace.gradients.items()}
    overwritten(trace, "h")
    for name, gradient in before.items():
        np.testing.assert_array_equal(trace.gradients[name], gradient)


def test_targets_have_no_gradient_to_overwrite() -> None:
    lesson = lessons.load("gates/fan_out")
    with pytest.raises(GraphError, match="target"):
        overwritten(lesson.graph.trace(lesson.data, lesson.params), "t1")
