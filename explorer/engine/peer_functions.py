"""PyTorch's function for each op of the graph language. Tensors are laid out as the engine's arrays: the batch last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

from explorer.engine.ops.activations import LEAK

Tensor: TypeAlias = Any  # this module is imported, and typed, without PyTorch
Function: TypeAlias = Callable[..., Tensor]
STRAIGHT = 700  # from where PyTorch's softplus may be a straight line; by default that is 20, and e⁻²⁰ is not nothing


@cache
def functions(torch: Any) -> Mapping[str, Function]:
    """By the op's name, a function of the op (for its options) and of its operands. `torch` is the module."""
    return _elementwise(torch) | _over_axes(torch) | _moving(torch) | _losses(torch)


def _plain(function: Function) -> Function:
    """One that knows no options."""
    return lambda op, *operands: function(*operands)


def _elementwise(torch: Any) -> dict[str, Function]:
    functional = torch.nn.functional
    named = {
        "+": torch.add,
        "-": torch.sub,
        "*": torch.mul,
        "/": torch.div,
        "**": torch.pow,
        "-x": torch.neg,
        "square": torch.square,
        "relu": torch.relu,
        "silu": functional.silu,
        "softplus": lambda z: functional.softplus(z, threshold=STRAIGHT),
        "gelu": lambda z: functional.gelu(z, approximate="tanh"),
        "leaky_relu": lambda z: functional.leaky_relu(z, LEAK),
        "stop_gradient": lambda x: x.detach().requires_grad_(),  # its own gradient is asked for, too
        "=": lambda x: x.clone(),
    }
    named |= {name: getattr(torch, name) for name in ("exp", "log", "sqrt", "abs", "sin", "cos", "sigmoid", "tanh")}
    return {name: _plain(function) for name, function in named.items()}


def _over_axes(torch: Any) -> dict[str, Function]:
    def reduced(function: Function) -> Function:
        """Over all axes of a sample, or over the op's own."""
        return lambda op, x: function(_flat(x), 0) if op.axis is None else function(x, op.axis % (x.ndim - 1))

    def along(function: Function) -> Function:
        return lambda op, x: function(x, op.axis % (x.ndim - 1))

    def product(left: Tensor, right: Tensor) -> Tensor:
        rows = left if left.ndim == 3 else left[None]
        columns = right if right.ndim == 3 else right[:, None]
        out = torch.einsum("ikb,kjb->ijb", rows, columns)
        return out.reshape(*left.shape[:-2], *right.shape[1:-1], out.shape[-1])

    return {
        **{name: reduced(getattr(torch, name)) for name in ("sum", "mean", "logsumexp")},
        "max": reduced(torch.amax),  # which shares a tie equally, as ours does
        "softmax": along(torch.softmax),
        "log_softmax": along(torch.log_softmax),
        "@": _plain(product),
        "dot": lambda op, a, b: (a * b).sum(0),
    }


def _moving(torch: Any) -> dict[str, Function]:
    def one_batch(tensors: tuple[Tensor, ...]) -> list[Tensor]:
        batch = max(tensor.shape[-1] for tensor in tensors)
        return [tensor.expand(*tensor.shape[:-1], batch) for tensor in tensors]

    def picked(op: Any, x: Tensor) -> Tensor:
        for axis, part in reversed(list(enumerate(op.key))):
            if isinstance(part, slice):  # PyTorch's own take no negative step
                places = torch.tensor(list(range(*part.indices(x.shape[axis]))))
                x = x.index_select(axis, places)
            else:
                x = x.select(axis, part)
        return x

    return {
        "transpose": lambda op, x: x.permute(*range(x.ndim - 2, -1, -1), x.ndim - 1),
        "reshape": lambda op, x: x.reshape(*op.lengths, x.shape[-1]),
        "[]": picked,
        "concat": lambda op, *tensors: torch.cat(one_batch(tensors), op.axis % (tensors[0].ndim - 1)),
        "stack": lambda op, *tensors: torch.stack(one_batch(tensors), op.axis % tensors[0].ndim),
    }


def _losses(torch: Any) -> dict[str, Function]:
    functional = torch.nn.functional

    def loss(terms: Function, joined: Function) -> Function:
        return lambda op, predicted, target: joined(_flat(terms(predicted, target)), 0)

    def bce(p: Tensor, t: Tensor) -> Tensor:
        """As it is defined: PyTorch's own function bounds its logarithms, and is off from p (1 − p) = 1e−12 on."""
        return -(torch.special.xlogy(t, p) + torch.special.xlog1py(1 - t, -p))

    def logits_bce(z: Tensor, t: Tensor) -> Tensor:
        return t * functional.softplus(-z, threshold=STRAIGHT) + (1 - t) * functional.softplus(z, threshold=STRAIGHT)

    def logits_entropy(theta: Tensor, t: Tensor) -> Tensor:
        return -t * torch.log_softmax(theta, theta.ndim - 2)

    return {
        "sqerr": loss(lambda o, t: (o - t) ** 2 / 2, torch.sum),
        "mse": loss(lambda o, t: (o - t) ** 2, torch.mean),
        "hinge": loss(lambda o, t: torch.relu(1 - t * o), torch.mean),
        "bce": loss(bce, torch.mean),
        "cross_entropy": loss(lambda s, t: -torch.special.xlogy(t, s), torch.sum),
        "bce_with_logits": loss(logits_bce, torch.mean),
        "cross_entropy_with_logits": loss(logits_entropy, torch.sum),
    }


def _flat(x: Tensor) -> Tensor:
    """One axis for the sample, one for the batch."""
    return x.reshape(-1, x.shape[-1])
