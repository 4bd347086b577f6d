"""The fast path gives the trace's own numbers: every case, random graphs, every batch size, every thread."""

import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.engine import Graph, GraphError
from explorer.engine.pool import KEPT
from tests.engine.golden import NAMES, assert_close, case


def everything(graph):
    return [name for name, node in graph.nodes.items() if node.kind != "target"]


def assert_same(graph, data, params, tolerance=1e-12, **options):
    trace = graph.trace(data, params, **options)
    loss, found = graph.gradients(data, params, wrt=everything(graph), **options)
    scale = max(abs(trace.loss), 1e-3)
    assert abs(loss - trace.loss) <= tolerance * scale * 10
    assert list(found) == everything(graph)
    for name, expected in trace.gradients.items():
        assert found[name].shape == expected.shape, name
        assert found[name].dtype == expected.dtype, name
        # Sums in another order differ by the size of their terms, not of their result.
        floor = tolerance * max(np.max(np.abs(expected), initial=0.0), 1e-3) * 10
        np.testing.assert_allclose(found[name], expected, rtol=tolerance, atol=floor, err_msg=name)


@pytest.mark.parametrize("backend", ["numpy", "array_api_strict"])
@pytest.mark.parametrize("name", NAMES)
def test_golden_cases(name, backend):
    golden = case(name)
    graph = Graph.parse(golden["source"])
    _, found = graph.gradients(golden["data"], golden["params"], wrt=everything(graph), backend=backend)
    for node, expected in golden["gradients"].items():
        assert_close(np.asarray(found[node]), expected)


def sized(name, size):
    golden = case(name)
    graph, rng = Graph.parse(golden["source"]), np.random.default_rng(size)
    data = {name: rng.random((size, *graph.nodes[name].shape)) for name in (*graph.inputs, *graph.targets)}
    return graph, data, golden["params"]


@pytest.mark.parametrize("name", ["bce_mlp", "batch_softmax", "fan_out"])
@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 7, 40_000])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_batches_of_any_size_with_ragged_last_blocks(name, size, reduction):
    graph, data, params = sized(name, size)
    assert_same(graph, data, params, 1e-11 if size > 1000 else 1e-12, reduction=reduction)


def test_many_blocks(monkeypatch):
    """Blocks of 4 rows: whole ones, a ragged last one, and one block alone."""
    monkeypatch.setattr("explorer.engine.schedule.FEWEST_ROWS", 4)
    monkeypatch.setattr("explorer.engine.schedule.MOST_ROWS", 4)
    for size in (1, 4, 5, 8, 11):
        assert_same(*sized("batch_softmax", size))


def test_float32():
    graph, data, params = sized("batch_softmax", 100)
    assert_same(graph, data, params, 1e-5, dtype="float32")


def test_a_regulariser_in_blocks_alone_and_shared(monkeypatch):
    monkeypatch.setattr("explorer.engine.schedule.FEWEST_ROWS", 2)
    monkeypatch.setattr("explorer.engine.schedule.MOST_ROWS", 2)
    text = "x = input(2)\nW = param(2, 2)\nu = param(2)\nr = sum(W * W) * 0.5\nh = W @ x\nloss = sum(h * h) + r"
    graph = Graph.parse(text)
    params = {"W": [[1.0, 2.0], [3.0, 4.0]], "u": [1.0, 1.0]}
    for size in (0, 1, 2, 5):
        for reduction in ("mean", "sum"):
            data = {"x": np.random.default_rng(size).random((size, 2))}
            assert_same(graph, data, params, reduction=reduction)
    alone = Graph.parse("x = input(2)\nW = param(2, 2)\nloss = sum(W * W)")
    for size in (0, 3):
        assert_same(alone, {"x": np.ones((size, 2))}, {"W": params["W"]})


def test_what_wrt_may_name():
    graph, data, params = sized("bce_mlp", 3)
    assert list(graph.gradients(data, params)[1]) == ["W", "b1", "U", "b2"]
    assert list(graph.gradients(data, params, wrt=["x", "W", "x"])[1]) == ["x", "W"]
    assert list(graph.gradients(data, params, wrt="theta")[1]) == ["theta"]
    assert graph.gradients(data, params, wrt=[])[1] == {}
    with pytest.raises(GraphError, match="'y' .line 2.: a target"):
        graph.gradients(data, params, wrt=["y"])
    with pytest.raises(GraphError, match="'WW' is no line"):
        graph.gradients(data, params, wrt=["WW"])


def test_results_are_the_caller_s_own():
    graph, data, params = sized("bce_mlp", 3)
    for wrt in (None, everything(graph)):
        _, first = graph.gradients(data, params, wrt=wrt)
        kept = {name: array.copy() for name, array in first.items()}
        for array in first.values():
            array[...] = np.nan         # writable, and nobody else's
        _, second = graph.gradients(data, params, wrt=wrt)
        for name, array in second.items():
            assert_close(array, kept[name])


def test_the_caller_s_arrays_are_left_alone():
    graph, data, params = sized("bce_mlp", 3)
    params = {name: np.asarray(value) for name, value in params.items()}
    before = {name: array.copy() for name, array in {**data, **params}.items()}
    graph.gradients(data, params)
    for name, array in {**data, **params}.items():
        assert array.flags.writeable
        assert_close(array, before[name], 0)


def test_plans_are_kept_but_not_without_end():
    graph, data, params = sized("bce_mlp", 40)
    for size in range(30):
        graph.gradients({name: value[:size] for name, value in data.items()}, params)
    assert len(graph.plans) == KEPT
    plan = next(iter(graph.plans._plans.values()))
    graph.gradients(data, params)
    assert len(graph.plans) == KEPT
    assert plan not in graph.plans._plans.values()


def test_large_plans_are_kept_as_long_as_they_fit_together(monkeypatch):
    graph, data, params = sized("bce_mlp", 20_000)
    sizes, most = (20_000, 19_000, 18_000, 17_000), 0
    for size in sizes:
        graph.trace({name: value[:size] for name, value in data.items()}, params)
        kept = graph.plans._plans.values()
        most = most or 3 * sum(plan.nbytes for plan in kept)
        monkeypatch.setattr("explorer.engine.pool.MOST_BYTES", most)
    assert 2 <= len(kept) < len(sizes)
    assert most / 2 < sum(plan.nbytes for plan in kept) <= most
    assert [key[2] for key in graph.plans._plans] == list(sizes[-len(kept):])


def test_threads_never_share_buffers():
    graph, data, _ = sized("bce_mlp", 64)
    wrong = []

    def work(seed):
        rng = np.random.default_rng(seed)
        params = {name: rng.normal(size=graph.nodes[name].shape) for name in graph.parameters}
        expected = graph.trace(data, params).gradients["W"]
        for _ in range(50):
            found = graph.gradients(data, params)[1]["W"]
            if not np.allclose(found, expected, rtol=1e-12, atol=1e-15):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_plan_survives_an_error_in_the_data():
    graph, data, params = sized("bce_mlp", 3)
    expected = graph.gradients(data, params)[0]
    with pytest.raises(GraphError):
        graph.gradients({**data, "x": data["x"][:2]}, params)
    assert graph.gradients(data, params)[0] == expected


UNARY = ["sigmoid", "tanh", "relu", "softplus", "sin", "square", "softmax", "log_softmax", "gelu", "silu", "-",
         "stop_gradient"]

LOSSES = ["sqerr({0}, t)", "bce(sigmoid({0}), t)", "cross_entropy(softmax({0}), t) + 0.1 * sum(W * W)",
          "mse({0}, t) * sum({1})", "dot({0}, {1}) + {0}[0] * c", "mean({0})"]


@st.composite
def random_graphs(draw):
    """Lines that read any lines above them: inputs, parameters, vectors and matrices, used once, twice or not."""
    width = draw(st.integers(1, 4))
    lines = [f"x = input({width})", f"t = target({width})", f"W = param({width}, {width})", f"b = param({width})",
             "c = param()"]
    vectors = ["x", "b", "t"]
    pick = st.deferred(lambda: st.sampled_from(vectors))
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.integers(0, 4))
        a, b = draw(pick), draw(pick)
        lines.append(f"h{number} = " + [
            f"{draw(st.sampled_from(UNARY))}({a})", f"{a} {draw(st.sampled_from('+-*'))} {b}", f"W @ {a} + {b}",
            f"c * {a} @ W.T - 0.5 * {b}", f"concat({a}[0:1], {b})[1:{width + 1}]"][kind])
        vectors.append(f"h{number}")
    loss = draw(st.sampled_from(LOSSES))
    lines.append("loss = " + loss.format(draw(pick), draw(pick)))
    return "\n".join(lines)


@settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(random_graphs(), st.sampled_from([0, 1, 2, 7]), st.sampled_from(["mean", "sum"]))
def test_random_graphs(text, size, reduction):
    graph, rng = Graph.parse(text), np.random.default_rng(len(text))
    data = {"x": rng.normal(size=(size, *graph.nodes["x"].shape)), "t": rng.random((size, *graph.nodes["t"].shape))}
    params = {name: rng.normal(size=graph.nodes[name].shape) * 0.5 for name in graph.parameters}
    assert_same(graph, data, params, 1e-11, reduction=reduction)


@settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(random_graphs(), st.data())
def test_what_is_not_wanted_lends_its_memory_and_changes_nothing(text, drawn):
    graph, rng = Graph.parse(text), np.random.default_rng(len(text))
    data = {"x": rng.normal(size=(3, *graph.nodes["x"].shape)), "t": rng.random((3, *graph.nodes["t"].shape))}
    params = {name: rng.normal(size=graph.nodes[name].shape) * 0.5 for name in graph.parameters}
    wanted = drawn.draw(st.lists(st.sampled_from(everything(graph)), unique=True))
    _, whole = graph.gradients(data, params, wrt=everything(graph))
    for _ in range(2):
        _, found = graph.gradients(data, params, wrt=wanted)
        assert list(found) == wanted
        for name, array in found.items():
            np.testing.assert_allclose(array, whole[name], rtol=1e-11, atol=1e-12, err_msg=name)
