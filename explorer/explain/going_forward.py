"""The sentence of a forward step: what the line computes, and what stands out in its numbers."""

from __future__ import annotations

from explorer.explain import collapse_words, insights
from explorer.explain.phrases import count, own_sentence, say, say_many, sentences, symbol
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part, number_part, parts


def forward(scene: Scene) -> list[Part]:
    """What the line computes, and what stands out in its numbers."""
    with_the_loss = collapse_words.forward(scene)
    said = sentences(_computed(scene), insights.forward(scene)) if with_the_loss is None else with_the_loss
    return sentences(said, _over_the_batch(scene))


def _computed(scene: Scene) -> list[Part]:
    name, code = symbol(scene, scene.node.name), scene.node.code
    if not scene.readable:
        return say_many("**{name} takes {n} operation in one line**.", "**{name} takes {n} operations in one line**.",
                        len(code), name=name)  # fmt: skip
    if len(code) == 1:
        operands = [parts(scene.leaf(operand, [])) for operand in code[0].operands]
        return own_sentence(scene, 0, name, operands)
    whole = parts(Rules(scene).expressions[-1])
    if sorted(apply.op.name for apply in code) == ["+", "@"]:
        return say(
            "**{name} = {formula}**, an affine map: the product, then the bias added entry by entry.",
            name=name,
            formula=whole,
        )
    return say_many(
        "**{name} = {formula}**, {n} operation in one line.",
        "**{name} = {formula}**, {n} operations in one line.",
        len(code),
        n=count(len(code)),
        name=name,
        formula=whole,
    )


def _over_the_batch(scene: Scene) -> list[Part]:
    """The objective of several samples, whose losses are this line's: their mean L, or their sum."""
    node, batch = scene.node, scene.batch
    if node.name != scene.graph.objective or not node.batched or batch == 1:
        return []
    total, number = label_part(scene.notation.loss_label, node.name), number_part(scene.trace.loss)
    if scene.trace.reduction == "sum":
        # Translators: of the losses of all {n} samples
        return say("The sum of all {n} is {loss} = {number}.", n=str(batch), loss=total, number=number)
    # Translators: of the losses of all {n} samples
    return say("The mean of all {n} is {loss} = {number}.", n=str(batch), loss=total, number=number)
