"""Lines computed again, operation by operation, by whoever asks: with moved numbers, or in another library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from explorer.engine.nodes import Apply, Literal, Node, Read

if TYPE_CHECKING:
    from explorer.engine.graph import Graph

T = TypeVar("T")


def value_of(node: Node, reads: Sequence[T], literal: Callable[[float], T], apply: Callable[[Apply, list[T]], T]) -> T:
    """The value of a computed line. `reads` are the values of node.inputs; `apply` computes one operation."""
    results: list[T] = []
    for step in node.code:
        operands: list[T] = []
        for operand in step.operands:
            match operand:
                case Read(slot):
                    operands.append(reads[slot])
                case Literal(value):
                    operands.append(literal(value))
                case _:
                    operands.append(results[operand.index])
        results.append(apply(step, operands))
    return results[-1]


def dependents(graph: Graph, name: str) -> tuple[Node, ...]:
    """The lines that depend on a line, in order, itself left out."""
    found = {name}
    for node in graph.nodes.values():
        if not found.isdisjoint(node.inputs):
            found.add(node.name)
    return tuple(node for node in graph.nodes.values() if node.name in found and node.name != name)
