"""The order in which a pass is told: forward line by line, the seed, backward line by line, sums when whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.engine.graph import Graph


@dataclass(frozen=True)
class Step:
    """One step of the pass, as it is played.

    `kind` is forward, seed, backward or accumulate; `node` where it happens. `inputs`, without repeats: what a forward
    step reads, whom a backward step sends to, whose contributions an accumulate step adds.
    """

    kind: str
    node: str
    inputs: tuple[str, ...]


def steps_of(graph: Graph) -> tuple[Step, ...]:
    """All steps of a pass over the graph. Accumulate follows the step that brings a node's last contribution."""
    nodes = graph.nodes
    steps = [Step("forward", name, _once(node.inputs)) for name, node in nodes.items() if node.code]
    steps.append(Step("seed", graph.objective, ()))
    awaited = Counter(read for name in graph.reached for read in nodes[name].inputs)
    arrived: dict[str, list[str]] = {}
    for name in reversed(nodes):
        if name not in graph.reached or not nodes[name].code:
            continue
        receivers = tuple(read for read in nodes[name].inputs if nodes[read].kind != "target")
        steps.append(Step("backward", name, _once(receivers)))
        for read in receivers:
            arrived.setdefault(read, []).append(name)
        for read in _once(receivers):
            if len(arrived[read]) == awaited[read] >= 2:
                steps.append(Step("accumulate", read, _once(arrived[read])))
    return tuple(steps)


def arrivals(graph: Graph, name: str) -> tuple[tuple[str, int], ...]:
    """The readings (line, slot) of a line that send something back to it, in the order in which that arrives."""
    program = graph.program
    register = program.of[graph.node(name).name]
    readers = dict.fromkeys(line for line, _ in reversed(graph.readers(name)) if line in graph.reached)
    return tuple(
        (line, slot)
        for line in readers
        for place in reversed(program.spans[line])
        for operand, slot in zip(program.code[place].operands, program.code[place].slots, strict=True)
        if operand == register and slot is not None
    )


def _once(names: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
