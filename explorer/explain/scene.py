"""One line of a graph, for one sample of one trace: its symbols and its own little program, ready to be explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import array_api_compat.numpy as xp
import numpy as np

from explorer.engine.graph import Apply, Literal, Operand, Read
from explorer.engine.jacobians import Jacobian
from explorer.explain.formula import ONE, Array, Formula, Fraction, Number, Symbol, orient
from explorer.explain.symbols import Symbols

MOST_OPERATIONS = 16  # of a line that is still written out; a longer one is f(a, b, …)


@dataclass(frozen=True, eq=False)
class Scene(Symbols):
    """Symbols, and what the line's own operations compute for this sample alone."""

    @property
    def readable(self) -> bool:
        """Whether the line is written out: it is short, and what has three axes or more meets its like alone."""
        return len(self.node.code) <= MOST_OPERATIONS and all(map(self._in_two_axes, self.node.code))

    def _in_two_axes(self, apply: Apply) -> bool:
        """Whether formulas, in which all is a number, a vector or a matrix, say what the operation does."""
        shapes = [self.shape_of(operand) for operand in apply.operands]
        deep = any(len(shape) > 2 for shape in (apply.shape, *shapes))
        return not deep or all(shape in ((), apply.shape) for shape in shapes)

    def reads(self, operand: Operand, name: str) -> bool:
        """Whether an operand is that line itself."""
        return isinstance(operand, Read) and self.node.inputs[operand.slot] == name

    @cached_property
    def primals(self) -> list[Array]:
        """Engine arrays of what the line reads, for this sample alone."""
        return [self.value_of(name)[..., None] for name in self.node.inputs]

    @cached_property
    def temporaries(self) -> list[Array]:
        """Engine arrays of the line's intermediate results, for this sample alone."""
        results: list[Array] = []
        with np.errstate(all="ignore"):
            for apply in self.node.code:
                results.append(apply.op.forward(xp, *self._arrays(apply.operands, results)))
        return results

    def operand_arrays(self, apply: Apply) -> list[Array]:
        """Engine arrays of an operation's operands, for this sample alone."""
        return self._arrays(apply.operands, self.temporaries)

    def _arrays(self, operands: Sequence[Operand], results: Sequence[Array]) -> list[Array]:
        arrays: list[Array] = []
        for operand in operands:
            match operand:
                case Read(slot):
                    arrays.append(self.primals[slot])
                case Literal(value):
                    arrays.append(np.full((1,), value))
                case _:
                    arrays.append(results[operand.index])
        return arrays

    def jacobian(self, position: int, slot: int) -> Jacobian:
        """The local Jacobian of an operation of the line by one of its operands, for this sample alone."""
        apply = self.node.code[position]
        with np.errstate(all="ignore"):
            return apply.op.jacobians(xp, self.temporaries[position], *self.operand_arrays(apply))[slot]

    def oriented(self, array: Array, row: bool) -> Array:
        """An engine array as formulas see it, a vector as a row or as a column."""
        return orient(np.asarray(array)[..., 0], row)

    def standing(self, row: bool) -> bool | None:
        """How a factor is to be turned, as a row or as a column; None where it stands as it should."""
        return row

    def along(self, symbol: Symbol) -> Symbol:
        """A symbol made from an engine array, as it stands along the batch: here for one sample alone."""
        return symbol

    def divided(self, count: float) -> Formula:
        """1/B, or another share of one."""
        of_batch = count == self.batch > 1
        return Fraction(ONE, Symbol((("B", ""),), np.asarray(float(count))) if of_batch else Number(count))

    def leaf(self, operand: Operand, expressions: Sequence[Formula]) -> Formula:
        """An operand as formula, given the formulas of the operations before it."""
        match operand:
            case Read(slot):
                return self.value(self.node.inputs[slot])
            case Literal(value):
                return Number(value)
        return expressions[operand.index]

    def upstream(self) -> Formula:
        """The gradient that arrives at the line; at the objective's own 1, or 1/B, which says more than ∂L/∂L.

        Where the lesson calls minus the gradient δ, it is −δ.
        """
        if self.node.name != self.graph.objective:
            return self.named(self.node.name, self.gradient(self.node.name))
        return ONE if self.seed == 1.0 else self.divided(1 / self.seed)
