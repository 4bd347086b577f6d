"""What stands at a card's cells: symbols in the lesson's conventions. They change while the cards stay as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from explorer.engine.graph import Node
from explorer.explain.scene import Scene
from explorer.locale import pgettext, tell
from explorer.notation import Notation, plain

Caption = dict[str, Any]


def value_caption(scene: Scene) -> Caption:
    """The line's symbol; L₁ for the loss of one sample of several."""
    return {"label": scene.label(scene.node.name)}


def gradient_caption(scene: Scene, above: bool) -> Caption:
    """The gradient's symbol: δ₂, else ∂L/∂h, or ∂L where it stands beside its cells and room is scarce.

    `sign` is −1 where the symbol stands for minus the engine's numbers. A card lists a vector's gradient beside its
    values; `turned` says so in words where the gradient lies the other way.
    """
    name, notation = scene.node.name, scene.notation
    turned = _turned(scene)
    label, brief = notation.gradient(name), notation.gradient_short(name)
    if above and turned and not notation.gradient_is_own(name):
        label = (("(", ""), *label, (")", ""))
    return {
        "label": label if above else brief,
        "brief": brief,
        "turned": turned,
        "sign": -1 if notation.negated(name) else 1,
    }


def mean_caption(scene: Scene) -> Caption:
    """The objective of a batch, and how the samples' losses make it."""
    made = pgettext("on a card", "sum") if scene.trace.reduction == "sum" else pgettext("on a card", "mean")
    return {"label": scene.notation.loss_label, "note": made}


def _turned(scene: Scene) -> str:
    """“δ₂ is a row (1,4)” beside a column of values, “∂L/∂z is a column (4,1)” beside a row; else nothing."""
    name, shape = scene.node.name, scene.node.shape
    row = scene.stands_as_row(name)
    if len(shape) != 1 or shape[0] == 1 or row == scene.rows:
        return ""
    gradient, n = plain(scene.notation.gradient(name)), shape[0]
    if row:
        return tell("{gradient} is a row (1,{n})", gradient=gradient, n=n)
    return tell("{gradient} is a column ({n},1)", gradient=gradient, n=n)


def axes(scene: Scene) -> list[str]:
    """What a matrix's two indices say, in C order, for those who hear a cell's name."""
    if len(scene.node.shape) != 2 or scene.node.kind != "param" or scene.notation.weights != "from-to":
        return ["row", "column"]
    return ["from", "to"] if scene.notation.vectors == "row" else ["to", "from"]


def conventions(scene: Scene) -> dict[str, Any]:
    """The conventions in force, and the choices in the lesson's own letters: what δ is, how an entry of W is named.

    `delta` is None where no gradient of the graph has a name of its own, `entry` where no parameter is a matrix.
    """
    notation, nodes = scene.notation, scene.graph.nodes
    named = [name for name in notation.gradients if name in nodes]
    matrices = [node for node in nodes.values() if node.kind == "param" and len(node.shape) == 2]
    return {
        "gradients": "row" if notation.rows_of_gradients else "column",
        "sign": notation.sign,
        "weights": notation.weights,
        "delta": [plain(notation.gradient(named[0])), plain(notation.derivative(named[0]))] if named else None,
        "entry": _entry(notation, matrices[0]) if matrices else None,
    }


def _entry(notation: Notation, matrix: Node) -> dict[str, str]:
    """W₂,₁ and w₁,₂: one entry off the diagonal in both orders, so that they can be told apart."""
    index = (1, 0) if matrix.shape[0] > 1 else (0, min(1, matrix.shape[1] - 1))
    orders: tuple[Literal["row-column", "from-to"], ...] = ("row-column", "from-to")
    return {order: plain(replace(notation, weights=order).element(matrix.name, index)) for order in orders}
