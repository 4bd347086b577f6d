"""The trace: contributions, sums, zeros, batches of any size, and honest errors about data."""

import math

import numpy as np
import pytest

from explorer.engine import SGD, DataError, Graph, GraphError
from tests.engine.golden import assert_close, case

MLP = case("bce_mlp_batch")


def mlp(batch=None, **options):
    data = {name: np.asarray(value)[:batch] for name, value in MLP["data"].items()}
    return Graph.parse(MLP["source"]).trace(data, MLP["params"], **options)


class TestFanOut:
    def test_a_times_a(self):
        trace = Graph.parse("a = input()\nloss = a * a").trace({"a": [3.0]})
        assert (trace.loss, trace.gradients["a"].tolist()) == (9.0, [6.0])
        assert trace.contributions["loss", "a", 0].tolist() == [3.0]
        assert trace.contributions["loss", "a", 1].tolist() == [3.0]
        assert trace.contributions["loss", "a"].tolist() == [6.0]
        assert trace.jacobian("loss", "a").dense().tolist() == [[6.0]]

    def test_x_plus_x_times_x(self):
        trace = Graph.parse("x = input(2)\nh = x + x * x\nloss = sum(h)").trace({"x": [[3.0, -1.0]]})
        assert trace.gradients["x"].tolist() == [[7.0, -1.0]]
        jacobian = trace.jacobian("h", "x")
        assert (jacobian.structure, jacobian.dense().tolist()) == ("diagonal", [[7.0, 0.0], [0.0, -1.0]])

    def test_contributions_add_up_to_the_gradient_everywhere(self):
        trace = Graph.parse(
            "x = input(2)\nW = param(2, 2)\nh = W @ x + x\ng = h * x + W @ h\nidle = sum(h)\nloss = sum(g) + sum(W)"
        ).trace({"x": [[1.0, 2.0], [3.0, 4.0]]}, {"W": [[0.5, -1.0], [2.0, 1.5]]})
        for name in ("x", "W", "h"):
            sent = [trace.contributions[line, name, slot] for line, slot in trace.graph.readers(name)]
            assert_close(sum(sent), trace.gradients[name])
            lines = dict.fromkeys(line for line, _ in trace.graph.readers(name))
            assert_close(sum(trace.contributions[line, name] for line in lines), trace.gradients[name])
        assert not trace.gradients["idle"].any()
        assert not trace.contributions["idle", "h"].any()
        assert ("g", "h") in trace.contributions
        for absent in (("g", "h", 1), ("g", "loss"), ("x", "x"), ("nothing", "x"), "g", ("g", "h", 9)):
            assert absent not in trace.contributions


class TestBatch:
    @pytest.mark.parametrize("reduction", ["mean", "sum"])
    @pytest.mark.parametrize("fuse", [False, True])
    def test_an_empty_batch_is_a_loss_of_zero_and_no_gradient(self, reduction, fuse):
        trace = mlp(0, reduction=reduction, fuse=fuse)
        assert (trace.loss, trace.batch, trace.nonfinite) == (0.0, 0, None)
        assert trace.values["h"].shape == trace.gradients["h"].shape == (0, 4)
        assert trace.gradients["W"].shape == (4, 3) and not trace.gradients["W"].any()
        assert trace.jacobian("z", "W").stack().shape == (0, 4, 12)
        with pytest.raises(IndexError, match="batch has 0"):
            trace.jacobian("z", "W").dense()

    def test_an_empty_list_is_an_empty_batch(self):
        trace = Graph.parse("x = input(3)\nloss = sum(x)").trace({"x": []})
        assert (trace.loss, trace.values["x"].shape) == (0.0, (0, 3))

    @pytest.mark.parametrize("size", [1, 3, 4])
    def test_each_sample_by_itself(self, size):
        """Batch sizes equal to the widths 1, 3 and 4 of the network are no special case."""
        whole, parts = mlp(size), []
        for sample in range(size):
            data = {name: [value[sample]] for name, value in MLP["data"].items()}
            parts.append(whole.graph.trace(data, MLP["params"]))
        assert_close(whole.loss, np.mean([part.loss for part in parts]))
        assert_close(whole.gradients["W"], np.mean([part.gradients["W"] for part in parts], axis=0))
        assert_close(whole.values["h"], np.concatenate([part.values["h"] for part in parts]))
        assert_close(whole.gradients["h"] * size, np.concatenate([part.gradients["h"] for part in parts]))

    def test_the_sum_instead_of_the_mean(self):
        assert_close(mlp(reduction="sum").loss, 5 * MLP["loss"])
        assert_close(mlp(reduction="sum").gradients["W"], 5 * np.asarray(MLP["gradients"]["W"]))
        with pytest.raises(GraphError, match="mean or sum"):
            mlp(reduction="max")

    def test_a_regulariser_alone_and_beside_a_loss(self):
        W = np.array([[1.0, -2.0], [0.5, 3.0]])
        alone = Graph.parse("W = param(2, 2)\nloss = sum(W * W)")
        trace = alone.trace({}, {"W": W})
        assert (trace.loss, trace.batch, trace.values["loss"].shape) == (14.25, 1, ())
        assert_close(trace.gradients["W"], 2 * W)
        beside = Graph.parse("x = input(2)\nW = param(2, 2)\nr = sum(W * W)\nloss = sum(W @ x) + 0.1 * r")
        x = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        for reduction, count in (("mean", 1), ("sum", 3)):
            trace = beside.trace({"x": x}, {"W": W}, reduction=reduction)
            assert trace.values["loss"].shape == (3,)
            assert_close(trace.loss, count * (np.mean((x @ W.T).sum(axis=1)) + 1.425))
            assert_close(trace.gradients["W"], count * (np.tile(x.mean(axis=0), (2, 1)) + 0.2 * W))

    def test_float32(self):
        trace = mlp(dtype="float32")
        assert {array.dtype for array in trace.values.values()} == {np.dtype("float32")}
        assert {array.dtype for array in trace.gradients.values()} == {np.dtype("float32")}
        assert_close(trace.loss, MLP["loss"], 1e-6)


class TestHonesty:
    def test_nothing_in_a_trace_can_be_written(self):
        x = np.array([[1.0, 2.0]])
        trace = Graph.parse("x = input(2)\ny = x\nloss = sum(y + y)").trace({"x": x})
        for array in (*trace.values.values(), *trace.gradients.values(), *trace.contributions.values()):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0
        x[...] = 7
        assert trace.values["x"].tolist() == [[1.0, 2.0]]
        assert x.flags.writeable

    def test_the_first_value_that_is_not_finite(self):
        graph = Graph.parse("x = input(2)\nW = param()\nh = log(x)\nloss = sum(h * W)")
        good, bad = [1.0, 2.0], [1.0, -1.0]
        assert graph.trace({"x": [good, good]}, {"W": 1}).nonfinite is None
        assert graph.trace({"x": [good, [0.0, 1.0]]}, {"W": 1}).nonfinite == ("h", 1, "inf")
        assert graph.trace({"x": [good, bad, bad]}, {"W": 1}).nonfinite == ("h", 1, "nan")
        assert graph.trace({"x": [good, [1.0, math.nan]]}, {"W": 1}).nonfinite == ("x", 1, "nan")
        assert graph.trace({"x": [good]}, {"W": math.inf}).nonfinite == ("W", None, "inf")

    def test_a_gradient_that_is_not_finite_is_found_too(self):
        trace = Graph.parse("x = input(1)\nh = sqrt(x)\nloss = sum(h)").trace({"x": [[4.0], [0.0]]})
        assert math.isfinite(trace.loss)
        assert trace.nonfinite == ("x", 1, "inf")

    def test_overflow_is_shown_and_not_warned_of(self):
        trace = Graph.parse("x = input()\nloss = 1e308 * x * 10").trace({"x": [1e300, 1.0]}, dtype="float32")
        assert trace.loss == math.inf


class TestJacobian:
    def test_samples_count_from_zero(self):
        jacobian = mlp().jacobian("h", "z")
        assert jacobian.structure == "diagonal"
        for sample in (-1, 5, 100):
            with pytest.raises(IndexError, match="Expected 0 to 4"):
                jacobian.dense(sample)
        with pytest.raises(TypeError):
            jacobian.dense(1.5)

    def test_structures_along_a_line_are_composed(self):
        trace = Graph.parse(
            "x = input(2)\nW = param(3, 2)\nb = param(3)\nz = W @ x + b\nh = σ(W @ x + b)\ns = sin(cos(x)) - x\n"
            "l = sum(h)\nk = x[1]\nloss = l + 0"
        ).trace({"x": [[1.0, 2.0]]}, {"W": np.ones((3, 2)), "b": np.zeros(3)})
        found = {(of, wrt): trace.jacobian(of, wrt).structure
                 for of, wrt in (("z", "x"), ("z", "W"), ("z", "b"), ("s", "x"), ("l", "h"), ("k", "x"), ("loss", "l"))}
        assert found == {("z", "x"): "matrix", ("z", "W"): "outer", ("z", "b"): "identity", ("s", "x"): "diagonal",
                         ("l", "h"): "row", ("k", "x"): "selection", ("loss", "l"): "identity"}
        assert trace.jacobian("h", "W").dense().shape == (3, 6)

    def test_it_is_the_matrix_of_the_backward_pass(self):
        trace = mlp()
        for line in trace.graph.nodes.values():
            for name in dict.fromkeys(line.inputs):
                if trace.graph.nodes[name].kind == "target":
                    continue
                upstream = trace.gradients[line.name].reshape(trace.batch, -1)
                sent = np.einsum("bm,bmn->bn", upstream, trace.jacobian(line.name, name).stack())
                expected = trace.contributions[line.name, name]
                if not trace.graph.nodes[name].batched:
                    sent = sent.sum(axis=0)
                assert_close(sent.reshape(expected.shape), expected)

    @pytest.mark.parametrize(("of", "wrt", "part"), [
        ("h", "x", "does not read it"), ("x", "x", "declaration"), ("loss", "y", "a target"), ("hh", "x", "no line"),
        ("h", "zz", "no line"),
    ])
    def test_what_has_none(self, of, wrt, part):
        with pytest.raises(GraphError, match=part):
            mlp().jacobian(of, wrt)

    def test_a_line_of_nine_hundred_summands(self):
        text = "x = input(2)\nh = " + " + ".join(["sin(x)"] * 900) + "\nloss = sum(h)"
        trace = Graph.parse(text).trace({"x": [[0.0, 1.0]]})
        jacobian = trace.jacobian("h", "x")
        assert jacobian.structure == "diagonal"
        assert_close(jacobian.dense(), np.diag(900 * np.cos([0.0, 1.0])))


class TestData:
    GRAPH = Graph.parse("x = input(3)\ny = target()\nW = param(2, 3)\nloss = sum(W @ x) * y")
    GOOD = {"x": np.zeros((4, 3)), "y": np.zeros(4)}
    PARAMS = {"W": np.zeros((2, 3))}

    @pytest.mark.parametrize(("data", "params", "part"), [
        (None, {}, "a NoneType. Expected a mapping"),
        ({"x": GOOD["x"]}, {}, r"'y' \(line 2\): missing. Expected an array of shape \(B,\), B samples"),
        ({**GOOD, "z": 1}, {}, "'z': unknown to the graph. Expected x, y"),
        ({**GOOD, "X": 1}, {}, "'X': unknown"),
        ({**GOOD, "W": 1}, {}, "'W': unknown"),
        ({3: 1}, {}, "'3': unknown"),
        ({**GOOD, "x": np.zeros((4, 2))}, {}, r"shape \(4, 2\). Expected \(B, 3\)"),
        ({**GOOD, "x": np.zeros(3)}, {}, r"shape \(3,\). Expected \(B, 3\)"),
        ({**GOOD, "y": np.zeros((4, 1))}, {}, r"shape \(4, 1\). Expected \(B,\)"),
        ({**GOOD, "y": np.zeros(5)}, {}, "x has 4, y has 5"),
        ({**GOOD, "x": [[1, 2, 3], [1, 2]]}, {}, "no array of numbers"),
        ({**GOOD, "x": [["1", "2", "3"]] * 4}, {}, "entries of kind str"),
        ({**GOOD, "x": [[1, 2, None]] * 4}, {}, "entries of kind object"),
        ({**GOOD, "x": [[1, 2, 10**40]] * 4}, {}, "entries of kind object"),
        ({**GOOD, "x": np.zeros((4, 3), complex)}, {}, "entries of kind complex"),
        (GOOD, {}, r"'W' \(line 3\): missing. Expected an array of shape \(2, 3\)"),
        (GOOD, {"W": np.zeros((3, 2))}, r"shape \(3, 2\). Expected \(2, 3\)"),
        (GOOD, {"W": np.zeros((2, 3)), "V": 1}, "'V': unknown"),
    ])
    def test_errors_name_the_thing_what_was_found_and_what_is_expected(self, data, params, part):
        for run in (self.GRAPH.trace, self.GRAPH.gradients):
            with pytest.raises(DataError, match=part):
                run(data, params)

    def test_integers_booleans_and_lists_are_numbers(self):
        trace = self.GRAPH.trace({"x": [[1, 2, 3]], "y": [True]}, {"W": [[1, 0, 0], [0, 1, 0]]})
        assert trace.loss == 3.0

    def test_names_in_python_s_normal_form(self):
        graph = Graph.parse("ﬁ = input()\nloss = ﬁ * 2")
        assert list(graph.nodes) == ["fi", "loss"]
        assert graph.trace({"ﬁ": [2.0]}).loss == graph.gradients({"fi": [2.0]})[0] == 4.0

    def test_a_batch_is_laid_out_once(self):
        batch = self.GRAPH.batch(self.GOOD, dtype="float32")
        assert self.GRAPH.trace(batch, self.PARAMS).values["x"].dtype == np.float32
        assert self.GRAPH.gradients(batch, self.PARAMS, dtype=np.float32)[1]["W"].dtype == np.float32
        with pytest.raises(DataError, match="float32 for numpy. Expected float64"):
            self.GRAPH.trace(batch, self.PARAMS, dtype="float64")
        with pytest.raises(DataError, match="another graph"):
            Graph.parse(self.GRAPH.source).trace(batch, self.PARAMS)

    def test_unknown_backends_and_dtypes(self):
        with pytest.raises(DataError, match="numpy, cupy, auto"):
            self.GRAPH.trace(self.GOOD, self.PARAMS, backend="torch")
        for dtype in ("float16", "int64", "nonsense", complex):
            with pytest.raises(DataError, match="float64 or float32"):
                self.GRAPH.trace(self.GOOD, self.PARAMS, dtype=dtype)


def test_ten_thousand_lines_in_a_row():
    text = "x0 = input(2)\n" + "".join(f"x{n + 1} = x{n} + 0.001\n" for n in range(10_000)) + "loss = sum(x10000)"
    graph = Graph.parse(text)
    trace = graph.trace({"x0": [[1.0, 2.0]]})
    assert_close(trace.loss, 23.0, 1e-9)
    assert trace.gradients["x0"].tolist() == [[1.0, 1.0]]
    assert len(trace.steps) == 2 * 10_001 + 1
    loss, gradients = graph.gradients({"x0": [[1.0, 2.0]]}, wrt=["x0"])
    assert_close(loss, 23.0, 1e-9)
    assert gradients["x0"].tolist() == [[1.0, 1.0]]


def test_a_name_is_found_in_every_form_that_the_text_may_spell_it_in():
    """A keyboard's micro sign and the Greek letter, a letter with its accent apart: Python reads them as one name."""
    micro, lunate, apart = "\u00b5", "\u03f5", "y\u0302"
    graph = Graph.parse(f"{micro} = input(2)\n{lunate} = param(2)\n{apart} = {micro} * {lunate}\nloss = sum(ŷ)")
    data, params = {micro: [[1.0, 2.0]]}, {lunate: np.array([3.0, 4.0])}
    trace = graph.trace(data, params)
    assert list(trace.values) == ["\u03bc", "ε", "ŷ", "loss"]
    assert graph.nodes[apart] is graph.nodes["ŷ"] is graph.node(apart)
    assert trace.values[apart].tolist() == [[3.0, 8.0]] and apart in trace.values
    assert trace.gradients[lunate].tolist() == trace.contributions[apart, lunate].tolist() == [1.0, 2.0]
    assert trace.jacobian(apart, lunate).dense().tolist() == [[1.0, 0.0], [0.0, 2.0]]
    assert list(graph.gradients(data, params, wrt=[apart, lunate])[1]) == [apart, lunate]
    moved = SGD(rate=1.0).step(params, graph.gradients(data, params)[1])
    assert list(moved) == [lunate] and moved[lunate].tolist() == [2.0, 2.0]
    for mapping in (graph.nodes, trace.values, trace.gradients):
        with pytest.raises(KeyError):
            mapping["\u210c"]
