"""A pass as data: every value, gradient, contribution and step, for whoever wants to look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.engine.arrays import Array, frozen, public_view, to_host
from explorer.engine.fusion import contained
from explorer.engine.kept import Views
from explorer.engine.line_jacobian import LineJacobian
from explorer.engine.steps import Step, steps_of

if TYPE_CHECKING:
    from explorer.engine.data import Batch
    from explorer.engine.graph import Graph

__all__ = ["LineJacobian", "Step", "Trace"]

@dataclass(frozen=True, eq=False)
class Trace:
    """One pass over a graph with everything kept. Nothing in it changes once it is made.

    `loss` is the objective. `values`, `gradients` and `contributions` map names to arrays of the backend, batch
    first: values["h"] (B, 4), values["W"] (4, 3). `reduction` is how the samples' losses were joined.
    """

    graph: Graph
    loss: float
    reduction: str
    laid_out: Batch = field(repr=False)
    _values: Sequence[Array] = field(repr=False)                    # engine arrays by register
    _gradients: Sequence[Array | None] = field(repr=False)
    _contributions: Mapping[tuple[str, int], Array] = field(repr=False)

    @property
    def batch(self) -> int:
        """How many samples there are."""
        return self.laid_out.size

    @property
    def backend(self) -> str:
        """The library that computed it: numpy, cupy, …"""
        return self.laid_out.backend

    @cached_property
    def values(self) -> Mapping[str, Array]:
        """The value of every line, targets and parameters included."""
        return Views(tuple(self.graph.nodes), self._value)

    @cached_property
    def gradients(self) -> Mapping[str, Array]:
        """d objective / d line for every line that is no target; zeros where the objective does not depend on it."""
        names = tuple(name for name, node in self.graph.nodes.items() if node.kind != "target")
        return Views(names, self._gradient)

    @cached_property
    def contributions(self) -> Mapping[tuple[Any, ...], Array]:
        """What line f sends back to s: ["f", "s"] of all its readings, ["f", "s", slot] of f.inputs[slot] alone."""
        pairs = {(name, read): None for name, node in self.graph.nodes.items() for read in node.inputs
                 if self.graph.nodes[read].kind != "target"}
        return Views(tuple(pairs), self._contribution)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The pass step by step: forward, seed, backward, accumulate."""
        return steps_of(self.graph)

    def inside(self, name: str) -> Array | None:
        """The probabilities that a loss on logits computes within its own line, batch first; None for other lines.

        ŷ = σ(θ) of L = bce_with_logits(θ, y), with the shape of θ. They are for showing: the loss does not go by them.
        """
        node = self.graph.node(name)
        activation = contained(node)
        if activation is None:
            return None
        logits = node.inputs[0]
        xp, array = self.laid_out.xp, self._values[self.graph.program.of[logits]]
        return self._public(logits, frozen(activation.forward(xp, array)))

    def jacobian(self, of: str, wrt: str) -> LineJacobian:
        """The local Jacobian of line `of` by line `wrt`, every other line held constant.

        Raises: GraphError when `of` is no computed line, does not read `wrt`, or `wrt` is a target.
        """
        return LineJacobian(self.graph, of, wrt, self.laid_out.xp, self._values, self.batch)

    @cached_property
    def nonfinite(self) -> tuple[str, int | None, str] | None:
        """The first (node, sample, "nan" | "inf") in the order of the pass: values, then gradients back; or None.

        The sample is None for what all samples share.
        """
        registers = self.graph.program.of
        for name in self.graph.nodes:
            if found := self._nonfinite_in(name, self._values[registers[name]]):
                return found
        for name in reversed(self.graph.nodes):
            if found := self._nonfinite_in(name, self._gradients[registers[name]]):
                return found
        return None

    def _nonfinite_in(self, name: str, array: Array | None) -> tuple[str, int | None, str] | None:
        xp = self.laid_out.xp
        if array is None or bool(xp.all(xp.isfinite(array))):
            return None
        fine = xp.reshape(xp.isfinite(array), (-1, array.shape[-1]))
        sample = int(to_host(xp.all(fine, axis=0)).argmin())
        entries = to_host(array)[..., sample]
        first = entries[~np.isfinite(entries)][0]
        return name, sample if self.graph.nodes[name].batched else None, "nan" if np.isnan(first) else "inf"

    def _public(self, name: str, array: Array) -> Array:
        return public_view(self.laid_out.xp, array, self.graph.nodes[name].batched)

    def _zeros(self, name: str) -> Array:
        node, xp = self.graph.nodes[name], self.laid_out.xp
        size = self.batch if node.batched else 1
        return frozen(xp.zeros((*node.shape, size), dtype=getattr(xp, self.laid_out.dtype)))

    def _value(self, name: str) -> Array:
        name = self.graph.nodes[name].name      # as the text's grammar reads it
        return self._public(name, self._values[self.graph.program.of[name]])

    def _gradient(self, name: str) -> Array:
        node = self.graph.nodes[name]
        name = node.name
        if node.kind == "target":
            raise KeyError(name)
        gradient = self._gradients[self.graph.program.of[name]]
        return self._public(name, self._zeros(name) if gradient is None else gradient)

    def _contribution(self, key: tuple[Any, ...]) -> Array:
        if not isinstance(key, tuple) or len(key) not in (2, 3):
            raise KeyError(key)
        line, name, *slots = key
        line, name = self.graph.nodes[line].name, self.graph.nodes[name].name
        inputs = self.graph.nodes[line].inputs
        readings = [slot for slot, read in enumerate(inputs) if read == name and (not slots or slots == [slot])]
        if not readings or self.graph.nodes[name].kind == "target":
            raise KeyError(key)
        sent = [self._contributions[line, slot] for slot in readings if (line, slot) in self._contributions]
        return self._public(name, frozen(sum(sent[1:], start=sent[0])) if sent else self._zeros(name))
