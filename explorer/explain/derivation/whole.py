"""The whole way back as one product of Jacobians: ∂R/∂x = (g − y) · V · diag(σ′) · W, every factor by its name.

Source: matrix language, section 6.
"""

from __future__ import annotations

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.path import FEWEST, Link, Whole
from explorer.explain.derivation.steps import Calculation, Line, Right, Step, calculation, numbers, result, step
from explorer.explain.phrases import say
from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part
from explorer.locale import _
from explorer.notation import Label


def whole_steps(scene: Scene, name: str) -> list[Step] | None:
    """The steps of the whole way to an input; None where it is short, forks, or has no formula."""
    way = Whole(scene, name)
    if len(way.names) < FEWEST + 1 or len(scene.graph.nodes[name].shape) != 1:
        return None
    links = way.links()
    if not links:
        return None
    left, start = way.gradient(name), way.start()
    chain = [_quotient(way, link) for link in links]
    first = _by_name(scene, links[0].of, way.rows)
    lines: list[Right] = [*_down_to(way, links)]
    lines += [way.product([*chain[:count], _rest(way, links, count)], first) for count in range(len(chain) - 1)]
    lines.append(way.product(chain, first))
    product = way.product([link.formula for link in links], start)
    steps = [step(_("Chain rule, line by line"), calculation(left, *lines))]
    steps.append(step(_("Every factor has a name"), *_named(way, links, start)))
    made = calculation(left, product, numbers(product), result(left))
    steps.append(step(_("The whole way as one product"), made, remark=_read(way)))
    return steps


def from_the_loss(scene: Scene, name: str) -> f.Formula | None:
    """The gradient of a line as the product of all Jacobians above it; None where they are few, or have no formula."""
    way = Whole(scene, name)
    links = way.links() if len(way.names) > FEWEST else None
    if not links or way.met() is None and len(links) < 2:
        return None
    return way.product([link.formula for link in links], way.start())


def _rest(way: Whole, links: list[Link], count: int) -> f.Formula:
    """∂t/∂x for what is left of the way after `count` Jacobians."""
    return _named_quotient(way.scene, links[count].of, way.name, _multiplied(links[count:]))


def _multiplied(links: list[Link]) -> f.Array:
    matrix = links[0].matrix
    for link in links[1:]:
        matrix = matrix @ link.matrix
    return matrix


def _down_to(way: Whole, links: list[Link]) -> list[f.Formula]:
    """∂R/∂g ∂g/∂x, and ∂R/∂g ∂g/∂t ∂t/∂x, where the loss meets an activation g."""
    met, scene = way.met(), way.scene
    if met is None:
        return []
    matrix = np.asarray(scene.trace.jacobian(met.activation, met.logits).dense(scene.sample), dtype=np.float64)
    below = _multiplied(links)
    up = _by_name(scene, met.activation, way.rows)
    whole = _named_quotient(scene, met.activation, way.name, matrix @ below)
    activation = _named_quotient(scene, met.activation, met.logits, matrix)
    return [way.product([whole], up), way.product([activation, _rest(way, links, 0)], up)]


def _quotient(way: Whole, link: Link) -> f.Formula:
    return _named_quotient(way.scene, link.of, link.wrt, link.matrix)


def _named_quotient(scene: Scene, of: str, wrt: str, matrix: f.Array) -> f.Symbol:
    """∂t/∂z, which points at the line that it belongs to."""
    over: Label = (("∂", ""), *scene.label(of))
    cells = f.Cells(of, "value", scene.graph.nodes[of].shape)
    return f.Symbol(over, matrix, cells, (("∂", ""), *scene.label(wrt)))


def _by_name(scene: Scene, name: str, rows: bool) -> f.Formula:
    """∂R/∂t, whatever the lesson calls it."""
    symbol = scene.gradient(name, own=False)
    value = f.orient(scene.gradient_of(name).reshape(-1), rows)
    return f.Symbol(symbol.label, value, symbol.cells, symbol.under, symbol.note, symbol.kind)


def _named(way: Whole, links: list[Link], start: f.Formula) -> list[Calculation]:
    """∂R/∂t = g − y = δ_t, ∂t/∂z = V, ∂z/∂s = diag(σ′(s)), ∂s/∂x = W."""
    top = links[0].of
    rights: list[Right] = [start]
    own = way.scene.notation
    if own.gradient_is_own(top) and not own.negated(top):
        rights.append(Line(way.gradient(top), beside=True))
    made = [calculation(_by_name(way.scene, top, way.rows), *rights)]
    return [*made, *(calculation(_quotient(way, link), link.formula) for link in links)]


def _read(way: Whole) -> list[Part]:
    name = label_part(way.scene.label(way.name), way.name)
    if way.rows:
        return say(
            "Read left to right it is the way back, from the loss to {input}; multiplied in that order nothing larger "
            "than a vector is made.",
            input=name,
        )
    return say(
        "Read right to left it is the way back, from the loss to {input}; multiplied in that order nothing larger than "
        "a vector is made.",
        input=name,
    )
