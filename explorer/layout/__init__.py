"""From a graph to places on the stage: card sizes, columns and bands, edge routes. Pure; lengths in layout units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from explorer.engine.graph import Graph
from explorer.layout.cards import PAGE, Block, Card, Sizes, measure
from explorer.layout.layered import BAND, MARGIN, STACK, Box, Columns, columns, pack
from explorer.layout.routes import Point, routes

__all__ = ["PAGE", "Block", "Box", "Card", "Layout", "Sizes", "arrange", "measure"]

KEPT = 32  # layouts that are remembered


@dataclass(frozen=True)
class Layout:
    """Where everything stands: the whole size, a box per node, a polyline per edge (source, target)."""

    width: float
    height: float
    boxes: Mapping[str, Box]
    edges: Mapping[tuple[str, str], tuple[Point, ...]]


def arrange(graph: Graph, cards: Mapping[str, Card]) -> Layout:
    """The layered layout of a graph whose cards are measured: no two cards overlap, no edge runs through a card."""
    return _arranged(graph, tuple(cards.items()))


# An edit changes numbers, not places; and everyone who opens a lesson has the same graph.
@lru_cache(maxsize=KEPT)
def _arranged(graph: Graph, measured: tuple[tuple[str, Card], ...]) -> Layout:
    cards = dict(measured)
    found = columns(graph, cards)
    boxes = {item: box for item, box in found.boxes.items() if isinstance(item, str)}
    bands = _bands(graph, found)
    for band in ("below", "above"):
        boxes |= _place_band(graph, found, cards, boxes, [name for name, side in bands.items() if side == band], band)
    paths = routes(graph, found, bands, boxes)
    corners = [(box.x, box.y) for box in boxes.values()] + [point for path in paths.values() for point in path]
    left = min((x for x, _ in corners), default=0.0) - MARGIN
    top = min((y for _, y in corners), default=0.0) - MARGIN
    right = max((box.right for box in boxes.values()), default=0.0) + MARGIN
    bottom = max((box.bottom for box in boxes.values()), default=0.0) + MARGIN
    return Layout(
        right - left,
        max([bottom, *(y + MARGIN for _, y in corners)]) - top,
        {
            name: Box(boxes[name].x - left, boxes[name].y - top, boxes[name].width, boxes[name].height)
            for name in graph.nodes
        },
        {edge: tuple((x - left, y - top) for x, y in path) for edge, path in paths.items()},
    )


def _bands(graph: Graph, found: Columns) -> dict[str, str]:
    """Parameters and targets stand below their first reader, or above it when only that side of its column is free."""
    bands: dict[str, str] = {}
    for name, node in graph.nodes.items():
        if name in found.layer:
            continue
        reader = next((line for line, _ in graph.readers(name)), None)
        above = reader is not None and node.kind == "target" and found.is_first(reader) and not found.is_last(reader)
        bands[name] = "above" if above else "below"
    return bands


def _place_band(
    graph: Graph, found: Columns, cards: Mapping[str, Card], boxes: Mapping[str, Box], names: list[str], band: str
) -> dict[str, Box]:
    def wish(name: str) -> float:
        reader = next((line for line, _ in graph.readers(name)), None)
        return boxes[reader].centre if reader is not None else 0.0

    # Of several parameters of one line the tallest stands last: W·x + b₁ has its matrix right below it.
    row = sorted(names, key=lambda name: (wish(name), cards[name].height))
    wishes = [(wish(name) - cards[name].width / 2, cards[name].width) for name in row]
    lefts = pack(wishes, STACK)
    placed = {}
    edge = found.bottom() + BAND if found.boxes else 0.0
    for name, left in zip(row, lefts, strict=True):
        card = cards[name]
        top = edge if band == "below" else found.top() - BAND - card.height
        placed[name] = Box(left, top, card.width, card.height)
    return placed
