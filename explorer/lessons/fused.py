"""A lesson with its loss and the activation before it as one line, on the logits: what `trace(fuse=True)` computes."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from explorer.engine.fusion import PAIRS
from explorer.engine.graph import Graph
from explorer.lessons.lesson import Lesson


def fusible(graph: Graph) -> tuple[str, str] | None:
    """The lines (activation, loss) that can be one: the loss alone reads the activation, each is a line of its own."""
    loss = graph.nodes[graph.objective]
    pair = PAIRS.get(loss.code[0].op.name) if len(loss.code) == 1 else None
    if pair is None or len(loss.inputs) != 2:
        return None
    activation = graph.nodes[loss.inputs[0]]
    alone = [reader for reader, _ in graph.readers(activation.name)] == [loss.name]
    fits = len(activation.code) == len(activation.inputs) == 1 and activation.code[0].op.name == pair[0]
    return (activation.name, loss.name) if alone and fits and len(activation.shape) < 2 else None


@lru_cache(maxsize=64)
def fused(lesson: Lesson) -> Lesson | None:
    """The lesson with the pair as one line of the loss's name; None where there is no pair.

    Its notation knows the activation's symbol still: it is what the loss's card shows inside.
    """
    found = fusible(lesson.graph)
    if found is None:
        return None
    activation, loss = (lesson.graph.nodes[name] for name in found)
    lines = [node.text for node in lesson.graph.nodes.values() if node is not activation and node is not loss]
    op = PAIRS[loss.code[0].op.name][1]
    lines.append(f"{loss.name} = {op}({activation.inputs[0]}, {loss.inputs[1]})")
    places = {key: place for key, place in lesson.places.items() if key[1] != activation.name}
    if ("backward", activation.name) in lesson.places:
        places["backward", loss.name] = lesson.places["backward", activation.name]
    notation = replace(lesson.notation, inside={**lesson.notation.inside, loss.name: activation.name})
    return replace(lesson, graph=Graph.parse("\n".join(lines)), places=places, notation=notation)
