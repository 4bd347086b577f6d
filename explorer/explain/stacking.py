"""A line for all samples of a batch at once, every sample a row: symbols are (B, n), formulas are those of one sample.

What holds for one row holds for all: x·W + b, element-wise operations, the slopes of losses. Where a formula would have
to mix rows (a column on the right of a matrix, an inner product) there is no such formula, and `Unstacked` says so.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from explorer.engine import jacobians as j
from explorer.engine.arrays import to_host
from explorer.explain import formula as f
from explorer.explain.expression import expressions
from explorer.explain.ledger import Flat
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.notation import Label

ACROSS = ("dot", "sum", "mean", "max", "logsumexp")  # joins the entries of a vector: of a stack it would join samples


class Unstacked(Exception):
    """There is no formula for all rows at once."""


@dataclass(frozen=True)
class StackCells(f.Cells):
    """The cells of the chosen sample, `sample`: only its row stands on the stage."""

    sample: int = 0

    def at(self, row: int, column: int) -> str:
        return f"{self.kind}:{column}" if row == self.sample else ""


@dataclass(frozen=True, eq=False)
class Stack(Scene):
    """Symbols of all samples, a row each; what all share stands as NumPy has it, a vector with one axis."""

    @classmethod
    def of(cls, scene: Scene) -> Stack:
        return cls(**{field.name: getattr(scene, field.name) for field in fields(scene)})

    @cached_property
    def rows(self) -> bool:
        return True

    @cached_property
    def gradient_rows(self) -> bool:
        return True

    def stands_as_row(self, name: str) -> bool:
        return True

    def standing(self, row: bool) -> bool | None:
        return None

    def label(self, name: str) -> Label:
        """The line's symbol; the samples' losses are L_b, for L is their mean or sum."""
        return self.notation.element(name, ("b",)) if name == self.graph.objective else self.notation.symbol(name)

    # -- numbers -----------------------------------------------------------------------------------------------------
    def _sample(self, array: object, name: str) -> f.Array:
        return np.asarray(to_host(array), dtype=np.float64)

    @cached_property
    def primals(self) -> list[f.Array]:
        """Engine arrays of what the line reads: the batch last."""
        nodes = self.graph.nodes
        values = [(nodes[name], self.value_of(name)) for name in self.node.inputs]
        return [np.moveaxis(value, 0, -1) if node.batched else value[..., None] for node, value in values]

    def oriented(self, array: f.Array, row: bool) -> f.Array:
        array = np.asarray(array)
        if array.ndim > 2:
            if array.shape[-1] == 1:
                return f.orient(array[..., 0], row)
            raise Unstacked
        if array.ndim == 1:
            return array[:, None] if array.size > 1 else array.reshape(())
        return np.moveaxis(array, -1, 0)

    def along(self, symbol: f.Symbol) -> f.Symbol:
        if symbol.value.ndim != 2 or len(symbol.value) != self.batch:
            return symbol
        cells = symbol.cells
        if cells is not None:
            cells = StackCells(cells.node, cells.kind, cells.shape, sample=self.sample)
        return replace(symbol, cells=cells, batch_axis=0)

    def _rows(self, name: str, numbers: f.Array) -> f.Array:
        if len(self.graph.nodes[name].shape) > 1:
            raise Unstacked
        return numbers.reshape(self.batch, -1)

    # -- symbols -----------------------------------------------------------------------------------------------------
    def value(self, name: str) -> f.Symbol:
        node, numbers = self.graph.nodes[name], self.value_of(name)
        if node.batched:
            cells = StackCells(name, "value", node.shape, sample=self.sample)
            return _stacked(f.Symbol(self.label(name), self._rows(name, numbers), cells, kind="value"), node.shape)
        symbol = f.Symbol(self.label(name), f.orient(numbers, True), f.Cells(name, "value", node.shape), kind="value")
        return _flat(symbol) if len(node.shape) == 1 else symbol

    def gradient(self, name: str, own: bool = True) -> f.Symbol:
        return self._of_gradient(name, self.gradient_of(name), own, "")

    def contribution(self, reader: str, name: str, own: bool = True) -> f.Symbol:
        if not self.fans_out(name):
            return self.gradient(name, own)
        return self._of_gradient(name, self.contribution_of(reader, name), own, self.via(reader))

    def _of_gradient(self, name: str, numbers: f.Array, own: bool, said: str) -> f.Symbol:
        node = self.graph.nodes[name]
        if node.batched:
            cells = StackCells(name, "gradient", node.shape, sample=self.sample)
            symbol = self._gradient_symbol(name, self._rows(name, numbers), own, None if said else cells, said)
            return _stacked(symbol, node.shape)
        cells_of_all = None if said else f.Cells(name, "gradient", node.shape)
        symbol = self._gradient_symbol(name, f.orient(numbers, True), own, cells_of_all, said)
        return _flat(symbol) if len(node.shape) == 1 else symbol


def _flat(symbol: f.Symbol) -> Flat:
    return Flat(**{field.name: getattr(symbol, field.name) for field in fields(symbol)})


def _stacked(symbol: f.Symbol, shape: f.Shape) -> f.Symbol:
    """Samples down; a number for each sample is a vector along the batch."""
    symbol = replace(symbol, batch_axis=0)
    return symbol if shape else _flat(symbol)


# -- formulas --------------------------------------------------------------------------------------------------------
def forward(scene: Scene) -> f.Formula | None:
    """The right-hand side of the line for all rows; None where it would mix them. Value: (B, n)."""
    for apply in scene.node.code:
        right = scene.shape_of(apply.operands[-1])
        if apply.op.name in ACROSS or (apply.op.name == "@" and len(right) != 2):
            return None
    try:
        return expressions(Stack.of(scene))[-1] if scene.readable else None
    except (Unstacked, ValueError):
        return None


def sent_back(scene: Scene, name: str) -> f.Formula | None:
    """What the line sends back to `name` for all rows, summed over them where all share it; None where rows mix.

    Value: (B, n), or the shape of a shared line's gradient.
    """
    stack, node = Stack.of(scene), scene.graph.nodes[name]
    if not scene.readable or not scene.node.batched:
        return None
    try:
        written = StackRules(stack).sent_back(name, stack.upstream())
    except (Unstacked, ValueError):
        return None
    if written is None or node.batched or len(node.shape) != 1:
        return written
    ones = (("[1 … 1]", ""),), np.ones((1, scene.batch))
    if scene.stands_as_row(name):
        return f.Product((Flat(*ones, batch_axis=1), written))
    row = f.Product((f.Symbol(*ones, batch_axis=1), written))
    return row if node.shape == (1,) else f.Transpose(row)


def received(scene: Scene, name: str) -> f.Symbol:
    """What the line sends back to `name`, for all rows; to a line that all share, standing as it stands for one."""
    shared = not scene.graph.nodes[name].batched
    return (scene if shared else Stack.of(scene)).contribution(scene.node.name, name)


class StackRules(Rules):
    """The chain rule for all rows: what a Jacobian of one row does to a row."""

    def pull(self, position: int, slot: int, g: f.Formula) -> f.Formula | None:
        jacobian = self.scene.jacobian(position, slot)
        out, into = jacobian.out_shape[:-1], jacobian.in_shape[:-1]
        match jacobian:
            case j.Zero() | j.Diagonal() | j.Outer():
                return super().pull(position, slot, g)
            case j.Identity() if out == into:
                return g
            case j.Matrix() if len(into) == len(out) == 1:
                return super().pull(position, slot, g)
            case j.Row(axis=None) if f.is_number(g):
                return super().pull(position, slot, g)
        raise Unstacked
