"""The engine on a GPU: its kernels against the rules, its passes against NumPy's, and no number fetched within one."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from explorer.engine import SGD, Graph, passes
from explorer.engine.arrays import namespace, to_host
from explorer.engine.data import Parameters, lay_out_parameters
from explorer.engine.device import DeviceGradients, device_plan
from explorer.engine.device.cuda import CudaDevice
from explorer.engine.device.plan import DevicePlan
from explorer.engine.schedule import schedule
from tests.engine import checks
from tests.engine.cases import NAMES, Case, cases_of
from tests.engine.golden import NAMES as GOLDEN
from tests.engine.golden import assert_close
from tests.engine.golden import case as golden_case
from tests.engine.host_device import op_recipe, run_op
from tests.engine.test_device import by_rule, in_form, same_at_extremes, sharings, wide_net
from tests.engine.test_gradients import everything

pytestmark = pytest.mark.gpu


@pytest.fixture
def gpu() -> Any:
    return namespace("cupy")[1]


def on_gpu(gpu: Any, case: Case, shared: tuple[bool, ...], dtype: str) -> DevicePlan:
    return DevicePlan(op_recipe(case, shared, dtype), CudaDevice(gpu, np.dtype(dtype)), 7, 1)


class Home:
    """A plan whose arrays come from NumPy and go back there."""

    def __init__(self, gpu: Any, plan: DevicePlan) -> None:
        self._gpu, self._plan, self.recipe = gpu, plan, plan.recipe

    def block(self, given: dict[int, np.ndarray], start: int, stop: int) -> tuple[Any, list[np.ndarray]]:
        moved = {place: self._gpu.asarray(array) for place, array in given.items()}
        loss, found = self._plan.block(moved, start, stop)
        return loss, [to_host(array) for array in found]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("ends", "form", "dtype"), [
    (False, (32, 128), "float64"), (True, (0, 128), "float64"), (True, (32, 128), "float32")],
    ids=["apart", "whole", "single"])
def test_every_op_s_kernels_are_its_rule(
    gpu: Any, name: str, ends: bool, form: Any, dtype: str, monkeypatch: Any
) -> None:
    """In each form that arrays are recorded in; `ends`: the op's first and last cases alone."""
    in_form(monkeypatch, form)
    tolerance = {"float64": 1e-12, "float32": 2e-5}[dtype]
    for case in cases_of(name)[:: max(len(cases_of(name)) - 1, 1) if ends else 1]:
        for shared in sharings(case):
            plan: Any = Home(gpu, on_gpu(gpu, case, shared, dtype))
            for batch in (0, 1, 7):
                primals = [array.astype(dtype) for array in case.primals(tuple(1 if one else batch for one in shared))]
                cotangent, expected = by_rule(case, primals)
                for found, wanted in zip(run_op(case, plan, primals, cotangent), expected, strict=True):
                    checks.close(found, wanted, tolerance, f"{case} {shared} {batch}")
            # In single precision, the reciprocal of a larger number is zero on the device.
            same_at_extremes(case, shared, plan, dtype, None if dtype == "float64" else float(np.finfo(dtype).max) / 8)


def assert_same(graph: Graph, data: Any, params: Any, tolerance: float = 1e-12, **options: Any) -> None:
    """CuPy's gradients by everything are NumPy's."""
    wrt = everything(graph)
    expected_loss, expected = graph.gradients(data, params, wrt=wrt, backend="numpy", **options)
    loss, found = graph.gradients(data, params, wrt=wrt, backend="cupy", **options)
    assert abs(loss - expected_loss) <= 10 * tolerance * max(abs(expected_loss), 1e-3)
    for name, wanted in expected.items():
        array = to_host(found[name])
        assert (array.shape, array.dtype) == (wanted.shape, wanted.dtype), name
        floor = 10 * tolerance * max(np.max(np.abs(wanted), initial=0.0), 1e-3)
        np.testing.assert_allclose(array, wanted, rtol=tolerance, atol=floor, err_msg=name)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("name", GOLDEN)
def test_golden_cases(name: str, reduction: str) -> None:
    golden = golden_case(name)
    graph = Graph.parse(golden["source"])
    assert_same(graph, golden["data"], golden["params"], reduction=reduction)
    if reduction == "mean":
        loss, found = graph.gradients(golden["data"], golden["params"], wrt=golden["gradients"], backend="cupy")
        assert_close(loss, golden["loss"])
        for node, expected in golden["gradients"].items():
            assert_close(to_host(found[node]), expected)


@pytest.mark.parametrize("size", [0, 1, 7, 128, 1000, 200_003])
def test_batches_of_any_size(size: int) -> None:
    golden = golden_case("batch_softmax")
    graph, rng = Graph.parse(golden["source"]), np.random.default_rng(size)
    data = {name: rng.random((size, *graph.nodes[name].shape)) for name in (*graph.inputs, *graph.targets)}
    assert_same(graph, data, golden["params"], 1e-11 if size > 1000 else 1e-12)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_wide_network(dtype: str) -> None:
    for sizes in ((50, 40, 36, 10), (784, 256, 128, 10), (40, 36, 34, 50)):
        graph, data, params = wide_net(*sizes)
        assert_same(graph, data, params, {"float64": 1e-11, "float32": 1e-3}[dtype], dtype=dtype)


def test_what_does_not_fit_is_taken_in_blocks(gpu: Any, monkeypatch: Any) -> None:
    graph, data, params = wide_net(50, 40, 36, 10)
    monkeypatch.setattr(CudaDevice, "free_bytes", lambda self: 60_000)
    monkeypatch.setattr("explorer.engine.device.plan.SURELY_FREE", 0)
    assert_same(graph, data, params, 1e-11)


def test_arrays_of_the_device_stay_there(gpu: Any) -> None:
    graph, data, params = wide_net(50, 40, 36, 10)
    there = [{name: gpu.asarray(array) for name, array in arrays.items()} for arrays in (data, params)]
    batch = graph.batch(there[0], backend="cupy")
    read = Parameters(graph, gpu, "float64").read(there[1], batch)
    assert all(array is there[1][name] for array, name in zip(read, graph.parameters, strict=True))
    loss, gradients = graph.gradients(batch, there[1])
    expected_loss, expected = graph.gradients(data, params, backend="numpy")
    assert abs(loss - expected_loss) < 1e-12
    assert all(type(array) is type(there[1][name]) for name, array in gradients.items())
    moved = SGD(rate=0.1).step(there[1], gradients)
    for name, array in SGD(rate=0.1).step(params, expected).items():
        checks.close(to_host(moved[name]), array, 1e-12, name)


SPIN = r"""
extern "C" __global__ void run(const volatile int* released, const long long longest) {
    for (const long long start = clock64(); !*released && clock64() - start < longest;) {}
}
"""
LONGEST = 2_000_000_000     # ticks of the device's clock, about a second


def waits(gpu: Any, run: Any) -> bool:
    """Whether a run, after two for what is compiled and allocated, waits for work that the device was given before."""
    stream, spin = gpu.cuda.Stream(non_blocking=True), gpu.RawKernel(SPIN, "run")
    pinned = gpu.cuda.alloc_pinned_memory(4)
    released = np.frombuffer(pinned, np.int32, 1)
    gpu.cuda.Device().synchronize()
    with stream:
        for ready in (1, 1, 0):
            released[0] = ready
            spin((1,), (1,), (np.uint64(pinned.ptr), np.int64(LONGEST)))
            before = stream.record()
            kept = run()
            waited = bool(before.done)
            released[0] = 1
            stream.synchronize()
            assert kept is not None
            del kept
    return waited


def test_gradients_fetch_nothing_until_the_end(gpu: Any) -> None:
    graph, data, params = wide_net(50, 40, 36, 10)
    for text in (None, golden_case("bce_mlp_batch")):
        if text is not None:
            graph, data, params = Graph.parse(text["source"]), text["data"], text["params"]
        batch = graph.batch(data, backend="cupy")
        arrays = {**batch.arrays, **lay_out_parameters(graph, params, batch)}
        given = {graph.program.of[name]: array for name, array in arrays.items()}
        wanted = [graph.program.of[name] for name in everything(graph)]
        needs = schedule(graph.program, graph.fusions, graph.program.of[graph.objective], wanted)
        plan = device_plan(needs, everything(graph), gpu, "float64", batch.size, batch.size)
        assert isinstance(plan, DeviceGradients)
        assert not waits(gpu, lambda plan=plan.plan, given=given, size=batch.size: plan.block(given, 0, size))


@pytest.mark.parametrize("fuse", [False, True])
def test_a_trace_fetches_nothing_until_the_end(gpu: Any, fuse: bool, monkeypatch: Any) -> None:
    monkeypatch.setattr(passes, "sum_over", lambda xp, losses, count: 0.0)      # the one number, at the end
    for name in GOLDEN:
        golden = golden_case(name)
        graph = Graph.parse(golden["source"])
        batch = graph.batch(golden["data"], backend="cupy")
        params = {node: gpu.asarray(np.array(value, dtype=float)) for node, value in golden["params"].items()}
        assert not waits(gpu, lambda graph=graph, batch=batch, params=params: graph.trace(batch, params, fuse=fuse))


def test_a_number_that_is_fetched_is_waited_for(gpu: Any) -> None:
    array = gpu.ones(3)
    assert waits(gpu, lambda: float(array[0]))
    golden = golden_case("bce_mlp_batch")
    graph = Graph.parse(golden["source"])
    batch = graph.batch(golden["data"], backend="cupy")
    assert waits(gpu, lambda: graph.gradients(batch, golden["params"]))


def test_threads_never_share_arrays() -> None:
    golden = golden_case("bce_mlp_batch")
    graph = Graph.parse(golden["source"])
    wrong: list[int] = []

    def work(seed: int) -> None:
        rng = np.random.default_rng(seed)
        params = {name: rng.normal(size=graph.nodes[name].shape) for name in graph.parameters}
        expected = graph.gradients(golden["data"], params, backend="numpy")[1]["W"]
        for _ in range(30):
            found = to_host(graph.gradients(golden["data"], params, backend="cupy")[1]["W"])
            if not np.allclose(found, expected, rtol=1e-11, atol=1e-14):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
