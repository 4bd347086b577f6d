"""What is said at the steps where an activation and its loss, in two lines, have lost their numbers."""

from __future__ import annotations

import numpy as np

from explorer.explain.meeting import meeting
from explorer.explain.numbers import spoken
from explorer.explain.phrases import Fields, say, sentences
from explorer.explain.saturation import CLOSE, Saturation, saturation
from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part, number_part, parts

DOUBLE = np.finfo(np.float64)


def rounds(one: Saturation) -> list[Part]:
    """The clause: ŷ = σ(40) rounds to exactly 1. True where nothing is left."""
    fields: Fields = {"p": parts(one.p), "nearest": "1" if one.of_one else "0"}
    if one.met.activation == "softmax":
        return say("{p} rounds to exactly {nearest}", **fields)
    return say("{p} = σ({z}) rounds to exactly {nearest}", z=number_part(one.met.z[one.k]), **fields)


def because(one: Saturation) -> list[Part]:
    """The clause that says why double precision has no number for it."""
    met, k = one.met, one.k
    if one.of_one:
        fields: Fields = {"lost": parts(one.lost), "step": number_part(float(DOUBLE.epsneg))}
        if one.really:
            return say(
                "{lost} = {size} is less than half the step from 1 to the next number below, {step}",
                size=number_part(one.really),
                **fields,
            )
        return say("{lost}, even less than 1e−300, is less than half the step from 1 to the next number below, {step}",
                   **fields)  # fmt: skip
    below = float(np.max(met.z) - met.z[k])
    power = label_part((("e", ""), (spoken(met.z[k] if met.activation == "sigmoid" else -below), "sup")))
    if met.activation == "sigmoid":
        return say("{power} is too small for a number of its own", power=power)
    return say(
        "{logit} is {number} below the largest, and {power} is too small for a number",
        logit=parts(one.logit),
        number=number_part(below),
        power=power,
    )


# -- sentences of the steps --------------------------------------------------------------------------------------------
def forward(scene: Scene) -> list[Part] | None:
    """The sentence of a forward step of the pair in two lines, where it loses something; else None."""
    one = _of(scene)
    if one is None:
        return None
    met = one.met
    if scene.node.name == met.line:
        return say("**{rounds}**: {because}.", rounds=rounds(one), because=because(one)) if one.left == 0 else None
    fields: Fields = {
        "loss": label_part(scene.label(met.loss), met.loss),
        "number": number_part(met.apart.loss),
        "lost": parts(one.lost),
    }
    right = say("The right loss is {number}: fuse {pair} to get it.",
                number=number_part(met.together.loss), pair=met.name)  # fmt: skip
    if one.kind == "infinite":
        return sentences(say("**{loss} is {number}**: {lost} is 0 here, and ln 0 = −∞.", **fields), right)
    if np.isclose(met.apart.loss, met.together.loss, rtol=CLOSE, atol=0):
        return None
    if one.left == 0:
        return sentences(say("**{loss} comes out as {number}**: rounding has left nothing of {lost}.", **fields), right)
    return sentences(say("**{loss} comes out as {number}**: rounding has left few digits of {lost}.", **fields), right)


def backward(scene: Scene) -> list[Part] | None:
    """The sentence of a backward step of the pair in two lines, where it loses something; else None."""
    one = _of(scene)
    if one is None:
        return None
    met, k = one.met, one.k
    if scene.node.name == met.loss:
        return _divided(one) if one.fails else None
    fields: Fields = {
        "logit": parts(one.logit),
        "number": number_part(met.apart.gradient[k]),
        "lost": parts(one.lost),
        "right": [*parts(one.right), " = ", number_part(met.together.gradient[k])],
    }
    if one.fails:
        return sentences(
            # Translators: {why} is a whole sentence
            say("**{logit} receives {number}**: {why}", why=undone(one), **fields),
            say("The right answer, {right}, is lost: fuse {pair} to keep it.", pair=met.name, **fields),
        )
    if np.isclose(met.apart.gradient[k], met.together.gradient[k], rtol=CLOSE, atol=0):
        return None
    if one.left == 0:
        return say("**{logit} receives {number}**: rounding has left nothing of {lost}. In full it is {right}.",
                   **fields)  # fmt: skip
    return say("**{logit} receives {number}**: rounding has left few digits of {lost}. In full it is {right}.",
               **fields)  # fmt: skip


def _divided(one: Saturation) -> list[Part]:
    """What the loss sends back to a probability that rounding has taken to the end of its range."""
    fields: Fields = {
        "p": parts(one.p),
        "number": number_part(one.met.to_probability[one.k]),
        "lost": parts(one.lost),
    }
    if one.left == 0:
        return say("**{p} receives {number}**: the loss divides by {lost}, which is 0 here.", **fields)
    return say(
        "**{p} receives {number}**: the loss divides by {lost} = {left}, and the quotient is above the largest number, "
        "{largest}.",
        left=number_part(one.left),
        largest=number_part(float(DOUBLE.max)),
        **fields,
    )


def undone(one: Saturation) -> list[Part]:
    """How what arrives at the probability becomes what goes on from it; said after a colon or a comma."""
    met = one.met
    fields: Fields = {
        "p": parts(one.p),
        "arrived": number_part(met.to_probability[one.k]),
        "slope": number_part(one.left),
    }
    if met.activation == "sigmoid":
        if one.left == 0:
            return say("the slope, {p}·(1 − {p}), is 0, and ∞·0 is not a number.", **fields)
        return say("{arrived} times the slope, {p}·(1 − {p}) = {slope}, stays {arrived}.", **fields)
    if one.left == 0:
        return say("{arrived} is multiplied by {p} = 0, and ∞·0 is not a number.", **fields)
    return say("{arrived} is taken from itself, and ∞ − ∞ is not a number.", **fields)


def _of(scene: Scene) -> Saturation | None:
    met = meeting(scene)
    if met is None or not met.line or scene.node.name not in (met.line, met.loss):
        return None
    return saturation(scene)
