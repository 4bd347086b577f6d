"""Memory for plans: where its buffers begin, that none overlap, and that an arena's are found again in a copy."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from explorer.engine.arena import LARGEST_PIECE, LINE, PAGE, Arena, Memory

SHAPES = [(1,), (3, 1), (5, 7), (4, 1024), (), (2, 0), (1, 511), (1, 512), (LARGEST_PIECE // 4,), (9,), (3, 1)] * 3


def address(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_buffers_begin_at_a_cache_line_and_never_overlap(dtype: str) -> None:
    lend = Memory(dtype)
    lent = [lend(shape) for shape in SHAPES]
    for shape, buffer in zip(SHAPES, lent, strict=True):
        assert buffer.shape == shape and buffer.dtype == np.dtype(dtype) and buffer.flags.c_contiguous
        assert address(buffer) % (PAGE if buffer.nbytes >= PAGE else LINE) == 0 or not buffer.size
    spans = sorted((address(buffer), address(buffer) + buffer.nbytes) for buffer in lent if buffer.size)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_small_plans_take_little() -> None:
    lend = Memory("float64")
    for _ in range(20):
        lend((4, 1))
    assert sum(piece.nbytes for piece in lend._pieces) <= 8192


@pytest.mark.parametrize("shared", [1 << 40, 0])
def test_an_arena_s_buffers_are_found_in_a_copy(shared: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.engine.arena.SHARED", shared)     # one thread copies, or several
    arena = Arena("float64")
    lent = [arena(shape) for shape in SHAPES[:11]]
    views = [*lent, lent[3][1:, ::2], lent[2].T]
    for number, buffer in enumerate(lent):
        buffer[...] = number
    seen = [arena.see(view) for view in views]
    copies = arena.copy()
    expected = [view.copy() for view in views]
    for buffer in lent:
        buffer[...] = -1
    for see, wanted in zip(seen, expected, strict=True):
        found = see(copies)
        np.testing.assert_array_equal(found, wanted)
        assert not found.flags.writeable
    with pytest.raises(ValueError, match="not of this arena"):
        arena.see(np.ones(3))
