"""All numbers of a film in one flat float64 array; tensors are (offset, count) into it. NaN and ∞ travel unchanged."""

from __future__ import annotations

import numpy as np

Span = list[int]  # [offset, count]


class Numbers:
    """Collects tensors one after the other; `span` says where each of them stands."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] = []
        self._length = 0

    def span(self, tensor: np.ndarray | float) -> Span:
        """Append a tensor in C order; returns [offset, count]."""
        flat = np.asarray(tensor, dtype=np.float64).reshape(-1)
        self._parts.append(flat)
        self._length += flat.size
        return [self._length - flat.size, flat.size]

    def array(self) -> np.ndarray:
        """Everything collected so far, float64, one dimension."""
        return np.concatenate(self._parts) if self._parts else np.zeros(0)
