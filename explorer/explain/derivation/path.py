"""The lines from the objective straight down to another, and the Jacobian between each and the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.pair import Pair, pair
from explorer.explain.derivation.unary import gate
from explorer.explain.derived import label_of
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.slopes import minus

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
            return self._of_the_loss() or self.scene.gradient(self.names[-2], own=False)
        share, scene = met.share, self.scene
        difference = minus(f.Local(scene.value(met.activation), self.rows), f.Local(scene.value(met.target), self.rows))
        if share == 1.0:
            return difference
        b = f.Symbol(label_of("B"), np.asarray(1 / share)) if met.outputs == 1 else f.Number(1 / share)
        return f.Product((f.Fraction(f.ONE, b), difference))

    def _of_the_loss(self) -> f.Formula | None:
        """What the loss sends back, o − t; None where it has no formula that stands as the product needs it."""
        first, there = self.names[-2], self.scene.at(self.names[-1])
        with np.errstate(all="ignore"):
            sent = Rules(there).sent_back(first, there.upstream())
            wanted = f.orient(self.scene.gradient_of(first).reshape(-1), self.rows)
            said = None if sent is None else np.asarray(sent.evaluate())
        if said is None or not np.allclose(said.reshape(-1), wanted.reshape(-1), rtol=1e-9, atol=1e-12):
            return None
        return sent if said.shape == wanted.shape else None

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
