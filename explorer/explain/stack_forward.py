"""The Forward tab of a batch: what a line computes for all samples, a row each."""

from __future__ import annotations

from explorer.explain.any_sample import AnySample
from explorer.explain.batch_tab import samples
from explorer.explain.blocks import Block, formula, line, note
from explorer.explain.expression import expressions
from explorer.explain.objective import objective
from explorer.explain.scene import Scene
from explorer.explain.stack_blocks import in_view, numbered, rest, stacked_calculation
from explorer.explain.stacking import Stack, Unstacked, forward
from explorer.locale import tell


def stacked_forward(scene: Scene) -> list[Block]:
    """Blocks for a line that has a value for each sample."""
    name, node = scene.node.name, scene.node
    if node.kind != "op":
        return _declared(scene)
    whole = forward(scene)
    if whole is not None:
        blocks = [stacked_calculation(scene, Stack.of(scene).value(name), whole)]
    else:
        blocks = for_each(scene)
    return [*blocks, *([objective(scene)] if name == scene.graph.objective else [])]


def for_each(scene: Scene) -> list[Block]:
    """z_b = W·x_b for every sample b, and the table of all of them: here a sample is a column of its own."""
    any_sample, nodes = AnySample.of(scene), scene.graph.nodes
    own = any_sample.value(scene.node.name)
    read = [name for name in dict.fromkeys(scene.node.inputs) if nodes[name].batched]
    return [
        formula(line(own, expressions(any_sample)[-1], shapes=True)),
        note(tell("So for every sample b = 1 … {n}, here in rows:", n=scene.batch)),
        samples(scene, [(name, "value") for name in (*read, scene.node.name)], in_view(scene)),
        *rest(scene, len(in_view(scene))),
    ]


def _declared(scene: Scene) -> list[Block]:
    name, n = scene.node.name, scene.batch
    if scene.node.kind == "target":
        said = note(tell("Targets of {n} samples, a row each. Nothing is computed here.", n=n))
    else:
        said = note(tell("Data of {n} samples, a row each. Nothing is computed here.", n=n))
    try:
        own = Stack.of(scene).value(name)
    except Unstacked:
        return [samples(scene, [(name, "value")], in_view(scene)), said]
    return [numbered(scene, formula(line(own, own, numbers=True, role="result", shapes=True)), own, own), said]
