"""One entry's update: the rule for any entry, the chosen one with its numbers, every factor traced to its card."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.explain import formula as f
from explorer.explain.blocks import Block, assignment, calculation, formula, line, section
from explorer.explain.derivation.steps import choices
from explorer.explain.derivation.way import Way, times
from explorer.explain.derived import BigSum, Series
from explorer.explain.descent import rate, updated
from explorer.explain.known import known
from explorer.explain.sampled import LETTER, of_any_sample
from explorer.explain.scene import Scene
from explorer.explain.update_factors import factors, meaning, signal
from explorer.explain.weight import Weight, weight
from explorer.locale import _, tell

MOST_SAMPLES = 64  # of a batch whose shares are still computed one by one


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
        blocks = [_of_one(own, found, many), *meaning(found), *signal(found), *factors(found)]
    return section([_("Entry by entry") if many else _("Written out")], *picker, *blocks)


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
        *meaning(found),
        *signal(found),
        section(
            [tell("The share of sample {n}", n=scene.sample + 1)],
            calculation(way.sent(way.picked), f.Negative(share) if found.negated else share),
            *factors(found),
        ),
    ]
    shares = _shares(way)
    if shares is not None:
        title = tell("The shares of all {n} samples", n=scene.batch)
        blocks.append(section([title], calculation(gradient, shares)))
    return [*blocks, section([_("The step")], own.by_gradient())]


def _shares(way: Way) -> f.Formula | None:
    """∂L/∂w (b=1) + ∂L/∂w (b=2) + …; None for a large batch."""
    scene = way.scene
    if scene.batch > MOST_SAMPLES:
        return None
    seen = [replace(way, scene=scene.for_sample(sample)) for sample in range(scene.batch)]

    def sent(other: Way) -> f.Symbol:
        return known(scene.trace, ("share of", other.scene, other.wrt), lambda: other.sent(other.picked))

    return Series(tuple(map(sent, seen)), scene.sample)
