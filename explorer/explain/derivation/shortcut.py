"""The end of a derivation: the shortcut, its proviso, sums at a fan-out, the lesson's own name for the gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.places import indices
from explorer.explain.derivation.steps import Line, Right, Step, calculation, numbers, result, step
from explorer.explain.derivation.way import Way
from explorer.explain.phrases import say, sentences
from explorer.explain.rules import Rules
from explorer.explain.sending import badge
from explorer.explain.text import Part, label_part
from explorer.locale import _


def shortcut_step(way: Way, *names: f.Formula, remark: Sequence[Part] | str = ()) -> Step | None:
    """What is computed instead of the matrix product; `names` are other ways to write it."""
    scene = way.scene
    written = Rules(scene).sent_back(way.wrt, way.arrives if way.of == scene.graph.objective else way.upstream)
    if written is None:
        return None
    left = way.sent_whole
    lines: list[Right] = [*names, Line(written, shapes=True)]
    spelled = f.spelled_out(written)
    if spelled is not written:
        lines.append(numbers(spelled))
    if not isinstance(written, f.Symbol):
        lines.append(numbers(written))
    made = step(_("The shortcut"), calculation(left, *lines, result(left)), remark=remark)
    return replace(made, badge=badge(scene, way.wrt))


def alone(way: Way) -> list[Part]:
    """The proviso of the rule: what is read feeds this line only, or others too."""
    scene = way.scene
    into, out = label_part(scene.label(way.wrt), way.wrt), label_part(scene.label(way.of), way.of)
    rule = say("This is the rule for any gate, provided that what it reads feeds nothing else.")
    if scene.fans_out(way.wrt):
        others = say("{into} feeds other gates too: the gradients that they send back are added.", into=into)
        return sentences(rule, others)
    if scene.graph.nodes[way.wrt].kind == "param" or not scene.readings(way.wrt):
        return []
    return sentences(rule, say("Here {into} feeds only {out}.", into=into, out=out))


def named_step(way: Way) -> Step | None:
    """The lesson's own name where it stands for minus the gradient: δ = −∂E/∂s."""
    scene = way.scene
    if not scene.notation.negated(way.wrt):
        return None
    own = scene.gradient(way.wrt)
    minus = f.Negative(scene.gradient(way.wrt, own=False))
    said = say(
        "On the card stands {delta}, which the lesson defines with a minus sign.", delta=label_part(own.label, way.wrt)
    )
    return step(_("By the lesson's own name"), calculation(own, minus, numbers(minus), result(own)), remark=said)


def fan_out_step(way: Way) -> Step | None:
    """The gradients that come back from several readers are summed."""
    scene = way.scene
    if not scene.fans_out(way.wrt):
        return None
    readers = list(dict.fromkeys(reader for reader, _ in scene.readings(way.wrt)))
    own = not scene.notation.negated(way.wrt)
    parts = tuple(scene.contribution(reader, way.wrt, own) for reader in readers)
    whole = scene.gradient(way.wrt, own)
    if len(parts) == 1:
        return None
    total = f.Sum(parts)
    place = indices(way.picked)
    one = way.gradient(way.wrt, way.picked)
    each = tuple(
        replace(one, value=np.asarray(scene.contribution_of(reader, way.wrt)[place]), cells=None, note=part.note)
        for reader, part in zip(readers, parts, strict=True)
    )
    return step(
        _("At the fan-out, gradients are summed"),
        calculation(whole, total, numbers(total), result(whole)),
        calculation(one, f.Sum(each), numbers(f.Sum(each)), result(one, beside=True)) if way.in_shape else None,
    )
