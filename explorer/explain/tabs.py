"""What the inspector shows of one line, as data."""

from __future__ import annotations

from typing import Any

from explorer.engine.graph import Graph
from explorer.engine.trace import Trace
from explorer.explain.scene import Scene
from explorer.notation import Notation


def explain(
    graph: Graph, trace: Trace, notation: Notation, name: str, sample: int, learning_rate: float
) -> dict[str, Any]:
    """The inspector's four tabs for line `name` and sample `sample` (from 0), JSON-able but for NumPy leaves."""
    scene = Scene(graph, trace, notation, graph.node(name), sample, learning_rate)
    return {"node": scene.node.name, "forward": [], "jacobian": [], "backward": [], "batch": []}
