"""Numerical differentiation against derivatives known by hand."""

from __future__ import annotations

import numpy as np

from explorer.engine.check import central_differences, complex_step, numerical_gradient, relative_error

WEIGHTS = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]])


def network(x: np.ndarray) -> np.ndarray:
    return np.sin(WEIGHTS @ x)


def expected(x: np.ndarray) -> np.ndarray:
    return np.cos(WEIGHTS @ x)[:, None, :] * WEIGHTS[:, :, None]


def test_both_methods_find_the_jacobian_of_every_sample() -> None:
    x = np.random.default_rng(0).normal(size=(3, 5))
    assert relative_error(complex_step(network, x), expected(x)) < 1e-15
    assert relative_error(central_differences(network, x), expected(x)) < 1e-11


def test_matrices_are_flattened_in_c_order() -> None:
    x = np.random.default_rng(1).normal(size=(2, 3, 4))
    jacobian = complex_step(lambda a: np.transpose(a, (1, 0, 2)), x)
    assert jacobian.shape == (6, 6, 4)
    assert np.array_equal(jacobian[..., 0] @ np.arange(6), np.arange(6).reshape(2, 3).T.ravel())


def test_empty_batches_and_scalars() -> None:
    assert complex_step(network, np.empty((3, 0))).shape == (2, 3, 0)
    assert central_differences(lambda a: a.sum(axis=0), np.ones((3, 2))).shape == (1, 3, 2)
    assert complex_step(np.square, np.array([3.0])).ravel() == 6


def test_the_gradient_of_a_number() -> None:
    point = np.random.default_rng(2).normal(size=(2, 3))
    found = numerical_gradient(lambda a: float(np.sum(np.exp(a) * WEIGHTS)), point)
    assert relative_error(found, np.exp(point) * WEIGHTS) < 1e-11
    assert numerical_gradient(lambda a: float(a**2), np.asarray(3.0)).shape == ()


def test_the_point_is_left_alone() -> None:
    point = np.ones(3)
    numerical_gradient(lambda a: float(np.sum(a)), point)
    assert np.array_equal(point, np.ones(3))


def test_relative_error_is_in_units_of_the_largest_number() -> None:
    assert relative_error(np.array([1.0, 2.0]), np.array([1.0, 4.0])) == 0.5
    assert relative_error(np.zeros(3), np.zeros(3)) == 0
    assert relative_error(np.empty(0), np.empty(0)) == 0
    assert np.isnan(relative_error(np.array([np.nan]), np.array([1.0])))
