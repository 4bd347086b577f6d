"""What one line sends back to one other: upstream · local = downstream, with its numbers and shapes."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.explain import formula as f
from explorer.explain.blocks import Block, calculation, formula, line, note, section
from explorer.explain.collapse import collapsed
from explorer.explain.inner_product import inner_product
from explorer.explain.phrases import say, symbol
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.locale import tell_many

COLLAPSE = "(7)"  # of the gradient notes: softmax with cross-entropy


def sending(scene: Scene, name: str, left: f.Symbol) -> list[Block]:
    """The calculation of what goes back from the scene's line to `name`, with the shape of every factor."""
    written = Rules(scene).sent_back(name, scene.upstream())
    if written is None:
        return [note(*say("Nothing goes back: the line takes {name} as a constant.", name=symbol(scene, name)))]
    named = scene.named(name, written)
    if scene.node.batched and not scene.graph.nodes[name].batched and scene.batch > 1:
        share = scene.share(name, written.evaluate().reshape(scene.graph.nodes[name].shape))
        return [calculation(share, named, shapes=True), _summed(scene, name, left)]
    defined = scene.definition(name)
    blocks = [formula(line(left, defined))] if defined is not None and not scene.fans_out(name) else []
    blocks += [calculation(left, named, shapes=True), *inner_product(named)]
    shortcut = collapsed(scene)
    if shortcut is not None:
        blocks.append(
            section(
                say("Together with the loss"),
                calculation(left, scene.named(name, shortcut), shapes=True),
                badge=collapse_badge(scene),
            )
        )
    return blocks


def _summed(scene: Scene, name: str, left: f.Symbol) -> Block:
    """The sum over the samples' shares."""
    caption = say("Summed over all {n} samples (see the Batch tab of {name}):", n=str(scene.batch),
                  name=symbol(scene, name))  # fmt: skip
    return formula(line(left, left, numbers=True, role="result"), caption=caption)


def badge(scene: Scene, name: str) -> str:
    """The numbers that the CS224n gradient notes give to the rules on the way to `name`."""
    return told(identities(scene, name))


def told(numbers: Sequence[str]) -> str:
    """identity (4), identities (2), (3); nothing for none."""
    if not numbers:
        return ""
    return tell_many("identity {numbers}", "identities {numbers}", len(numbers), numbers=", ".join(numbers))


def collapse_badge(scene: Scene) -> str:
    """The number of the collapse, where the line is a softmax."""
    return told([COLLAPSE]) if scene.node.code[0].op.name == "softmax" else ""


def identities(scene: Scene, name: str) -> list[str]:
    """The gradient-notes numbers of the line's operations that read `name`, or lead to it."""
    found: list[str] = []
    for apply in scene.node.code:
        shapes = [scene.shape_of(operand) for operand in apply.operands]
        for slot, operand in enumerate(apply.operands):
            if scene.reads(operand, name):
                found += [apply.op.identity_of(slot, *shapes)]
    return [number for number in dict.fromkeys(found) if number]


def sent_by(scene: Scene, receivers: Sequence[str]) -> list[str]:
    """The gradient-notes numbers of all that the line sends back, (7) alone where softmax meets cross-entropy."""
    if scene.node.code[0].op.name == "softmax" and collapsed(scene) is not None:
        return [COLLAPSE]
    return sorted({number for name in receivers for number in identities(scene, name)})
