"""The layered picture: data runs left to right in columns; parameters and targets stand below or above their readers.

Columns come from NetworkX's topological generations; within a column a barycentre pass of our own lowers crossings.
A long edge holds a lane in every column it passes, so it never runs through a card. Pure: card sizes in, places out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import networkx as nx

from explorer.engine.graph import Graph
from explorer.layout.cards import Card

GUTTER = 40.0  # between columns
STACK = 28.0  # between cards of one column
LANE = 14.0  # height that a passing edge takes
BAND = 62.0  # between the columns and the band of parameters: edges run through it
MARGIN = 18.0
SWEEPS = 4
MOST_LANES = 20_000

Lane = tuple[str, str, int]  # a long edge (source, target) in one column
Item = str | Lane


@dataclass(frozen=True)
class Box:
    """A rectangle in layout units, `x` and `y` its top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> float:
        return self.x + self.width / 2

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass
class Columns:
    """The columns with their items from top to bottom, and the boxes of cards and lanes as they are found."""

    items: list[list[Item]]
    boxes: dict[Item, Box] = field(default_factory=dict)
    layer: dict[str, int] = field(default_factory=dict)

    def top(self) -> float:
        return min(box.y for box in self.boxes.values())

    def bottom(self) -> float:
        return max(box.bottom for box in self.boxes.values())

    def beside(self, name: str) -> list[str]:
        """The cards of the line's column."""
        return [item for item in self.items[self.layer[name]] if isinstance(item, str)]

    def is_last(self, name: str) -> bool:
        return self.items[self.layer[name]][-1] == name

    def is_first(self, name: str) -> bool:
        return self.items[self.layer[name]][0] == name


def spine(graph: Graph) -> list[str]:
    """The lines that stand in the columns: inputs and all that is computed. Parameters and targets stand in bands."""
    return [name for name, node in graph.nodes.items() if node.kind in ("input", "op")]


def columns(graph: Graph, cards: Mapping[str, Card]) -> Columns:
    """Place the spine: columns, order within a column, then boxes."""
    names = spine(graph)
    dag = nx.DiGraph()
    dag.add_nodes_from(names)
    dag.add_edges_from((source, name) for name in names for source in graph.nodes[name].inputs if source in dag)
    layer = {name: depth for depth, generation in enumerate(nx.topological_generations(dag)) for name in generation}
    for name in reversed(names):  # an input that is first read late stands just before its reader
        readers = [layer[reader] for reader in dag.successors(name)]
        if readers and dag.in_degree(name) == 0:
            layer[name] = min(readers) - 1
    found = Columns([[] for _ in range(max(layer.values(), default=-1) + 1)], layer=layer)
    for name in names:
        found.items[layer[name]].append(name)
    _add_lanes(found, dag)
    _lower_crossings(found, dag)
    _stack(found, cards)
    return found


def _add_lanes(found: Columns, dag: nx.DiGraph) -> None:
    spans = [(s, t, range(found.layer[s] + 1, found.layer[t])) for s, t in dag.edges]
    if sum(len(span) for _, _, span in spans) > MOST_LANES:
        return
    for source, target, span in spans:
        for depth in span:
            found.items[depth].append((source, target, depth))


def _neighbours(item: Item, depth: int, dag: nx.DiGraph, layer: Mapping[str, int], step: int) -> list[Item]:
    """The items of the next column (`step` 1) or the one before (−1) that an item is joined to."""
    if isinstance(item, tuple):
        source, target, _ = item
        end = target if step == 1 else source
        return [end if layer[end] == depth + step else (source, target, depth + step)]
    ends = dag.successors(item) if step == 1 else dag.predecessors(item)
    joined: list[Item] = []
    for end in ends:
        edge = (item, end) if step == 1 else (end, item)
        joined.append(end if layer[end] == depth + step else (*edge, depth + step))
    return joined


def _lower_crossings(found: Columns, dag: nx.DiGraph) -> None:
    depths: Sequence[int] = range(len(found.items))
    for sweep in range(SWEEPS):
        step = -1 if sweep % 2 == 0 else 1
        for depth in depths if step == -1 else reversed(depths):
            beside = depth + step
            if not 0 <= beside < len(found.items):
                continue
            rank = {item: i for i, item in enumerate(found.items[beside])}
            half = len(found.items[beside]) / 2
            own = len(found.items[depth]) / 2

            def weight(
                pair: tuple[int, Item],
                depth: int = depth,
                rank: dict[Item, int] = rank,
                step: int = step,
                half: float = half,
                own: float = own,
            ) -> float:
                place, item = pair
                ranks = [rank[n] for n in _neighbours(item, depth, dag, found.layer, step) if n in rank]
                return sum(ranks) / len(ranks) - half if ranks else place - own

            found.items[depth] = [item for _, item in sorted(enumerate(found.items[depth]), key=weight)]


def _stack(found: Columns, cards: Mapping[str, Card]) -> None:
    left = 0.0
    for column in found.items:
        width = max((cards[item].width for item in column if isinstance(item, str)), default=LANE)
        heights = [cards[item].height if isinstance(item, str) else LANE for item in column]
        top = -(sum(heights) + STACK * (len(column) - 1)) / 2
        for item, height in zip(column, heights, strict=True):
            own = cards[item].width if isinstance(item, str) else width
            found.boxes[item] = Box(left + (width - own) / 2, top, own, height)
            top += height + STACK
        left += width + GUTTER


def pack(wishes: Sequence[tuple[float, float]], gap: float) -> list[float]:
    """Left edges for boxes in a row, as near as possible to the wished ones, in the given order, none overlapping.

    `wishes` are (wished left edge, width). Pool adjacent violators: boxes that would overlap move as one block.
    """
    blocks: list[tuple[float, float, int]] = []  # mean wish of the block's first box, width, boxes
    for wish, width in wishes:
        blocks.append((wish, width + gap, 1))
        while len(blocks) > 1 and blocks[-2][0] + blocks[-2][1] > blocks[-1][0]:
            (first, before, n), (second, after, m) = blocks[-2:]
            blocks[-2:] = [((first * n + (second - before) * m) / (n + m), before + after, n + m)]
    lefts: list[float] = []
    boxes = iter(wishes)
    for start, _, count in blocks:
        edges = [start]
        widths = [next(boxes)[1] for _ in range(count)]
        for width, _next in pairwise(widths):
            edges.append(edges[-1] + width + gap)
        lefts += edges
    return lefts
