"""When what happens to whom: the steps of a film and, for every node, the steps that change how it looks.

A node's look at step k is a pure function of these numbers, so the browser can seek both ways without a round trip.
Steps are counted from 1; 0 is the picture before the first step, with inputs, targets and parameters filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from explorer.engine.graph import Graph
from explorer.engine.trace import Step

PHASES = {"forward": "forward", "seed": "loss", "backward": "backward", "accumulate": "backward", "update": "update"}


@dataclass
class Clock:
    """The steps that change one node."""

    value_step: int = 0
    arrivals: list[tuple[int, tuple[str, str] | None, int]] = field(default_factory=list)  # (step, edge, readings)
    gradient_step: int | None = None
    update_step: int | None = None
    stale_value_step: int | None = None
    stale_gradient_step: int | None = None

    @property
    def total(self) -> int:
        """How many contributions its gradient is the sum of."""
        return sum(readings for _, _, readings in self.arrivals)


@dataclass(frozen=True)
class Timeline:
    """The steps, one update per parameter at their end, and a clock for every node."""

    steps: tuple[Step, ...]
    clocks: Mapping[str, Clock]

    def edges(self, number: int) -> list[tuple[str, str]]:
        """The edges along which something runs in step `number` (from 1): (source, target) as in the graph."""
        step = self.steps[number - 1]
        if step.kind == "forward":
            return [(source, step.node) for source in dict.fromkeys(step.inputs)]
        if step.kind == "backward":
            return [(source, step.node) for source in step.inputs]
        return []


def steps_with_updates(graph: Graph, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The pass's steps, and after them an update of every parameter."""
    return (*steps, *(Step("update", name, (name,)) for name in graph.parameters))


def timeline(graph: Graph, steps: tuple[Step, ...]) -> Timeline:
    """The pass's steps with the updates appended, and what they do to every node."""
    steps = steps_with_updates(graph, steps)
    clocks = {name: Clock() for name in graph.nodes}
    seed = next(number for number, step in enumerate(steps, 1) if step.kind == "seed")
    for number, step in enumerate(steps, 1):
        clock = clocks[step.node]
        if step.kind == "forward":
            clock.value_step = number
        elif step.kind == "seed":
            clock.arrivals.append((number, None, 1))
            clock.gradient_step = number
        elif step.kind == "backward":
            for source in step.inputs:
                readings = graph.nodes[step.node].inputs.count(source)
                clocks[source].arrivals.append((number, (source, step.node), readings))
                clocks[source].gradient_step = number
        elif step.kind == "accumulate":
            clock.gradient_step = number
        else:
            clock.update_step = number
    for name, node in graph.nodes.items():
        if node.kind != "target" and clocks[name].gradient_step is None:
            clocks[name].gradient_step = seed  # the objective does not reach it: its gradient is zero from the start
    _mark_stale(graph, clocks)
    return Timeline(steps, clocks)


def _mark_stale(graph: Graph, clocks: Mapping[str, Clock]) -> None:
    """What was computed with a parameter's old value is stale once it is updated; its gradient once it is used."""
    updates = [clock.update_step for clock in clocks.values() if clock.update_step is not None]
    if not updates:
        return
    for name, node in graph.nodes.items():
        clock = clocks[name]
        if node.kind == "op":
            sources = [clocks[source] for source in node.inputs]
            changed = [s.stale_value_step or s.update_step for s in sources if s.stale_value_step or s.update_step]
            clock.stale_value_step = min((step for step in changed if step is not None), default=None)
        if node.kind != "target":
            clock.stale_gradient_step = clock.update_step or min(updates)
