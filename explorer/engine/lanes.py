"""Work on several threads, with BLAS on one each: its own threads would stand in line behind ours."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import TypeVar

from threadpoolctl import ThreadpoolController

T = TypeVar("T")


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_threads(works: Sequence[Callable[[], T]]) -> list[T]:
    """What each of them gives, all at the same time, the first one on the calling thread."""
    with _blas_alone():
        others = [_executor().submit(work) for work in works[1:]]
        return [works[0](), *(other.result() for other in others)]


@lru_cache(maxsize=1)
def _executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(cores(), thread_name_prefix="lane")


class _Blas:
    """BLAS's thread count is the whole process's: the first who wants it at one sets it, the last one sets it back."""

    def __init__(self) -> None:
        self._libraries = ThreadpoolController().select(user_api="blas").lib_controllers
        self._lock, self._holders, self._before = Lock(), 0, [1 for _ in self._libraries]

    def hold(self) -> None:
        with self._lock:
            if not self._holders:
                self._before = [library.num_threads for library in self._libraries]
                self._set([1 for _ in self._libraries])
            self._holders += 1

    def release(self) -> None:
        with self._lock:
            self._holders -= 1
            if not self._holders:
                self._set(self._before)

    def _set(self, counts: Sequence[int]) -> None:
        for library, count in zip(self._libraries, counts, strict=True):
            library.set_num_threads(count)


@lru_cache(maxsize=1)
def _blas() -> _Blas:
    return _Blas()


@contextmanager
def _blas_alone() -> Iterator[None]:
    _blas().hold()
    try:
        yield
    finally:
        _blas().release()
