"""All ten golden cases: values, gradients, Jacobians and one SGD step."""

import numpy as np
import pytest

from explorer.engine import SGD, Graph
from explorer.engine.arrays import to_host
from tests.engine.golden import NAMES, assert_close, case

BACKENDS = ["numpy", "array_api_strict", pytest.param("cupy", marks=pytest.mark.gpu)]


def test_there_are_ten_cases():
    assert len(NAMES) == 10


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", NAMES)
class TestGolden:
    def trace(self, name, backend, **options):
        golden = case(name)
        return golden, Graph.parse(golden["source"]).trace(golden["data"], golden["params"], backend=backend, **options)

    @pytest.mark.parametrize("fuse", [False, True])
    def test_values_and_gradients(self, name, backend, fuse):
        golden, trace = self.trace(name, backend, fuse=fuse)
        assert trace.backend == backend
        assert_close(trace.loss, golden["loss"])
        assert set(trace.values) == set(golden["values"])
        assert set(trace.gradients) == set(golden["gradients"])
        for node, expected in golden["values"].items():
            assert_close(to_host(trace.values[node]), expected)
        for node, expected in golden["gradients"].items():
            assert_close(to_host(trace.gradients[node]), expected)
        assert trace.nonfinite is None

    def test_jacobians(self, name, backend):
        golden, trace = self.trace(name, backend)
        for jacobian in golden["jacobians"]:
            found = trace.jacobian(jacobian["of"], jacobian["wrt"])
            assert_close(found.stack(), jacobian["per_sample"])
            for sample, expected in enumerate(jacobian["per_sample"]):
                assert_close(found.dense(sample), expected)

    def test_gradients_and_one_step_of_sgd(self, name, backend):
        golden = case(name)
        graph = Graph.parse(golden["source"])
        loss, gradients = graph.gradients(golden["data"], golden["params"], backend=backend)
        assert_close(loss, golden["loss"])
        assert set(gradients) == set(golden["params"])
        hosted = {node: to_host(gradient) for node, gradient in gradients.items()}
        for node, gradient in hosted.items():
            assert_close(gradient, golden["gradients"][node])
        updated = SGD(rate=golden["learning_rate"]).step(
            {node: np.asarray(value) for node, value in golden["params"].items()}, hosted)
        assert set(updated) == set(golden["updated"])
        for node, expected in golden["updated"].items():
            assert_close(updated[node], expected)
