"""Plans kept for the next time, each lent to one caller at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Protocol

from explorer.engine.arrays import Array

KEPT = 8


class Runs(Protocol):
    """A plan, of whatever device."""

    def run(self, given: Mapping[int, Array]) -> tuple[float, list[Array | None]]:
        """The objective and the wanted gradients, from engine arrays by register."""


class Pool:
    """The plans used last. A plan that is lent out is not in the pool, so no two threads ever share its buffers."""

    def __init__(self) -> None:
        self._plans: OrderedDict[Hashable, Runs] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._plans)

    @contextmanager
    def lend(self, key: Hashable, make: Callable[[], Runs]) -> Iterator[Runs]:
        """The plan of that key, made now if it is not there or lent out; it comes back when the caller is done."""
        with self._lock:
            plan = self._plans.pop(key, None)
        if plan is None:
            plan = make()
        yield plan
        with self._lock:    # not after an error: then its buffers are nobody's business any more
            self._plans[key] = plan
            while len(self._plans) > KEPT:
                self._plans.popitem(last=False)
