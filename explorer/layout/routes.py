"""Where the edges run: polylines through gutters, lanes and bands, which are free of cards by construction."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.engine.graph import Graph
from explorer.layout.layered import BAND, GUTTER, Box, Columns

Point = tuple[float, float]
INSET = 18.0  # ports keep this far from a card's corners
STUB = 10.0  # an edge leaves and enters a card straight


def spread(low: float, high: float, wishes: list[float]) -> list[float]:
    """Ports on one side of a card: each near its wish within [low, high], in order, no two on one spot."""
    if not wishes:
        return []
    order = sorted(range(len(wishes)), key=lambda i: wishes[i])
    step = min(24.0, (high - low) / max(1, len(wishes) - 1))
    ports = [0.0] * len(wishes)
    previous = low - step
    for place, i in enumerate(order):
        latest = high - step * (len(order) - 1 - place)
        previous = ports[i] = max(previous + step, min(latest, max(low, wishes[i])))
    return ports


def routes(
    graph: Graph, columns: Columns, bands: Mapping[str, str], boxes: Mapping[str, Box]
) -> dict[tuple[str, str], list[Point]]:
    """A polyline for every edge (source, target); `bands`: whether a parameter or target stands above or below."""
    ports = _ports(graph, columns, bands, boxes)
    paths: dict[tuple[str, str], list[Point]] = {}
    for (source, target), (side, port) in ports.items():
        start, end = boxes[source], boxes[target]
        # Straight as far as its column is wide: a neighbour there may be wider.
        into = min(boxes[name].x for name in columns.beside(target))
        if source in bands:
            paths[source, target] = _from_band(start, end, bands[source], (side, port, into), columns)
            continue
        out = max(boxes[name].right for name in columns.beside(source))
        points: list[Point] = [(start.right, start.middle), (out + STUB, start.middle)]
        for depth in range(columns.layer[source] + 1, columns.layer[target]):
            lane = columns.boxes.get((source, target, depth))
            if lane:
                points += [(lane.x - STUB, lane.middle), (lane.right + STUB, lane.middle)]
        paths[source, target] = [*points, (into - STUB - 8, port), (end.x, port)]
    return paths


def _ports(
    graph: Graph, columns: Columns, bands: Mapping[str, str], boxes: Mapping[str, Box]
) -> dict[tuple[str, str], tuple[str, float]]:
    """For every edge the side of the target's card that it enters and the coordinate along that side."""
    ports: dict[tuple[str, str], tuple[str, float]] = {}
    for target, node in graph.nodes.items():
        sides: dict[str, list[tuple[str, float]]] = {"left": [], "top": [], "bottom": []}
        for source in dict.fromkeys(node.inputs):
            band = bands.get(source)
            if band == "below" and columns.is_last(target):
                sides["bottom"].append((source, boxes[source].centre))
            elif band == "above" and columns.is_first(target):
                sides["top"].append((source, boxes[source].centre))
            elif band:
                sides["left"].append((source, boxes[source].middle))
            else:
                depth = columns.layer[target] - 1
                lane = columns.boxes.get((source, target, depth))
                sides["left"].append((source, (lane or boxes[source]).middle))
        box = boxes[target]
        for side, entries in sides.items():
            low, high = (box.y, box.bottom) if side == "left" else (box.x, box.right)
            along = spread(low + INSET, high - INSET, [wish for _, wish in entries])
            for (source, _), port in zip(entries, along, strict=True):
                ports[source, target] = (side, port)
    return ports


def _from_band(start: Box, end: Box, band: str, entry: tuple[str, float, float], columns: Columns) -> list[Point]:
    """`entry`: the side of the card, the port on it, and where its column begins."""
    side, port, into = entry
    below = band == "below"
    leave = start.y if below else start.bottom
    channel = columns.bottom() + BAND / 2 if below else columns.top() - BAND / 2
    if side == "left":
        gutter = into - GUTTER / 2
        return [(start.centre, leave), (start.centre, channel), (gutter, channel), (gutter, port), (end.x, port)]
    enter = end.bottom if below else end.y
    if start.x + INSET <= port <= start.right - INSET:
        return [(port, leave), (port, enter)]
    return [(start.centre, leave), (start.centre, channel), (port, channel), (port, enter)]
