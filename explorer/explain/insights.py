"""What a step's own numbers have to tell. All of it follows from the numbers; what is not certain is left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part, number_part, parts

NAMES = {
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "gelu": "GELU",
    "silu": "SiLU",
    "log": "logarithm",
    "exp": "exponential",
    "sqrt": "square root",
    "abs": "absolute value",
    "sin": "sine",
    "cos": "cosine",
    "tanh": "hyperbolic tangent",
}
TIED = 1e-12


def element(scene: Scene, name: str, position: int) -> Part:
    """The symbol of one entry, by its place in C order."""
    index = np.unravel_index(position, scene.graph.nodes[name].shape) if scene.graph.nodes[name].shape else ()
    return label_part(scene.entry_label(name, [int(i) for i in index]), name)


def percent(share: float) -> str:
    """A share of a gradient in words that stay true: whole percents, and "less than 1%" below."""
    return "less than 1%" if 0 < share < 0.005 else f"{share * 100:.0f}%"


def forward(scene: Scene) -> list[Part]:
    """What stands out in a line's value."""
    name, value = scene.node.name, scene.value_of(scene.node.name).reshape(-1)
    end = [] if not value.size or not np.all(np.isfinite(value)) else _value(scene, name, value)
    return end


def _value(scene: Scene, name: str, value: np.ndarray) -> list[Part]:
    if value.size == 1:
        where = f" For sample {scene.sample + 1} it is " if scene.batch > 1 and scene.node.batched else " Here it is "
        return [where, number_part(float(value[0])), "."]
    op = scene.node.code[-1].op.name
    if op == "relu" and len(scene.node.code) == 1:
        shut = int(np.sum(value == 0))
        return [f" Here {shut} of {value.size} entries are 0."]
    if op == "softmax" and len(scene.graph.nodes[name].shape) == 1:
        return _extreme(scene, name, value, "The largest share is ")
    return _extreme(scene, name, np.abs(value), "The largest entry in size is ", value)


def _extreme(scene: Scene, name: str, size: np.ndarray, said: str, value: np.ndarray | None = None) -> list[Part]:
    """Names the largest entry, unless another one comes as close as rounding."""
    top = int(np.argmax(size))
    if np.sum(size >= size[top] * (1 - TIED)) > 1:
        return []
    number = float((size if value is None else value)[top])
    return [f" {said}", element(scene, name, top), " = ", number_part(number), "."]


def slopes(scene: Scene) -> list[Part]:
    """An element-wise function going backward: every upstream gradient times the slope of its own unit."""
    node = scene.node
    rules = Rules(scene)
    word = NAMES.get(node.code[0].op.name, node.code[0].op.name.replace("_", " "))
    slope = rules.slope_of(0, 0)
    many = int(np.prod(node.shape, dtype=int)) > 1
    each = "each upstream gradient by its own slope" if many else "the upstream gradient by its slope"
    said: list[Part] = [{"strong": [f"The {word} scales {each}"]}]
    said += [", ", *parts(slope), "."] if slope is not None else ["."]
    factor = getattr(scene.jacobian(0, 0), "factor", np.ones(1))
    factors = np.broadcast_to(factor[..., 0], node.shape).reshape(-1)
    return [*said, *_steepest(scene, factors)]


def _steepest(scene: Scene, factors: np.ndarray) -> list[Part]:
    size = np.abs(factors)
    if not size.size or not np.all(np.isfinite(size)):
        return []
    name, shut = scene.node.name, int(np.sum(size == 0))
    if shut:
        where = (
            "The gradient stops here: the slope is 0."
            if size.size == 1
            else (f"In {shut} of {size.size} units the slope is 0: their gradient stops here.")
        )
        return [" ", where]
    top = int(np.argmax(size))
    ties = np.flatnonzero(size >= size[top] * (1 - TIED))
    if size.size == 1:
        return (
            [
                " It is ",
                number_part(float(factors[0])),
                " here, so ",
                percent(float(size[0])),
                " of the gradient passes.",
            ]
            if factors[0] > 0 and factors[0] <= 1
            else [" It is ", number_part(float(factors[0])), " here."]
        )
    if len(ties) > 2 or np.any(factors < 0):
        return []
    units: list[Part] = [element(scene, name, int(ties[0]))]
    for other in ties[1:]:
        units += [" and ", element(scene, name, int(other))]
    one = len(ties) == 1
    head: list[Part] = [" The steepest unit, " if one else " The steepest units, ", *units]
    if size[top] <= 1:
        return [
            *head,
            ", passes " if one else ", pass ",
            percent(float(size[top])),
            " of its gradient on." if one else " of their gradients on.",
        ]
    return [
        *head,
        ", multiplies its gradient by " if one else ", multiply their gradients by ",
        number_part(float(size[top])),
        ".",
    ]


def backward(scene: Scene, receivers: Sequence[str]) -> list[Part]:
    """The number itself, where a single one goes back."""
    if len(receivers) != 1:
        return []
    sent = scene.contribution_of(scene.node.name, receivers[0]).reshape(-1)
    negated = scene.notation.negated(receivers[0])
    return [", here ", number_part(float(sent[0]), negated)] if sent.size == 1 and np.isfinite(sent[0]) else []
