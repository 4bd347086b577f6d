"""Plans kept for the next time, each lent to one caller at a time."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock
from typing import Any, Protocol

KEPT, MOST_BYTES = 8, 1 << 28
SMALL = 1 << 20     # bytes of a plan that cannot make the pool too large by itself


class Kept(Protocol):
    """A plan; `nbytes` is what it keeps in memory."""

    @property
    def nbytes(self) -> int: ...


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

    def give(self, key: Hashable, plan: Kept) -> None:
        """A plan that nobody uses any more; those that were used longest ago may have to go for it."""
        self._plans[key] = plan
        if len(self._plans) > KEPT or plan.nbytes > SMALL:
            with self._lock:
                for other in list(self._plans)[:-1]:
                    if len(self._plans) > KEPT or self._nbytes() > MOST_BYTES:
                        self._plans.pop(other, None)

    def _nbytes(self) -> int:
        return sum(plan.nbytes for plan in list(self._plans.values()))
