"""Plans kept for the next time, each lent to one caller at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any

KEPT = 8


class Pool:
    """The plans used last. A plan that is lent out is not in the pool, so no two threads ever share its buffers."""

    def __init__(self) -> None:
        self._plans: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._plans)

    def take(self, key: Hashable) -> Any:
        """The plan of that key, the caller's alone until it is given back; None if it is not there or lent out."""
        with self._lock:
            return self._plans.pop(key, None)

    def give(self, key: Hashable, plan: Any) -> None:
        """A plan that nobody uses any more; the one that was used longest ago may have to go for it."""
        with self._lock:
            self._plans[key] = plan
            while len(self._plans) > KEPT:
                self._plans.popitem(last=False)
