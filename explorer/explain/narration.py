"""One true sentence for every step of a pass, in the lesson's symbols, with what its own numbers have to tell."""

from __future__ import annotations

import string
from collections.abc import Sequence

import numpy as np

from explorer.engine.graph import Graph
from explorer.engine.steps import Step
from explorer.engine.trace import Trace
from explorer.explain import formula as f
from explorer.explain import insights
from explorer.explain.collapse import collapsed
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part, number_part, parts
from explorer.notation import Notation

COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


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


# -- pieces --------------------------------------------------------------------------------------------------------
def strong(*said: Part) -> Part:
    """The key clause of a sentence."""
    return {"strong": list(said)}


def symbol(scene: Scene, name: str) -> Part:
    return label_part(scene.label(name), name)


def listed(items: Sequence[Sequence[Part]], word: str = "and") -> list[Part]:
    """a, b and c."""
    said: list[Part] = []
    for position, item in enumerate(items):
        said += [] if not position else [f" {word} " if position == len(items) - 1 else ", "]
        said += item
    return said


def count(number: int) -> str:
    return COUNTS[number] if number < len(COUNTS) else str(number)


def template(scene: Scene, text: str, position: int, out: Part, operands: list[list[Part]]) -> list[Part]:
    """One of an op's own texts with the lesson's symbols in it."""
    said: list[Part] = []
    op = scene.node.code[position].op
    for literal, field, _, _ in string.Formatter().parse(text):
        said += [literal] if literal else []
        if field is None:
            continue
        if field == "out":
            said.append(out)
        elif field == "all":
            said += listed(operands, "and")
        elif field.isdigit():
            said += operands[int(field)]
        else:
            said.append(str(getattr(op, field.partition(".")[2])))
    return said


# -- steps ---------------------------------------------------------------------------------------------------------
def forward(scene: Scene) -> list[Part]:
    """What the line computes, and what stands out in its numbers."""
    name, code = scene.node.name, scene.node.code
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
    if scene.trace.reduction == "sum":
        return [
            strong(f"The objective is the sum of {batch} losses"),
            ", one a sample, so the gradient of each is ",
            number_part(scene.seed),
            ".",
        ]
    return [
        strong(f"The objective is the mean of {batch} losses"),
        ", one a sample, so the gradient of each is 1/B = ",
        number_part(scene.seed),
        ".",
    ]


def backward(scene: Scene, receivers: Sequence[str]) -> list[Part]:
    """What the line sends back to whom."""
    if not receivers:
        return [strong("Nothing goes back from ", symbol(scene, scene.node.name)), ": it reads targets only."]
    if len(scene.node.code) == 1 and scene.node.code[0].op.identity == "(4)":
        return [*insights.slopes(scene, receivers[0]), *_collapse(scene, receivers[0])]
    clauses = [_sent(scene, name) for name in receivers]
    said: list[Part]
    if len(receivers) == 1:
        said = [strong(*clauses[0])]
    elif all(_passes(scene, name) for name in receivers):
        to = listed([[symbol(scene, name)] for name in receivers])
        upstream = parts(upstream_of(scene))
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
        *_collapse(scene, receivers[0]),
        *_batch_sum(scene, receivers),
    ]


def _collapse(scene: Scene, receiver: str) -> list[Part]:
    """What is left where the line and its loss meet, as in ŷ − y."""
    shortcut = collapsed(scene)
    if shortcut is None:
        return []
    return [" With the loss it collapses to ", *parts(scene.gradient(receiver)), " = ", *parts(shortcut), "."]


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
    """One receiver's clause: W receives the outer product δ₂·xᵀ."""
    if scene.trace.jacobian(scene.node.name, name).structure == "zero":
        return [symbol(scene, name), " receives nothing"]
    upstream = upstream_of(scene)
    formula = Rules(scene).sent_back(name, upstream)
    if formula is None:
        return [symbol(scene, name), " receives nothing"]
    kind = {"outer": "the outer product ", "selection": "its own entries, "}
    structure = scene.trace.jacobian(scene.node.name, name).structure
    tail: list[Part] = [" unchanged"] if formula is upstream else []
    return [symbol(scene, name), " receives ", kind.get(structure, ""), *parts(formula), *tail]


def upstream_of(scene: Scene) -> f.Formula:
    """The gradient that arrives: its symbol, or for the objective's own line 1, or 1/B, which says more than ∂L/∂L."""
    if scene.node.name != scene.graph.objective:
        return scene.gradient(scene.node.name)
    return f.ONE if scene.seed == 1.0 else f.Fraction(f.ONE, f.Number(1 / scene.seed))


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


def accumulate(scene: Scene) -> list[Part]:
    """Contributions met in one node."""
    name = scene.node.name
    readers = [reader for reader, _ in scene.readings(name)]
    meet = f"{count(len(readers)).capitalize()} contributions meet in "
    said: list[Part] = [strong(meet, symbol(scene, name), " and are summed")]
    once = list(dict.fromkeys(readers))
    said += [": from ", *listed([[symbol(scene, reader)] for reader in once])]
    value = scene.gradient_of(name).reshape(-1)
    if value.size == 1:
        said += [", together ", number_part(float(value[0]))]
    return [*said, "."]


def update(scene: Scene) -> list[Part]:
    """A parameter's step down the gradient."""
    name = scene.node.name
    rate = label_part(scene.notation.rate_label)
    gradient = parts(scene.gradient(name))
    said: list[Part] = [
        strong(symbol(scene, name), " ← ", symbol(scene, name), " − ", rate, "·", *gradient),
        " with ",
        rate,
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
