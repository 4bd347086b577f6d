"""The Backward tab of a batch: what arrives and what goes back for all samples, row by row and all rows at once."""

from __future__ import annotations

import numpy as np

from explorer.explain import formula as f
from explorer.explain.any_sample import AnySample
from explorer.explain.blocks import Block, formula, line, note, section
from explorer.explain.collapse import collapsed
from explorer.explain.phrases import say
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.sending import badge, collapse_badge, sending
from explorer.explain.shares import shares_table
from explorer.explain.stack_blocks import (
    are_alike,
    jacobians,
    numbered,
    rowwise,
    stacked_calculation,
)
from explorer.explain.stacking import Stack, Unstacked, received, sent_back
from explorer.explain.text import Part, label_part, parts
from explorer.locale import _, tell, tell_many

MOST_WORK = 200_000  # numbers in a stack of Jacobians that is still looked at


def stacked_arrival(scene: Scene) -> list[Block]:
    """What arrives at a line that has a gradient for each sample, or at one that all samples share."""
    name, readings = scene.node.name, scene.readings(scene.node.name)
    readers = list(dict.fromkeys(reader for reader, _ in readings))
    if scene.node.kind == "op" and len(readings) == 1:
        return [section(say("Upstream, from {line}", line=_symbol(scene, readers[0])), own_rows(scene))]
    if len(readings) == 1:
        return [_from(scene, readers[0])]
    stack = Stack.of(scene)
    try:
        terms = tuple(stack.contribution(reader, name) for reader in readers)
        total = stacked_calculation(scene, stack.gradient(name), terms[0] if len(terms) == 1 else f.Sum(terms))
    except Unstacked:
        total = note(tell("{n} contributions are summed, for every sample by itself.", n=len(readings)))
    from_all = [_from(scene, reader) for reader in readers]
    return [section([summed_title(len(readings))], total, *from_all)]


def summed_title(count: int) -> str:
    return tell_many("{n} contribution is summed", "{n} contributions are summed", count)


def _from(scene: Scene, reader: str) -> Block:
    there, name = scene.at(reader), scene.node.name
    title = say("From {line}", line=_symbol(scene, reader))
    return section(title, *stacked_sending(there, name), badge=badge(there, name))


def stacked_seed(scene: Scene) -> Block:
    """1/B as a step of its own: how the objective changes with the loss of each sample."""
    stack, name = Stack.of(scene), scene.node.name
    own, total = stack.gradient(name, own=False), label_part(scene.notation.loss_label)
    each = AnySample.of(scene).gradient(name, own=False)
    mean = scene.trace.reduction != "sum"
    rate = stack.divided(scene.batch) if mean else f.ONE
    n = str(scene.batch)
    if mean:
        said = say(
            "{total} is the mean of {n} losses: each of them counts 1/B. Every gradient below carries this factor.",
            total=total,
            n=n,
        )
    else:
        said = say(
            "{total} is the sum of {n} losses: each of them counts in full. There is no 1/B.", total=total, n=n
        )
    return section(
        [_("Upstream: where backward starts")],
        formula(line(each, rate), *([line(None, rate, numbers=True)] if mean else [])),
        _result(scene, own),
        note(*said),
    )


def own_rows(scene: Scene) -> Block:
    """The line's own gradient, a row for each sample."""
    return _result(scene, Stack.of(scene).gradient(scene.node.name))


def stacked_sending(scene: Scene, name: str) -> list[Block]:
    """What goes back from the scene's line to `name`, for all samples."""
    if not scene.node.batched:
        return sending(scene, name, scene.contribution(scene.node.name, name))
    shared = not scene.graph.nodes[name].batched
    ways = [] if shared else row_by_row(scene, name)
    at_once = all_at_once(scene, name)
    if at_once is not None:
        blocks = [*ways, section([_("Second way, all rows at once")], at_once)] if ways else [at_once]
    elif ways:
        blocks = ways
    else:
        blocks = for_each(scene, name)
    if shared and at_once is None:
        blocks += shares_table(scene.at(name), scene.node.name)
    return [*blocks, *met(scene, name)]


def row_by_row(scene: Scene, name: str) -> list[Block]:
    """Every row of gradients times its own Jacobian, where the samples' Jacobians differ and are small."""
    m, n = (int(np.prod(scene.graph.nodes[line].shape, dtype=int)) for line in (scene.node.name, name))
    if m * n * scene.batch > MOST_WORK:
        return []
    stack = jacobians(scene, name)
    if are_alike(stack):
        return []
    title = _("Row by row, each with its own Jacobian")
    return [section([title], *rowwise(scene, name, stack, titles(scene, name)))]


def titles(scene: Scene, name: str) -> tuple[list[Part], list[Part], list[Part]]:
    """∂L/∂s_b, ∂s_b/∂(a₂)_b, ∂L/∂(a₂)_b: what stands in the columns of row-wise products."""
    each, own = AnySample.of(scene), scene.node.name
    jacobian = label_part((("∂", ""), *each.label(own), ("/∂", ""), *each.label(name)))
    return parts(each.gradient(own, own != scene.graph.objective)), [jacobian], parts(each.gradient(name))


def all_at_once(scene: Scene, name: str) -> Block | None:
    """∂L/∂z = ∂L/∂a₂·W₂ᵀ for all rows, zᵀ·∂L/∂a₂, [1 … 1]·∂L/∂a₂; None where rows would mix."""
    written = sent_back(scene, name)
    if written is None:
        return None
    return stacked_calculation(scene, received(scene, name), scene.named(name, written))


def for_each(scene: Scene, name: str) -> list[Block]:
    """∂L/∂z_b = Wᵀ·∂L/∂a_b for every sample b."""
    any_sample = AnySample.of(scene)
    written = Rules(any_sample).sent_back(name, any_sample.upstream())
    if written is None:
        return [note(*say("Nothing goes back: the line takes {line} as a constant.", line=_symbol(scene, name)))]
    if not scene.graph.nodes[name].batched:
        left = any_sample.share(name, written.evaluate().reshape(scene.graph.nodes[name].shape))
        return [formula(line(left, scene.named(name, written), shapes=True)), _so_for_all(scene)]
    left = any_sample.contribution(scene.node.name, name)
    blocks = [formula(line(left, scene.named(name, written), shapes=True)), _so_for_all(scene)]
    try:
        return [*blocks, _result(scene, Stack.of(scene).contribution(scene.node.name, name))]
    except Unstacked:
        return blocks


def _so_for_all(scene: Scene) -> Block:
    return note(tell("So for every sample b = 1 … {n}.", n=scene.batch))


def _result(scene: Scene, stack: f.Symbol) -> Block:
    """A stack's numbers, with its shape."""
    shown = formula(line(stack, stack, numbers=True, role="result", shapes=True))
    return numbered(scene, shown, stack, stack)


def met(scene: Scene, name: str) -> list[Block]:
    """(s − t)/B, where an activation meets its loss."""
    try:
        shorter = collapsed(Stack.of(scene))
    except Unstacked:
        return []
    if shorter is None:
        return []
    left = Stack.of(scene).contribution(scene.node.name, name)
    together = stacked_calculation(scene, left, scene.named(name, shorter))
    return [section([_("Together with the loss")], together, badge=collapse_badge(scene))]


def _symbol(scene: Scene, name: str) -> Part:
    return label_part(Stack.of(scene).label(name), name)
