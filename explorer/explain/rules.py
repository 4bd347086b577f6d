"""The chain rule in symbols, through a whole line: its Jacobian by what it reads, and what it sends back there."""

from __future__ import annotations

import array_api_compat.numpy as xp

from explorer.engine import jacobians as j
from explorer.engine.graph import Read, Temp
from explorer.explain import formula as f
from explorer.explain.gates import IDENTITY_LABEL, Gates
from explorer.explain.signs import negative


class Rules(Gates):
    """Formulas of one line: the ways through its operations, multiplied along each and summed over all."""

    def sent_back(self, name: str, g: f.Formula) -> f.Formula | None:
        """What the line sends back to `name`, the upstream gradient being g: the sum over its readings.

        It is linear in g, so that the minus sign of −δ stands before the whole.
        """
        if isinstance(g, f.Negative):
            sent = self.sent_back(name, g.inner)
            return None if sent is None else negative(sent)
        whole = self._along_the_ways(name, g) if self.scene.readable else self.opaque(self._whole(name), g)
        turned = whole is not None and self.scene.stands_as_row(name) != self.scene.gradient_rows
        if whole is None or not turned or f.is_number(whole) or len(self.scene.graph.nodes[name].shape) != 1:
            return whole
        return f.Transpose(whole)

    def _along_the_ways(self, name: str, g: f.Formula) -> f.Formula | None:
        code, inputs = self.scene.node.code, self.scene.node.inputs
        wanted, found = self._leading_to(name), list[f.Formula]()
        arrived: dict[int, f.Formula] = {len(code) - 1: g}
        for position in range(len(code) - 1, -1, -1):
            upstream = arrived.get(position)
            if upstream is None:
                continue
            for slot, operand in enumerate(code[position].operands):
                if isinstance(operand, Read) and inputs[operand.slot] == name:
                    pulled = self.pull(position, slot, upstream)
                    found.extend([pulled] if pulled else [])
                elif isinstance(operand, Temp) and operand.index in wanted:
                    pulled = self.pull(position, slot, upstream)
                    if pulled:
                        arrived[operand.index] = pulled
        return _sum(found)

    def _whole(self, name: str) -> j.Jacobian:
        """The engine's Jacobian of the whole line, for this sample alone."""
        dense = self.scene.trace.jacobian(self.scene.node.name, name).dense(self.scene.sample)
        nodes = self.scene.graph.nodes
        out, into = (*self.scene.node.shape, 1), (*nodes[name].shape, 1)
        return j.Dense(out, into, dense.dtype, dense[..., None])

    def jacobian(self, name: str) -> f.Formula | None:
        """∂line/∂name in symbols: products along the ways through the line, summed over them; None where it is zero."""
        if not self.scene.readable:
            return f.Symbol((("J", ""),), self._whole(name).dense(xp)[..., 0])
        code, inputs = self.scene.node.code, self.scene.node.inputs
        wanted, found = self._leading_to(name), list[f.Formula]()
        ways: dict[int, list[f.Formula]] = {len(code) - 1: []}
        for position in range(len(code) - 1, -1, -1):
            if position not in ways:
                continue
            for slot, operand in enumerate(code[position].operands):
                reads = isinstance(operand, Read) and inputs[operand.slot] == name
                if not reads and not (isinstance(operand, Temp) and operand.index in wanted):
                    continue
                local = self.local(position, slot)
                if local is None:
                    continue
                way = [*ways[position], local]
                if reads:
                    found.append(_chain(way))
                elif isinstance(operand, Temp):
                    ways[operand.index] = way
        return _sum(found)

    def _leading_to(self, name: str) -> set[int]:
        """The operations of the line that depend on a reading of `name`."""
        wanted: set[int] = set()
        for position, apply in enumerate(self.scene.node.code):
            for operand in apply.operands:
                if isinstance(operand, Read) and self.scene.node.inputs[operand.slot] == name:
                    wanted.add(position)
                elif isinstance(operand, Temp) and operand.index in wanted:
                    wanted.add(position)
        return wanted


def _sum(terms: list[f.Formula]) -> f.Formula | None:
    return None if not terms else terms[0] if len(terms) == 1 else f.Sum(tuple(terms))


def _chain(factors: list[f.Formula]) -> f.Formula:
    """Jacobians multiplied, identities left out."""
    telling = [factor for factor in factors if not _is_identity(factor)]
    if not telling:
        return factors[-1]
    return telling[0] if len(telling) == 1 else f.Product(tuple(telling))


def _is_identity(formula: f.Formula) -> bool:
    named = isinstance(formula, f.Symbol) and formula.label == IDENTITY_LABEL and formula.cells is None
    return named or formula is f.ONE
