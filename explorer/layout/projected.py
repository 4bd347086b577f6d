"""The layout for a projector: type that is read from the last row. What a step is about keeps its numbers; the other
cards shrink to a symbol over coloured cells where the whole picture would not fit.

Lengths are CSS pixels on a screen of 1920 × 1080, so that a picture drawn at its own size has type of 30 pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from explorer.engine.graph import Graph
from explorer.layout import Card, Layout, Sizes, arrange

ROOM = (1888.0, 812.0)  # what a screen of 1920 × 1080 leaves above the subtitle
LEAST = 0.94  # scale below which type of 30 pixels is smaller than 28
NEAR = Sizes(
    header=50.0, baseline=39.0, caption=38.0, label=128.0, pad=14.0, gap=4.0, block_gap=11.0, inside_gap=6.0,
    cell_height=36.0, cell_width=148.0, strip=14.0, footnote=0.0, letter=20.0, tag=0.0, minimum_width=150.0,
    radius=14.0, title=34.0, shape=0.0, note=0.0, symbol=30.0, least_symbol=29.8, mark=30.0, number=30.0, shrinks=1.0,
    least_digits=2, mark_beside=True, large=2.4,
)  # fmt: skip
NEAR_FORMS = (NEAR, replace(NEAR, beside=True))
FAR = Sizes(
    header=58.0, baseline=40.0, caption=0.0, label=0.0, pad=14.0, gap=3.0, block_gap=8.0, inside_gap=4.0,
    cell_height=20.0, cell_width=30.0, strip=10.0, footnote=0.0, letter=22.0, tag=0.0, minimum_width=76.0,
    radius=14.0, title=34.0, shape=0.0, note=0.0, symbol=0.0, least_symbol=0.0, mark=0.0, number=0.0, shrinks=1.0,
    least_digits=2, mark_beside=True, large=2.4,
)  # fmt: skip

Measure = Callable[[Sizes], Mapping[str, Card]]


@dataclass(frozen=True, eq=False)
class Projected:
    """How one step is laid out: which cards are large, and where everything stands."""

    near: frozenset[str]
    sizes: Sizes  # of the large ones
    layout: Layout


def scale(layout: Layout) -> float:
    """How large a layout can be drawn."""
    return min(ROOM[0] / layout.width, ROOM[1] / layout.height)


def project(graph: Graph, measured: Measure, focus: Sequence[frozenset[str]]) -> list[Projected]:
    """A layout for each step, whose cards in `focus` are large. Where all large cards fit, it is one for all steps."""
    forms = [(sizes, measured(sizes)) for sizes in NEAR_FORMS]
    far = measured(FAR)

    def best(near: frozenset[str]) -> Projected:
        found = [
            Projected(near, sizes, arrange(graph, {name: cards[name] if name in near else far[name] for name in cards}))
            for sizes, cards in forms
        ]
        return max(found, key=lambda one: scale(one.layout))

    whole = best(frozenset(graph.nodes))
    if scale(whole.layout) >= LEAST:
        return [whole] * len(focus)
    known = {names: best(names) for names in dict.fromkeys(focus)}
    return [known[names] for names in focus]
