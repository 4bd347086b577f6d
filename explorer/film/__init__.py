"""A film: one pass, for one sample, as one message. The browser plays, seeks and steps back through it by itself.

    film = make_film(subject, trace, sample=0)

Its parts: `numbers` (one flat float64 array), `nodes`, `edges`, `steps`. Wire keys are snake_case in both languages.
"""

from __future__ import annotations

from typing import Any

from explorer.engine.optimizers import SGD
from explorer.engine.trace import Trace
from explorer.explain import narrate
from explorer.explain.scene import Scene
from explorer.explain.sending import sent_by
from explorer.film.captions import conventions
from explorer.film.nodes import make_node, measure_cards
from explorer.film.numbers import Numbers, Span
from explorer.film.subject import Subject
from explorer.film.timeline import PHASES, Timeline, timeline
from explorer.layout import GEOMETRY, arrange
from explorer.notation import Label

__all__ = ["VERSION", "make_film"]

VERSION = 1
TICK_NAMES = 3  # a tick on the timeline names at most so many receivers


def make_film(subject: Subject, trace: Trace, sample: int = 0) -> dict[str, Any]:
    """The film of a trace of the subject's graph at one sample (from 0). Lengths in layout units, steps from 1."""
    graph, notation = subject.graph, subject.notation
    numbers = Numbers()
    clocks = timeline(graph, trace.steps)
    cards = measure_cards(graph, notation, trace.batch)
    places = arrange(graph, cards)
    gradients = {name: trace.gradients[name] for name in graph.parameters}
    updated = SGD(rate=subject.learning_rate).step({name: trace.values[name] for name in graph.parameters}, gradients)
    nodes = [
        make_node(subject, trace, name, sample, clocks.clocks[name], cards[name], places.boxes[name], numbers, updated)
        for name in graph.nodes
    ]
    spans = {node["name"]: node["value"]["at"] for node in nodes}
    edges, order = _edges(subject, trace, sample, clocks, places.edges, spans, numbers)
    for node in nodes:
        node["arrivals"] = [[step, edge and order[edge], n] for step, edge, n in clocks.clocks[node["name"]].arrivals]
    return {
        "version": VERSION,
        "case": subject.id,
        "title": subject.title,
        "group": subject.group,
        "handout": subject.handout,
        "about": subject.about,
        "batch": trace.batch,
        "sample": sample,
        "learning_rate": subject.learning_rate,
        "rate_label": notation.rate_label,
        "objective": graph.objective,
        "reduction": trace.reduction,
        "conventions": conventions(Scene(graph, trace, notation, graph.nodes[graph.objective], sample)),
        "width": places.width,
        "height": places.height,
        "geometry": GEOMETRY,
        "nodes": nodes,
        "edges": edges,
        "steps": _steps(subject, trace, sample, clocks, order),
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


def _steps(
    subject: Subject, trace: Trace, sample: int, clocks: Timeline, order: dict[tuple[str, str], int]
) -> list[dict[str, Any]]:
    steps = []
    for number, step in enumerate(clocks.steps, 1):
        scene = Scene(subject.graph, trace, subject.notation, subject.graph.nodes[step.node], sample)
        steps.append(
            {
                "kind": step.kind,
                "phase": PHASES[step.kind],
                "node": step.node,
                "edges": [order[edge] for edge in clocks.edges(number)],
                "tick": _tick(scene, step.kind, step.inputs),
                "place": subject.places.get((step.kind, step.node), ""),
                "identity": sent_by(scene, step.inputs) if step.kind == "backward" else [],
                "sentence": narrate(subject.graph, trace, subject.notation, step, sample, subject.learning_rate),
            }
        )
    return steps


def _errata(subject: Subject, clocks: Timeline) -> list[dict[str, Any]]:
    """The handout's slips with the numbers of the steps concerned."""
    found = []
    for erratum in subject.errata:
        numbers = [number for number, step in enumerate(clocks.steps, 1) if (step.kind, step.node) in erratum.steps]
        where = {"nodes": list(erratum.nodes), "tabs": list(erratum.tabs)}
        found.append({"steps": numbers, **where, "parts": erratum.parts})
    return found


def _tick(scene: Scene, kind: str, inputs: tuple[str, ...]) -> Label:
    """What stands under a tick: forward and loss name the line, backward whom it reaches, update what changes."""
    notation, node = scene.notation, scene.node.name
    if kind == "seed":
        return (("∂", ""), *notation.loss_label)
    if kind == "update":
        return (*notation.symbol(node), (" ←", ""))
    if kind != "backward" or not inputs:
        return (("Σ", ""), *notation.symbol(node)) if kind == "accumulate" else scene.label(node)
    names = [part for name in inputs[:TICK_NAMES] for part in ((" ", ""), *notation.symbol(name))][1:]
    return (*names, (" …", "")) if len(inputs) > TICK_NAMES else tuple(names)
