"""Products of vectors and matrices: @ in all its forms, and dot."""

from __future__ import annotations

from functools import partial

from explorer.engine.arrays import Array, Namespace
from explorer.engine.errors import Message
from explorer.engine.jacobians import Jacobian, Kronecker, Matrix, Outer, Row, Shape
from explorer.engine.jacobians.products import product, transposed
from explorer.engine.ops.base import Calls, Op, OperandError, shape_text
from explorer.engine.ops.kernels import Workbench, dot_into, gathered, summed


class Matmul(Op):
    """Matrix product s = W @ x; also x @ W, W @ X, and u @ v, the scalar product.

    Shapes: (m, k) @ (k) -> (m); (k) @ (k, n) -> (n); (m, k) @ (k, n) -> (m, n); (k) @ (k) -> (). Each operand may be
    shared by the batch or have one value for each sample.
    Jacobians: by x, W (or Wᵀ, for x @ W); by W, I ⊗ xᵀ (or xᵀ ⊗ I), applied as an outer product summed over the batch.
    Source: lecture 20, exercises 20.3(a) and (b); CS224n gradient notes (1), (2), (5), (6).
    """

    name, symbol, arity, pattern, analytic, rebinds = "@", "·", (2, 2), "{0} · {1}", True, True
    says_forward = "**{out} is the product {0} · {1}**: rows times columns."

    def shape(self, left: Shape, right: Shape) -> Shape:
        if len(left) not in (1, 2):
            raise OperandError(
                Message(
                    "{_0} has shape {shape}. Expected a vector or a matrix on either side of @. For entry-by-entry "
                    "products use *.",
                    shape=shape_text(left),
                )
            )
        if len(right) not in (1, 2):
            raise OperandError(
                Message(
                    "{_1} has shape {shape}. Expected a vector or a matrix on either side of @. For entry-by-entry "
                    "products use *.",
                    shape=shape_text(right),
                )
            )
        if left[-1] != right[0]:
            raise OperandError(_misfit(left, right))
        return (*left[:-1], *right[1:])

    def forward(self, xp: Namespace, left: Array, right: Array) -> Array:
        rows = left if left.ndim == 3 else left[None, ...]
        columns = right if right.ndim == 3 else right[:, None, :]
        out = product(xp, rows, columns)
        sample = self.shape(tuple(left.shape[:-1]), tuple(right.shape[:-1]))
        return xp.reshape(out, (*sample, out.shape[-1]))

    def jacobians(self, xp: Namespace, out: Array, left: Array, right: Array) -> tuple[Jacobian, ...]:
        match left.ndim, right.ndim:
            case 3, 2:
                return Outer.between(out, left, right, "right"), Matrix.between(out, right, left)
            case 2, 3:
                return Matrix.between(out, left, transposed(xp, right)), Outer.between(out, right, left, "left")
            case 2, 2:
                return Row.between(out, left, right), Row.between(out, right, left)
        return Kronecker.between(out, left, right, "right"), Kronecker.between(out, right, left, "left")

    def forward_kernel(self, bench: Workbench, out: Array, left: Array, right: Array) -> Calls | None:
        match left.ndim, right.ndim:
            case 3, 2 if left.shape[-1] == 1:
                return dot_into(bench, left[..., 0], right, out)
            case 2, 3 if right.shape[-1] == 1:
                return dot_into(bench, right[..., 0].T, left, out)
            case 2, 2:
                terms = bench.temporary(left.shape[0], out.shape[-1])
                return [partial(bench.xp.multiply, left, right, terms), *summed(bench, terms, out)]
        return None

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, left: Array, right: Array
    ) -> Calls | None:
        match left.ndim, right.ndim, slot:
            case 3, 2, 0 if left.shape[-1] == 1:
                return dot_into(bench, cotangent, right.T, into[..., 0])
            case 3, 2, 1 if left.shape[-1] == 1:
                return dot_into(bench, left[..., 0].T, cotangent, into)
            case 2, 3, 0 if right.shape[-1] == 1:
                return dot_into(bench, right[..., 0], cotangent, into)
            case 2, 3, 1 if right.shape[-1] == 1:
                return dot_into(bench, left, cotangent.T, into[..., 0])
            case 2, 2, _:
                terms = bench.temporary(left.shape[0], out.shape[-1])
                other = (right, left)[slot]
                return [partial(bench.xp.multiply, other, cotangent, terms), *gathered(bench, terms, into)]
        return None

    def identity_of(self, slot: int, *shapes: Shape) -> str:
        match len(shapes[0]), len(shapes[1]):
            case 2, 1:
                return ("(5)", "(1)")[slot]
            case 1, 2:
                return ("(2)", "(6)")[slot]
        return ""


class Dot(Op):
    """Scalar product of two vectors, s = Σ aᵢ bᵢ. Shapes: (n), (n) -> (). Jacobians: the rows bᵀ and aᵀ."""

    name, symbol, arity, pattern, analytic = "dot", "·", (2, 2), "⟨{0}, {1}⟩", True
    says_forward = "**{out} is the scalar product of {0} and {1}**: their entries multiplied and summed."

    def shape(self, a: Shape, b: Shape) -> Shape:
        if len(a) != 1 or a != b:
            raise OperandError(
                Message(
                    "{_0} has shape {a}, {_1} has shape {b}. Expected two vectors of one length. Use @ for "
                    "products with matrices.",
                    a=shape_text(a),
                    b=shape_text(b),
                )
            )
        return ()

    def forward(self, xp: Namespace, a: Array, b: Array) -> Array:
        return xp.sum(a * b, axis=0)

    def jacobians(self, xp: Namespace, out: Array, a: Array, b: Array) -> tuple[Jacobian, ...]:
        return Row.between(out, a, b), Row.between(out, b, a)


def _misfit(left: Shape, right: Shape) -> Message:
    """Which lengths do not meet, and the two ways to mend them."""
    told = {
        "left": _size(left),
        "right": _size(right),
        "n": left[-1],
        "shape1": shape_text((left[-1], *right[1:])),
        "shape0": shape_text((*left[:-1], right[0])),
    }
    if len(right) == 2:
        return Message(
            "{_0} has {left}, {_1} has {right}. Expected {n} rows in {_1}. Give {_1} the shape {shape1} or {_0} the "
            "shape {shape0}.",
            **told,
        )
    return Message(
        "{_0} has {left}, {_1} has {right}. Expected {n}. Give {_1} the shape {shape1} or {_0} the shape {shape0}.",
        **told,
    )


def _size(shape: Shape) -> Message:
    if len(shape) == 1:
        return Message("{n} entries", n=shape[0])
    return Message("shape {shape}", shape=shape_text(shape))
