"""A film on a projector: for some of its steps the cards' sizes and places, and the formulas that stand under them.

It adds to a film that the page has: `forms` are ways to draw cards, `layouts` say which card takes which form and where
it stands, `steps` name a layout and bring their formulas. Lengths in layout units, as of `explorer.layout.projected`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from explorer.engine.trace import Trace
from explorer.explain import in_a_line
from explorer.film.nodes import block_places, card_titles, measure_cards
from explorer.film.subject import Subject
from explorer.film.timeline import Timeline, timeline
from explorer.layout import Card, Sizes
from explorer.layout.projected import FAR, NEAR_FORMS, Projected, project

MOST_NODES = 60  # of a graph that is laid out anew for its steps


def make_projection(subject: Subject, trace: Trace, sample: int, first: int, last: int) -> dict[str, Any]:
    """The projection of steps `first` to `last`; step 0 is the picture before the first one.

    A graph of more than `MOST_NODES` keeps its layout: then there are formulas alone.
    """
    graph, notation = subject.graph, subject.notation
    clocks = timeline(graph, trace.steps)
    numbers = range(first, min(last, len(clocks.steps)) + 1)
    formulas = [_formulas(subject, trace, sample, clocks, number) for number in numbers]
    steps: list[dict[str, Any]] = [{"layout": None, "formulas": lines} for lines in formulas]
    told: dict[str, Any] = {"first": first, "steps": steps, "forms": [], "layouts": []}
    if len(graph.nodes) > MOST_NODES:
        return told
    titles = card_titles(graph, notation)
    symbols = {name: notation.symbol(name) for name in graph.nodes}

    def measured(sizes: Sizes) -> Mapping[str, Card]:
        return measure_cards(graph, symbols if sizes == FAR else titles, trace.batch, sizes)

    forms = (*NEAR_FORMS, FAR)
    told["forms"] = [_form(sizes, measured(sizes)) for sizes in forms]
    found = project(graph, measured, [_focus(clocks, number) for number in numbers])
    layouts = list(dict.fromkeys(found))
    told["layouts"] = [_layout(one, forms, list(graph.nodes)) for one in layouts]
    for step, projected in zip(steps, found, strict=True):
        step["layout"] = layouts.index(projected)
    return told


def _formulas(subject: Subject, trace: Trace, sample: int, clocks: Timeline, number: int) -> list[dict[str, Any]]:
    if number == 0:
        return []
    step = clocks.steps[number - 1]
    return in_a_line.formulas(subject.graph, trace, subject.notation, step, sample, subject.learning_rate)


def _focus(clocks: Timeline, number: int) -> frozenset[str]:
    """The card of a step and those that its pulses run to and from; before the first step those of it."""
    number = max(number, 1)
    return frozenset({clocks.steps[number - 1].node}.union(*clocks.edges(number)))


def _form(sizes: Sizes, cards: Mapping[str, Card]) -> dict[str, Any]:
    drawn = {
        name: {"width": card.width, "height": card.height, **block_places(card)} for name, card in cards.items()
    }
    return {"geometry": sizes.geometry(), "symbol": sizes == FAR, "cards": drawn}


def _layout(one: Projected, forms: tuple[Sizes, ...], names: list[str]) -> dict[str, Any]:
    """[form, x, y] of every card, in the order of the film's nodes, and the edges by name."""
    boxes = one.layout.boxes
    return {
        "width": one.layout.width,
        "height": one.layout.height,
        "nodes": [
            [forms.index(one.sizes if name in one.near else FAR), round(boxes[name].x, 1), round(boxes[name].y, 1)]
            for name in names
        ],
        "edges": {
            f"{source}->{target}": [[round(x, 1), round(y, 1)] for x, y in points]
            for (source, target), points in one.layout.edges.items()
        },
    }
