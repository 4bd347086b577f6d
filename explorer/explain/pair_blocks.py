"""The Backward tab's own part of an activation and its loss: what has cancelled, what saturation does, and a switch."""

from __future__ import annotations

from typing import Any

import numpy as np

from explorer.explain import formula as f
from explorer.explain.blocks import Block, calculation, note, section
from explorer.explain.inside import inside
from explorer.explain.mathml import Element, table
from explorer.explain.meeting import Meeting, meeting
from explorer.explain.phrases import Fields, say, sentences
from explorer.explain.saturation import Saturation, saturation
from explorer.explain.saturation_words import because, rounds, undone
from explorer.explain.scene import Scene
from explorer.explain.slopes import minus, times
from explorer.explain.text import Part, parts
from explorer.explain.trial import trial
from explorer.locale import _, tell
from explorer.notation import Label

LEAST = 1e-9  # a probability so near to 0 or 1 that p(1 − p) does not divide well


def backward_blocks(scene: Scene) -> list[Block]:
    """For the pair's lines, two or one; nothing for any other line."""
    met = meeting(scene)
    if met is None or scene.node.name not in (met.line, met.loss):
        return []
    blocks = [] if met.line else _cancelled(scene, met)
    one = saturation(scene)
    if one is not None:
        return [*blocks, _saturated(one)]
    edits = trial(scene, met)
    where = parts(met.symbol(met.line))
    if not edits:
        return blocks
    first, last = met.name.split(" + ")
    fields: Fields = {
        "p": where,
        "first": first,
        "last": last,
        "difference": [*where, " − ", *parts(met.symbol(met.target))],
        "logits": parts(met.symbol(met.logits)),
    }
    if len(met.z) == 1:
        said = say(
            "If {p} rounds to 0 or 1, going back through {first} and {last} one after the other loses digits; "
            "{difference}, computed from {logits} in one step, keeps them.",
            **fields,
        )
    else:
        said = say(
            "If an entry of {p} rounds to 0 or 1, going back through {first} and {last} one after the other loses "
            "digits; {difference}, computed from {logits} in one step, keeps them.",
            **fields,
        )
    return [*blocks, note(*said), action(_("Try saturation"), *edits)]


def action(text: str, *messages: dict[str, Any]) -> Block:
    """A button that asks for something, as the page itself would: edits and settings, in order."""
    return {"kind": "action", "text": text, "messages": list(messages)}


# -- what has cancelled ------------------------------------------------------------------------------------------------
def _cancelled(scene: Scene, met: Meeting) -> list[Block]:
    """(ŷ − y)/(ŷ(1 − ŷ)) · ŷ(1 − ŷ) = ŷ − y, in numbers too where they divide well."""
    p = inside(scene)
    if p is None or met.activation != "sigmoid" or len(met.z) > 1:
        return []
    t = met.entry(met.target, 0)
    slope = times(p, minus(f.ONE, p))
    if not LEAST < met.p[0] < 1 - LEAST:
        return []
    long = f.Product((f.Fraction(minus(p, t), slope), slope), "·")
    own = f.Symbol((("∂", ""), *scene.label(met.loss)), np.asarray(met.p[0] - met.t[0]), None,
                   (("∂", ""), *scene.label(met.logits)), kind="gradient")  # fmt: skip
    said = say("What has cancelled: the loss's slope with respect to {p}, and the slope of the sigmoid", p=parts(p))
    return [section(said, calculation(own, long))]


# -- saturation --------------------------------------------------------------------------------------------------------
def _saturated(one: Saturation) -> Block:
    """Why two lines lose it, beside what is right; with the switch that puts it right, or undoes that."""
    met = one.met
    blocks: list[Block] = []
    if one.left == 0:
        said = say("In double precision {rounding}: {reason}.", rounding=rounds(one), reason=because(one))
        blocks.append(note(*said))
    blocks += [note(*_consequences(one)), _compared(one)]
    if met.line:
        title = [_("Saturated: what rounding does to two lines")]
        return section(title, *blocks, action(tell("Fuse {pair}", pair=met.name), {"type": "settings", "fuse": True}))
    title = [_("Saturated: what two lines would make of it")]
    apart = tell("Take {pair} apart", pair=met.name)
    return section(title, *blocks, action(apart, {"type": "settings", "fuse": False}))


def _consequences(one: Saturation) -> list[Part]:
    """So ln 0 is −∞ and 1/0 is ∞; the slope is 0, and ∞·0 is not a number."""
    lost = parts(one.lost)
    if not one.fails:
        if one.left == 0:
            return say(
                "Of the difference {p} nothing is left, and what is made of it has no more digits.", p=lost
            )
        return say("Of {p} few digits is left, and what is made of it has no more digits.", p=lost)
    back, right = undone(one), say("The right answer, {difference}, is lost.", difference=parts(one.right))
    if one.left == 0:
        said = say(
            "So the loss takes ln({p}) = ln 0 = −∞ and divides by {p} = 0. Going back, {consequence}",
            p=lost,
            consequence=back,
        )
    else:
        said = say(
            "The loss divides by {p}, which is more than the largest number can hold. Going back, {consequence}",
            p=lost,
            consequence=back,
        )
    return sentences(said, right)


def _compared(one: Saturation) -> Block:
    """The numbers of both ways side by side."""
    met, k = one.met, one.k
    scene = met.scene
    by: Label = (("∂", ""), *scene.notation.loss_label, ("/∂", ""))
    rows: list[tuple[Label, Element, Element | None]] = [
        (scene.label(met.loss), _number(met.apart.loss), _number(met.together.loss)),
        ((*by, *one.p.label), _number(met.to_probability[k]), None),
        ((*by, *scene.label(met.logits)), _vector(scene, met.apart.gradient), _vector(scene, met.together.gradient)),
    ]
    return {
        "kind": "compare",
        "columns": [_("in two lines"), _("fused")],
        "rows": [
            {"label": [list(part) for part in label], "cells": [apart, together]} for label, apart, together in rows
        ],
    }


def _number(value: float) -> Element:
    return ["mrow", {}, table(np.asarray(value))]


def _vector(scene: Scene, values: f.Array) -> Element:
    return ["mrow", {}, table(f.orient(values, scene.gradient_rows))]
