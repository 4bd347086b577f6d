"""What a step's own numbers have to tell. All of it follows from the numbers; what is not certain is left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.explain.phrases import say, say_many, sentences
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part, number_part, parts
from explorer.locale import N_, _

NAMES = {
    # Translators: names of functions stand for {function} in "The {function} scales …"
    "sigmoid": N_("sigmoid"),
    "tanh": N_("hyperbolic tangent"),
    "relu": "ReLU",
    "leaky_relu": N_("leaky ReLU"),
    "softplus": "softplus",
    "gelu": "GELU",
    "silu": "SiLU",
    "log": N_("logarithm"),
    "exp": N_("exponential"),
    "sqrt": N_("square root"),
    "square": N_("square"),
    "abs": N_("absolute value"),
    "sin": N_("sine"),
    "cos": N_("cosine"),
}
TIED = 1e-12


def element(scene: Scene, name: str, position: int) -> Part:
    """The symbol of one entry, by its place in C order."""
    index = np.unravel_index(position, scene.graph.nodes[name].shape) if scene.graph.nodes[name].shape else ()
    return label_part(scene.entry_label(name, [int(i) for i in index]), name)


def percent(share: float) -> str:
    """A share of a gradient in words that stay true: whole percents, and "less than 1%" below."""
    # Translators: stands for {share} in "passes {share} of its gradient on"
    return _("less than 1%") if 0 < share < 0.005 else f"{share * 100:.0f}%"


def forward(scene: Scene) -> list[Part]:
    """What stands out in a line's value."""
    name, value = scene.node.name, scene.value_of(scene.node.name).reshape(-1)
    return [] if not value.size or not np.all(np.isfinite(value)) else _value(scene, name, value)


def _value(scene: Scene, name: str, value: np.ndarray) -> list[Part]:
    if value.size == 1:
        number = number_part(float(value[0]))
        if scene.batch > 1 and scene.node.batched:
            # Translators: "it" is the value that the sentence before this one speaks of
            return say("For sample {sample} it is {number}.", sample=str(scene.sample + 1), number=number)
        # Translators: "it" is the value that the sentence before this one speaks of
        return say("Here it is {number}.", number=number)
    op = scene.node.code[-1].op.name
    if op == "relu" and len(scene.node.code) == 1:
        return say_many("Here {n} of {all} entries is 0.", "Here {n} of {all} entries are 0.",
                        int(np.sum(value == 0)), all=str(value.size))  # fmt: skip
    shares = op == "softmax" and len(scene.graph.nodes[name].shape) == 1
    size = value if shares else np.abs(value)
    top = int(np.argmax(size))
    if np.sum(size >= size[top] * (1 - TIED)) > 1:  # as close as rounding
        return []
    entry, number = element(scene, name, top), number_part(float(value[top]))
    if shares:
        return say("The largest share is {entry} = {number}.", entry=entry, number=number)
    return say("The largest entry in size is {entry} = {number}.", entry=entry, number=number)


def slopes(scene: Scene) -> list[Part]:
    """An element-wise function going backward: every upstream gradient times the slope of its own unit."""
    factor = getattr(scene.jacobian(0, 0), "factor", np.ones(1))
    factors = np.broadcast_to(factor[..., 0], scene.node.shape).reshape(-1)
    return sentences(_scaled(scene), _steepest(scene, factors))


def _scaled(scene: Scene) -> list[Part]:
    name, slope = scene.node.code[0].op.name, Rules(scene).slope_of(0, 0)
    function = _(NAMES.get(name, name.replace("_", " ")))
    if int(np.prod(scene.node.shape, dtype=int)) > 1:
        if slope is None:
            return say("**The {function} scales each upstream gradient by its own slope**.", function=function)
        return say("**The {function} scales each upstream gradient by its own slope**, {slope}.",
                   function=function, slope=parts(slope))  # fmt: skip
    if slope is None:
        return say("**The {function} scales the upstream gradient by its slope**.", function=function)
    return say("**The {function} scales the upstream gradient by its slope**, {slope}.",
               function=function, slope=parts(slope))  # fmt: skip


def _steepest(scene: Scene, factors: np.ndarray) -> list[Part]:
    size = np.abs(factors)
    if not size.size or not np.all(np.isfinite(size)):
        return []
    shut = int(np.sum(size == 0))
    if shut and size.size == 1:
        return say("The gradient stops here: the slope is 0.")
    if shut:
        return say_many("In {n} of {all} units the slope is 0: its gradient stops here.",
                        "In {n} of {all} units the slope is 0: their gradient stops here.",
                        shut, all=str(size.size))  # fmt: skip
    top = int(np.argmax(size))
    slope, share = number_part(float(factors[top])), percent(float(size[top]))
    if size.size == 1:
        if 0 < factors[0] <= 1:
            # Translators: "it" is the slope
            return say("It is {slope} here, so {share} of the gradient passes.", slope=slope, share=share)
        # Translators: "it" is the slope
        return say("It is {slope} here.", slope=slope)
    ties = [element(scene, scene.node.name, int(tie)) for tie in np.flatnonzero(size >= size[top] * (1 - TIED))]
    if len(ties) > 2 or np.any(factors < 0):
        return []
    if size[top] <= 1:
        return _passing(ties, share)
    if len(ties) == 1:
        return say("The steepest unit, {unit}, multiplies its gradient by {slope}.", unit=ties[0], slope=slope)
    return say("The steepest units, {first} and {second}, multiply their gradients by {slope}.",
               first=ties[0], second=ties[1], slope=slope)  # fmt: skip


def _passing(units: Sequence[Part], share: str) -> list[Part]:
    if len(units) == 1:
        return say("The steepest unit, {unit}, passes {share} of its gradient on.", unit=units[0], share=share)
    return say("The steepest units, {first} and {second}, pass {share} of their gradients on.",
               first=units[0], second=units[1], share=share)  # fmt: skip


def told(clause: Sequence[Part], scene: Scene, receivers: Sequence[str]) -> list[Part]:
    """The sentence of a clause: what goes back, and the number itself, where a single one does."""
    sent = scene.contribution_of(scene.node.name, receivers[0]).reshape(-1)
    if len(receivers) != 1 or sent.size != 1 or not np.isfinite(sent[0]):
        # Translators: {clause} is such as "W receives δxᵀ"
        return say("**{clause}**.", clause=clause)
    # Translators: {clause} is such as "W receives δxᵀ"
    return say("**{clause}**, here {number}.", clause=clause,
               number=number_part(float(sent[0]), scene.notation.negated(receivers[0])))  # fmt: skip
