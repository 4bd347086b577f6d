"""Buffers side by side in a few pieces of memory, so that all their numbers are copied at once and seen later."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from explorer.engine.nodes import Shape

PIECE = 1 << 16     # bytes; a larger buffer is a piece of its own

See = Callable[["Pieces"], np.ndarray]
Pieces = list[np.ndarray]


class Arena:
    """Lends buffers of one dtype, keeps count of where they lie, and copies them all."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = np.dtype(dtype)
        self._pieces: Pieces = []
        self._free = 0

    def __call__(self, shape: Shape) -> np.ndarray:
        """A buffer of that shape, its numbers whatever they are."""
        count = math.prod(shape)
        size = count * self.dtype.itemsize
        if size > self._free:
            self._pieces.append(np.zeros(max(size, PIECE) // self.dtype.itemsize, dtype=self.dtype))
            self._free = self._pieces[-1].nbytes
        start = self._pieces[-1].size - self._free // self.dtype.itemsize
        self._free -= size
        return self._pieces[-1][start : start + count].reshape(shape)

    def copy(self) -> Pieces:
        """All the numbers, read-only."""
        if self._free:      # nothing more is lent once copies are made
            self._pieces[-1] = self._pieces[-1][: self._pieces[-1].size - self._free // self.dtype.itemsize]
            self._free = 0
        copies = [piece.copy() for piece in self._pieces]
        for piece in copies:
            piece.flags.writeable = False
        return copies

    def see(self, buffer: np.ndarray) -> See:
        """What finds the numbers of a buffer, or of a view of one, in a copy."""
        address = _address(buffer)
        for place, piece in enumerate(self._pieces):
            offset = address - _address(piece)
            if 0 <= offset < piece.nbytes or not buffer.size:
                shape, strides, dtype = buffer.shape, buffer.strides, buffer.dtype
                offset = offset if buffer.size else 0
                return lambda pieces: np.ndarray(shape, dtype, pieces[place], offset, strides)
        raise ValueError(f"buffer of shape {buffer.shape}: not of this arena. Expected one that it lent.")


def _address(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])
