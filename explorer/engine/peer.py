"""PyTorch's gradients of the same graph: a second opinion, from a library that shares no rule with this one.

PyTorch is no dependency. It is imported when this is asked for, and not before: that takes seconds.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import numpy as np

from explorer.engine.arrays import engine_view, to_host
from explorer.engine.errors import Message
from explorer.engine.nodes import Apply
from explorer.engine.peer_functions import functions
from explorer.engine.replay import value_of
from explorer.engine.trace import Trace

Tensor: TypeAlias = Any


class NoPeer(Exception):
    """PyTorch, "it", has no number to give; the message says why, and `.message` for those who say it otherwise."""

    def __init__(self, message: Message | str) -> None:
        super().__init__(str(message))
        self.message = message


def gradients(trace: Trace) -> dict[str, np.ndarray]:
    """The gradients of the trace's objective by every line but targets, by PyTorch's autograd, in float64.

    Shapes: as in trace.gradients, batch-first. Only inputs, parameters and targets are taken from the trace: the
    values between are computed anew. Raises: NoPeer where PyTorch is not there, or a line has an operation that is
    not in the table.
    """
    torch = load()
    table, graph = functions(torch), trace.graph
    tensors: dict[str, Tensor] = {}

    def apply(step: Apply, operands: list[Tensor]) -> Tensor:
        if step.op.name not in table:
            raise NoPeer(Message("no function of it is known for {op}", op=step.op.name))
        try:
            return table[step.op.name](step.op, *operands)
        except (RuntimeError, TypeError, IndexError) as error:
            kind = type(error).__name__
            raise NoPeer(Message("its {op} fails on these numbers ({kind})", op=step.op.name, kind=kind)) from error

    def literal(value: float) -> Tensor:
        return torch.full((1,), value, dtype=torch.float64)

    for name, node in graph.nodes.items():
        if node.code:
            tensors[name] = value_of(node, [tensors[read] for read in node.inputs], literal, apply)
        else:
            host = np.array(engine_view(np.asarray(to_host(trace.values[name])), node.batched), dtype=np.float64)
            tensors[name] = torch.tensor(host, requires_grad=node.kind != "target")
        if tensors[name].requires_grad:
            tensors[name].retain_grad()
    last = tensors[graph.objective]
    objective = last.mean() if trace.reduction == "mean" else last.sum()
    if objective.requires_grad:
        objective.backward()
    return {name: _public(tensors[name], node.batched) for name, node in graph.nodes.items() if node.kind != "target"}


def _public(tensor: Tensor, batched: bool) -> np.ndarray:
    """A tensor's gradient batch-first; zeros where none arrived."""
    found = np.zeros(tuple(tensor.shape)) if tensor.grad is None else tensor.grad.numpy()
    return np.asarray(np.moveaxis(found, -1, 0) if batched else found[..., 0])


@cache
def load() -> Any:
    """The torch module. Raises: NoPeer."""
    try:
        import torch
    except ImportError:
        raise NoPeer(Message("it is not installed here")) from None
    except Exception as error:  # noqa: BLE001  a broken installation raises whatever its libraries do
        kind = type(error).__name__
        raise NoPeer(Message("it is installed, but does not start ({kind})", kind=kind)) from error
    return torch
