"""One entry's update: the rule for any entry, the chosen one with its numbers, every factor traced to its card."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.explain import formula as f
from explorer.explain.blocks import Block, assignment, calculation, formula, joined, line, note, section
from explorer.explain.derivation.steps import choices
from explorer.explain.derivation.way import Way, times
from explorer.explain.derived import BigSum, Series
from explorer.explain.descent import rate, updated
from explorer.explain.sampled import LETTER, of_any_sample
from explorer.explain.scene import Scene
from explorer.explain.text import label_part
from explorer.explain.weight import Weight, weight

MOST_SAMPLES = 64  # of a batch whose shares are still computed one by one
CLOSE = 1e-9


def entry_block(scene: Scene) -> Block:
    """The rule for any entry, then the chosen one with its numbers."""
    name = scene.node.name
    readers = [scene.at(reader) for reader in dict.fromkeys(reader for reader, _ in scene.readings(name))]
    found = weight(readers[0], name)
    own = Own(found.way if found is not None else Way(readers[0], name, lambda out, into: 0.0))
    many = len(own.way.receivers) > 1
    picker: list[Block] = [{"kind": "entries", **choices(scene, name)}] if many else []
    if found is None:
        blocks = [own.by_gradient()]
    elif own.way.is_share:
        blocks = _of_batch(own, found, many)
    else:
        blocks = [_of_one(own, found, many), *_meaning(found), *_signal(own, found), *_factors(found)]
    return section(["Entry by entry" if many else "Written out"], *picker, *blocks)


class Own:
    """The chosen entry of a parameter, before and after its update."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self.scene = way.scene.at(way.wrt)
        self.general, self.picked = (way.value(way.wrt, places) for places in (way.chosen, way.picked))
        index = tuple(place.at for place in way.picked)
        value = updated(self.scene).value.reshape(way.in_shape)[index]
        self.updated = f.Symbol(self.picked.label, np.asarray(value), self.picked.cells)

    def step(self, old: f.Formula, change: f.Formula, adds: bool) -> f.Formula:
        """w − η change, or w + η change."""
        within = change.factors if isinstance(change, f.Product) and not change.sign else (change,)
        product = f.Product((rate(self.scene), *within))
        return f.Sum((old, product if adds else f.Negative(product)))

    def lines(self, new: f.Formula) -> list[Block]:
        """w ← new = its numbers = the result."""
        numbers, result = line(None, new, numbers=True), line(None, self.updated, numbers=True, role="result")
        return [assignment(self.picked, new), numbers, result]

    def by_gradient(self) -> Block:
        """w ← w − η ∂L/∂w."""
        gradient = self.way.gradient(self.way.wrt, self.way.picked)
        return formula(*self.lines(self.step(self.picked, gradient, adds=False)))


def _of_one(own: Own, found: Weight, many: bool) -> Block:
    """w_{i,j} ← w_{i,j} − η …, then with the numbers of the chosen entry."""
    rule = own.step(own.general, times(*found.general), found.negated)
    new = own.step(own.picked, times(*found.picked), found.negated)
    return formula(*([assignment(own.general, rule)] if many else []), *own.lines(new))


def _of_batch(own: Own, found: Weight, many: bool) -> list[Block]:
    """The rule with its sum over the samples; this sample's share; all shares; the step."""
    way, scene = own.way, own.scene
    body = of_any_sample(scene, times(*found.general))
    gradient = way.gradient(way.wrt, way.picked)
    total = BigSum(f"{LETTER} = 1", "B", body, (f.Negative(gradient) if found.negated else gradient,))
    share = times(*found.picked)
    blocks = [
        formula(assignment(own.general if many else own.picked, own.step(own.general, total, found.negated))),
        *_meaning(found),
        *_signal(own, found),
        section(
            [f"The share of sample {scene.sample + 1}"],
            calculation(way.sent(way.picked), f.Negative(share) if found.negated else share),
            *_factors(found),
        ),
    ]
    shares = _shares(way)
    if shares is not None:
        blocks.append(section([f"The shares of all {scene.batch} samples"], calculation(gradient, shares)))
    return [*blocks, section(["The step"], own.by_gradient())]


def _shares(way: Way) -> f.Formula | None:
    """∂L/∂w (b=1) + ∂L/∂w (b=2) + …; None for a large batch."""
    scene = way.scene
    if scene.batch > MOST_SAMPLES:
        return None
    seen = [replace(way, scene=replace(scene, sample=sample)) for sample in range(scene.batch)]
    return Series(tuple(other.sent(other.picked) for other in seen), scene.sample)


def _factors(found: Weight) -> list[Block]:
    """Each factor with its numbers, which lead to the cards that hold them."""
    if len(found.picked) < 2:
        return []
    lines = [one for factor in found.picked for one in _factor(found, factor)]
    return [section(["Each factor, from the cards"], formula(*lines))]


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


def _meaning(found: Weight) -> list[Block]:
    """δ_k = −∂E/∂s_k, where the rule has such a name for minus a gradient."""
    named = next((one for factor in found.general for one in _named(factor)), None)
    if named is None or named.cells is None:
        return []
    way, letter = found.way, next(text for text, script in reversed(named.label) if script == "sub")
    over, under = (("∂", ""), *way.scene.notation.loss_label), way.scene.entry_label(named.cells.node, [letter])
    meant = f.Symbol(over, named.value, named.cells, (("∂", ""), *under), kind="gradient")
    return [formula(line(named, f.Negative(meant)), caption=["where"])]


def _signal(own: Own, found: Weight) -> list[Block]:
    """What a weight multiplies: x_i, the signal from unit i to unit j."""
    signal, way = found.general[-1], found.way
    if len(own.way.in_shape) != 2 or not isinstance(signal, f.Symbol) or signal.cells is None:
        return []
    vector = signal.cells.node
    said = [label_part(signal.label, vector), " is the signal that ", label_part(own.general.label, way.wrt)]
    ends = [
        " takes from ",
        label_part(way.scene.label(vector), vector),
        " to ",
        label_part(way.scene.label(way.of), way.of),
    ]
    return [note(*said, *ends, ".")]


def _named(factor: f.Formula) -> list[f.Symbol]:
    """The lesson's own names for minus a gradient, in a factor."""
    match factor:
        case f.Symbol(negated=True):
            return [factor]
        case BigSum(body=f.Product(factors=inner)) | f.Product(factors=inner):
            return [one for part in inner for one in _named(part)]
    return []
