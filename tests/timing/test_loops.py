"""The loops compute what the handouts' numbers say, and what NumPy says where no handout does."""

import json
from pathlib import Path

import array_api_compat.numpy as xp
import numpy as np
import pytest

from explorer import Graph
from explorer.timing.loops import FORMS, LoopPass, NoLoopForm
from tests.engine.cases import cases_of

GOLDEN = Path(__file__).parent.parent / "golden"


def rows(array):
    return np.asarray(array, dtype=float).reshape(len(array), -1).tolist()


def flat(array):
    return np.ravel(np.asarray(array, dtype=float)).tolist()


def run(graph, data, params, wanted):
    given = {name: rows(array) for name, array in data.items()}
    loss, found = LoopPass(graph, wanted).gradients(given, {name: flat(array) for name, array in params.items()})
    return loss, {name: np.ravel(entries) for name, entries in found.items()}


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_loops_compute_the_golden_numbers(file):
    case = json.loads(file.read_text())
    graph = Graph.parse(case["source"])
    wanted = (*graph.parameters, *graph.inputs)
    loss, found = run(graph, case["data"], case["params"], wanted)
    assert loss == pytest.approx(case["loss"], rel=1e-12)
    for name in wanted:
        np.testing.assert_allclose(found[name], flat(case["gradients"][name]), rtol=1e-12, atol=1e-15, err_msg=name)


@pytest.mark.parametrize("case", [case for name in FORMS for case in cases_of(name)], ids=str)
def test_a_form_is_the_ops_own_rule_and_adds_to_what_is_there(case):
    op, primals = case.op(), case.primals((1,) * len(case.shapes))
    out = op.forward(xp, *primals)
    rng = np.random.default_rng(0)
    cotangent = rng.normal(size=out.shape)
    form = FORMS[case.name](op, case.shapes, out.shape[:-1])
    operands = [flat(primal) for primal in primals]
    found = form.forward(*operands)
    np.testing.assert_allclose(found, flat(out), rtol=1e-12, atol=1e-15)
    for slot, jacobian in enumerate(op.jacobians(xp, out, *primals)):
        expected, into = flat(jacobian.pullback(xp, cotangent)), rng.normal(size=primals[slot].size).tolist()
        before = list(into)
        form.backward(slot, flat(cotangent), into, found, *operands)
        np.testing.assert_allclose(np.subtract(into, before), expected, rtol=1e-9, atol=1e-12, err_msg=f"slot {slot}")


SHARED = """
x = input(2)
t = target(2)
A = param(2, 3)
B = param(3, 2)
c = param()
C = A @ B
y = tanh(C @ x) * c + x
loss = mse(y, t) + 0.5 * sqerr(x, t)
"""
RNG = np.random.default_rng(3)
DATA = {"x": RNG.normal(size=(4, 2)), "t": RNG.normal(size=(4, 2))}
PARAMS = {"A": RNG.normal(size=(2, 3)), "B": RNG.normal(size=(3, 2)), "c": np.array(1.5)}


def same_as_numpy(source, data, params, wanted):
    graph = Graph.parse(source)
    expected_loss, expected = graph.gradients(data, params, wrt=wanted, backend="numpy")
    loss, found = run(graph, data, params, wanted)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    for name in wanted:
        np.testing.assert_allclose(found[name], flat(expected[name]), rtol=1e-12, atol=1e-15, err_msg=name)


def test_what_all_samples_share_is_computed_once_and_its_gradients_add_up():
    same_as_numpy(SHARED, DATA, PARAMS, ("A", "B", "c", "x"))


def test_an_objective_that_all_samples_share():
    source = "x = input(2)\nA = param(2)\nloss = sqerr(A, A * A)\n"
    same_as_numpy(source, {"x": DATA["x"]}, {"A": PARAMS["A"][:, 0]}, ["A"])


@pytest.mark.parametrize("theta", [40.0, -40.0, 800.0, -800.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_a_saturated_loss_is_as_exact_as_numpys(theta, y):
    source = "x = input(1)\ny = target(1)\nw = param(1)\np = sigmoid(w * x)\nloss = bce(p, y)\n"
    same_as_numpy(source, {"x": [[theta]], "y": [[y]]}, {"w": [1.0]}, ["w"])


def test_a_vanishing_class_is_as_exact_as_numpys():
    source = "x = input(2)\nt = target(2)\nw = param(2)\ns = softmax(w * x)\nloss = cross_entropy(s, t)\n"
    same_as_numpy(source, {"x": [[0.0, 900.0]], "t": [[1.0, 0.0]]}, {"w": [1.0, 1.0]}, ["w"])


def test_an_op_without_loops_is_named():
    with pytest.raises(NoLoopForm, match="^no loop form of 'log'$"):
        LoopPass(Graph.parse("x = input(2)\nw = param(2)\nloss = dot(w, log(x))\n"), ["w"])
