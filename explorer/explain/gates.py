"""One operation in symbols: what its local Jacobian is, and what the transpose does to the upstream gradient.

Everything follows from the structure of the Jacobian that the engine used; op-specific knowledge is only how its
entries are written (`slopes`).
"""

from __future__ import annotations

import array_api_compat.numpy as xp
import numpy as np

from explorer.engine import jacobians as j
from explorer.engine.fusion import CONTAINED
from explorer.explain import formula as f
from explorer.explain import inside
from explorer.explain.expression import expressions
from explorer.explain.scene import Scene
from explorer.explain.slopes import SLOPES, inner_of_ones, minus, ones, times
from explorer.explain.text import text

IDENTITY_LABEL = (("I", ""),)
J_TRANSPOSED = (("J", ""), ("⊤", "sup"))
CLOSE = 1e-9
SKIPS = ("bce", "cross_entropy")  # where a target is 0, its term is skipped: there 0/0 stands for 0


def identity(size: int) -> f.Symbol:
    return f.Symbol(IDENTITY_LABEL, np.eye(size))


def slope(scene: Scene, position: int, slot: int, out: f.Formula, operands: list[f.Formula]) -> f.Formula:
    """The factor of a Diagonal, Broadcast or Row in symbols; named f′ where no rule gives the engine's numbers."""
    apply, jacobian = scene.node.code[position], scene.jacobian(position, slot)
    factor = getattr(jacobian, "factor", np.ones(1))
    # A vector that multiplies a matrix is a row of it.
    rows = scene.gradient_rows or (factor.ndim == 2 and len(jacobian.in_shape) == 3)
    numbers = scene.oriented(factor, rows)
    rules = SLOPES.get(apply.op.name, ())
    if apply.op.name in CONTAINED and len(jacobian.in_shape) == 2:
        # A difference as gradients stand, so that its numbers can be spelled out.
        turned = scene.standing(rows)
        out, operands = f.Local(out, turned), [f.Local(operand, turned) for operand in operands]
    if slot < len(rules):
        with np.errstate(all="ignore"):
            written = rules[slot](out, *operands)
            claimed = written.evaluate()
        if _same(claimed, numbers):
            vector = factor.ndim == 2 or len(jacobian.in_shape) == 2
            return f.Local(written, scene.standing(rows) if vector else None)
        if apply.op.name in SKIPS and _same(np.where(np.isnan(claimed), numbers, claimed), numbers):
            return f.Local(f.Symbol(((f"({text(written)})", ""),), numbers))
        if apply.op.name in CONTAINED:
            rounded = inside.exact(scene, position, slot, written, numbers)
            if rounded is not None:
                return f.Local(rounded, scene.standing(rows) if factor.ndim == 2 else None)
    name = f"{apply.op.symbol}′" if apply.op.symbol.isalpha() else "f′"
    return f.Local(scene.along(f.Symbol(((name, ""),), numbers)))


def _same(claimed: f.Array, numbers: f.Array) -> bool:
    if claimed.size != numbers.size and 1 not in (claimed.size, numbers.size):
        return False
    a, b = np.broadcast_arrays(claimed.reshape(-1), numbers.reshape(-1))
    return bool(np.allclose(a, b, rtol=CLOSE, atol=1e-300, equal_nan=True))


class Gates:
    """Formulas of the operations of one line: their expressions, Jacobians, pullbacks."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.expressions = expressions(scene)

    def _operands(self, position: int) -> list[f.Formula]:
        apply = self.scene.node.code[position]
        return [self.scene.leaf(operand, self.expressions) for operand in apply.operands]

    def _out(self, position: int) -> f.Formula:
        """The result of an operation: the line's own symbol for the last one, else its expression.

        Of a loss on logits, the probability inside: its slope is made of that.
        """
        apply = self.scene.node.code[position]
        if apply.op.name in CONTAINED:
            return inside.probability(self.scene, position, self._operands(position)[0])
        last = position == len(self.scene.node.code) - 1
        return self.scene.value(self.scene.node.name) if last else self.expressions[position]

    def _slope(self, position: int, slot: int) -> f.Formula:
        return slope(self.scene, position, slot, self._out(position), self._operands(position))

    def slope_of(self, position: int, slot: int) -> f.Formula | None:
        """The slope of an element-wise operation in symbols; None where it has only numbers."""
        found = self._slope(position, slot)
        inner = found.inner if isinstance(found, f.Local) else found
        return None if isinstance(inner, f.Symbol) and inner.cells is None else found

    # -- orientation -------------------------------------------------------------------------------------------------
    def _column(self, vector: f.Formula, rows: bool) -> f.Formula:
        return f.Transpose(vector) if rows and not f.is_number(vector) else vector

    def _row(self, vector: f.Formula, rows: bool) -> f.Formula:
        return vector if rows or f.is_number(vector) else f.Transpose(vector)

    # -- one operation -----------------------------------------------------------------------------------------------
    def pull(self, position: int, slot: int, g: f.Formula) -> f.Formula | None:
        """What the upstream gradient g becomes on its way to operand `slot`; None where nothing flows."""
        jacobian = self.scene.jacobian(position, slot)
        out, into = jacobian.out_shape[:-1], jacobian.in_shape[:-1]
        rows = self.scene.gradient_rows
        match jacobian:
            case j.Zero():
                return None
            case j.Identity() if out == into:
                return g
            case j.Diagonal() if _is_minus_one(jacobian):
                return f.Negative(g)
            case j.Diagonal() if jacobian.factor.size == 1 != jacobian.size[0]:
                return f.Product((self._slope(position, slot), g))
            case j.Diagonal():
                return times(g, self._slope(position, slot))
            case j.Broadcast() if into == () and _is_one(jacobian):
                return inner_of_ones(g)
            case j.Broadcast() if into == ():
                return f.Inner(g, self._slope(position, slot))
            case j.Row(axis=None) if len(into) < 3:
                slope = self._slope(position, slot)
                return slope if g is f.ONE else f.Product((g, slope))
            case j.Matrix() if len(into) == len(out) == 1 and self._is_product(position):
                matrix = self._operands(position)[1 - slot]
                if slot == 1:
                    return f.Product((g, matrix) if rows else (f.Transpose(matrix), g))
                return f.Product((g, f.Transpose(matrix)) if rows else (matrix, g))
            case j.Outer(side=side):
                vector = self._operands(position)[1 if side == "right" else 0]
                if side == "right":
                    return f.Product((self._column(g, rows), self._row(vector, self.scene.rows)))
                return f.Product((self._column(vector, self.scene.rows), self._row(g, rows)))
            case j.Kronecker(side=side):
                other = f.Transpose(self._operands(position)[1 - slot])
                return f.Product((other, g) if side == "left" else (g, other))
            case j.DiagonalMinusOuter() if len(into) == 1:
                return self._softmax_pull(position, g)
            case j.Permutation(axes=(1, 0, 2)):
                return f.Transpose(g)
        return self.opaque(jacobian, g)

    def _softmax_pull(self, position: int, g: f.Formula) -> f.Formula:
        out = f.Local(self._out(position), self.scene.standing(self.scene.gradient_rows))
        if self.scene.node.code[position].op.name == "softmax":
            return times(out, minus(g, f.Local(f.Inner(out, g))))
        powers = f.Local(_exponential(out), self.scene.gradient_rows)
        return minus(g, f.Product((inner_of_ones(g), powers)))

    def _is_product(self, position: int) -> bool:
        return self.scene.node.code[position].op.name == "@"

    def opaque(self, jacobian: j.Jacobian, g: f.Formula) -> f.Formula:
        """Jᵀ(g), computed by the engine: for structures whose formula would say less than these two words."""
        upstream = np.asarray(g.evaluate(), dtype=np.float64).reshape(jacobian.out_shape[:-1])[..., None]
        pulled = np.asarray(jacobian.pullback(xp, upstream))[..., 0]
        return f.Call(J_TRANSPOSED, (g,), f.orient(pulled, self.scene.gradient_rows))

    def local(self, position: int, slot: int) -> f.Formula | None:
        """The operation's own Jacobian by one operand, entries counted in C order; None where it is zero."""
        jacobian = self.scene.jacobian(position, slot)
        into = jacobian.in_shape[:-1]
        match jacobian:
            case j.Zero():
                return None
            case j.Diagonal() if _is_minus_one(jacobian):
                return f.Negative(identity(jacobian.size[0]))
            case j.Diagonal() if jacobian.size == (1, 1):
                return self._slope(position, slot)
            case j.Diagonal() if f.is_number(self._slope(position, slot)):
                return f.Product((self._slope(position, slot), identity(jacobian.size[0])))
            case j.Diagonal() if self._slope(position, slot).evaluate().size == jacobian.size[0]:
                return f.Diagonal(_inside(self._slope(position, slot)))
            case j.Identity():
                return identity(jacobian.size[0]) if jacobian.size[0] > 1 else f.ONE
            case j.Row(axis=None) if len(into) == 1:
                slope = _inside(self._slope(position, slot))
                return self._row(slope, self._stands_as_row(slope))
            case j.Row(axis=None) if into == ():
                return self._slope(position, slot)
            case j.Matrix() if len(into) == 1 and self._is_product(position):
                matrix = self._operands(position)[1 - slot]
                return matrix if slot == 1 else f.Transpose(matrix)
            case j.Outer(side=side):
                vector = self._operands(position)[1 if side == "right" else 0]
                row = self._row(vector, self.scene.rows)
                if jacobian.size[0] == 1:
                    return row
                rest = identity(jacobian.size[0])
                return f.Product((rest, row) if side == "right" else (row, rest), "⊗")
            case j.DiagonalMinusOuter() if len(into) == 1 and self.scene.node.code[position].op.name == "softmax":
                out, rows = self._out(position), self.scene.rows
                return minus(f.Diagonal(out), f.Product((self._column(out, rows), self._row(out, rows))))
            case j.DiagonalMinusOuter() if len(into) == 1:
                powers = _exponential(self._out(position))
                return minus(
                    identity(len(powers.evaluate().reshape(-1))),
                    f.Product((ones(self._column(powers, self.scene.rows)), self._row(powers, self.scene.rows))),
                )
        return f.Symbol((("J", ""),), np.asarray(jacobian.dense(xp))[..., 0])

    def _stands_as_row(self, formula: f.Formula) -> bool:
        shape = formula.evaluate().shape
        return self.scene.rows if max(shape) == min(shape) else shape[0] == 1


def _inside(formula: f.Formula) -> f.Formula:
    return formula.inner if isinstance(formula, f.Local) else formula


def _exponential(out: f.Formula) -> f.Formula:
    return f.Call((("exp", ""),), (out,), np.exp(out.evaluate()))


def _is_one(jacobian: j.Diagonal | j.Broadcast) -> bool:
    return bool(np.all(np.asarray(jacobian.factor) == 1.0))


def _is_minus_one(jacobian: j.Diagonal) -> bool:
    return jacobian.factor.size == 1 and bool(np.all(np.asarray(jacobian.factor) == -1.0))
