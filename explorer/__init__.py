"""Backprop Explorer: watch backpropagation happen, with true numbers.

The engine (`Graph`, `SGD`) and the lessons load at once; `explore` and `Explorer` are looked up when they are asked
for, so that a script that only wants gradients never imports the user interface.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer import lessons
from explorer.engine import (
    SGD,
    CycleError,
    DataError,
    Graph,
    GraphError,
    ParseError,
    ShapeError,
    Step,
    Trace,
)

if TYPE_CHECKING:
    from explorer.views.explorer import Explorer, explore

__all__ = [
    "SGD", "CycleError", "DataError", "Explorer", "Graph", "GraphError", "ParseError", "ShapeError", "Step", "Trace",
    "explore", "lessons",
]


def __getattr__(name: str) -> object:
    if name in ("explore", "Explorer"):
        from explorer.views import explorer as views

        return getattr(views, name)
    raise AttributeError(f"module 'explorer' has no attribute {name!r}")
