"""By a term of a sum, a + b or the bias of W·x + b: both Jacobians are the identity.

Source: lecture 20, 20.0; MLP notes, gradients by b₁ and b₂; homework ③ and ⑦.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.batch import summed_step
from explorer.explain.derivation.chain import chain_step, in_numbers, vanishing, where_not
from explorer.explain.derivation.linear import Linear
from explorer.explain.derivation.matrix import matrix_step
from explorer.explain.derivation.places import Places, indices
from explorer.explain.derivation.shortcut import alone, shortcut_step
from explorer.explain.derivation.steps import Step, calculation, onward, step
from explorer.explain.derivation.way import Way, times
from explorer.explain.sending import badge
from explorer.explain.text import Part
from explorer.locale import _, tell


def by_term(line: Linear) -> list[Step]:
    """The steps back to a term that is a line as it stands."""
    sign = line.term.sign

    def slope(out: f.Shape, into: f.Shape) -> float:
        return float(sign) if out == into else 0.0

    way = Way(line.scene, line.name, slope)
    found: list[Step | None] = [_gate(line, way)]
    if len(way.outputs) > 1:
        # In a stack the samples' numbers follow once, in the shortcut: here they would be met by the identity each.
        counted = not line.scene.stacked or line.scene.batch == 1
        matrix = matrix_step(way, _entry(sign), alone(way), counted=counted)
        found += [chain_step(way), _cross_terms(way, sign), matrix, shortcut_step(way, remark=_shape(way))]
    else:
        found.append(_only_entry(way, sign))
    found.append(summed_step(way, sign=sign))
    return [one for one in found if one is not None]


def _gate(line: Linear, way: Way) -> Step:
    """s_j = a_j + b_j."""
    made = calculation(way.value(way.of, way.running), line.entry(way, way.running))
    return step(_("The gate, entry by entry"), made)


def _cross_terms(way: Way, sign: int) -> Step:
    up = way.up(way.chosen)
    kept = up if sign > 0 else f.Negative(up)
    found = vanishing(way, lambda index: index == indices(way.chosen), None, where_not(way.out, way.into))
    one = calculation(way.partial(way.chosen, way.chosen), f.Number(float(sign)))
    left = calculation(way.sent(way.chosen), times(up, way.partial(way.chosen, way.chosen)), _signed(up, sign), kept)
    picked = way.up(way.picked)
    last = in_numbers(way, picked if sign > 0 else f.Negative(picked))
    title = _("The cross terms vanish, the slope is 1") if sign > 0 else _("The cross terms vanish")
    return step(title, *found, one, left, last)


def _signed(up: f.Formula, sign: int) -> f.Formula:
    """∂E/∂s_i · 1."""
    return f.Product((up, f.Number(float(sign))), "·")


def _only_entry(way: Way, sign: int) -> Step:
    """∂E/∂b = ∂E/∂s · ∂s/∂b = ∂E/∂s · 1: a single number passes as it came, there is nothing shorter to compute."""
    out = way.chosen if way.in_shape else ()
    up = way.up(out)
    rule = f.Product((_arriving(way, up), way.partial(out, way.chosen)))
    general = calculation(way.sent(way.chosen), rule, _signed(up, sign))
    made = step(_("Chain rule"), *onward(general, in_numbers(way, up if sign > 0 else f.Negative(up))))
    return replace(made, badge=badge(way.scene, way.wrt))


def _arriving(way: Way, up: f.Formula) -> f.Formula:
    """What arrives, by its name: ∂E/∂E at the objective itself, where it is 1."""
    if way.of != way.scene.graph.objective:
        return up
    return replace(way.scene.gradient(way.of, own=False), value=np.asarray(up.evaluate()), cells=None)


def _entry(sign: int) -> Callable[[Places, Places], f.Formula]:
    def entry(out: Places, into: Places) -> f.Formula:
        return f.Number(float(sign) if indices(out) == indices(into) else 0.0)

    return entry


def _shape(way: Way) -> list[Part]:
    """Why a bias's gradient may have to be turned: it has the shape of the bias."""
    scene = way.scene
    if len(way.in_shape) != 1 or len(way.receivers) == 1 or scene.stands_as_row(way.wrt) == scene.gradient_rows:
        return []
    n = len(way.receivers)
    return [tell("Transposed because the gradient has the shape of what it updates: ({n},1), not (1,{n}).", n=n)]
