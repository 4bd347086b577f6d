"""Numbers with which an activation saturates, as ordinary edits: for whoever wants to see what becomes of its loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from explorer.engine.graph import Read
from explorer.explain.meeting import Meeting
from explorer.explain.scene import Scene

Edit = dict[str, Any]
FAR_SIGMOID, FAR_SOFTMAX = 40.0, 800.0  # from 0, and from the other logits: beyond what double precision can tell


def trial(scene: Scene, met: Meeting) -> list[Edit]:
    """Edits that make the loss of two lines infinite at this sample; none where no bias or input is open to them."""
    target = scene.graph.nodes[met.target]
    if met.activation == "sigmoid":
        if target.kind != "target":
            return []
        raised = _raised(scene, met, 0, FAR_SIGMOID - float(met.z[0]))
        cleared = _edit(scene, met.target, 0, 0.0)
        return [] if raised is None else [raised, *([cleared] if met.t[0] != 0 else [])]
    if len(met.z) < 2 or not np.any(met.t > 0):
        return []
    wanted = int(np.argmax(met.t))
    other = int(np.argmax(np.where(np.arange(len(met.z)) == wanted, -np.inf, met.z)))
    raised = _raised(scene, met, other, FAR_SOFTMAX + float(met.z[wanted] - met.z[other]))
    return [] if raised is None else [raised]


def _raised(scene: Scene, met: Meeting, k: int, by: float) -> Edit | None:
    """A logit raised by so much, about: through the bias that is added to it, or by itself where it is data."""
    source = _bias(scene, met)
    if source is None:
        return None
    before = float(scene.value_of(source).reshape(-1)[k])
    return _edit(scene, source, k, float(round(before + by)))


def _bias(scene: Scene, met: Meeting) -> str | None:
    """The parameter that the logits' line adds, entry by entry."""
    node = scene.graph.nodes[met.logits]
    if node.kind != "op":
        return node.name if node.kind in ("input", "param") else None
    if node.code[-1].op.name != "+":
        return None
    read = [node.inputs[operand.slot] for operand in node.code[-1].operands if isinstance(operand, Read)]
    open_to = [name for name in read if scene.graph.nodes[name].kind in ("param", "input")]
    return next((name for name in open_to if scene.graph.nodes[name].shape == node.shape), None)


def _edit(scene: Scene, name: str, k: int, number: float) -> Edit:
    node = scene.graph.nodes[name]
    edit: Edit = {"type": "edit", "node": name, "index": [k] if node.shape else [], "text": f"{number:g}"}
    return {**edit, "sample": scene.sample} if node.batched else edit
