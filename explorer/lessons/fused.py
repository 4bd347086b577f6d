"""A lesson with its loss and the activation before it as one line, on the logits: what `trace(fuse=True)` computes."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from explorer.engine.fusion import PAIRS, fusible
from explorer.engine.graph import Graph
from explorer.lessons.lesson import Lesson

__all__ = ["fused", "fusible"]


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
    # What is said of the two lines apart does not hold of the one.
    notes = {key: note for key, note in lesson.notes.items() if key[1] not in found}
    notation = replace(lesson.notation, inside={**lesson.notation.inside, loss.name: activation.name})
    errata = tuple(erratum.renamed(activation.name, loss.name) for erratum in lesson.errata)
    graph = Graph.parse("\n".join(lines))
    return replace(lesson, graph=graph, places=places, notation=notation, errata=errata, notes=notes)
