"""Plans kept for the next time, each lent to one caller at a time."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock
from typing import Any

KEPT = 8


class Pool:
    """The plans used last. A plan that is lent out is not in the pool, so no two threads ever share its buffers."""

    def __init__(self) -> None:
        self._plans: dict[Hashable, Any] = {}   # the one that was used longest ago comes first
        self._lock = Lock()                     # of one step alone, a dict needs none

    def __len__(self) -> int:
        return len(self._plans)

    def take(self, key: Hashable) -> Any:
        """The plan of that key, the caller's alone until it is given back; None if it is not there or lent out."""
        return self._plans.pop(key, None)

    def give(self, key: Hashable, plan: Any) -> None:
        """A plan that nobody uses any more; the one that was used longest ago may have to go for it."""
        self._plans[key] = plan
        if len(self._plans) > KEPT:
            with self._lock:
                while len(self._plans) > KEPT:
                    self._plans.pop(next(iter(self._plans)), None)
