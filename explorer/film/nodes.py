"""A node of the film: its card, its numbers at the chosen sample, and the steps that change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.engine.fusion import contained
from explorer.engine.graph import Graph, Node
from explorer.engine.trace import Trace
from explorer.explain.scene import Scene
from explorer.explain.tabs import KINDS
from explorer.film.captions import Caption, axes, gradient_caption, mean_caption, value_caption
from explorer.film.numbers import Numbers
from explorer.film.subject import Subject
from explorer.film.timeline import Clock
from explorer.layout import PAGE, Block, Box, Card, Sizes, measure
from explorer.locale import _, tell
from explorer.notation import Label, Notation, plain

LOSSES = {"bce_with_logits": "bce", "cross_entropy_with_logits": "cross_entropy"}


def card_titles(graph: Graph, notation: Notation) -> dict[str, Label]:
    """What heads the card of every node."""
    return {name: notation.expression(node, graph) for name, node in graph.nodes.items()}


def measure_cards(
    graph: Graph, titles: Mapping[str, Label], batch: int, sizes: Sizes = PAGE
) -> dict[str, Card]:
    """The card of every node; the loss card has a place for the batch mean when there is more than one sample."""
    return {
        name: measure(
            node.shape,
            len(plain(titles[name])) + (len(shape_text(node)) - 2 if sizes.shape else 0),
            gradient=node.kind != "target",
            mean=name == graph.objective and node.batched and batch > 1,
            inside=None if contained(node) is None else graph.nodes[node.inputs[0]].shape,
            sizes=sizes,
        )
        for name, node in graph.nodes.items()
    }


def shape_text(node: Node) -> str:
    """(4), (4,3); () for a scalar."""
    return f"({','.join(str(length) for length in node.shape)})"


def make_node(
    subject: Subject,
    trace: Trace,
    name: str,
    sample: int,
    title: Label,
    clock: Clock,
    card: Card,
    box: Box,
    numbers: Numbers,
    updated: Mapping[str, np.ndarray],
) -> dict[str, Any]:
    """One node of the film; see the package's docstring for units."""
    graph, notation = subject.graph, subject.notation
    node = graph.nodes[name]
    scene = Scene(graph, trace, notation, node, sample)
    value = trace.values[name][sample] if node.batched else trace.values[name]
    made: dict[str, Any] = {
        "name": name,
        "kind": "loss" if name == graph.objective else node.kind,
        "symbol": notation.symbol(name),
        "title": title,
        "operation": _operation(node),
        "shape": list(node.shape),
        "shape_text": shape_text(node),
        "batched": node.batched,
        "editable": node.kind in KINDS,
        "axes": axes(scene),
        "x": round(box.x, 1),
        "y": round(box.y, 1),
        "width": box.width,
        "height": box.height,
        "value": _block(card.value, value_caption(scene), numbers.span(value)),
        "gradient": None,
        "update": numbers.span(updated[name]) if name in updated else None,
        "mean": None,
        "mean_box": None,
        "inside": None,
        "value_step": clock.value_step,
        "gradient_step": clock.gradient_step,
        "total": clock.total,
        "update_step": clock.update_step,
        "stale_value_step": clock.stale_value_step,
        "stale_gradient_step": clock.stale_gradient_step,
        "zero_value": not np.any(value),
        "zero_gradient": False,
    }
    if card.gradient:
        gradient = trace.gradients[name][sample] if node.batched else trace.gradients[name]
        caption = gradient_caption(scene, card.gradient.caption == "above")
        made["gradient"] = _block(card.gradient, caption, numbers.span(gradient))
        made["zero_gradient"] = not np.any(gradient)
    if card.mean:
        made["mean"] = numbers.span(trace.loss)[0]
        made["mean_box"] = {**_single(card.mean), **mean_caption(scene)}
    if card.inside:
        inside = _inside(trace, name, sample)
        block = _block(card.inside, {"label": notation.symbol_inside(node)}, numbers.span(inside))
        made["inside"] = {**block, "shape": list(inside.shape)}
    return made


def _inside(trace: Trace, name: str, sample: int) -> np.ndarray:
    """The probabilities inside a loss on logits: of this sample, or of all where they are the same."""
    found = trace.inside(name)
    assert found is not None
    logits = trace.graph.nodes[trace.graph.nodes[name].inputs[0]]
    return np.asarray(found[sample] if logits.batched else found)


def _block(block: Block, caption: Caption, at: list[int]) -> dict[str, Any]:
    return {**caption, "at": at, **_place(block)}


def block_places(card: Card) -> dict[str, Any]:
    """Where the parts of a card stand on it, and how large their cells are."""
    parts = {"value": card.value, "gradient": card.gradient, "inside": card.inside}
    return {
        **{name: block and _place(block) for name, block in parts.items()},
        "mean_box": card.mean and _single(card.mean),
    }


def _single(block: Block) -> dict[str, Any]:
    return {"x": block.x, "y": block.y, "width": block.cell_width, "height": block.sizes.cell_height}


def _place(block: Block) -> dict[str, Any]:
    return {
        "x": block.x,
        "y": block.y,
        "rows": list(block.rows),
        "columns": list(block.columns),
        "stride": block.stride,
        "hidden": block.hidden,
        "strip": block.hidden > 0,
        "cell_width": round(block.cell_width, 1),
        "cell_height": block.sizes.cell_height,
        "caption": block.caption,
    }


def _operation(node: Node) -> str | None:
    """What a screen reader says that a line is or does: input, sigmoid; None where its title has to say it."""
    if node.kind in KINDS:
        return _(KINDS[node.kind])
    activation = contained(node)
    if activation is not None:
        loss = LOSSES[node.code[0].op.name]
        return tell("{activation} with {loss}", activation=_(activation.name), loss=loss)
    return _(node.code[0].op.name) if len(node.code) == 1 else None
