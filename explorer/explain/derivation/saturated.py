"""Where probabilities are 0 or 1 to the last digit: why the long way back has no number, and the collapsed one has."""

from __future__ import annotations

import numpy as np

from explorer.explain.derivation.pair import Pair
from explorer.explain.derivation.steps import Step, step, words
from explorer.explain.phrases import say, sentences
from explorer.explain.text import Part, label_part, number_part
from explorer.locale import N_, _

FUSE = N_("Fused into one card, the pair is computed that way.")


def failing(met: Pair) -> list[Step]:
    """A step that says what fails in the long way for this sample; none where both ways agree."""
    if met.reliable or not met.whole:
        return []
    said = _binary(met) if met.kind == "bce" else _softmax(met)
    return [step(_("Why the long way fails here"), words(*said))] if said else []


def _binary(met: Pair) -> list[Part]:
    scene, name = met.scene, met.activation
    values = np.asarray(scene.value_of(name)).reshape(-1)
    at = next((i for i, value in enumerate(values) if value in (0.0, 1.0)), None)
    if at is None:
        return []
    y_hat = label_part(scene.entry_label(name, [at]), name)
    below: list[Part] = ["1 − ", y_hat] if values[at] == 1.0 else [y_hat]
    said = say(
        "{y} is {number} to the last digit that a computer keeps, so {below} is 0: a quotient over 0 meets a slope of "
        "0, and ∞ · 0 is no number. Cancelled before numbers are put in, the subtraction is right: {difference}.",
        y=y_hat,
        number=number_part(float(values[at])),
        below=below,
        difference=number_part(float(met.difference.reshape(-1)[at])),
    )
    return sentences(said, [_(FUSE)])


def _softmax(met: Pair) -> list[Part]:
    scene, name = met.scene, met.activation
    values = np.asarray(scene.value_of(name)).reshape(-1)
    at = next((i for i, value in enumerate(values) if value == 0.0), None)
    if at is None:
        return []
    s, t = label_part(scene.entry_label(name, [at]), name), label_part(scene.entry_label(met.target, [at]), met.target)
    said = say(
        "{s} is 0 to the last digit that a computer keeps: {t}/{s} is no number, or {s} has lost the digits that the "
        "quotient needs. Cancelled before numbers are put in, the subtraction is right: {difference}.",
        s=s,
        t=t,
        difference=number_part(float(met.difference.reshape(-1)[at])),
    )
    return sentences(said, [_(FUSE)])
