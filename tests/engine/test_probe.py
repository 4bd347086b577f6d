"""Derivatives of the objective from values alone, held against the gradients of every line and a broken rule."""

from collections.abc import Iterator

import numpy as np
import pytest

from explorer import lessons
from explorer.engine.errors import GraphError
from explorer.engine.graph import Graph
from explorer.engine.ops.activations import Sigmoid
from explorer.engine.probe import NotAnalytic, Probe
from explorer.engine.trace import Trace
from tests.explain.graphs import LINES, LOSSES, line_graph, loss_graph, run

CASES = tuple(lessons.catalogue().lessons)
REDUCTIONS = ("mean", "sum")


def probes(trace: Trace) -> Iterator[tuple[Probe, float]]:
    """Every entry of every line at every sample, with the gradient that the trace has for it."""
    for name, gradient in trace.gradients.items():
        node = trace.graph.nodes[name]
        for sample in range(trace.batch if node.batched else 1):
            own = gradient[sample] if node.batched else gradient
            for index in np.ndindex(*node.shape):
                yield Probe(trace, name, index, sample), float(own[index])


def traced(case: str, reduction: str = "mean") -> Trace:
    lesson = lessons.load(case)
    return lesson.graph.trace(lesson.data, lesson.params, reduction=reduction)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("case", CASES)
def test_both_ways_find_the_gradients_of_every_line(case: str, reduction: str) -> None:
    for probe, gradient in probes(traced(case, reduction)):
        found = probe.central_difference()
        assert found.settled, probe
        assert found.value == pytest.approx(gradient, rel=1e-8, abs=1e-12), probe
        assert probe.complex_step() == pytest.approx(gradient, rel=1e-12, abs=1e-15), probe


@pytest.mark.parametrize("graph", [*LINES, *LOSSES])
@pytest.mark.parametrize("batch", [1, 3])
def test_every_op(graph: str, batch: int) -> None:
    trace = run(loss_graph(graph) if graph in LOSSES else line_graph(LINES[graph]), batch)
    for probe, gradient in probes(trace):
        found = probe.central_difference()
        assert found.settled, probe
        assert found.value == pytest.approx(gradient, rel=1e-7, abs=1e-10), probe
        if not probe.kinks:
            assert probe.complex_step() == pytest.approx(gradient, rel=1e-11, abs=1e-13), probe


def test_the_objective_is_the_one_on_the_loss_card() -> None:
    for case in CASES:
        trace = traced(case)
        for probe, _ in probes(trace):
            assert probe.objective() == pytest.approx(trace.loss, rel=1e-14)


def test_a_broken_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sigmoid, "derivative", lambda self, xp, out, z: out)
    lesson = lessons.load("gates/sigmoid_gate")
    trace = lesson.graph.trace(lesson.data, lesson.params, kernels=False)
    found = [probe.central_difference().value / gradient for probe, gradient in probes(trace) if probe.name == "s"]
    assert found == pytest.approx(1 - np.asarray(trace.values["o"])[0], rel=1e-8)


def test_what_is_not_analytic_says_so() -> None:
    graph = Graph.parse("x = input(2)\nw = param(2)\nu = relu(x)\nv = abs(w)\nloss = sum(u * v)")
    trace = graph.trace({"x": [[1.0, 2.0]]}, {"w": [3.0, 4.0]})
    for name, kinds in (("x", ["relu"]), ("w", ["abs"]), ("u", []), ("loss", [])):
        probe = Probe(trace, name, (0,) if name != "loss" else ())
        assert [op.name for op in probe.kinks] == kinds
        if kinds:
            with pytest.raises(NotAnalytic) as caught:
                probe.complex_step()
            assert caught.value.op.name == kinds[0]


def test_a_kink_is_no_number() -> None:
    trace = Graph.parse("x = input(2)\nloss = sum(relu(x))").trace({"x": [[0.0, 1e-4]]})
    at, near = (Probe(trace, "x", (i,)).central_difference() for i in range(2))
    assert at.kinked and (at.left, at.right) == pytest.approx((0, 1))
    assert near.settled and near.value == pytest.approx(1)


def test_what_is_stopped_is_held() -> None:
    trace = Graph.parse("x = input()\nloss = stop_gradient(exp(x)) * x").trace({"x": [0.5]})
    probe = Probe(trace, "x")
    assert probe.kinks == ()
    assert probe.complex_step() == pytest.approx(np.exp(0.5)) == probe.central_difference().value
    assert trace.gradients["x"][0] == pytest.approx(np.exp(0.5))


def test_what_the_objective_does_not_reach_is_exactly_zero() -> None:
    trace = Graph.parse("x = input()\nw = param()\nu = w * x\nloss = exp(x)").trace({"x": [0.5]}, {"w": 2.0})
    assert Probe(trace, "w").central_difference().value == 0 == Probe(trace, "w").complex_step()


def test_other_samples_are_held_and_counted() -> None:
    trace = Graph.parse("x = input()\nloss = x * x").trace({"x": [1.0, 2.0, 3.0]})
    assert Probe(trace, "x", sample=2).objective(1.0) == pytest.approx((1 + 4 + 16) / 3)
    assert Probe(trace, "loss", sample=0).central_difference().value == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("name", "index", "sample", "error"),
    [
        ("t", (0,), 0, GraphError),
        ("nowhere", (), 0, GraphError),
        ("o", (3,), 0, IndexError),
        ("o", (), 0, IndexError),
        ("o", (-1,), 0, IndexError),
        ("o", (0,), 1, IndexError),
    ],
)
def test_there_is_no_such_entry(name: str, index: tuple[int, ...], sample: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        Probe(traced("gates/sqerr_gate"), name, index, sample)
