"""What is said where an activation and its loss, in two lines, have lost their numbers: sentences and an alert."""

from __future__ import annotations

import numpy as np

from explorer.engine.graph import Graph
from explorer.engine.trace import Trace
from explorer.explain.meeting import meeting
from explorer.explain.numbers import spoken
from explorer.explain.phrases import strong
from explorer.explain.saturation import CLOSE, Saturation, saturation
from explorer.explain.scene import Scene
from explorer.explain.text import Part, as_text, label_part, number_part, parts
from explorer.notation import Notation

DOUBLE = np.finfo(np.float64)


def rounds(one: Saturation) -> list[Part]:
    """ŷ = σ(40) rounds to exactly 1. True where nothing is left."""
    nearest = f" rounds to exactly {1 if one.of_one else 0}"
    if one.met.activation == "softmax":
        return [*parts(one.p), nearest]
    return [*parts(one.p), " = σ(", number_part(one.met.z[one.k]), ")", nearest]


def because(one: Saturation) -> list[Part]:
    """Why double precision has no number for it."""
    met, k = one.met, one.k
    if one.of_one:
        size: list[Part] = [" = ", number_part(one.really)] if one.really else [", even less than 1e−300,"]
        step = number_part(float(DOUBLE.epsneg))
        return [*parts(one.lost), *size, " is less than half the step from 1 to the next number below, ", step]
    below = float(np.max(met.z) - met.z[k])
    power = label_part((("e", ""), (spoken(met.z[k] if met.activation == "sigmoid" else -below), "sup")))
    if met.activation == "sigmoid":
        return [power, " is too small for a number of its own"]
    return [
        *parts(one.logit),
        " is ",
        number_part(below),
        " below the largest, and ",
        power,
        " is too small for a number",
    ]


# -- sentences of the steps --------------------------------------------------------------------------------------------
def forward(scene: Scene) -> list[Part] | None:
    """The sentence of a forward step of the pair in two lines, where it loses something; else None."""
    one = _of(scene)
    if one is None:
        return None
    met = one.met
    if scene.node.name == met.line:
        return [strong(*rounds(one)), ": ", *because(one), "."] if one.left == 0 else None
    loss, came = label_part(scene.label(met.loss), met.loss), number_part(met.apart.loss)
    right: list[Part] = [" The right loss is ", number_part(met.together.loss), f": fuse {met.name} to get it."]
    if one.kind == "infinite":
        return [strong(loss, " is ", came), ": ", *parts(one.lost), " is 0 here, and ln 0 = −∞.", *right]
    if np.isclose(met.apart.loss, met.together.loss, rtol=CLOSE, atol=0):
        return None
    return [strong(loss, " comes out as ", came), ": rounding has left ", _how_much(one), *parts(one.lost), ".", *right]


def backward(scene: Scene) -> list[Part] | None:
    """The sentence of a backward step of the pair in two lines, where it loses something; else None."""
    one = _of(scene)
    if one is None:
        return None
    met, k = one.met, one.k
    if scene.node.name == met.loss:
        if not one.fails:
            return None
        head = strong(*parts(one.p), " receives ", number_part(met.to_probability[k]))
        why: list[Part] = [", which is 0 here."]
        if one.left != 0:
            largest = number_part(float(DOUBLE.max))
            why = [" = ", number_part(one.left), ", and the quotient is above the largest number, ", largest, "."]
        return [head, ": the loss divides by ", *parts(one.lost), *why]
    right: list[Part] = [*parts(one.right), " = ", number_part(met.together.gradient[k])]
    head = strong(*parts(one.logit), " receives ", number_part(met.apart.gradient[k]))
    if one.fails:
        return [head, ": ", *undone(one), " The right answer, ", *right, f", is lost: fuse {met.name} to keep it."]
    if np.isclose(met.apart.gradient[k], met.together.gradient[k], rtol=CLOSE, atol=0):
        return None
    return [head, ": rounding has left ", _how_much(one), *parts(one.lost), ". In full it is ", *right, "."]


def undone(one: Saturation) -> list[Part]:
    """How what arrives at the probability becomes what goes on from it."""
    met, k = one.met, one.k
    arrived = number_part(met.to_probability[k])
    if met.activation == "sigmoid":
        slope: list[Part] = ["the slope, ", *parts(one.p), "·(1 − ", *parts(one.p), ")"]
        if one.left == 0:
            return [*slope, ", is 0, and ∞·0 is not a number."]
        return [arrived, " times ", *slope, " = ", number_part(one.left), ", stays ", arrived, "."]
    if one.left == 0:
        return [arrived, " is multiplied by ", *parts(one.p), " = 0, and ∞·0 is not a number."]
    return [arrived, " is taken from itself, and ∞ − ∞ is not a number."]


def _how_much(one: Saturation) -> str:
    return "nothing of " if one.left == 0 else "few digits of "


def _of(scene: Scene) -> Saturation | None:
    met = meeting(scene)
    if met is None or not met.line or scene.node.name not in (met.line, met.loss):
        return None
    return saturation(scene)


# -- the alert ---------------------------------------------------------------------------------------------------------
def why_not_finite(graph: Graph, trace: Trace, notation: Notation) -> str | None:
    """What the page says where a pass is not finite because an activation saturates; None where that is not why."""
    if trace.nonfinite is None or trace.nonfinite[1] is None:
        return None
    sample = trace.nonfinite[1]
    one = saturation(Scene(graph, trace, notation, graph.nodes[graph.objective], sample))
    if one is None or not one.fails or not one.met.line:
        return None
    where = f"Sample {sample + 1}: in" if trace.batch > 1 else "In"
    return as_text([f"{where} double precision ", *_told(one)])


def _told(one: Saturation) -> list[Part]:
    met, k = one.met, one.k
    loss, logit = label_part(met.scene.label(met.loss)), parts(one.logit)
    if one.left == 0:
        said = [*rounds(one), ", so that the loss takes ln 0 and divides by ", *parts(one.lost), " = 0: "]
    else:
        said = [*parts(one.p), " is only ", number_part(one.left), ", and the loss divides by it: "]
    said += [
        loss,
        " = ",
        number_part(met.apart.loss),
        ", and ",
        *logit,
        " receives ",
        number_part(met.apart.gradient[k]),
    ]
    said += [". Right are ", number_part(met.together.loss), " and ", number_part(met.together.gradient[k])]
    return [*said, f": fuse {met.name} to get them."]
