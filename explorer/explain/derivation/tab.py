"""The Derivation tab: how what a line sends back is found, in the handout's own steps, with this sample's numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from explorer.explain.blocks import Block, note
from explorer.explain.derivation import collapse_sigmoid, collapse_softmax
from explorer.explain.derivation.addition import by_term
from explorer.explain.derivation.by_matrix import by_matrix
from explorer.explain.derivation.by_vector import by_vector
from explorer.explain.derivation.elementwise import by_entry
from explorer.explain.derivation.general import by_any
from explorer.explain.derivation.linear import linear
from explorer.explain.derivation.losses import by_output
from explorer.explain.derivation.pair import Pair, pair
from explorer.explain.derivation.primes import introduced
from explorer.explain.derivation.probability import Probability, inside_of, of_line
from explorer.explain.derivation.saturated import failing
from explorer.explain.derivation.shortcut import fan_out_step, named_step
from explorer.explain.derivation.softmax import by_logits
from explorer.explain.derivation.stacked import for_every_sample
from explorer.explain.derivation.steps import Derivation, Step, derivation_block
from explorer.explain.derivation.unary import gate
from explorer.explain.derivation.way import Way
from explorer.explain.derivation.whole import whole_steps
from explorer.explain.known import known
from explorer.explain.phrases import say
from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part
from explorer.locale import _
from explorer.notation import Label


def derivation_tab(scene: Scene) -> list[Block]:
    """Blocks for any line: what goes back from it, or to it where it only is read."""
    blocks = [derivation_block(scene, one) for one in shown(scene)]
    if not blocks:
        return [note(*nothing(scene))]
    return blocks if len(blocks) == 1 else [{"kind": "derivations", "blocks": blocks}]


def shown(scene: Scene) -> list[Derivation]:
    """The derivations that the tab shows: for one sample, or for all samples as a stack."""
    if scene.node.kind == "target" or scene.node.name not in scene.graph.reached:
        return []
    return for_every_sample(scene, derivations) if scene.stacked and scene.batch > 1 else derivations(scene)


def nothing(scene: Scene) -> list[Part]:
    """Why a line has no derivation."""
    node = scene.node
    own = label_part(scene.label(node.name), node.name)
    if node.kind == "target":
        return say(
            "**Nothing to derive.** {target} is the right answer for this example: it is never updated, so no gradient "
            "is computed for it.",
            target=own,
        )
    if node.name not in scene.graph.reached:
        return say("**The gradient is 0:** the objective does not depend on this line.")
    return say("Nothing goes back from {line}: it reads no line that has a gradient.", line=own)


def derivations(scene: Scene) -> list[Derivation]:
    """All derivations of a line, in the order in which the page offers them."""
    node = scene.node
    if node.kind != "op":
        readers = list(dict.fromkeys(reader for reader, _ in scene.readings(node.name)))
        found = [derivation(scene.at(reader), node.name) for reader in readers]
        whole = [_whole(scene.at(reader), node.name) for reader in readers if _is_whole(scene.at(reader), node.name)]
        return [*found, *whole] if len(readers) == 1 else [_via(scene, one) for one in [*found, *whole]]
    kinds = scene.graph.nodes
    read = [name for name in dict.fromkeys(node.inputs) if kinds[name].kind != "target"]
    found = [derivation(scene, name) for name in read]
    return [*found, *_with_the_loss(scene), *(_whole(scene, name) for name in read if _is_whole(scene, name))]


def _via(scene: Scene, told: Derivation) -> Derivation:
    """One of several derivations of the same gradient, by the reader that it comes back from."""
    via = " " + _("via") + " "
    return replace(told, choice=(*told.choice, (via, ""), *scene.label(told.of)))


def derivation(scene: Scene, name: str) -> Derivation:
    """How the scene's line sends its gradient back to `name`: on its own page, and on that of what it reads."""
    return known(scene.trace, ("derivation", scene, name), lambda: _derivation(scene, name), brief=True)


def _derivation(scene: Scene, name: str) -> Derivation:
    own, line = label_part(_gradient(scene, name), name), label_part(scene.label(scene.node.name), scene.node.name)
    title = say("{gradient} through {line}", gradient=own, line=line)
    steps = introduced(scene, _steps(scene, name))
    way = Way(scene, name, lambda out, into: 0.0)
    last = [one for one in (fan_out_step(way), named_step(way)) if one is not None]
    pick = (name,) if scene.graph.nodes[name].shape and np.prod(scene.graph.nodes[name].shape) > 1 else ()
    return Derivation(tuple(title), scene.node.name, name, (*steps, *last), pick, _gradient(scene, name))


def _gradient(scene: Scene, name: str) -> Label:
    notation = scene.notation
    return notation.derivative(name) if notation.negated(name) else notation.gradient(name)


def _steps(scene: Scene, name: str) -> list[Step]:
    """The gate's own derivation, else the general one."""
    if not scene.readable:
        return by_any(scene, name)
    for own in (_by_gate, _by_line, by_output, by_logits, _fused):
        steps = own(scene, name)
        if steps is not None:
            return steps
    return by_any(scene, name)


def _by_gate(scene: Scene, name: str) -> list[Step] | None:
    found = gate(scene, name)
    return None if found is None or linear(scene, name) is not None else by_entry(found)


def _by_line(scene: Scene, name: str) -> list[Step] | None:
    found = linear(scene, name)
    if found is None:
        return None
    write: Callable = by_term if not found.term.matrix else by_vector if found.term.vector == name else by_matrix
    return write(found)


# -- with the loss -----------------------------------------------------------------------------------------------------
def _with_the_loss(scene: Scene) -> list[Derivation]:
    """The collapse, on the activation's line or on that of a fused loss."""
    met = pair(scene, scene.node.name)
    if met is not None:
        return [_collapse(scene, met)]
    return []


def _collapse(scene: Scene, met: Pair) -> Derivation:
    own = scene.notation
    probability = of_line(Way(scene, met.logits, lambda out, into: 0.0), met.activation)
    steps = [*_collapsed(probability, met.target, met.kind), *failing(met)]
    ends: Label = (*own.symbol(met.activation), (" − ", ""), *own.symbol(met.target))
    gradient = label_part(_gradient(scene, met.logits), met.logits)
    title = say("{gradient} together with the loss: the collapse", gradient=gradient)
    pick = (met.logits,) if probability.count > 1 else ()
    return Derivation(tuple(title), scene.node.name, met.logits, tuple(steps), pick, ends, "collapse")


def _collapsed(probability: Probability, target: str, kind: str) -> list[Step]:
    """The steps of the collapse of either pair."""
    if kind.startswith("cross_entropy"):
        return collapse_softmax.Collapse(probability, target).steps()
    return collapse_sigmoid.Collapse(probability, target).steps()


def _fused(scene: Scene, name: str) -> list[Step] | None:
    """A loss on logits: the collapse is the whole of its derivation."""
    if not scene.node.code or scene.node.inputs[0] != name or len(scene.graph.nodes[name].shape) > 1:
        return None
    probability = inside_of(Way(scene, name, lambda out, into: 0.0))
    if probability is None or scene.node.name != scene.graph.objective or len(scene.node.inputs) != 2:
        return None
    return _collapsed(probability, scene.node.inputs[1], scene.node.code[0].op.name)


def _is_whole(scene: Scene, name: str) -> bool:
    return scene.graph.nodes[name].kind == "input" and whole_steps(scene, name) is not None


def _whole(scene: Scene, name: str) -> Derivation:
    return known(scene.trace, ("whole", scene, name), lambda: _made_whole(scene, name), brief=True)


def _made_whole(scene: Scene, name: str) -> Derivation:
    steps = introduced(scene, whole_steps(scene, name) or [])
    label = _gradient(scene, name)
    title = say("{gradient}, the whole way from the loss", gradient=label_part(label, name))
    choice = (*label, (", " + _("whole way"), ""))
    return Derivation(tuple(title), scene.node.name, name, tuple(steps), (), choice, "whole")
