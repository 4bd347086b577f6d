"""No number leaves a device inside a pass: only the objective, once, at the end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from explorer.engine import Graph
from explorer.engine.device import DeviceGradients
from explorer.engine.device.plan import DevicePlan
from explorer.engine.device.recipe import recipe
from tests.engine.cases import CASES, Case
from tests.engine.golden import NAMES, assert_close, case
from tests.engine.guarded import Guarded, GuardedDevice, HostAccess, called, guarded

OPTIONS: list[dict[str, Any]] = [{"fuse": False}, {"fuse": True}, {"reduction": "sum"}]
VIEWS = {"getitem", "permute_dims"}     # what the results are seen through


@pytest.fixture(autouse=True)
def _device(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine takes guarded arrays for those of its GPU."""
    monkeypatch.setattr("explorer.engine.data.namespace", lambda backend: ("cupy", guarded))
    monkeypatch.setattr(
        "explorer.engine.passes.device_plan",
        lambda schedule, names, xp, dtype, size, count: DeviceGradients(
            schedule, names, DevicePlan(recipe(schedule, np.dtype(dtype)), GuardedDevice(dtype), size, count)))
    Guarded.events.clear()


def on_device(numbers: dict[str, Any]) -> dict[str, Guarded]:
    return {name: Guarded(np.array(value, dtype=float)) for name, value in numbers.items()}


def fetched_once_at_the_end() -> bool:
    end = Guarded.events.index("float")
    return set(Guarded.events[end + 1 :]) <= VIEWS


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_a_trace_fetches_the_objective_alone(name, options):
    golden = case(name)
    graph = Graph.parse(golden["source"])
    trace = graph.trace(on_device(golden["data"]), on_device(golden["params"]), **options)
    assert fetched_once_at_the_end()
    if "reduction" not in options:
        assert_close(trace.loss, golden["loss"])
        for node, expected in golden["gradients"].items():
            assert_close(trace.gradients[node].array, expected)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_fetch_the_objective_alone(name):
    golden = case(name)
    graph = Graph.parse(golden["source"])
    loss, found = graph.gradients(on_device(golden["data"]), on_device(golden["params"]), wrt=golden["gradients"])
    assert fetched_once_at_the_end()
    assert_close(loss, golden["loss"])
    for node, expected in golden["gradients"].items():
        assert_close(found[node].array, expected)


def test_a_batch_laid_out_once_is_not_moved_again():
    golden = case("bce_mlp_batch")
    graph = Graph.parse(golden["source"])
    batch, params = graph.batch(on_device(golden["data"])), on_device(golden["params"])
    Guarded.events.clear()
    loss, _ = graph.gradients(batch, params)
    assert fetched_once_at_the_end()
    assert_close(loss, golden["loss"])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_rule_looks_at_its_numbers(case: Case) -> None:
    op = case.op()
    for extreme in (None, np.inf, 1e308):
        primals = case.primals((7,) * len(case.shapes))
        for primal in primals:
            primal[..., 1] = primal[..., 1] if extreme is None else extreme
        theirs = [Guarded(primal) for primal in primals]
        out = op.forward(guarded, *theirs)
        for jacobian in op.jacobians(guarded, out, *theirs):
            jacobian.pullback(guarded, guarded.ones(out.shape))
    assert "float" not in Guarded.events


def test_the_guard_bites(monkeypatch):
    with pytest.raises(HostAccess):
        bool(Guarded(np.ones(1)).all())
    with pytest.raises(HostAccess):
        called(np.add, Guarded(np.ones(1)), np.ones(1))
    monkeypatch.setattr("explorer.engine.ops.reduce.is_numpy", lambda xp: True)     # as if numbers were at hand
    graph = Graph.parse("x = input(3)\nloss = mean(x)")
    with pytest.raises(HostAccess):
        graph.trace(on_device({"x": np.ones((2, 3))}))
