"""One true sentence for every step of a pass, in the lesson's symbols, with what its own numbers have to tell."""

from __future__ import annotations

import numpy as np

from explorer.engine.graph import Graph
from explorer.engine.steps import Step, arrivals
from explorer.engine.trace import Trace
from explorer.explain import collapse_words, insights
from explorer.explain.descent import new_value, new_value_by_delta, rate
from explorer.explain.fan_out import summed
from explorer.explain.going_back import backward
from explorer.explain.phrases import count, listed, strong, symbol, template
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part, number_part, parts
from explorer.notation import Notation


def narrate(
    graph: Graph, trace: Trace, notation: Notation, step: Step, sample: int, learning_rate: float
) -> list[Part]:
    """The sentence of a step as parts: text, {"label", "node"}, {"number"}, {"strong": [part, …]}.

    `step.kind` is forward, seed, backward, accumulate or update; `sample` counts from 0.
    Raises: ValueError for a kind of step that it does not know.
    """
    scene = Scene(graph, trace, notation, graph.nodes[step.node], sample, learning_rate)
    match step.kind:
        case "forward":
            return [*forward(scene), *_over_the_batch(scene)]
        case "seed":
            return seed(scene)
        case "backward":
            return backward(scene, step.inputs)
        case "accumulate":
            return accumulate(scene)
        case "update":
            return update(scene)
    raise ValueError(f"step of kind '{step.kind}'. Expected forward, seed, backward, accumulate or update.")


def forward(scene: Scene) -> list[Part]:
    """What the line computes, and what stands out in its numbers."""
    name, code = scene.node.name, scene.node.code
    with_the_loss = collapse_words.forward(scene)
    if with_the_loss is not None:
        return with_the_loss
    rules = Rules(scene)
    whole = parts(rules.expressions[-1])
    if not scene.readable:
        return [
            strong(symbol(scene, name), f" takes {len(code)} operations in one line"),
            ".",
            *insights.forward(scene),
        ]
    if len(code) == 1:
        operands = [parts(scene.leaf(operand, [])) for operand in code[0].operands]
        says = code[0].op.says_forward
        if not scene.node.shape:
            says = says.replace(", entry by entry", "")
        said = template(scene, says, 0, symbol(scene, name), operands)
        first, rest = _first_clause(said)
        return [strong(*first), *rest, *insights.forward(scene)]
    return [strong(symbol(scene, name), " = ", *whole), _kind_of_map(scene), *insights.forward(scene)]


def _over_the_batch(scene: Scene) -> list[Part]:
    """The objective of several samples, whose losses are this line's: their mean L, or their sum."""
    node, batch = scene.node, scene.batch
    if node.name != scene.graph.objective or not node.batched or batch == 1:
        return []
    total = label_part(scene.notation.loss_label, node.name)
    return [f" The {scene.trace.reduction} of all {batch} is ", total, " = ", number_part(scene.trace.loss), "."]


def _kind_of_map(scene: Scene) -> str:
    names = [apply.op.name for apply in scene.node.code]
    if sorted(names) == ["+", "@"]:
        return ", an affine map: the product, then the bias added entry by entry."
    return f", {count(len(names))} operations in one line."


def _first_clause(said: list[Part]) -> tuple[list[Part], list[Part]]:
    """A sentence cut after its first clause, at a colon or a comma before a space; whole where there is none."""
    for position, part in enumerate(said):
        if isinstance(part, str):
            cut = min((at for at in (part.find(": "), part.find(", ")) if at >= 0), default=-1)
            if cut >= 0:
                return [*said[:position], part[:cut]], [part[cut:], *said[position + 1 :]]
    return said, []


def seed(scene: Scene) -> list[Part]:
    """Why the gradient of the objective is 1, or 1/B for a mean of B losses."""
    node, batch = scene.objective, scene.batch
    loss = symbol(scene, node.name)
    if not node.batched or batch == 1:
        return [
            strong("Backward starts at the loss: ", *parts(scene.gradient(node.name)), " = ", number_part(scene.seed)),
            ". A change of ",
            loss,
            " changes the objective by just as much.",
        ]
    word = scene.trace.reduction
    total = label_part(scene.notation.loss_label)
    said: list[Part] = [
        strong("The objective ", total, f" is the {word} of {batch} losses"),
        ", ",
        *_losses(scene),
        ", so that ",
        *parts(scene.gradient(node.name)),
    ]
    if word == "sum":
        return [*said, " = ", number_part(scene.seed), "."]
    return [*said, " = 1/B = ", number_part(scene.seed), "."]


def _losses(scene: Scene) -> list[Part]:
    """L₁ and L₂, or L₁ to L₅."""
    name, batch = scene.node.name, scene.batch
    first, last = (label_part(scene.loss_label(place), name) for place in (0, batch - 1))
    return [first, " and " if batch == 2 else " to ", last]


def accumulate(scene: Scene) -> list[Part]:
    """Contributions met in one node: who sent them, in the order of arrival, and their sum in numbers."""
    name = scene.node.name
    readers = [reader for reader, _ in arrivals(scene.graph, name)]
    meet = f"{count(len(readers)).capitalize()} contributions meet in "
    said: list[Part] = [strong(meet, symbol(scene, name), " and are summed")]
    said += [", from ", *listed([[symbol(scene, reader)] for reader in dict.fromkeys(readers)])]
    written = summed(scene)
    return [*said, *([": "] if written else []), *written, "."]


def update(scene: Scene) -> list[Part]:
    """A parameter's step down the gradient."""
    name = scene.node.name
    step = new_value_by_delta(scene) or new_value(scene)
    said: list[Part] = [
        strong(symbol(scene, name), " ← ", *parts(step)),
        " with ",
        *parts(rate(scene)),
        " = ",
        number_part(scene.rate),
    ]
    change = scene.rate * scene.gradient_of(name)
    if not np.all(np.isfinite(change)):
        return [*said, "."]
    if not np.any(change):
        return [*said, ": its gradient is 0, so nothing changes."]
    index = np.unravel_index(int(np.argmax(np.abs(change))), change.shape)
    before = float(scene.value_of(name)[index])
    after = before - float(change[index])
    element = label_part(scene.entry_label(name, [int(i) for i in index]), name)
    which: list[Part] = [element, " moves from "] if change.size == 1 else [element, " moves the furthest, from "]
    return [*said, ": ", *which, number_part(before), " to ", number_part(after), "."]
