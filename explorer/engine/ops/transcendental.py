"""Element-wise functions of one operand: exp, log, sqrt, abs, sin, cos, square."""

from __future__ import annotations

from functools import partial

from explorer.engine.arrays import Array, Namespace
from explorer.engine.jacobians import Diagonal, Jacobian, Shape
from explorer.engine.ops.base import Calls, Op
from explorer.engine.ops.kernels import Workbench


class Unary(Op):
    """One operand, entry by entry: the Jacobian is diag(f′).

    Shapes: any. Source: CS224n gradient notes (4).
    """

    identity = "(4)"

    def shape(self, x: Shape) -> Shape:
        return x

    def derivative(self, xp: Namespace, out: Array, x: Array) -> Array:
        """f′(x), entry by entry."""
        raise NotImplementedError

    def jacobians(self, xp: Namespace, out: Array, x: Array) -> tuple[Jacobian, ...]:
        return (Diagonal.between(out, x, self.derivative(xp, out, x)),)


class Exp(Unary):
    """Exponential, eˣ. Jacobian: diag(eˣ)."""

    name, symbol, pattern, analytic = "exp", "exp", "exp({0})", True
    says_forward = "**{out} is e to the power {0}**[[, entry by entry]]."

    def forward(self, xp: Namespace, x: Array) -> Array:
        return xp.exp(x)

    def derivative(self, xp: Namespace, out: Array, x: Array) -> Array:
        return out

    def forward_kernel(self, bench: Workbench, out: Array, x: Array) -> Calls:
        return [partial(bench.xp.exp, x, out)]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, x: Array
    ) -> Calls:
        return [partial(bench.xp.multiply, out, cotangent, into)]


class Log(Unary):
    """Natural logarithm, ln x. Jacobian: diag(1/x). Domain: x > 0; −inf at 0, NaN below."""

    name, symbol, pattern, analytic = "log", "ln", "ln({0})", True
    says_forward = "**{out} is the natural logarithm of {0}**[[, entry by entry]]."

    def forward(self, xp: Namespace, x: Array) -> Array:
        return xp.log(x)

    def derivative(self, xp: Namespace, out: Array, x: Array) -> Array:
        return 1 / x


class Sqrt(Unary):
    """Square root. Jacobian: diag(1 / (2√x)). Domain: x ≥ 0; the derivative at 0 is inf, below NaN."""

    name, symbol, pattern, analytic = "sqrt", "√", "√({0})", True
    says_forward = "**{out} is the square root of {0}**[[, entry by entry]]."

    def forward(self, xp: Namespace, x: Array) -> Array:
        return xp.sqrt(x)

    def derivative(self, xp: Namespace, out: Array, x: Array) -> Array:
        return 0.5 / out


class Abs(Unary):
    """Absolute value. Jacobian: diag(sign x), with 0 at 0."""

    name, symbol, pattern = "abs", "abs", "|{0}|"
    says_forward = "**{out} is {0} without its sign**[[, entry by entry]]."

    def forward(self, xp: Namespace, x: Array) -> Array:
        return xp.abs(x)

    def derivative(self, xp: Namespace, out: Array, x: Array) -> Array:
        return xp.sign(x)


class Sin(Unary):
    """Sine; x in radians. Jacobian: diag(cos x)."""

    name, symbol, pattern, analytic = "sin", "sin", "sin({0})", True
    says_forward = "**{out} is the sine of {0}**[[, entry by entry]]."

    def forward(self, xp: Namespace, x: Array) -> Array:
        return xp.sin(x)

    def derivative(self, xp: Namespace, out: Array, x: Array) -> Array:
        return xp.cos(x)


class Cos(Unary):
    """Cosine; x in radians. Jacobian: diag(−sin x)."""

    name, symbol, pattern, analytic = "cos", "cos", "cos({0})", True
    says_forward = "**{out} is the cosine of {0}**[[, entry by entry]]."

    def forward(self, xp: Namespace, x: Array) -> Array:
        return xp.cos(x)

    def derivative(self, xp: Namespace, out: Array, x: Array) -> Array:
        return -xp.sin(x)


class Square(Unary):
    """Square, x². Jacobian: diag(2x)."""

    name, symbol, pattern, analytic = "square", "²", "({0})²", True
    says_forward = "**{out} is the square of {0}**[[, entry by entry]]."

    def forward(self, xp: Namespace, x: Array) -> Array:
        return x * x

    def derivative(self, xp: Namespace, out: Array, x: Array) -> Array:
        return 2 * x

    def forward_kernel(self, bench: Workbench, out: Array, x: Array) -> Calls:
        return [partial(bench.xp.square, x, out)]

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, x: Array
    ) -> Calls:
        twice = bench.temporary(*x.shape)
        return [partial(bench.xp.add, x, x, twice), partial(bench.xp.multiply, twice, cotangent, into)]
