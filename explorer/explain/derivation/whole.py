"""The whole way back as one product of Jacobians: ∂R/∂x = (g − y) · V · diag(σ′) · W, every factor by its name.

Source: matrix language, section 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.pair import Pair, pair
from explorer.explain.derivation.steps import Calculation, Line, Right, Step, calculation, numbers, result, step
from explorer.explain.derivation.unary import gate
from explorer.explain.derived import label_of
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.slopes import minus
from explorer.explain.text import Part, label_part
from explorer.notation import Label

LARGEST = 4_000  # entries of a Jacobian on the way that is still multiplied out
FEWEST = 3  # lines on the way that make a product worth writing


@dataclass(frozen=True, eq=False)
class Link:
    """One line on the way and what it reads there, with its Jacobian in numbers and in symbols."""

    of: str
    wrt: str
    matrix: f.Array
    formula: f.Formula


class Whole:
    """From the objective straight down to one line, every line on the way being read by one other only."""

    def __init__(self, scene: Scene, name: str) -> None:
        self.scene, self.name = scene, name
        self.rows = scene.at(name).notation.rows_of_gradients
        self.names = self._lines()

    def _lines(self) -> list[str]:
        """name, its reader, … , the objective; empty where a line on the way has several readers."""
        found = [self.name]
        while found[-1] != self.scene.graph.objective:
            readings = self.scene.readings(found[-1])
            if len(readings) != 1:
                return []
            found.append(readings[0][0])
        return found

    # -- the way -----------------------------------------------------------------------------------------------------
    def met(self) -> Pair | None:
        """The activation and the loss at the end of the way, if they are a pair that collapses."""
        found = pair(self.scene, self.names[-2]) if len(self.names) > 2 else None
        return found if found is not None and found.reliable else None

    def links(self) -> list[Link] | None:
        """The Jacobians from the end of the way down to its beginning; None where one has no formula."""
        names = self.names[:-2] if self.met() else self.names[:-1]
        found: list[Link] = []
        for wrt, of in zip(names, names[1:], strict=False):
            made = self._link(of, wrt)
            if made is None:
                return None
            found.append(made)
        return found[::-1]

    def _link(self, of: str, wrt: str) -> Link | None:
        there, nodes = self.scene.at(of), self.scene.graph.nodes
        m, n = (int(np.prod(nodes[name].shape, dtype=int)) for name in (of, wrt))
        if m * n > LARGEST or len(nodes[wrt].shape) != 1 or not there.readable:
            return None
        with np.errstate(all="ignore"):
            matrix = np.asarray(there.trace.jacobian(of, wrt).dense(there.sample), dtype=np.float64)
        found, formula = gate(there, wrt), Rules(there).jacobian(wrt)
        if found is not None and n > 1 and len(found.apply.operands) == 1:
            slopes = f.orient(np.diag(matrix), self.rows)
            formula = f.Diagonal(f.Local(found.named_prime(there.value(wrt), slopes)))
        return None if formula is None else Link(of, wrt, matrix, formula)

    def start(self) -> f.Formula:
        """What stands at the end of the way: (g − y) with its share, or the gradient of what the loss reads."""
        met = self.met()
        if met is None:
            first = self.names[-2]
            return self.scene.gradient(first, own=False)
        share, scene = met.share, self.scene
        difference = minus(f.Local(scene.value(met.activation), self.rows), f.Local(scene.value(met.target), self.rows))
        if share == 1.0:
            return difference
        b = f.Symbol(label_of("B"), np.asarray(1 / share)) if met.outputs == 1 else f.Number(1 / share)
        return f.Product((f.Fraction(f.ONE, b), difference))

    def gradient(self, name: str) -> f.Symbol:
        """∂R/∂x in the layout of the product."""
        own = not self.scene.notation.negated(name)
        symbol = self.scene.gradient(name, own=own)
        value = f.orient(self.scene.gradient_of(name).reshape(-1), self.rows)
        return f.Symbol(symbol.label, value, symbol.cells, symbol.under, symbol.note, symbol.kind)

    def product(self, factors: list[f.Formula], start: f.Formula) -> f.Formula:
        """start · V · diag(σ′) · W for rows, Wᵀ · diag(σ′) · Vᵀ · start for columns."""
        if self.rows:
            return f.Product((start, *factors), "·") if factors else start
        turned = [one if isinstance(one, f.Diagonal) or f.is_number(one) else f.Transpose(one) for one in factors[::-1]]
        return f.Product((*turned, start), "·") if turned else start


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
    steps = [step("Chain rule, line by line", calculation(left, *lines))]
    steps.append(step("Every factor has a name", *_named(way, links, start)))
    made = calculation(left, product, numbers(product), result(left))
    steps.append(step("The whole way as one product", made, remark=_read(way)))
    return steps


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
    order = "left to right" if way.rows else "right to left"
    name = label_part(way.scene.label(way.name), way.name)
    return [
        f"Read {order} it is the way back, from the loss to ",
        name,
        "; multiplied in that order nothing larger than a vector is made.",
    ]
