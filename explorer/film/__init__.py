"""A film: one pass, for one sample, as one message. The browser plays, seeks and steps back through it by itself.

    film = make_film(subject, trace, sample=0)
    words = make_words(subject, trace, sample, first=65, last=128)

Its parts: `numbers` (one flat float64 array), `nodes`, `edges`, `steps`. Wire keys are snake_case in both languages.
A long film comes without its steps' words, which are most of it: they are asked for by the page, some steps at a time.
"""

from __future__ import annotations

from typing import Any

from explorer.engine.optimizers import SGD
from explorer.engine.trace import Trace
from explorer.explain.errata import typeset
from explorer.explain.presenting import START
from explorer.explain.scene import Scene
from explorer.film.captions import conventions
from explorer.film.nodes import card_titles, make_node, measure_cards
from explorer.film.numbers import Numbers, Span
from explorer.film.projector import make_projection
from explorer.film.subject import Subject
from explorer.film.timeline import PHASES, Timeline, timeline
from explorer.film.words import make_words
from explorer.layout import PAGE, arrange
from explorer.locale import _

__all__ = ["MOST_TOLD", "VERSION", "make_film", "make_projection", "make_words"]

VERSION = 2
MOST_TOLD = 64  # steps of a film that brings its words; no fewer than have a tick of their own on the timeline


def make_film(subject: Subject, trace: Trace, sample: int = 0, *, complete: bool = False) -> dict[str, Any]:
    """The film of a trace of the subject's graph at one sample (from 0). Lengths in layout units, steps from 1.

    `complete`: with all words, however long it is, for those who cannot ask for them.
    """
    graph, notation = subject.graph, subject.notation
    numbers = Numbers()
    clocks = timeline(graph, trace.steps)
    titles = card_titles(graph, notation)
    cards = measure_cards(graph, titles, trace.batch)
    places = arrange(graph, cards)
    gradients = {name: trace.gradients[name] for name in graph.parameters}
    updated = SGD(rate=subject.learning_rate).step({name: trace.values[name] for name in graph.parameters}, gradients)
    nodes = [
        make_node(
            subject,
            trace,
            name,
            sample,
            titles[name],
            clocks.clocks[name],
            cards[name],
            places.boxes[name],
            numbers,
            updated,
        )
        for name in graph.nodes
    ]
    spans = {node["name"]: node["value"]["at"] for node in nodes}
    edges, order = _edges(subject, trace, sample, clocks, places.edges, spans, numbers)
    for node in nodes:
        node["arrivals"] = [[step, edge and order[edge], n] for step, edge, n in clocks.clocks[node["name"]].arrivals]
    steps = _steps(clocks, order)
    if complete or len(steps) <= MOST_TOLD:
        for step, words in zip(steps, make_words(subject, trace, sample), strict=True):
            step.update(words)
    opening = subject.opening or START
    return {
        "version": VERSION,
        "case": subject.id,
        "title": _(subject.title),
        "group": _(subject.group),
        "handout": _(subject.handout),
        "about": _(subject.about),
        "notes": [typeset(_(opening))],
        "batch": trace.batch,
        "sample": sample,
        "learning_rate": subject.learning_rate,
        "rate_label": notation.rate_label,
        "objective": graph.objective,
        "reduction": trace.reduction,
        "conventions": conventions(Scene(graph, trace, notation, graph.nodes[graph.objective], sample)),
        "width": places.width,
        "height": places.height,
        "geometry": PAGE.geometry(),
        "nodes": nodes,
        "edges": edges,
        "steps": steps,
        "errata": _errata(subject, clocks),
        "numbers": numbers.array(),
    }


def _edges(
    subject: Subject, trace: Trace, sample: int, clocks: Timeline, paths: Any, spans: dict[str, Span], numbers: Numbers
) -> tuple[list[dict[str, Any]], dict[tuple[str, str], int]]:
    """The edges with their polylines, the value that runs along them and the contribution that comes back."""
    graph = subject.graph
    backward = {edge: step for clock in clocks.clocks.values() for step, edge, _ in clock.arrivals if edge}
    edges: list[dict[str, Any]] = []
    order: dict[tuple[str, str], int] = {}
    for edge, points in paths.items():
        source, target = edge
        contribution = None
        if edge in backward:
            tensor = trace.contributions[target, source]
            contribution = numbers.span(tensor[sample] if graph.nodes[source].batched else tensor)
        order[edge] = len(edges)
        edges.append(
            {
                "source": source,
                "target": target,
                "points": [[round(x, 1), round(y, 1)] for x, y in points],
                "value": spans[source],
                "contribution": contribution,
                "forward_step": clocks.clocks[target].value_step,
                "backward_step": backward.get(edge),
                "label": subject.notation.gradient_short(source) if clocks.clocks[source].total == 1 else None,
            }
        )
    return edges, order


def _steps(clocks: Timeline, order: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    return [
        {
            "kind": step.kind,
            "phase": PHASES[step.kind],
            "node": step.node,
            "edges": [order[edge] for edge in clocks.edges(number)],
        }
        for number, step in enumerate(clocks.steps, 1)
    ]


def _errata(subject: Subject, clocks: Timeline) -> list[dict[str, Any]]:
    """The handout's slips with the numbers of the steps concerned."""
    found = []
    for erratum in subject.errata:
        numbers = [number for number, step in enumerate(clocks.steps, 1) if (step.kind, step.node) in erratum.steps]
        where = {"nodes": list(erratum.nodes), "tabs": list(erratum.tabs)}
        found.append({"steps": numbers, **where, "parts": erratum.parts})
    return found
