"""One true sentence for every step of a pass, in the lesson's symbols, with what its own numbers have to tell."""

from __future__ import annotations

import numpy as np

from explorer.engine.graph import Graph
from explorer.engine.steps import Step, arrivals
from explorer.engine.trace import Trace
from explorer.explain.descent import new_value, new_value_by_delta, rate
from explorer.explain.fan_out import summed
from explorer.explain.going_back import backward
from explorer.explain.going_forward import forward
from explorer.explain.phrases import Fields, count, listed, say, say_many, symbol
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
            return forward(scene)
        case "seed":
            return seed(scene)
        case "backward":
            return backward(scene, step.inputs)
        case "accumulate":
            return accumulate(scene)
        case "update":
            return update(scene)
    raise ValueError(f"step of kind '{step.kind}'. Expected forward, seed, backward, accumulate or update.")


def seed(scene: Scene) -> list[Part]:
    """Why the gradient of the objective is 1, or 1/B for a mean of B losses."""
    node, batch = scene.objective, scene.batch
    gradient, number = parts(scene.gradient(node.name)), number_part(scene.seed)
    if not node.batched or batch == 1:
        return say(
            "**Backward starts at the loss: {gradient} = {number}**. "
            "A change of {loss} changes the objective by just as much.",
            gradient=gradient,
            number=number,
            loss=symbol(scene, node.name),
        )
    fields: Fields = {
        "objective": label_part(scene.notation.loss_label),
        "first": label_part(scene.loss_label(0), node.name),
        "last": label_part(scene.loss_label(batch - 1), node.name),
        "gradient": gradient,
        "number": number,
    }
    if scene.trace.reduction == "sum":
        if batch == 2:
            return say("**The objective {objective} is the sum of 2 losses**, {first} and {last}, so that "
                       "{gradient} = {number}.", **fields)  # fmt: skip
        return say_many("**The objective {objective} is the sum of {n} loss**, {first} to {last}, so that "
                        "{gradient} = {number}.",
                        "**The objective {objective} is the sum of {n} losses**, {first} to {last}, so that "
                        "{gradient} = {number}.", batch, **fields)  # fmt: skip
    if batch == 2:
        return say("**The objective {objective} is the mean of 2 losses**, {first} and {last}, so that "
                   "{gradient} = 1/B = {number}.", **fields)  # fmt: skip
    return say_many("**The objective {objective} is the mean of {n} loss**, {first} to {last}, so that "
                    "{gradient} = 1/B = {number}.",
                    "**The objective {objective} is the mean of {n} losses**, {first} to {last}, so that "
                    "{gradient} = 1/B = {number}.", batch, **fields)  # fmt: skip


def accumulate(scene: Scene) -> list[Part]:
    """Contributions met in one node: who sent them, in the order of arrival, and their sum in numbers."""
    readers = [reader for reader, _ in arrivals(scene.graph, scene.node.name)]
    n = len(readers)
    fields: Fields = {
        "n": count(n).capitalize(),
        "node": symbol(scene, scene.node.name),
        "readers": listed([[symbol(scene, reader)] for reader in dict.fromkeys(readers)]),
    }
    written = summed(scene)
    if written is None:
        return say_many("**{n} contribution meets in {node} and is summed**, from {readers}.",
                        "**{n} contributions meet in {node} and are summed**, from {readers}.",
                        n, **fields)  # fmt: skip
    if written.of_largest:
        return say_many("**{n} contribution meets in {node} and is summed**, from {readers}: "
                        "in the largest entry, {sum}.",
                        "**{n} contributions meet in {node} and are summed**, from {readers}: "
                        "in the largest entry, {sum}.", n, sum=written.equation, **fields)  # fmt: skip
    return say_many("**{n} contribution meets in {node} and is summed**, from {readers}: {sum}.",
                    "**{n} contributions meet in {node} and are summed**, from {readers}: {sum}.",
                    n, sum=written.equation, **fields)  # fmt: skip


def update(scene: Scene) -> list[Part]:
    """A parameter's step down the gradient."""
    name = scene.node.name
    fields: Fields = {
        "name": symbol(scene, name),
        "step": parts(new_value_by_delta(scene) or new_value(scene)),
        "rate": parts(rate(scene)),
        "number": number_part(scene.rate),
    }
    change = scene.rate * scene.gradient_of(name)
    if not np.all(np.isfinite(change)):
        return say("**{name} ← {step}** with {rate} = {number}.", **fields)
    if not np.any(change):
        return say("**{name} ← {step}** with {rate} = {number}: its gradient is 0, so nothing changes.", **fields)
    index = np.unravel_index(int(np.argmax(np.abs(change))), change.shape)
    before = float(scene.value_of(name)[index])
    fields |= {
        "entry": label_part(scene.entry_label(name, [int(i) for i in index]), name),
        "before": number_part(before),
        "after": number_part(before - float(change[index])),
    }
    if change.size == 1:
        return say("**{name} ← {step}** with {rate} = {number}: {entry} moves from {before} to {after}.", **fields)
    return say(
        "**{name} ← {step}** with {rate} = {number}: {entry} moves the furthest, from {before} to {after}.", **fields
    )
