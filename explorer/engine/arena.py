"""Buffers side by side in a few pieces of memory: they begin where vector units like it, and are copied all at once."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from explorer.engine.lanes import in_threads
from explorer.engine.nodes import Shape

LINE, PAGE = 64, 4096       # bytes; sums and products of buffers that begin within a cache line take twice as long
FIRST_PIECE, LARGEST_PIECE = 1 << 12, 1 << 23
SHARED = 1 << 24        # bytes from which on several threads copy

See = Callable[["Pieces"], np.ndarray]
Pieces = list[np.ndarray]


class Memory:
    """Lends buffers of one dtype that begin at a cache line, and large ones at a page, for as long as it lives."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = np.dtype(dtype)
        self._pieces: Pieces = []
        self._address, self._used = 0, 0    # of the last piece: where it lies, and how many entries are lent

    def __call__(self, shape: Shape) -> np.ndarray:
        """A buffer of that shape, its numbers whatever they are."""
        count = math.prod(shape)
        border = PAGE if count * self.dtype.itemsize >= PAGE else LINE
        start = self._start(border)
        if not self._pieces or start + count > self._pieces[-1].size:
            self._begin(count)
            start = self._start(border)
        self._used = start + count
        return self._pieces[-1][start : start + count].reshape(shape)

    @property
    def nbytes(self) -> int:
        """What it takes, lent or not."""
        return sum(piece.nbytes for piece in self._pieces)

    def _start(self, border: int) -> int:
        """The first free entry of the last piece whose address is a multiple of so many bytes."""
        item = self.dtype.itemsize
        return self._used + -(self._address + self._used * item) % border // item

    def _begin(self, count: int) -> None:
        """A new piece: as much again as there is, or what the buffer takes."""
        wanted = max(FIRST_PIECE, self.nbytes)
        size = max(min(wanted, LARGEST_PIECE), count * self.dtype.itemsize + PAGE)
        self._pieces.append(np.zeros(size // self.dtype.itemsize, dtype=self.dtype))
        self._address, self._used = _address(self._pieces[-1]), 0


class Arena(Memory):
    """Memory whose numbers are copied all at once, and found again in a copy. All buffers are lent before that."""

    def copy(self) -> Pieces:
        """All the numbers, read-only."""
        if self._pieces:    # nothing more is lent once copies are made
            self._pieces[-1] = self._pieces[-1][: self._used]
        if self.nbytes < SHARED:
            copies = [piece.copy() for piece in self._pieces]
        else:
            copies = in_threads([piece.copy for piece in self._pieces])
        for piece in copies:
            piece.flags.writeable = False
        return copies

    def see(self, buffer: np.ndarray) -> See:
        """What finds the numbers of a buffer, or of a view of one, in a copy."""
        shape, strides, dtype = buffer.shape, buffer.strides, buffer.dtype
        if not buffer.size:
            return lambda pieces: np.ndarray(shape, dtype, pieces[0], 0, strides)
        address = _address(buffer)
        found = bisect_right(self._starts, (address, len(self._pieces))) - 1
        begin, place = self._starts[max(found, 0)]
        offset = address - begin
        if found < 0 or offset >= self._pieces[place].nbytes:
            raise ValueError(f"buffer of shape {shape}: not of this arena. Expected one that it lent.")
        return lambda pieces: np.ndarray(shape, dtype, pieces[place], offset, strides)

    @cached_property
    def _starts(self) -> list[tuple[int, int]]:
        """Where each piece begins, and which one it is, in order of the former."""
        return sorted((_address(piece), place) for place, piece in enumerate(self._pieces))


def _address(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])
