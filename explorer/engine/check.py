"""Derivatives without any rule of differentiation: what the Jacobians and gradients are held against. NumPy only.

Source: B. Fornberg, Mathematics of Computation 51 (1988), for the difference weights; W. Squire and G. Trapp,
SIAM Review 40 (1998), for the complex step.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

# Central differences of order 6: the error is near 1e-12 of the function's size at this step.
WEIGHTS = (3 / 4, -3 / 20, 1 / 60)
STEP = 1e-3
COMPLEX_STEP = 1e-30


def complex_step(function: Callable[[np.ndarray], np.ndarray], primal: np.ndarray) -> np.ndarray:
    """The Jacobian of `function` at an engine array, exact to rounding: Im f(x + ih) / h, which subtracts nothing.

    Shapes: primal (…, B), function's result (…, C) -> (m, n, C), both flattened in C order. `function` must be analytic
    and take complex arrays; samples must not depend on each other.
    """
    def column(direction: np.ndarray) -> np.ndarray:
        return np.imag(function(primal + 1j * COMPLEX_STEP * direction)) / COMPLEX_STEP

    return _columns(column, primal)


def central_differences(
    function: Callable[[np.ndarray], np.ndarray], primal: np.ndarray, step: float = STEP
) -> np.ndarray:
    """The Jacobian of `function` at an engine array by central differences of order 6.

    Shapes: as for complex_step. `function` needs to be smooth within 3 steps of the primal.
    """
    def column(direction: np.ndarray) -> np.ndarray:
        return _difference(lambda shift: function(primal + shift * direction), step)

    return _columns(column, primal)


def numerical_gradient(
    objective: Callable[[np.ndarray], float], point: np.ndarray, step: float = STEP
) -> np.ndarray:
    """The gradient of a number by each entry of any array, by central differences of order 6; in the array's shape."""
    gradient = np.empty(point.shape)
    for place in np.ndindex(point.shape):

        def along(shift: float, place: tuple[int, ...] = place) -> np.ndarray:
            moved = np.array(point, dtype=float)
            moved[place] += shift
            return np.asarray(objective(moved))

        gradient[place] = _difference(along, step)
    return gradient


def relative_error(found: np.ndarray, expected: np.ndarray) -> float:
    """The largest difference, in units of the largest number of the two (0 where both are 0 or empty)."""
    scale = max(np.abs(found).max(initial=0), np.abs(expected).max(initial=0))
    return float(np.abs(found - expected).max(initial=0) / scale) if scale else 0.0


def _difference(along: Callable[[float], np.ndarray], step: float) -> np.ndarray:
    """The derivative at 0 of a function of one number."""
    return sum(
        (weight * (along(k * step) - along(-k * step)) for k, weight in enumerate(WEIGHTS, start=1)), np.zeros(())
    ) / step


def _columns(column: Callable[[np.ndarray], np.ndarray], primal: np.ndarray) -> np.ndarray:
    """One column for each entry of a sample, for all samples at once: they do not depend on each other."""
    columns = []
    for place in np.ndindex(primal.shape[:-1]):
        direction = np.zeros(primal.shape)
        direction[place] = 1
        change = column(direction)
        columns.append(change.reshape(math.prod(change.shape[:-1]), change.shape[-1]))
    return np.stack(columns, axis=1)
