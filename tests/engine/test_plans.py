"""What plans promise: the same bits on any number of threads, memory of their own, large arrays not copied."""

from __future__ import annotations

import tracemalloc
from collections import Counter

import array_api_compat.numpy as numpy_xp
import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from explorer import lessons
from explorer.engine import Graph
from explorer.engine.binding import LARGE, LARGE_DATA, Binding
from explorer.engine.block import Block
from explorer.engine.folding import folded, turned
from explorer.engine.ops.activations import Reflected
from explorer.engine.ops.affine import Affine
from explorer.engine.schedule import schedule
from tests.engine.golden import NAMES, assert_close

WIDE = """
x = input(90)
y = target(2)
W = param(100, 90)
b = param(100)
U = param(2, 100)
h = tanh(W @ x + b)
loss = sqerr(U @ h, y)
"""


def drawn(graph: Graph, size: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    rng = np.random.default_rng(size)
    data = {name: rng.random((size, *graph.nodes[name].shape)) for name in (*graph.inputs, *graph.targets)}
    return data, {name: rng.normal(size=graph.nodes[name].shape) * 0.1 for name in graph.parameters}


def everything(graph: Graph) -> list[str]:
    return [*graph.parameters, *graph.inputs]


@pytest.mark.parametrize("case", ["gates/sigmoid_gate", "lecture20", "matrix-language", "batch", "mlp"])
def test_no_bit_depends_on_the_number_of_threads(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = lessons.load(case).graph
    data, params = drawn(graph, 21_000)
    monkeypatch.setattr("explorer.engine.plan.THREADED", 1)
    monkeypatch.setattr("explorer.engine.schedule.MOST_ROWS", 2048)
    monkeypatch.setattr("explorer.engine.schedule.FEWEST_ROWS", 512)
    found = []
    for threads in (1, 2, 3, 8):
        monkeypatch.setattr("explorer.engine.plan.cores", lambda threads=threads: threads)
        found.append(Graph.parse(graph.source).gradients(data, params, wrt=everything(graph)))
    for loss, gradients in found[1:]:
        assert loss == found[0][0]
        for name, gradient in gradients.items():
            np.testing.assert_array_equal(gradient, found[0][1][name], err_msg=name)
    trace = graph.trace(data, params, kernels=False)
    for name, gradient in found[0][1].items():
        assert_close(gradient, trace.gradients[name], 1e-10)


@pytest.mark.parametrize("size", [1, 32, 5000])
@pytest.mark.parametrize("case", ["lecture20", "matrix-language", "batch", "mlp"])
def test_no_bit_depends_on_the_threads_of_blas(case: str, size: int) -> None:
    graph = lessons.load(case).graph
    data, params = drawn(graph, size)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(graph.gradients(data, params, wrt=everything(graph)))
    assert found[0][0] == found[1][0]
    for name, gradient in found[0][1].items():
        np.testing.assert_array_equal(gradient, found[1][1][name], err_msg=name)


def test_blas_has_its_threads_back_after_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = lessons.load("mlp").graph
    monkeypatch.setattr("explorer.engine.plan.THREADED", 1)
    monkeypatch.setattr("explorer.engine.schedule.MOST_ROWS", 512)
    monkeypatch.setattr("explorer.engine.schedule.FEWEST_ROWS", 512)
    with threadpool_limits(2, user_api="blas"):
        graph.gradients(*drawn(graph, 3000))
        assert {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"} == {2}


@pytest.mark.parametrize("size", [1, 3, 700])
@pytest.mark.parametrize("name", NAMES)
def test_traces_by_kernels_and_by_rules_agree(name: str, size: int) -> None:
    graph = next(lesson.graph for lesson in lessons.catalogue().lessons.values() if lesson.id.endswith(name))
    data, params = drawn(graph, size)
    quick, exact = (graph.trace(data, params, kernels=kernels) for kernels in (True, False))
    assert_close(quick.loss, exact.loss)
    for key, value in exact.values.items():
        assert_close(quick.values[key], value)
    for key, gradient in exact.gradients.items():
        assert_close(quick.gradients[key], gradient, 1e-11)
    assert list(quick.contributions) == list(exact.contributions)
    for reading, sent in exact.contributions.items():
        assert_close(quick.contributions[reading], sent, 1e-11)


def test_a_trace_outlives_the_next_one() -> None:
    for text in (lessons.load("mlp").graph.source, WIDE):
        graph = Graph.parse(text)
        data, params = drawn(graph, 3)
        trace = graph.trace(data, params)
        before = {name: array.copy() for name, array in {**trace.values, **trace.gradients}.items()}
        for array in params.values():
            array[...] = 7.0        # the caller's arrays are the caller's
        graph.trace(data, params)
        for name, array in {**trace.values, **trace.gradients}.items():
            np.testing.assert_array_equal(array, before[name], err_msg=name)
            assert not array.flags.writeable


def test_large_parameters_are_not_copied_but_their_gradients_are_the_callers() -> None:
    graph = Graph.parse(WIDE)
    data, params = drawn(graph, 2)
    assert params["W"].size > LARGE
    batch = graph.batch(data)
    expected = graph.trace(data, params, kernels=False)
    _, first = graph.gradients(batch, params)
    tracemalloc.start()
    _, second = graph.gradients(batch, params)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * params["W"].nbytes      # the gradient alone
    for found in (first, second):
        assert_close(found["W"], expected.gradients["W"])
    second["W"][...] = np.nan
    _, third = graph.gradients(batch, {**params, "W": np.asfortranarray(params["W"])})
    assert_close(third["W"], first["W"])
    assert_close(first["W"], expected.gradients["W"])


def test_large_gradients_of_data_are_what_the_product_wrote_and_the_callers_own() -> None:
    graph = Graph.parse(WIDE)
    data, params = drawn(graph, 1500)
    assert data["x"].size > LARGE_DATA
    batch, wrt = graph.batch(data), ["x", "U", "h"]
    expected = graph.trace(data, params, kernels=False)
    first, second = (graph.gradients(batch, params, wrt=wrt)[1] for _ in range(2))
    assert not second["x"].flags.owndata    # a copy would own its own
    second["x"][...] = np.nan
    for found in (first, graph.gradients(batch, params, wrt=wrt)[1], graph.gradients(data, params, wrt=wrt)[1]):
        for name in wrt:
            assert_close(found[name], expected.gradients[name])


@pytest.mark.parametrize("given", ["float32", "float64", "int64"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_large_parameters_may_come_in_another_dtype(dtype: str, given: str) -> None:
    graph = Graph.parse(WIDE)
    data, params = drawn(graph, 2)
    params = {name: (3 * array).astype(given) for name, array in params.items()}
    expected = graph.trace(data, params, kernels=False)
    _, found = graph.gradients(data, params, dtype=dtype)
    trace = graph.trace(data, params, dtype=dtype)
    for name in params:
        assert found[name].dtype == trace.gradients[name].dtype == dtype
        for array in (found[name], trace.gradients[name]):
            np.testing.assert_allclose(array, expected.gradients[name], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("wanted", "most"), [(["W0"], 3), (["h7", "W0", "z9"], 5)])
def test_cotangents_on_their_way_share_memory(wanted: list[str], most: int) -> None:
    """A chain of a hundred layers needs few buffers for all that nobody wants, and one for each that somebody does."""
    lines = "\n".join(f"W{n} = param(3, 3)\nz{n} = W{n} @ h{n}\nh{n + 1} = tanh(z{n})" for n in range(100))
    graph = Graph.parse(f"h0 = input(3)\n{lines}\nloss = sum(h100)\n")
    of = graph.program.of
    needs = schedule(graph.program, {}, of["loss"], [of[name] for name in wanted])
    bound = Binding(needs, numpy_xp, np.float64, 8, 1.0, kernels=True, keep=None, fresh=False)
    where = {name: bound.buffers.cotangents[of[name]].__array_interface__["data"][0]
             for name in graph.nodes if of[name] in bound.buffers.cotangents and graph.nodes[name].kind == "op"}
    assert len(where) > 190 and len(set(where.values())) <= most
    for name in where.keys() & set(wanted):     # the last on the way back to write there, so the first in the text
        assert next(other for other in where if where[other] == where[name]) == name


@pytest.mark.parametrize("rows", [2048, 6, 2])
def test_data_that_are_laid_out_are_loaded_once_and_new_data_anew(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one block; in one for each thread, which keep their data too; in more than that."""
    monkeypatch.setattr("explorer.engine.plan.THREADED", 1)
    monkeypatch.setattr("explorer.engine.plan.cores", lambda: 2)
    monkeypatch.setattr("explorer.engine.schedule.FEWEST_ROWS", rows)
    monkeypatch.setattr("explorer.engine.schedule.MOST_ROWS", rows)
    graph = Graph.parse(lessons.load("mlp").graph.source)
    (one, params), (other, _) = drawn(graph, 12), drawn(graph, 12)
    other = {name: array + 1 if name == "x" else 1 - array for name, array in other.items()}
    batches = [graph.batch(one), graph.batch(other)]
    expected = [graph.trace(data, params, kernels=False).gradients["x"] for data in (one, other)]
    for which in (0, 0, 1, 0, 1, 1):
        assert_close(graph.gradients(batches[which], params, wrt=["x"])[1]["x"], expected[which])
        assert_close(graph.gradients((one, other)[which], params, wrt=["x"])[1]["x"], expected[which])
        assert_close(graph.trace(batches[which], params).gradients["x"], expected[which])
    graph.gradients(batches[1], params, wrt=["x"])
    loads, load = Counter[int](), Block.load_data
    monkeypatch.setattr(Block, "load_data", lambda block, *at: (loads.update(at[1:2]), load(block, *at)) and None)
    for _ in range(3):
        graph.gradients(batches[1], params, wrt=["x"])
    assert sum(loads.values()) == (3 * 6 if rows == 2 else 0)



@pytest.mark.parametrize("case", ["lecture20", "matrix-language", "batch", "mlp"])
def test_turned_signs_change_no_number(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = lessons.load(case).graph
    monkeypatch.setattr("explorer.engine.plan.TURNED", 1)
    for size in (1, 3, 40):
        data, params = drawn(graph, size)
        exact = graph.trace(data, params, kernels=False)
        for name, gradient in Graph.parse(graph.source).gradients(data, params, wrt=everything(graph))[1].items():
            assert_close(gradient, exact.gradients[name])


def planned(text: str, *wanted: str) -> list[str]:
    """The ops of a plan for some gradients."""
    graph = Graph.parse(text)
    of = graph.program.of
    registers = [of[name] for name in wanted]
    made = schedule(graph.program, graph.fusions, of[graph.objective], registers)
    return [type(call.op).__name__ for call in turned(folded(made, registers), registers).calls]


HEAD = "x = input(3)\ny = target(2)\nW = param(2, 3)\nb = param(2)\n"


def test_which_products_take_their_bias_along() -> None:
    loss = "\nloss = sqerr(sigmoid(z), y)"
    assert planned(f"{HEAD}z = W @ x + b{loss}", "W", "b") == ["Affine", "Reflected", "SqErr"]
    assert planned(f"{HEAD}z = b + x @ W.T{loss}", "W") == ["Transpose", "Affine", "Sigmoid", "SqErr"]
    assert planned(f"{HEAD}z = W @ x + b{loss}", "z") == ["Affine", "Sigmoid", "SqErr"]
    assert planned(f"{HEAD}a = W @ x\nz = a + b{loss}", "a") == ["Matmul", "Add", "Sigmoid", "SqErr"]
    assert planned(f"{HEAD}a = W @ x\nz = a + a{loss}", "W") == ["Matmul", "Add", "Sigmoid", "SqErr"]
    assert planned(f"{HEAD}z = W @ x + b\nloss = sqerr(sigmoid(z), y) + sum(b)", "W") == [
        "Affine", "Sigmoid", "SqErr", "Sum", "Add"]
    assert Affine.name not in Graph.parse(HEAD + "loss = sum(W @ x + b)").nodes and Reflected.name == "sigmoid"


@pytest.mark.parametrize("text", [
    "z = W @ x + b\nloss = sqerr(z * z, y)", "z = x @ V + b\nh = sigmoid(z)\nloss = sqerr(h, y)",
    "z = W @ x + b\nu = W @ x + b\nloss = sqerr(sigmoid(z) * u, y)", "z = W @ x + b + b\nloss = sqerr(sigmoid(z), y)",
    "z = W @ x + c\nh = sigmoid(z)\nu = x @ V + c\nloss = sqerr(h + sigmoid(u), y)",
    "z = sigmoid(W @ x + b)\nloss = sqerr(sigmoid(b + z @ Q), y) + 0.1 * sum(W * W)",
])
@pytest.mark.parametrize("size", [1, 4])
def test_folding_changes_no_number(text: str, size: int) -> None:
    graph = Graph.parse(f"{HEAD}V = param(3, 2)\nQ = param(2, 2)\nc = param(2)\n{text}")
    data, params = drawn(graph, size)
    names = [name for name, node in graph.nodes.items() if node.kind != "target"]
    exact = graph.trace(data, params, kernels=False)
    for wrt in (everything(graph), names):
        loss, found = graph.gradients(data, params, wrt=wrt)
        assert_close(loss, exact.loss)
        for name, gradient in found.items():
            assert_close(gradient, exact.gradients[name])
    quick = graph.trace(data, params)
    for name in names:
        assert_close(quick.gradients[name], exact.gradients[name])


def test_what_the_data_decide_is_decided_anew_for_other_data() -> None:
    """Hard targets, soft ones, targets that sum to something else: one plan, one size."""
    for case in ("mlp", "matrix-language"):
        graph = lessons.load(case).graph
        data, params = drawn(graph, 4)
        target = graph.targets[0]
        hard = np.zeros_like(data[target])
        hard[:, 0] = [1, 1, 1, 1] if case != "mlp" else [0, 1, 1, 0]
        for values in (hard, data[target], 2 * hard, hard, data[target], hard):
            changed = {**data, target: values}
            exact = graph.trace(changed, params, kernels=False)
            loss, found = graph.gradients(changed, params, wrt=everything(graph))
            assert_close(loss, exact.loss)
            for name, gradient in found.items():
                assert_close(gradient, exact.gradients[name])
