"""Where an activation meets its loss, the two Jacobians collapse: softmax with cross-entropy leaves s − t."""

from __future__ import annotations

import numpy as np

from explorer.explain import formula as f
from explorer.explain.scene import Scene
from explorer.explain.slopes import minus

PAIRS = {"sigmoid": "bce", "softmax": "cross_entropy"}
CLOSE = 1e-9


def collapsed(scene: Scene) -> f.Formula | None:
    """(s − t)/B for a line s = softmax(a) read by nothing but the objective's cross-entropy; likewise σ and BCE.

    Shape: as the gradient of the line's operand. None where the pair does not meet, or where the numbers disagree, as
    for targets that do not sum to 1.
    """
    node, objective = scene.node, scene.objective
    if len(node.code) != 1 or len(objective.code) != 1 or len(node.shape) > 1:
        return None
    if PAIRS.get(node.code[0].op.name) != objective.code[0].op.name or scene.readings(node.name) != [
        (objective.name, 0)
    ]:
        return None
    receiver = node.inputs[0]
    outputs = int(np.prod(node.shape, dtype=int)) if objective.code[0].op.name == "bce" else 1
    turned = scene.standing(scene.gradient_rows)
    difference = minus(f.Local(scene.value(node.name), turned), f.Local(scene.value(objective.inputs[1]), turned))
    share = scene.seed / outputs
    shortcut = difference if share == 1.0 else f.Product((scene.divided(1 / share), difference))
    whole = scene.contribution_of(node.name, receiver).reshape(-1)
    return shortcut if np.allclose(shortcut.evaluate().reshape(-1), whole, rtol=CLOSE, atol=CLOSE) else None
