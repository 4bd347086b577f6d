"""Ways to break a backward rule, and the verdict on one broken rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import array_api_compat.numpy as xp
import numpy as np

from explorer.engine.jacobians import Jacobian

Pullback = Callable[[Any, Any, np.ndarray], np.ndarray]
Check = Callable[[], None]


def sign(jacobian: Jacobian, exact: Pullback, cotangent: np.ndarray) -> np.ndarray:
    return -exact(jacobian, xp, cotangent)


def scale(jacobian: Jacobian, exact: Pullback, cotangent: np.ndarray) -> np.ndarray:
    return 2 * exact(jacobian, xp, cotangent)


def transpose(jacobian: Jacobian, exact: Pullback, cotangent: np.ndarray) -> np.ndarray:
    """J g in place of Jᵀ g, where the shapes would not tell."""
    square = jacobian.in_shape == jacobian.out_shape
    return jacobian.pushforward(xp, cotangent) if square else exact(jacobian, xp, cotangent)


def turned(jacobian: Jacobian, exact: Pullback, cotangent: np.ndarray) -> np.ndarray:
    """The right gradient of a square matrix, transposed."""
    found, square = exact(jacobian, xp, cotangent), jacobian.in_shape[:1] == jacobian.in_shape[1:-1]
    return np.swapaxes(found, 0, 1) if square else found


def shift(jacobian: Jacobian, exact: Pullback, cotangent: np.ndarray) -> np.ndarray:
    return exact(jacobian, xp, cotangent) + 1


def unsummed(jacobian: Jacobian, exact: Pullback, cotangent: np.ndarray) -> np.ndarray:
    """Only the first sample's part of what a shared operand should receive from all."""
    if jacobian.in_shape[-1] == 1 and cotangent.shape[-1] > 1:
        cotangent = cotangent * (np.arange(cotangent.shape[-1]) == 0)
    return exact(jacobian, xp, cotangent)


WARPS = {rule.__name__: rule for rule in (sign, scale, shift, transpose, turned, unsummed)}


@dataclass
class Mutant:
    """One broken rule: how to break it, and the checks that ought to fail. `bites` tells if it changed a number."""

    target: str
    kind: str
    context: AbstractContextManager[Any]
    checks: Iterable[Check]
    bites: list[bool] = field(default_factory=list)

    def verdict(self) -> str:
        """killed, SURVIVED, or no change."""
        with self.context, np.errstate(all="ignore"):
            for check in self.checks:
                try:
                    check()
                except AssertionError:
                    return "killed"
        return "SURVIVED" if any(self.bites) else "no change"


class Warped:
    """A Jacobian with another pullback."""

    def __init__(self, jacobian: Jacobian, warp: Callable, bites: list[bool]) -> None:
        self._jacobian, self._warp, self._bites = jacobian, warp, bites

    def __getattr__(self, name: str) -> Any:
        return getattr(self._jacobian, name)

    def pullback(self, _: Any, cotangent: np.ndarray) -> np.ndarray:
        exact = type(self._jacobian).pullback
        return noted(self._bites, self._warp(self._jacobian, exact, cotangent), exact(self._jacobian, xp, cotangent))


def noted(bites: list[bool], found: np.ndarray, exact: np.ndarray) -> np.ndarray:
    if not any(bites):
        bites.append(found.shape != exact.shape or not np.allclose(found, exact, rtol=1e-9, atol=1e-12, equal_nan=True))
    return found
