"""The sentence of a backward step: who receives what, and what collapses or is summed."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.explain import collapse_words, insights
from explorer.explain.phrases import count, listed, strong, symbol
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.text import Part, parts


def backward(scene: Scene, receivers: Sequence[str]) -> list[Part]:
    """What the line sends back to whom."""
    if not receivers:
        return [strong("Nothing goes back from ", symbol(scene, scene.node.name)), ": it reads targets only."]
    with_the_loss = collapse_words.backward(scene, receivers)
    if with_the_loss is not None:
        return with_the_loss
    if len(scene.node.code) == 1 and scene.node.code[0].op.identity == "(4)":
        return [*insights.slopes(scene), *collapse_words.collapse(scene, receivers[0]), *_defined(scene, receivers)]
    clauses = [_sent(scene, name) for name in receivers]
    said: list[Part]
    if len(receivers) == 1:
        said = [strong(*clauses[0])]
    elif all(_passes(scene, name) and not scene.notation.negated(name) for name in receivers):
        to = listed([[symbol(scene, name)] for name in receivers])
        upstream = parts(scene.upstream())
        said = [
            strong("An addition passes the gradient on unchanged"),
            ": ",
            *to,
            " both receive " if len(receivers) == 2 else " all receive ",
            *upstream,
        ]
    else:
        ways = "both ways" if len(receivers) == 2 else f"{count(len(receivers))} ways"
        said = [strong(*parts(scene.gradient(scene.node.name)), f" goes {ways}"), ": ", *listed(clauses)]
    return [
        *said,
        *insights.backward(scene, receivers),
        ".",
        *collapse_words.collapse(scene, receivers[0]),
        *_defined(scene, receivers),
        *_batch_sum(scene, receivers),
    ]


def _defined(scene: Scene, receivers: Sequence[str]) -> list[Part]:
    """What a δ stands for, where it is minus the gradient: δ⁽²⁾ = −∂E/∂s⁽²⁾."""
    said: list[list[Part]] = []
    for name in receivers:
        definition = scene.definition(name)
        if definition is not None:
            said.append([*parts(scene.gradient(name)), " = ", *parts(definition)])
    return [" Here ", *listed(said), "."] if said else []


def _batch_sum(scene: Scene, receivers: Sequence[str]) -> list[Part]:
    """Whose shares are summed over the samples."""
    shared = [name for name in receivers if _summed(scene, name)]
    if not shared or scene.batch < 2:
        return []
    return [
        " For ",
        *listed([[symbol(scene, name)] for name in shared]),
        f" the shares of all {scene.batch} samples are summed.",
    ]


def _sent(scene: Scene, name: str) -> list[Part]:
    """One receiver's clause: W receives the outer product δ₂·xᵀ, z receives δ_z = δ_t·V where that is −∂R/∂z."""
    if scene.trace.jacobian(scene.node.name, name).structure == "zero":
        return [symbol(scene, name), " receives nothing"]
    upstream = scene.upstream()
    formula = Rules(scene).sent_back(name, upstream)
    if formula is None:
        return [symbol(scene, name), " receives nothing"]
    kind = {"outer": "the outer product ", "selection": "its own entries, "}
    structure = scene.trace.jacobian(scene.node.name, name).structure
    formula = scene.named(name, formula)
    own = [*parts(scene.gradient(name)), " = "] if scene.notation.negated(name) else []
    tail: list[Part] = [" unchanged"] if formula is upstream else []
    return [symbol(scene, name), " receives ", *own, kind.get(structure, ""), *parts(formula), *tail]


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
