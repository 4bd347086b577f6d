"""Arrays as formulas see them: scalars, columns, rows and matrices, and where their entries stand on the stage.

*Oriented* arrays have shape () for a scalar and two axes for all else, a vector being a column (n, 1) or a row (1, n).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Shape: TypeAlias = tuple[int, ...]
Sign: TypeAlias = Literal["", "·", "∘", "⊗"]


def orient(numbers: Array, row: bool) -> Array:
    """A sample's tensor as a scalar, a column (n, 1), a row (1, n) or a matrix; more axes are laid out by the last."""
    numbers = np.asarray(numbers, dtype=np.float64)
    if numbers.ndim == 1:
        return numbers[None, :] if row else numbers[:, None]
    return numbers if numbers.ndim in (0, 2) else numbers.reshape(-1, numbers.shape[-1])


@dataclass(frozen=True)
class Cells:
    """Where a symbol's numbers stand on the stage: the cells of a node, of a kind, of a shape.

    `index` says which one, for a symbol of a single entry.
    """

    node: str
    kind: Literal["value", "gradient", "inside"]
    shape: Shape
    index: Shape = ()

    def at(self, row: int, column: int) -> str:
        """The stage's name of the cell at an oriented position; "" where the stage shows no such cell."""
        if self.index:
            return f"{self.kind}:{','.join(map(str, self.index))}" if len(self.index) < 3 else ""
        if len(self.shape) > 2:
            return ""
        if len(self.shape) == 2:
            return f"{self.kind}:{row},{column}"
        return f"{self.kind}:{row + column}"


def aligned(operation: Callable[[Array, Array], Array], a: Array, b: Array) -> Array:
    """Element by element; a row meets a column of the same length as if both stood the same way."""
    if a.ndim == b.ndim == 2 and a.shape != b.shape and a.shape == b.shape[::-1] and 1 in a.shape:
        b = b.T
    return np.asarray(operation(a, b))


def multiply(a: Array, b: Array, sign: Sign) -> Array:
    if sign == "⊗":
        return np.asarray(np.kron(a, b), dtype=np.float64)
    if sign == "∘" or a.ndim == 0 or b.ndim == 0:
        return aligned(np.multiply, a, b)
    return a @ b
