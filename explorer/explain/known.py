"""What is found out once for many explanations of one trace: whoever explains all of its samples remembers it.

They are explanations in one notation, at one learning rate.

    with remembering():
        ...                                     # the same numbers, sooner

Nothing is kept outside: a server with many readers would hold every trace that any of them has seen.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from explorer.engine.trace import Trace

Found = TypeVar("Found")
Table = dict[Hashable, Any]
MOST_BRIEF = 1_000  # large things that are wanted again soon


@dataclass
class _Kept:
    """What is known of a trace, which is kept with it: no other one can have its id."""

    trace: Trace
    found: Table = field(default_factory=dict)
    brief: Table = field(default_factory=dict)


_kept: ContextVar[dict[int, _Kept] | None] = ContextVar("kept", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Inside, what is known of a trace is found out once."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def known(trace: Trace, what: Hashable, find: Callable[[], Found], *, brief: bool = False) -> Found:
    """What `find` finds, which depends on the trace and on `what` alone; nobody changes it.

    What is `brief` is dropped again for others of its kind.
    """
    remembered = _kept.get()
    if remembered is None:
        return find()
    kept = remembered.setdefault(id(trace), _Kept(trace))
    table = kept.brief if brief else kept.found
    if what not in table:
        found = find()
        if brief and len(table) >= MOST_BRIEF:
            del table[next(iter(table))]
        table[what] = found
    told: Found = table[what]
    return told
