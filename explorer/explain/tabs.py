"""What the inspector shows of one line, as data: a heading and tabs of blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from explorer.engine.graph import Graph
from explorer.engine.trace import Trace
from explorer.explain.any_sample import in_general
from explorer.explain.backward_tab import backward_tab
from explorer.explain.batch_tab import batch_tab
from explorer.explain.blocks import Block, note, shape_words
from explorer.explain.check_tab import check_tab
from explorer.explain.derivation import derivation_tab
from explorer.explain.expression import expressions
from explorer.explain.forward_tab import forward_tab
from explorer.explain.jacobian_tab import jacobian_tab
from explorer.explain.ledger import sizes_of, spoken
from explorer.explain.scene import Scene
from explorer.explain.sending import identities
from explorer.explain.sending import told as numbered
from explorer.explain.sizes import leaf
from explorer.explain.stacking import Stack, Unstacked, forward
from explorer.explain.text import Part, label_part, parts
from explorer.locale import N_, _, tell, tell_many
from explorer.notation import Notation

TABS: Mapping[str, Callable[[Scene], list[Block]]] = {
    "forward": forward_tab,
    "jacobian": jacobian_tab,
    "backward": backward_tab,
    "batch": batch_tab,
    "check": check_tab,
    "derivation": derivation_tab,
}
KINDS = {"input": N_("input"), "target": N_("target"), "param": N_("parameter")}
# What the page calls the operations that it does not call by the language's own name for them.
OPERATIONS = {
    "@": N_("matrix product"),
    "+": N_("sum"),
    "-": N_("difference"),
    "*": N_("element-wise product"),
    "/": N_("quotient"),
    "**": N_("power"),
    # Translators: the operation -x, which turns the sign
    "-x": N_("sign"),
    # Translators: the operation x[0], which takes some of the entries
    "[]": N_("entries"),
    # Translators: the operation y = x, which gives x a second name
    "=": N_("second name"),
    "sqerr": N_("squared error"),
    "bce": N_("binary cross-entropy"),
    "bce_with_logits": N_("sigmoid and binary cross-entropy"),
    "cross_entropy_with_logits": N_("softmax and cross-entropy"),
    "cross_entropy": N_("cross-entropy"),
}


def explain(
    graph: Graph,
    trace: Trace,
    notation: Notation,
    name: str,
    sample: int,
    learning_rate: float,
    *,
    tabs: Sequence[str] = tuple(TABS),
    stacked: bool = False,
    entries: Mapping[str, tuple[int, ...]] | None = None,
) -> dict[str, Any]:
    """Tabs of the inspector for line `name` and sample `sample` (from 0), or for all samples as a stack.

    `entries` are the entries that the reader has chosen, by line. `heading` is sentence parts, `meta` a line of text,
    `tabs` a list of blocks for each tab asked for (see `explain.blocks`). JSON-able, but for NumPy arrays where there
    are thousands of numbers.
    Raises: GraphError when the graph has no such line; KeyError for an unknown tab.
    """
    first = Scene(graph, trace, notation, graph.node(name), sample, learning_rate, entries or {}, stacked)
    scene = first.at(name)
    told: dict[str, Any] = {"node": name, "sample": sample, "stacked": stacked}
    told |= {"heading": heading(scene), "meta": meta(scene)}
    if trace.batch == 0:
        nothing = [note(_("The batch has no samples: there is nothing to show."))]
        return told | {"tabs": {tab: nothing for tab in tabs}}
    with np.errstate(all="ignore"):
        return told | {"tabs": {tab: TABS[tab](scene) for tab in tabs}}


def heading(scene: Scene) -> list[Part]:
    """z = W·x + b₁, or only W of what computes nothing."""
    node, scene = scene.node, in_general(scene)
    own = label_part(scene.label(node.name), node.name)
    if node.kind != "op":
        return [own]
    return [own, " = ", *parts(expressions(scene)[-1])] if scene.batch else [own]


def meta(scene: Scene) -> str:
    """node 4 of 9 · sigmoid · (4) → (4) · identity (4)"""
    node, nodes = scene.node, scene.graph.nodes
    place = tell("node {place} of {all}", place=list(nodes).index(node.name) + 1, all=len(nodes))
    if node.kind != "op":
        return f"{place} · {_(KINDS[node.kind])} · {_shape(scene, node.name)}"
    read = list(dict.fromkeys(node.inputs))
    shapes = ", ".join(_shape(scene, line) for line in read)
    numbers = sorted({n for line in read if nodes[line].kind != "target" for n in identities(scene, line)})
    known = [numbered(numbers)] if numbers else []
    return " · ".join([place, operation(scene), f"{shapes} → {_shape(scene, node.name)}", *known])


def _shape(scene: Scene, name: str) -> str:
    """The shape of a line as the formulas on show have it: (B,4) where they are for all samples at once."""
    one = shape_words(scene, name)
    if not (scene.stacked and scene.batch > 1 and scene.node.batched):
        return one
    if scene.node.kind == "op" and forward(scene) is None:
        return one
    try:
        return spoken(leaf(sizes_of(Stack.of(scene).value(name))).pieces) or one
    except Unstacked:
        return one


def operation(scene: Scene) -> str:
    """What the line does, in a word or two."""
    names = [apply.op.name for apply in scene.node.code]
    if len(names) == 1:
        return _(OPERATIONS.get(names[0], names[0].replace("_", " ")))
    if sorted(names) == ["+", "@"]:
        return _("affine map")
    return tell_many("{n} operation", "{n} operations", len(names))
