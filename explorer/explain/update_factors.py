"""What a weight's rule is made of: each factor with its numbers, what δ means, the signal that the weight carries."""

from __future__ import annotations

import numpy as np

from explorer.explain import formula as f
from explorer.explain.blocks import Block, formula, joined, line, note, section
from explorer.explain.derived import BigSum, Series
from explorer.explain.phrases import say
from explorer.explain.text import label_part
from explorer.explain.weight import Weight
from explorer.locale import _

CLOSE = 1e-9


def factors(found: Weight) -> list[Block]:
    """Each factor with its numbers, which lead to the cards that hold them."""
    if len(found.picked) < 2:
        return []
    lines = [one for factor in found.picked for one in _factor(found, factor)]
    return [section([_("The factors, one by one")], formula(*lines))]


def _factor(found: Weight, factor: f.Formula) -> list[Block]:
    """x₁ = 0.5; o₁(1 − o₁) = its numbers = what they come to; ∂E/∂o₁ = a sum = …."""
    numbers = line(factor, factor, numbers=True)
    if isinstance(factor, f.Symbol):
        return [numbers]
    arrived = _arrived(found, factor) if isinstance(factor, Series) else None
    told = [] if arrived is None else [line(arrived, factor)]
    value = line(None, f.Local(factor), numbers=True)
    return [*told, joined(line(None, factor, numbers=True) if told else numbers, value)]


def _arrived(found: Weight, factor: f.Formula) -> f.Formula | None:
    """Which entry of a gradient a sum over outputs is; minus that, where δ counts with a minus."""
    way, (up, _) = found.way, found.beside(found.way.picked)
    total = float(factor.evaluate())
    for name in (way.of, *(reader for reader, _ in way.scene.readings(way.of))):
        gradient = way.gradient(name, up)
        for one in (gradient, f.Negative(gradient)):
            if np.isclose(float(one.evaluate()), total, rtol=CLOSE, atol=0.0):
                return one
    return None


def meaning(found: Weight) -> list[Block]:
    """δ_k = −∂E/∂s_k, where the rule has such a name for minus a gradient."""
    named = next((one for factor in found.general for one in _named(factor)), None)
    if named is None or named.cells is None:
        return []
    way, letter = found.way, next(text for text, script in reversed(named.label) if script == "sub")
    over, under = (("∂", ""), *way.scene.notation.loss_label), way.scene.entry_label(named.cells.node, [letter])
    meant = f.Symbol(over, named.value, named.cells, (("∂", ""), *under), kind="gradient")
    return [formula(line(named, f.Negative(meant)), caption=[_("where")])]


def signal(found: Weight) -> list[Block]:
    """What a weight multiplies: x_i, the signal from unit i to unit j."""
    carried, way = found.general[-1], found.way
    if len(way.in_shape) != 2 or not isinstance(carried, f.Symbol) or carried.cells is None:
        return []
    vector, weight = carried.cells.node, way.value(way.wrt, way.chosen)
    said = say(
        "{entry} is the signal that {weight} takes from {line} to {reader}.",
        entry=label_part(carried.label, vector),
        weight=label_part(weight.label, way.wrt),
        line=label_part(way.scene.label(vector), vector),
        reader=label_part(way.scene.label(way.of), way.of),
    )
    return [note(*said)]


def _named(factor: f.Formula) -> list[f.Symbol]:
    """The lesson's own names for minus a gradient, in a factor."""
    match factor:
        case f.Symbol(negated=True):
            return [factor]
        case BigSum(body=f.Product(factors=inner)) | f.Product(factors=inner):
            return [one for part in inner for one in _named(part)]
    return []
