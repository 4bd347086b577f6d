"""What a step computes, as formulas that stand beside its sentence: in symbols alone, one for each thing it makes."""

from __future__ import annotations

import numpy as np

from explorer.engine.graph import Graph
from explorer.engine.trace import Step, Trace
from explorer.explain import formula as f
from explorer.explain.blocks import Block, assignment, line
from explorer.explain.descent import new_value
from explorer.explain.expression import expressions
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.notation import Notation


def formulas(
    graph: Graph, trace: Trace, notation: Notation, step: Step, sample: int, learning_rate: float
) -> list[Block]:
    """The lines of a step at one sample (from 0); none where the batch has no samples."""
    if trace.batch == 0:
        return []
    scene = Scene(graph, trace, notation, graph.nodes[step.node], sample, learning_rate)
    with np.errstate(all="ignore"):
        return _formulas(scene, step)


def _formulas(scene: Scene, step: Step) -> list[Block]:
    name = step.node
    match step.kind:
        case "forward":
            return [line(scene.value(name), expressions(scene)[-1])]
        case "seed":
            return [line(scene.gradient(name), scene.gradient(name), numbers=True)]
        case "accumulate":
            readers = dict.fromkeys(reader for reader, _ in scene.readings(name))
            return [line(scene.gradient(name), f.Sum(tuple(scene.contribution(reader, name) for reader in readers)))]
        case "update":
            return [assignment(scene.value(name), new_value(scene))]
    return [one for source in step.inputs for one in _sent(scene, source)]


def _sent(scene: Scene, name: str) -> list[Block]:
    """What goes back from the line to one that it reads, as the Backward tab begins it."""
    written = Rules(scene).sent_back(name, scene.upstream())
    if written is None:
        return []
    named = scene.named(name, written)
    left: f.Formula = scene.contribution(scene.node.name, name)
    if scene.node.batched and not scene.graph.nodes[name].batched and scene.batch > 1:
        left = scene.share(name, written.evaluate().reshape(scene.graph.nodes[name].shape))
    return [line(left, named)]
