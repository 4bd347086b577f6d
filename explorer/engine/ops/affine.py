"""W x + b in one product: how a plan runs a matrix product and the addition that alone reads it."""

from __future__ import annotations

from functools import partial

from explorer.engine.arrays import Array, Namespace
from explorer.engine.jacobians import Jacobian
from explorer.engine.ops.arithmetic import Add
from explorer.engine.ops.base import Calls, Op
from explorer.engine.ops.kernels import Workbench, dot_into, gathered
from explorer.engine.ops.linear import Matmul


class Affine(Op):
    """z = W x + b, or x W + b: the rules are those of the product and of the sum, the kernels do both at once.

    Shapes: matrix (m, n), vector (n), bias (m) -> (m); for x W the matrix is (n, m). Matrix and bias are shared by the
    batch. Where the bench has laid out [W b] and [x; 1], the bias costs nothing: z = [W b] · [x; 1].
    It is no word of the language: plans put it in place of the two.
    """

    name, symbol, arity, rebinds = "affine", "·+", (3, 3), True

    def __init__(self, side: str) -> None:
        self.side = side    # where the vector stands: "right" in W @ x, "left" in x @ W
        self._product, self._sum = Matmul(), Add()

    def _ordered(self, matrix: Array, vector: Array) -> tuple[Array, Array]:
        return (matrix, vector) if self.side == "right" else (vector, matrix)

    def _rows(self, matrix: Array) -> Array:
        """The matrix that the vector is multiplied by from the left, (m, n)."""
        return matrix[..., 0] if self.side == "right" else matrix[..., 0].T

    def forward(self, xp: Namespace, matrix: Array, vector: Array, bias: Array) -> Array:
        return self._sum.forward(xp, self._product.forward(xp, *self._ordered(matrix, vector)), bias)

    def jacobians(
        self, xp: Namespace, out: Array, matrix: Array, vector: Array, bias: Array
    ) -> tuple[Jacobian, ...]:
        by_matrix, by_vector = self._product.jacobians(xp, out, *self._ordered(matrix, vector))
        if self.side == "left":
            by_matrix, by_vector = by_vector, by_matrix
        return by_matrix, by_vector, self._sum.jacobians(xp, out, out, bias)[1]

    def forward_kernel(self, bench: Workbench, out: Array, matrix: Array, vector: Array, bias: Array) -> Calls:
        joint, extended = bench.joined(matrix, bias), bench.extended(vector)
        if joint is not None and extended is not None:
            return dot_into(bench, joint, extended, out)
        return [*dot_into(bench, self._rows(matrix), vector, out), partial(bench.xp.add, out, bias, out)]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, matrix: Array, vector: Array,
        bias: Array,
    ) -> Calls:
        if slot == 1:
            joint, extended = bench.joined(matrix, bias), bench.extended(into)
            if joint is not None and extended is not None:  # a row too many costs less than a matrix that is cut
                return dot_into(bench, joint.T, cotangent, extended)
            return dot_into(bench, self._rows(matrix).T, cotangent, into)
        joint, extended = bench.joined(into), bench.extended(vector)
        if joint is not None and extended is not None:      # both gradients come at once
            return dot_into(bench, cotangent, extended.T, joint) if slot == 0 else []
        if slot == 2:
            return gathered(bench, cotangent, into)
        left, right = (cotangent, vector) if self.side == "right" else (vector, cotangent)
        return dot_into(bench, left, right.T, into[..., 0])
