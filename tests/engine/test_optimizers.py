"""The update rule: w ← w − η ∂L/∂w."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.engine.errors import DataError
from explorer.engine.optimizers import SGD


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_step(dtype: str) -> None:
    params = {"W": np.ones((4, 3), dtype), "b": np.full((), 2, dtype)}
    grads = {"W": np.full((4, 3), 0.5, dtype), "b": np.full((), -1, dtype)}
    moved = SGD(rate=0.2).step(params, grads)
    assert {name: (value.shape, value.dtype) for name, value in moved.items()} == {
        "W": ((4, 3), np.dtype(dtype)), "b": ((), np.dtype(dtype)),
    }
    np.testing.assert_allclose(moved["W"], 0.9, rtol=1e-6)
    np.testing.assert_allclose(moved["b"], 2.2, rtol=1e-6)
    assert (params["W"] == 1).all() and params["b"] == 2


def test_the_rate_is_a_tenth_by_default() -> None:
    assert SGD().step({"w": np.array([1.0])}, {"w": np.array([1.0])})["w"][0] == 0.9


def test_lists_and_numbers_do_for_parameters() -> None:
    moved = SGD(0.5).step({"W": [[1, 2], [3, 4]], "b": 1}, {"W": np.ones((2, 2)), "b": np.float64(1)})
    assert moved["W"].tolist() == [[0.5, 1.5], [2.5, 3.5]] and moved["b"] == 0.5


def test_the_parameter_s_dtype_wins() -> None:
    assert SGD().step({"w": np.ones(2, "float32")}, {"w": np.ones(2)})["w"].dtype == "float32"
    assert SGD().step({"w": np.ones(2)}, {"w": np.ones(2, "float32")})["w"].dtype == "float64"


def test_parameters_without_a_gradient_stay_and_other_gradients_are_left_out() -> None:
    params = {"W": np.ones(2), "frozen": np.ones(3)}
    moved = SGD(1).step(params, {"W": np.ones(2), "x": np.ones(9)})
    assert set(moved) == {"W", "frozen"} and (moved["frozen"] == 1).all() and (moved["W"] == 0).all()


def test_a_gradient_of_another_shape_is_refused() -> None:
    with pytest.raises(DataError, match=r"gradient of 'W': it has shape \(2, 1\), the parameter \(2,\)") as caught:
        SGD().step({"W": np.ones(2)}, {"W": np.ones((2, 1))})
    assert caught.value.node == "W"
