"""A parameter's step down the gradient, as the lesson writes it: W − η ∂L/∂W, or with δ = −∂L/∂s, W + η δ xᵀ."""

from __future__ import annotations

import numpy as np

from explorer.explain import formula as f
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.signs import negative


def rate(scene: Scene) -> f.Symbol:
    """The learning rate, η."""
    return f.Symbol(scene.notation.rate_label, np.asarray(scene.rate))


def new_value(scene: Scene) -> f.Formula:
    """The parameter after its step, W − η ∂L/∂W. Shape: the parameter's."""
    return _step(scene, scene.named(scene.node.name, scene.gradient(scene.node.name)))


def updated(scene: Scene) -> f.Symbol:
    """The parameter's symbol with its numbers after the step, as its card then shows them."""
    value = scene.value(scene.node.name)
    with np.errstate(all="ignore"):
        return f.Symbol(value.label, new_value(scene).evaluate(), value.cells)


def new_value_by_delta(scene: Scene) -> f.Formula | None:
    """The same with what comes back written out, W + η δ xᵀ: for one sample, where δ is minus a gradient; else None."""
    name = scene.node.name
    readings = scene.readings(name)
    if scene.batch != 1 or len(readings) != 1 or scene.notation.negated(name):
        return None
    reader = readings[0][0]
    if reader == scene.graph.objective or not scene.notation.negated(reader):
        return None
    there = scene.at(reader)
    sent = Rules(there).sent_back(name, there.upstream())
    return None if sent is None else _step(scene, sent)


def _step(scene: Scene, gradient: f.Formula) -> f.Formula:
    value = scene.value(scene.node.name)
    change = negative(gradient)
    if isinstance(change, f.Negative):
        return f.Sum((value, f.Negative(_times_rate(scene, change.inner))))
    return f.Sum((value, _times_rate(scene, change)))


def _times_rate(scene: Scene, gradient: f.Formula) -> f.Formula:
    within = gradient.factors if isinstance(gradient, f.Product) and not gradient.sign else (gradient,)
    return f.Product((rate(scene), *within))
