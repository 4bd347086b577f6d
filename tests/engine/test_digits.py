"""Where a value has run out of digits is found, and only there."""

import numpy as np
import pytest

from explorer import lessons
from explorer.engine.digits import drowned
from explorer.engine.graph import Graph
from explorer.engine.probe import Probe

SATURATING = "theta = input()\ny = target()\np = sigmoid(theta)\nloss = bce(p, y)"


@pytest.mark.parametrize(("theta", "out"), [(2.0, False), (12.0, False), (22.0, True), (30.0, True), (36.5, True)])
def test_a_saturated_sigmoid_has_no_digits_left(theta: float, out: bool) -> None:
    trace = Graph.parse(SATURATING).trace({"theta": [theta], "y": [0.0]})
    found = drowned(Probe(trace, "theta"))
    assert (found.name if found else None) == ("sigmoid" if out else None)


def test_on_the_logits_they_are_all_there() -> None:
    text = "theta = input()\ny = target()\nloss = bce_with_logits(theta, y)"
    assert drowned(Probe(Graph.parse(text).trace({"theta": [36.5], "y": [0.0]}), "theta")) is None


@pytest.mark.parametrize("case", list(lessons.catalogue().lessons))
def test_no_lesson_runs_out_of_digits(case: str) -> None:
    lesson = lessons.load(case)
    trace = lesson.graph.trace(lesson.data, lesson.params)
    for name in trace.gradients:
        for index in np.ndindex(*lesson.graph.nodes[name].shape):
            assert drowned(Probe(trace, name, index)) is None, (name, index)


@pytest.mark.parametrize("line", ["relu(x)", "0 * x", "x * x", "cos(x)", "max(x)", "x[1:2]"])
def test_what_does_not_move_for_a_reason_is_no_loss(line: str) -> None:
    trace = Graph.parse(f"x = input(2)\ny = {line}\nloss = sum(y)").trace({"x": [[0.0, -1.0]]})
    assert drowned(Probe(trace, "x", (0,))) is None


def test_a_number_that_swallows_another_is_found() -> None:
    trace = Graph.parse("x = input()\ny = 1e14 + x\nz = y - 1e14\nloss = z * z").trace({"x": [0.5]})
    found = drowned(Probe(trace, "x"))
    assert found is not None and found.name == "+"
