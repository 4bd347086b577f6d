"""Plans kept for the next time, each lent to one caller at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Lock

from explorer.engine.plan import Plan

KEPT = 8


class Pool:
    """The plans used last. A plan that is lent out is not in the pool, so no two threads ever share its buffers."""

    def __init__(self) -> None:
        self._plans: OrderedDict[Hashable, Plan] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._plans)

    @contextmanager
    def lend(self, key: Hashable, make: Callable[[], Plan]) -> Iterator[Plan]:
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
