"""PyTorch's gradients equal ours: for every case, every line and every op. Skipped where PyTorch is not installed."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from explorer import lessons
from explorer.engine import peer
from explorer.engine.graph import Graph
from explorer.engine.ops import REGISTRY
from explorer.engine.ops.activations import Relu
from explorer.engine.peer_functions import functions
from tests.explain.graphs import LINES, LOSSES, line_graph, loss_graph, run

CASES = tuple(lessons.catalogue().lessons)


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch")


def assert_same(trace: Any) -> None:
    found = peer.gradients(trace)
    assert found.keys() == set(trace.gradients)
    for name, gradient in found.items():
        np.testing.assert_allclose(trace.gradients[name], gradient, rtol=1e-12, atol=1e-15, err_msg=name, strict=True)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("case", CASES)
def test_every_line_of_every_case(torch: Any, case: str, reduction: str) -> None:
    lesson = lessons.load(case)
    assert_same(lesson.graph.trace(lesson.data, lesson.params, reduction=reduction))


@pytest.mark.parametrize("graph", [*LINES, *LOSSES])
@pytest.mark.parametrize("batch", [1, 3])
def test_every_op(torch: Any, graph: str, batch: int) -> None:
    assert_same(run(loss_graph(graph) if graph in LOSSES else line_graph(LINES[graph]), batch))


def test_every_op_has_a_function(torch: Any) -> None:
    assert functions(torch).keys() == {op.name for op in REGISTRY.values()}


@pytest.mark.parametrize(
    "line", ["hinge(x, t)", "max(x)", "sum(x[::-1] * t)", "sum(x[-1:1:-1])", "sum(stack(x, t, axis=1))"]
)
def test_conventions_at_kinks_and_odd_slices(torch: Any, line: str) -> None:
    graph = Graph.parse(f"x = input(3)\nt = target(3)\nloss = {line}")
    assert_same(graph.trace({"x": [[1.0, 1.0, -2.0]], "t": [[1.0, -1.0, 1.0]]}))


def test_an_operation_without_a_function_says_so(torch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Relu, "name", "rectifier")
    with pytest.raises(peer.NoPeer, match="rectifier"):
        peer.gradients(Graph.parse("x = input(2)\nloss = sum(relu(x))").trace({"x": [[1.0, 2.0]]}))


def test_a_function_that_fails_says_so(torch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer, "functions", lambda _: {**functions(torch), "relu": lambda op, x: torch.zeros(7, 1) + x})
    with pytest.raises(peer.NoPeer, match="relu fails"):
        peer.gradients(Graph.parse("x = input(2)\nloss = sum(relu(x))").trace({"x": [[1.0, 2.0]]}))


def test_without_torch_there_is_a_reason_and_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = Graph.parse("x = input()\nloss = x * x").trace({"x": [1.0]})
    monkeypatch.setattr(peer, "load", peer.load.__wrapped__)  # what was loaded before does not count
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(peer.NoPeer, match="not installed"):
        peer.gradients(trace)


def test_it_is_not_imported_before_it_is_asked_for() -> None:
    script = (
        "import sys, explorer, explorer.engine.peer, explorer.explain\n"
        "from explorer import lessons\n"
        "lesson = lessons.load('mlp')\n"
        "lesson.graph.trace(lesson.data, lesson.params)\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("False", "")
