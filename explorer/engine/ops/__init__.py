"""Every op of the graph language, by the names it is written with."""

from __future__ import annotations

from explorer.engine.ops import (
    activations,
    arithmetic,
    entropy,
    joining,
    linear,
    logits,
    loss,
    reduce,
    shape,
    smooth,
    softmax,
    transcendental,
)
from explorer.engine.ops.base import Calls, Op, OperandError

_OPS: tuple[type[Op], ...] = (
    arithmetic.Add, arithmetic.Subtract, arithmetic.Multiply, arithmetic.Divide, arithmetic.Power,
    arithmetic.Negative,
    linear.Matmul, linear.Dot,
    transcendental.Exp, transcendental.Log, transcendental.Sqrt, transcendental.Abs, transcendental.Sin,
    transcendental.Cos, transcendental.Square,
    activations.Sigmoid, activations.Tanh, activations.Relu, activations.LeakyRelu,
    smooth.Softplus, smooth.Gelu, smooth.Silu,
    softmax.Softmax, softmax.LogSoftmax, softmax.LogSumExp,
    reduce.Sum, reduce.Mean, reduce.Max,
    shape.Copy, shape.StopGradient, shape.Transpose, shape.Reshape, shape.Index,
    joining.Concat, joining.Stack,
    loss.SqErr, loss.Mse, loss.Hinge,
    entropy.Bce, entropy.CrossEntropy, logits.BceWithLogits, logits.CrossEntropyWithLogits,
)

# A name that is no identifier ("+", "@", "-x" for the unary minus, "[]", ".T", "=" for a second name) can only come
# from the grammar, never from a call in a graph's text.
REGISTRY: dict[str, type[Op]] = {name: op for op in _OPS for name in (op.name, *op.aliases)}

__all__ = ["REGISTRY", "Calls", "Op", "OperandError"]
