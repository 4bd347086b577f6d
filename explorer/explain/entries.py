"""One entry of a line worked out by hand: z₁ = W₁,₁ x₁ + W₁,₂ x₂ + b₁, with every symbol knowing its number."""

from __future__ import annotations

import numpy as np

from explorer.engine.graph import Literal, Operand, Read
from explorer.explain import formula as f
from explorer.explain.definitions import BINARY, LOSSES, NEGATED, UNARY, power_of_e, terms_of
from explorer.explain.scene import Scene

Index = tuple[int, ...]
MOST_TERMS = 6


class Entries:
    """Entries of one line's results as formulas of entries; None where a page would be too small for it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def of_line(self, index: Index) -> f.Formula | None:
        """The entry of the line at `index`, counted from 0."""
        return self._apply(len(self.scene.node.code) - 1, index) if self.scene.readable else None

    def element(self, name: str, index: Index) -> f.Symbol:
        """The symbol of one entry of a line."""
        value = np.asarray(self.scene.value_of(name)[index])
        shape = self.scene.graph.nodes[name].shape
        label = self.scene.entry_label(name, index)
        cell = f.Cells(name, "value", shape, index)
        return f.Symbol(label, value, cell)

    def _operand(self, operand: Operand, index: Index) -> f.Formula | None:
        match operand:
            case Read(slot):
                return self.element(self.scene.node.inputs[slot], index)
            case Literal(value):
                return f.Number(value)
        return self._apply(operand.index, index)

    def _shape(self, operand: Operand) -> Index:
        return self.scene.shape_of(operand)

    def _apply(self, position: int, index: Index) -> f.Formula | None:
        apply = self.scene.node.code[position]
        name, operands = apply.op.name, apply.operands
        if name in UNARY:
            inner = self._operand(operands[0], index)
            return UNARY[name](inner) if inner is not None else None
        if name in BINARY:
            a, b = (self._operand(o, _unstretched(index, self._shape(o))) for o in operands)
            return BINARY[name](a, b) if a is not None and b is not None else None
        if name in LOSSES and len(self._shape(operands[0])) < 2:
            return self._loss(name, operands)
        if name in ("@", "dot"):
            return self._product(operands, index)
        if name == "softmax" and len(index) == 1:
            return self._softmax(operands[0], index)
        if name in ("sum", "mean") and not index and len(self._shape(operands[0])) == 1:
            return self._reduced(name, operands[0])
        return None

    def _all(self, operand: Operand) -> list[f.Formula] | None:
        """All entries of a short vector (or of a scalar, as the only one)."""
        shape = self._shape(operand)
        indices = [()] if not shape else [(i,) for i in range(shape[0])]
        if len(indices) > MOST_TERMS:
            return None
        entries = [self._operand(operand, index) for index in indices]
        return [entry for entry in entries if entry is not None] if None not in entries else None

    def _loss(self, name: str, operands: tuple[Operand, ...]) -> f.Formula | None:
        predicted, targets = self._all(operands[0]), self._all(operands[1])
        if predicted is None or targets is None:
            return None
        term, before = LOSSES[name]
        terms = [term(p, t) for p, t in zip(predicted, targets, strict=True)]
        total: f.Formula = terms[0] if len(terms) == 1 else f.Sum(tuple(t for each in terms for t in terms_of(each)))
        factor = before(len(terms))
        whole = total if factor is None else f.Product((factor, total))
        return f.Negative(whole) if name in NEGATED else whole

    def _product(self, operands: tuple[Operand, ...], index: Index) -> f.Formula | None:
        left, right = self._shape(operands[0]), self._shape(operands[1])
        if left[-1] > MOST_TERMS:
            return None
        ahead, behind = index[: len(left) - 1], index[len(left) - 1 :]
        terms: list[f.Formula] = []
        for k in range(left[-1]):
            a, b = self._operand(operands[0], (*ahead, k)), self._operand(operands[1], (k, *behind))
            if a is None or b is None or isinstance(a, f.Sum) and len(right) > 1:
                return None
            terms.append(f.Product((a, b)))
        return terms[0] if len(terms) == 1 else f.Sum(tuple(terms))

    def _softmax(self, operand: Operand, index: Index) -> f.Formula | None:
        entries = self._all(operand)
        if entries is None:
            return None
        powers = tuple(power_of_e(entry) for entry in entries)
        return f.Fraction(powers[index[0]], f.Sum(powers))

    def _reduced(self, name: str, operand: Operand) -> f.Formula | None:
        entries = self._all(operand)
        if entries is None:
            return None
        total = f.Sum(tuple(entries))
        return total if name == "sum" else f.Fraction(total, f.Number(float(len(entries))))


def _unstretched(index: Index, shape: Index) -> Index:
    """The index of a broadcast operand's entry, for an index of the result."""
    last = index[len(index) - len(shape) :]
    return tuple(0 if length == 1 else i for i, length in zip(last, shape, strict=True))
