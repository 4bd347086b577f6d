"""What a GPU would be given: recordings of the ops' own rules, taken in NumPy, against the rules themselves."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import array_api_compat.numpy as xp
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.engine import Graph
from explorer.engine.data import lay_out_parameters
from explorer.engine.device.emit import kernel_text
from explorer.engine.device.expression import BATCH
from explorer.engine.device.grouping import MOST_SLOTS, Kernel
from explorer.engine.device.namespace import Namespace
from explorer.engine.device.plan import DevicePlan
from explorer.engine.device.recorded import NotRecordable
from explorer.engine.device.recording import Recording
from explorer.engine.device.sums import MOST_SUMS
from tests.engine import checks
from tests.engine.cases import CASES, Case
from tests.engine.golden import NAMES, assert_close, case
from tests.engine.host_device import NumpyDevice, host_plan, op_recipe, run_op
from tests.engine.test_gradients import everything, random_graphs

EXTREMES = (1e308, -1e308, np.inf, -np.inf, np.nan, 0.0)
# Arrays taken apart, as they are, and with expressions kept in memory at every turn.
FORMS = [(32, 128), (0, 128), (2, 2)]


@pytest.fixture(params=FORMS, ids=str)
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    in_form(monkeypatch, request.param)
    return request.param


def in_form(monkeypatch: pytest.MonkeyPatch, form: tuple[int, int]) -> None:
    monkeypatch.setattr("explorer.engine.device.recorded.NARROW", form[0])
    monkeypatch.setattr("explorer.engine.device.operations.DEEPEST", form[1])


def sharings(case: Case) -> Iterator[tuple[bool, ...]]:
    """Which operands all samples share, in every combination."""
    yield from itertools.product((True, False), repeat=len(case.shapes))


def by_rule(case: Case, primals: list[np.ndarray], cotangent: np.ndarray | None = None) -> tuple[Any, ...]:
    """The cotangent taken, the result and what each operand is sent, by the rule."""
    op = case.op()
    with np.errstate(all="ignore"):
        out = op.forward(xp, *primals)
        cotangent = checks.random_like(out.shape).astype(out.dtype)
        return cotangent, [out, *(jacobian.pullback(xp, cotangent) for jacobian in op.jacobians(xp, out, *primals))]


def extreme_primals(
    case: Case, shared: tuple[bool, ...], extreme: float, dtype: str, largest: float | None
) -> list[np.ndarray]:
    """One sample of several, or all that is shared, at the end of the range, or where it is taken to end."""
    end = float(largest or np.finfo(dtype).max)
    value = np.clip(extreme, -end, end) if np.isfinite(extreme) else extreme
    primals = [primal.astype(dtype) for primal in case.primals(tuple(1 if alone else 3 for alone in shared))]
    for primal in primals:
        primal[..., -1] = value
    return primals


def same_at_extremes(
    case: Case, shared: tuple[bool, ...], plan: DevicePlan, dtype: str, largest: float | None = None
) -> None:
    tolerance = {"float64": 1e-12, "float32": 2e-5}[dtype]
    for extreme in EXTREMES:
        if case.name == "@" and abs(extreme) == 1e308:
            continue    # whether a sum of products overflows on its way depends on the order and on multiply-adds
        primals = extreme_primals(case, shared, extreme, dtype, largest)
        cotangent, expected = by_rule(case, primals)
        for found, wanted in zip(run_op(case, plan, primals, cotangent), expected, strict=True):
            with np.errstate(all="ignore"):
                np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_recorded_rule_is_the_rule(case: Case, form: tuple[int, int]) -> None:
    for shared in sharings(case):
        recorded = op_recipe(case, shared)
        plan = DevicePlan(recorded, NumpyDevice("float64"), 7, 1)
        for batch in (0, 1, 7):
            primals = case.primals(tuple(1 if alone else batch for alone in shared))
            cotangent, expected = by_rule(case, primals)
            for found, wanted in zip(run_op(case, plan, primals, cotangent), expected, strict=True):
                checks.close(found, wanted, 1e-12, f"{shared} {batch}")
        same_at_extremes(case, shared, plan, "float64")


def run(graph: Graph, data: Any, params: Any, wrt: Any, plan: Any = None, **options: Any) -> tuple[float, list[Any]]:
    """The loss and the gradients, batch first, of a plan on a device that is none."""
    batch = graph.batch(data, backend="numpy", dtype=options.get("dtype"))
    arrays = {**batch.arrays, **lay_out_parameters(graph, params, batch)}
    size = batch.size if graph.nodes[graph.objective].batched else 1
    count = max(size, 1) if options.pop("reduction", "mean") == "mean" else 1
    plan = plan or host_plan(graph, wrt, size, count, **options)
    return plan.run({graph.program.of[name]: array for name, array in arrays.items()})


def assert_same(graph: Graph, data: Any, params: Any, tolerance: float = 1e-12, **options: Any) -> None:
    """The recorded pass gives what `gradients` gives."""
    wrt = everything(graph)
    told = {name: options[name] for name in ("reduction", "dtype") if name in options}
    expected_loss, expected = graph.gradients(data, params, wrt=wrt, backend="numpy", **told)
    loss, found = run(graph, data, params, wrt, **options)
    assert abs(loss - expected_loss) <= 10 * tolerance * max(abs(expected_loss), 1e-3)
    for name, array in zip(wrt, found, strict=True):
        wanted = expected[name]
        if array is None:
            assert not wanted.any()
            continue
        assert (array.shape, array.dtype) == (wanted.shape, wanted.dtype), name
        floor = 10 * tolerance * max(np.max(np.abs(wanted), initial=0.0), 1e-3)
        np.testing.assert_allclose(array, wanted, rtol=tolerance, atol=floor, err_msg=name)


@pytest.mark.parametrize("name", NAMES)
def test_golden_cases(name: str, form: tuple[int, int]) -> None:
    golden = case(name)
    loss, found = run(Graph.parse(golden["source"]), golden["data"], golden["params"], list(golden["gradients"]))
    assert_close(loss, golden["loss"])
    for node, array in zip(golden["gradients"], found, strict=True):
        assert_close(np.zeros_like(golden["gradients"][node]) if array is None else array, golden["gradients"][node])


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(random_graphs(), st.sampled_from([0, 1, 2, 7]), st.sampled_from(["mean", "sum"]), st.sampled_from(FORMS),
       st.sampled_from([2**40, 3000]))
def test_random_graphs(text: str, size: int, reduction: str, form: tuple[int, int], free: int) -> None:
    graph, rng = Graph.parse(text), np.random.default_rng(len(text))
    data = {"x": rng.normal(size=(size, *graph.nodes["x"].shape)), "t": rng.random((size, *graph.nodes["t"].shape))}
    params = {name: rng.normal(size=graph.nodes[name].shape) * 0.5 for name in graph.parameters}
    with pytest.MonkeyPatch.context() as patch:
        in_form(patch, form)
        patch.setattr("explorer.engine.device.plan.SURELY_FREE", 0)
        assert_same(graph, data, params, 1e-11, reduction=reduction, device=NumpyDevice("float64", free))


MLP = """
x = input({0})
y = target({3})
W = param({1}, {0})
b = param({1})
V = param({2}, {1})
c = param({2})
U = param({3}, {2})
d = param({3})
h = relu(W @ x + b)
g = relu(V @ h + c)
s = softmax(U @ g + d)
loss = cross_entropy(s, y)
"""


def wide_net(*sizes: int) -> tuple[Graph, dict[str, Any], dict[str, Any]]:
    graph, rng = Graph.parse(MLP.format(*sizes)), np.random.default_rng(1)
    data = {"x": rng.normal(size=(9, sizes[0])), "y": np.eye(sizes[3])[rng.integers(0, sizes[3], 9)]}
    return graph, data, {name: rng.normal(size=graph.nodes[name].shape) * 0.2 for name in graph.parameters}


def kernels_of(plan: DevicePlan) -> list[Kernel]:
    return [step for step in plan.recipe.steps if isinstance(step, Kernel)]


def library_steps(plan: DevicePlan) -> list[Any]:
    return [step for step in plan.recipe.steps if not isinstance(step, Kernel)]


@pytest.mark.parametrize("size", [0, 1, 7, 300])
def test_a_small_network_is_one_kernel_whose_sums_are_the_results(size: int) -> None:
    golden = case("bce_mlp_batch")
    graph = Graph.parse(golden["source"])
    device = NumpyDevice("float64")
    plan = host_plan(graph, [*graph.parameters, "x"], size, max(size, 1), device=device)
    (kernel,) = plan.recipe.steps
    assert isinstance(kernel, Kernel) and kernel.space == (BATCH,)
    assert len(kernel.sums) == 4 * 3 + 4 + 4 + 1 + 2 and len(kernel.stores) == 3
    data = {name: np.random.default_rng(1).random((size, *graph.nodes[name].shape)) for name in golden["data"]}
    _, found = run(graph, data, golden["params"], [*graph.parameters, "x"], plan)
    assert device.launches == 1 and len(device.allocated) == 2      # all sums lie in one place, x's gradient in another
    for first, second in itertools.combinations(found, 2):
        assert not np.shares_memory(first, second)


def test_a_wide_network_is_products_of_matrices_and_few_kernels() -> None:
    graph, data, params = wide_net(50, 40, 36, 10)
    assert_same(graph, data, params)
    plan = host_plan(graph, graph.parameters, 9, 9)
    # Three products forward, two back to inner lines, three to matrices, and the two wide biases' sums.
    assert len(library_steps(plan)) == 3 + 2 + 3 + 2
    assert [kernel.space for kernel in kernels_of(plan)] == [
        (40, BATCH), (36, BATCH), (BATCH,), (36, BATCH), (40, BATCH)]


def test_what_does_not_fit_in_memory_is_taken_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, data, params = wide_net(50, 40, 36, 10)
    whole = host_plan(graph, ["x", "W"], 9, 9)
    assert whole.rows() == 9
    monkeypatch.setattr("explorer.engine.device.plan.SURELY_FREE", 0)
    device = NumpyDevice("float64", 8 * 9 * 50 + 8 * 2 * 1000)
    blocked = host_plan(graph, ["x", "W"], 9, 9, device=device)
    assert 1 <= blocked.rows() < 9
    for first, second in zip(run(graph, data, params, ["x", "W"], whole)[1],
                             run(graph, data, params, ["x", "W"], blocked)[1], strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-12, atol=1e-15)


def test_the_free_memory_is_asked_for_by_large_passes_alone() -> None:
    graph = wide_net(50, 40, 36, 10)[0]
    asked = Mock(return_value=2**40)
    device = NumpyDevice("float64")
    device.free_bytes = asked       # type: ignore[method-assign]
    assert host_plan(graph, ["W"], 1000, 1, device=device).rows() == 1000 and not asked.called
    assert host_plan(graph, ["W"], 100_000, 1, device=device).rows() == 100_000 and asked.called


def test_a_long_chain_becomes_kernels_of_bounded_size() -> None:
    lines = ["x = input(2)", "h0 = tanh(x)", *(f"h{k} = tanh(h{k - 1})" for k in range(1, 2000)), "loss = sum(h1999)"]
    graph = Graph.parse("\n".join(lines))
    assert_same(graph, {"x": np.ones((3, 2))}, {}, 1e-10)
    plan = host_plan(graph, ["x"], 3, 3)
    assert 10 < len(kernels_of(plan)) < 200
    assert len({kernel_text(kernel, "double", "unsigned int") for kernel in kernels_of(plan)}) < 20
    assert max(len(kernel.code) for kernel in kernels_of(plan)) < 2500


def test_many_parameters_become_kernels_of_bounded_size() -> None:
    count = 3 * MOST_SLOTS
    lines = ["x = input()", *(f"w{k} = param()" for k in range(count)), "h0 = w0 * x",
             *(f"h{k} = h{k - 1} + w{k} * x" for k in range(1, count)), f"loss = h{count - 1} * h{count - 1}"]
    graph = Graph.parse("\n".join(lines))
    assert_same(graph, {"x": np.ones(3)}, {name: 1 / (3 + k) for k, name in enumerate(graph.parameters)})
    for kernel in kernels_of(host_plan(graph, graph.parameters, 3, 3)):
        assert len(set(kernel.operands)) + len(kernel.outputs) <= MOST_SLOTS + 1
        assert len(kernel.sums) <= MOST_SUMS


def test_results_are_nobody_else_s() -> None:
    graph = Graph.parse("x = input(2)\ny = x\nz = y\nloss = sum(z * z)")
    data = {"x": np.ones((3, 2))}
    wrt = ["x", "y", "z"]
    results = run(graph, data, {}, wrt)[1]
    for first, second in itertools.combinations(results, 2):
        assert not np.shares_memory(first, second)
    given_back = Graph.parse("x = input(2)\nw = param(2)\nloss = dot(w, x)")
    laid_out = given_back.batch({"x": np.ones((3, 2))}, backend="numpy")
    plan = host_plan(given_back, ["w", "x"], 3, 1)
    weights = np.ones((2, 1))
    _, found = plan.run({given_back.program.of["x"]: laid_out.arrays["x"], given_back.program.of["w"]: weights})
    for array in found:
        assert not np.shares_memory(array, weights) and not np.shares_memory(array, laid_out.arrays["x"])


def test_a_sum_that_overflows_is_taken_of_the_losses_divided_first() -> None:
    graph = Graph.parse("x = input()\nloss = x")
    assert run(graph, {"x": np.full(4, 1e308)}, {}, ["x"])[0] == 1e308
    assert run(graph, {"x": np.full(4, 1e308)}, {}, ["x"], reduction="sum")[0] == np.inf


def test_recorded_arrays_have_no_numbers() -> None:
    recording = Recording("float64")
    array: Any = Namespace(recording).ones((3, BATCH))
    questions: list[Any] = [bool, float, int, len, list, np.asarray]
    for question in questions:
        with pytest.raises(NotRecordable, match="no numbers"):
            question(array > 0)
    with pytest.raises(NotRecordable, match="cumsum"):
        array.cumsum()
    with pytest.raises(NotRecordable, match="heaviside"):
        Namespace(recording).heaviside(array)
