"""A user's own graph and numbers, as a lesson without a handout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from explorer.engine.graph import Graph
from explorer.lessons.lesson import Lesson
from explorer.locale import N_
from explorer.notation import Notation


def own_lesson(
    graph: Graph | str,
    data: Mapping[str, Any],
    params: Mapping[str, Any],
    learning_rate: float = 0.1,
    notation: Notation | None = None,
) -> Lesson:
    """The graph with its numbers, checked by tracing them once.

    Shapes: `data` batch-first (B, …), `params` as declared.
    Raises: GraphError (a ValueError) when text, data and parameters do not fit together.
    """
    parsed = Graph.parse(graph) if isinstance(graph, str) else graph
    trace = parsed.trace(data, params, backend="numpy", kernels=False)
    return Lesson(
        id="own/graph",
        title=N_("Your graph"),
        group=N_("Your own"),
        handout="",
        about="",
        graph=parsed,
        data={name: trace.values[name] for name in (*parsed.inputs, *parsed.targets)},
        params={name: trace.values[name] for name in parsed.parameters},
        learning_rate=learning_rate,
        notation=notation or Notation(),
        places={},
    )
