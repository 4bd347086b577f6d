"""All numbers of a film in one flat float64 array; tensors are (offset, count) into it. NaN and ∞ travel unchanged."""

from __future__ import annotations

import numpy as np

Span = list[int]  # [offset, count]


class Numbers:
    """Collects tensors one after the other; `span` says where each of them stands."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] = []
        self._spans: dict[bytes, Span] = {}
        self._length = 0

    def span(self, tensor: np.ndarray | float) -> Span:
        """Where a tensor stands, in C order: [offset, count]. The same numbers stand there once, whoever has them."""
        flat = np.asarray(tensor, dtype=np.float64).reshape(-1)
        span = self._spans.setdefault(flat.tobytes(), [self._length, flat.size])
        if span[0] == self._length:
            self._parts.append(flat)
            self._length += flat.size
        return span

    def array(self) -> np.ndarray:
        """Everything collected so far, float64, one dimension."""
        return np.concatenate(self._parts) if self._parts else np.zeros(0)
