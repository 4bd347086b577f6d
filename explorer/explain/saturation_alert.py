"""The alert of a pass that is not finite because an activation saturates before its loss."""

from __future__ import annotations

from explorer.engine.graph import Graph
from explorer.engine.trace import Trace
from explorer.explain.phrases import Fields, say, sentences
from explorer.explain.saturation import Saturation, saturation
from explorer.explain.saturation_words import rounds
from explorer.explain.scene import Scene
from explorer.explain.text import Part, as_text, label_part, number_part, parts
from explorer.notation import Notation


def why_not_finite(graph: Graph, trace: Trace, notation: Notation) -> str | None:
    """What the page says where a pass is not finite because an activation saturates; None where that is not why."""
    if trace.nonfinite is None or trace.nonfinite[1] is None:
        return None
    sample = trace.nonfinite[1]
    one = saturation(Scene(graph, trace, notation, graph.nodes[graph.objective], sample))
    if one is None or not one.fails or not one.met.line:
        return None
    return as_text(sentences(_told(one, sample if trace.batch > 1 else None), _right(one)))


def _told(one: Saturation, sample: int | None) -> list[Part]:
    met, k = one.met, one.k
    fields: Fields = {
        "sample": "" if sample is None else str(sample + 1),
        "lost": parts(one.lost),
        "p": parts(one.p),
        "left": number_part(one.left),
        "loss": label_part(met.scene.label(met.loss)),
        "number": number_part(met.apart.loss),
        "logit": parts(one.logit),
        "sent": number_part(met.apart.gradient[k]),
    }
    if one.left == 0:
        fields["rounds"] = rounds(one)
        if sample is None:
            return say("In double precision {rounds}, so that the loss takes ln 0 and divides by {lost} = 0: "
                       "{loss} = {number}, and {logit} receives {sent}.", **fields)  # fmt: skip
        return say("Sample {sample}: in double precision {rounds}, so that the loss takes ln 0 and divides by "
                   "{lost} = 0: {loss} = {number}, and {logit} receives {sent}.", **fields)  # fmt: skip
    if sample is None:
        return say("In double precision {p} is only {left}, and the loss divides by it: "
                   "{loss} = {number}, and {logit} receives {sent}.", **fields)  # fmt: skip
    return say("Sample {sample}: in double precision {p} is only {left}, and the loss divides by it: "
               "{loss} = {number}, and {logit} receives {sent}.", **fields)  # fmt: skip


def _right(one: Saturation) -> list[Part]:
    return say(
        "Right are {loss} and {gradient}: fuse {pair} to get them.",
        loss=number_part(one.met.together.loss),
        gradient=number_part(one.met.together.gradient[one.k]),
        pair=one.met.name,
    )
