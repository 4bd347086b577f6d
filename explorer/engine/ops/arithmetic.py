"""Element-wise arithmetic of two operands, with broadcasting: + − · / and powers; and the sign."""

from __future__ import annotations

from functools import partial

from explorer.engine.arrays import Array, Namespace
from explorer.engine.jacobians import Broadcast, Identity, Jacobian, Shape, elementwise, is_stretched
from explorer.engine.ops.base import Calls, Op, stretched
from explorer.engine.ops.kernels import Workbench, gathered, scaled


def constant(xp: Namespace, like: Array, value: float) -> Array:
    """One number as an engine array that all samples share, of the same dtype as `like`."""
    return xp.full((1,), value, dtype=like.dtype)


class Binary(Op):
    """Two operands, entry by entry; a smaller one is stretched to the larger.

    Shapes: any two that broadcast, aligned from the right of the sample's axes.
    """

    arity = (2, 2)

    def shape(self, *shapes: Shape) -> Shape:
        return stretched(*shapes)


class Add(Binary):
    """Sum s = a + b. Jacobians: I and I; a stretched operand gets the sum over what was stretched.

    Source: lecture 20, exercise 20.0; CS224n gradient notes (3).
    """

    name, symbol, pattern, identity, analytic = "+", "+", "{0} + {1}", "(3)", True
    says_forward = "**{out} is the sum {0} + {1}**[[, entry by entry]]."

    def forward(self, xp: Namespace, a: Array, b: Array) -> Array:
        return a + b

    def jacobians(self, xp: Namespace, out: Array, a: Array, b: Array) -> tuple[Jacobian, ...]:
        return passed(xp, out, a), passed(xp, out, b)

    def forward_kernel(self, bench: Workbench, out: Array, a: Array, b: Array) -> Calls:
        return [partial(bench.xp.add, a, b, out)]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, a: Array, b: Array
    ) -> Calls:
        return gathered(bench, cotangent, into)

    def passes(self, slot: int, *shapes: Shape) -> bool:
        return shapes[0] == shapes[1 + slot]


class Subtract(Binary):
    """Difference d = a − b. Jacobians: I and −I."""

    name, symbol, pattern, analytic = "-", "−", "{0} − {1}", True
    says_forward = "**{out} is the difference {0} − {1}**[[, entry by entry]]."

    def forward(self, xp: Namespace, a: Array, b: Array) -> Array:
        return a - b

    def jacobians(self, xp: Namespace, out: Array, a: Array, b: Array) -> tuple[Jacobian, ...]:
        return passed(xp, out, a), elementwise(out, b, constant(xp, out, -1.0))

    def forward_kernel(self, bench: Workbench, out: Array, a: Array, b: Array) -> Calls:
        return [partial(bench.xp.subtract, a, b, out)]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, a: Array, b: Array
    ) -> Calls:
        if slot == 0:
            return gathered(bench, cotangent, into)
        if into.shape == cotangent.shape:
            return [partial(bench.xp.negative, cotangent, into)]
        return [*gathered(bench, cotangent, into), partial(bench.xp.negative, into, into)]

    def passes(self, slot: int, *shapes: Shape) -> bool:
        return slot == 0 and shapes[0] == shapes[1]


class Multiply(Binary):
    """Product p = a ∘ b, entry by entry. Jacobians: diag(b) and diag(a)."""

    name, symbol, pattern, analytic = "*", "∘", "{0} ∘ {1}", True
    says_forward = "**{out} is the product of {0} and {1}**[[, entry by entry]]."

    def forward(self, xp: Namespace, a: Array, b: Array) -> Array:
        return a * b

    def jacobians(self, xp: Namespace, out: Array, a: Array, b: Array) -> tuple[Jacobian, ...]:
        return elementwise(out, a, b), elementwise(out, b, a)

    def forward_kernel(self, bench: Workbench, out: Array, a: Array, b: Array) -> Calls:
        return [partial(bench.xp.multiply, a, b, out)]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, a: Array, b: Array
    ) -> Calls:
        return scaled(bench, (b, a)[slot], cotangent, into)


class Divide(Binary):
    """Quotient q = a / b. Jacobians: diag(1/b) and diag(−q/b). Domain: b ≠ 0; elsewhere inf or NaN."""

    name, symbol, pattern, analytic = "/", "/", "{0} / {1}", True
    says_forward = "**{out} is {0} divided by {1}**[[, entry by entry]]."

    def forward(self, xp: Namespace, a: Array, b: Array) -> Array:
        return a / b

    def jacobians(self, xp: Namespace, out: Array, a: Array, b: Array) -> tuple[Jacobian, ...]:
        return elementwise(out, a, 1 / b), elementwise(out, b, -out / b)


class Power(Binary):
    """Power p = aᵇ. Jacobians: diag(b aᵇ⁻¹) and diag(aᵇ ln a).

    Domain: a > 0, or a whole-numbered b; elsewhere NaN. At a = 0 the derivatives are the limits from the right where
    those exist: by a, 0 for b = 0 and 1 for b = 1; by b, 0 for b ≥ 0.
    """

    name, symbol, pattern, analytic = "**", "^", "{0}^{1}", True
    says_forward = "**{out} is {0} to the power {1}**[[, entry by entry]]."

    def forward(self, xp: Namespace, a: Array, b: Array) -> Array:
        return xp.pow(a, b)

    def jacobians(self, xp: Namespace, out: Array, a: Array, b: Array) -> tuple[Jacobian, ...]:
        one, zero = constant(xp, out, 1.0), constant(xp, out, 0.0)
        # A constant power has no slope, also at 0 where 0 · 0⁻¹ would be NaN.
        by_base = xp.where(b == 0, zero * a, b * xp.pow(a, xp.where(b == 0, one, b - 1)))
        by_exponent = xp.where((a == 0) & (b >= 0), zero, out * xp.log(a))
        return elementwise(out, a, by_base), elementwise(out, b, by_exponent)


class Negative(Op):
    """Sign turned, n = −a. Jacobian: −I."""

    name, symbol, pattern, analytic = "-x", "−", "−{0}", True
    says_forward = "**{out} is {0} with its sign turned**."

    def shape(self, a: Shape) -> Shape:
        return a

    def forward(self, xp: Namespace, a: Array) -> Array:
        return -a

    def jacobians(self, xp: Namespace, out: Array, a: Array) -> tuple[Jacobian, ...]:
        return (elementwise(out, a, constant(xp, out, -1.0)),)

    def forward_kernel(self, bench: Workbench, out: Array, a: Array) -> Calls:
        return [partial(bench.xp.negative, a, out)]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, a: Array
    ) -> Calls:
        return [partial(bench.xp.negative, cotangent, into)]


def passed(xp: Namespace, out: Array, primal: Array) -> Jacobian:
    """The Jacobian of an operand that enters as it is: I, or a Broadcast of ones where it was stretched."""
    if is_stretched(out, primal):
        return Broadcast.between(out, primal, constant(xp, out, 1.0))
    return Identity.between(out, primal)
