"""The probability inside a loss on logits: ŷ of L = BCE(σ(θ), y), which is shown and of which the gradient is made."""

from __future__ import annotations

import array_api_compat.numpy as xp
import numpy as np

from explorer.engine.fusion import CONTAINED, contained
from explorer.engine.graph import Read
from explorer.explain import formula as f
from explorer.explain.scene import Scene
from explorer.explain.slopes import logistic, softmax
from explorer.notation import Label

ACTIVATIONS = {"sigmoid": logistic, "softmax": softmax}
LOSSES: dict[str, Label] = {"bce_with_logits": (("BCE", ""),), "cross_entropy_with_logits": (("CE", ""),)}
CANCELLED = 1e-12  # how far apart ŷ − y and what was computed without that difference may be


def inside(scene: Scene) -> f.Symbol | None:
    """ŷ, where the line is a lone loss on logits; None elsewhere. Shape: as the logits stand."""
    activation = contained(scene.node)
    if activation is None:
        return None
    with np.errstate(all="ignore"):
        array = np.asarray(activation.forward(xp, scene.primals[0]))
    cells = f.Cells(scene.node.name, "inside", array.shape[:-1])
    label = scene.notation.symbol_inside(scene.node)
    return scene.along(f.Symbol(label, scene.oriented(array, scene.rows), cells, kind="value"))


def probability(scene: Scene, position: int, logits: f.Formula) -> f.Formula:
    """What an operation on logits contains: ŷ, or σ(θ) where it is one operation of several."""
    activation = ACTIVATIONS[CONTAINED[scene.node.code[position].op.name]]
    return inside(scene) or activation(logits)


def written(op: str, operands: list[f.Formula], result: f.Array) -> f.Formula:
    """BCE(σ(θ), y)."""
    return f.Call(LOSSES[op], (ACTIVATIONS[CONTAINED[op]](operands[0]), *operands[1:]), result)


def exact(scene: Scene, position: int, slot: int, claimed: f.Formula, numbers: f.Array) -> f.Formula | None:
    """ŷ − y with the engine's own numbers, where ŷ is so close to y that the difference has lost its digits.

    `claimed` is the difference in symbols, `numbers` what the engine has for it. None where they are no such pair.
    """
    apply = scene.node.code[position]
    target = apply.operands[1]
    probabilities = inside(scene)
    value = claimed.evaluate()
    if slot or probabilities is None or not isinstance(target, Read) or value.size != numbers.size:
        return None
    if not np.allclose(value.reshape(-1), numbers.reshape(-1), rtol=0, atol=CANCELLED):
        return None
    share, difference = claimed.factors if isinstance(claimed, f.Product) else (None, claimed)
    if not isinstance(difference, f.Sum):
        return None
    label = (("(", ""), *probabilities.label, (" − ", ""), *scene.label(scene.node.inputs[target.slot]), (")", ""))
    if share is None:
        return f.Symbol(label, numbers)
    return f.Product((share, f.Symbol(label, numbers / share.evaluate())))
