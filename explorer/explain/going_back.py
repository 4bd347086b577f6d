"""The sentence of a backward step: who receives what, and what collapses or is summed."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.explain import collapse_words, insights
from explorer.explain.phrases import Fields, count, listed, say, say_many, sentences, symbol
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.text import Part, parts


def backward(scene: Scene, receivers: Sequence[str]) -> list[Part]:
    """What the line sends back to whom."""
    if not receivers:
        return say("**Nothing goes back from {name}**: it reads targets only.", name=symbol(scene, scene.node.name))
    with_the_loss = collapse_words.backward(scene, receivers)
    if with_the_loss is not None:
        return with_the_loss
    collapse, defined = collapse_words.collapse(scene, receivers[0]), _defined(scene, receivers)
    if len(scene.node.code) == 1 and scene.node.code[0].op.identity == "(4)":
        return sentences(insights.slopes(scene), collapse, defined)
    return sentences(_sent(scene, receivers), collapse, defined, _batch_sum(scene, receivers))


def _sent(scene: Scene, receivers: Sequence[str]) -> list[Part]:
    if len(receivers) == 1:
        return insights.told(_received(scene, receivers[0]), scene, receivers)
    symbols = [symbol(scene, name) for name in receivers]
    if all(_passes(scene, name) and not scene.notation.negated(name) for name in receivers):
        upstream = parts(scene.upstream())
        if len(receivers) == 2:
            return say(
                "**An addition passes the gradient on unchanged**: {first} and {second} both receive {gradient}.",
                first=symbols[0],
                second=symbols[1],
                gradient=upstream,
            )
        return say(
            "**An addition passes the gradient on unchanged**: {names} all receive {gradient}.",
            names=listed([[one] for one in symbols]),
            gradient=upstream,
        )
    gradient = parts(scene.gradient(scene.node.name))
    clauses = listed([_received(scene, name) for name in receivers])
    if len(receivers) == 2:
        return say("**{gradient} goes both ways**: {clauses}.", gradient=gradient, clauses=clauses)
    return say_many("**{gradient} goes {n} way**: {clauses}.", "**{gradient} goes {n} ways**: {clauses}.",
                    len(receivers), n=count(len(receivers)), gradient=gradient, clauses=clauses)  # fmt: skip


def _defined(scene: Scene, receivers: Sequence[str]) -> list[Part]:
    """What a δ stands for, where it is minus the gradient: δ⁽²⁾ = −∂E/∂s⁽²⁾."""
    said: list[list[Part]] = []
    for name in receivers:
        definition = scene.definition(name)
        if definition is not None:
            said.append([*parts(scene.gradient(name)), " = ", *parts(definition)])
    return say("Here {definitions}.", definitions=listed(said)) if said else []


def _batch_sum(scene: Scene, receivers: Sequence[str]) -> list[Part]:
    """Whose shares are summed over the samples."""
    shared = [name for name in receivers if _summed(scene, name)]
    if not shared or scene.batch < 2:
        return []
    return say(
        "For {names} the shares of all {n} samples are summed.",
        names=listed([[symbol(scene, name)] for name in shared]),
        n=str(scene.batch),
    )


def _received(scene: Scene, name: str) -> list[Part]:
    """One receiver's clause: W receives the outer product δ₂·xᵀ, z receives δ_z = δ_t·V where that is −∂R/∂z."""
    structure, upstream = scene.trace.jacobian(scene.node.name, name).structure, scene.upstream()
    formula = None if structure == "zero" else Rules(scene).sent_back(name, upstream)
    if formula is None:
        return say("{name} receives nothing", name=symbol(scene, name))
    unchanged = scene.named(name, formula) is upstream
    own = [*parts(scene.gradient(name)), " = "] if scene.notation.negated(name) else []
    fields: Fields = {"name": symbol(scene, name), "formula": [*own, *parts(scene.named(name, formula))]}
    if unchanged:
        return say("{name} receives {formula} unchanged", **fields)
    if structure == "outer":
        return say("{name} receives the outer product {formula}", **fields)
    if structure == "selection":
        return say("{name} receives its own entries, {formula}", **fields)
    return say("{name} receives {formula}", **fields)


def _passes(scene: Scene, name: str) -> bool:
    """Whether the line passes its gradient on to this receiver as it is."""
    alone = scene.node.inputs.count(name) == 1
    return (
        alone
        and all(a.op.name == "+" for a in scene.node.code)
        and (scene.trace.jacobian(scene.node.name, name).structure == "identity")
    )


def _summed(scene: Scene, name: str) -> bool:
    return scene.node.batched and not scene.graph.nodes[name].batched
