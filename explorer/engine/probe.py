"""The derivative of the objective by one entry of any line, without any rule of differentiation.

The entry is moved and everything that depends on it is computed again, forward only; what does not is held. So what is
found here can be held against the gradients. NumPy only, in float64, whatever computed the trace.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import array_api_compat.numpy as xp
import numpy as np

from explorer.engine.arrays import engine_view, to_host
from explorer.engine.check import COMPLEX_STEP
from explorer.engine.differences import Difference, slope_of
from explorer.engine.errors import GraphError
from explorer.engine.nodes import Apply, Node
from explorer.engine.ops.base import Op
from explorer.engine.ops.shape import StopGradient
from explorer.engine.replay import dependents, value_of
from explorer.engine.trace import Trace


class NotAnalytic(ValueError):
    """An operation on the way takes no complex numbers, or has no complex derivative; `.op` says which."""

    def __init__(self, op: Op) -> None:
        super().__init__(f"{op.name} is not analytic. Expected operations that are. Use central differences.")
        self.op = op


class Operation(NamedTuple):
    """One operation with the numbers that it was given and the number that it made, in the engine's layout."""

    op: Op
    operands: list[np.ndarray]
    result: np.ndarray


@dataclass(frozen=True, eq=False)
class Probe:
    """One entry of a line, at one sample of a trace. Of a line that all samples share, `sample` says nothing.

    Raises: GraphError for a target; IndexError where the line has no such entry or the trace no such sample.
    """

    trace: Trace
    name: str
    index: tuple[int, ...] = ()
    sample: int = 0

    def __post_init__(self) -> None:
        node = self.trace.graph.node(self.name)
        if node.kind == "target":
            raise GraphError(
                f"Probe of '{self.name}' (line {node.line}): a target, never differentiated. Expected an "
                "input, a parameter or a computed line. Declare it with input().",
                line=node.line,
                node=self.name,
            )
        fits = len(self.index) == len(node.shape) and all(
            0 <= i < length for i, length in zip(self.index, node.shape, strict=True)
        )
        if not fits:
            raise IndexError(f"entry {self.index} of '{self.name}': its shape is {node.shape}. Count from 0.")
        if not 0 <= self.sample < max(self.trace.batch, 1):
            raise IndexError(f"sample {self.sample}: the batch has {self.trace.batch}. Count from 0.")

    @property
    def value(self) -> float:
        """The entry as it is."""
        return float(self._held(self.name)[(*self.index, 0)])

    def objective(self, shift: float = 0.0) -> float:
        """The objective (mean or sum over the batch), with the entry moved by `shift`."""
        return float(self._objective(shift).real)

    def central_difference(self) -> Difference:
        """Central differences of order 6, over lengths that suit the entry, its line and 1."""
        return slope_of(self.objective, self.scales)

    @cached_property
    def scales(self) -> tuple[float, ...]:
        """Lengths over which the entry may change something: powers of ten near it, near its line's largest, and 1."""
        sizes = (abs(self.value), float(np.abs(self._held(self.name)).max(initial=0)), 1.0)
        powers = {round(math.log10(size)) for size in sizes if 0 < size < math.inf}
        return tuple(float(f"1e{power}") for power in sorted(powers))

    def complex_step(self) -> float:
        """Im E(w + ih) / h, exact to rounding. Raises: NotAnalytic."""
        return float(self._objective(1j * COMPLEX_STEP).imag / COMPLEX_STEP)

    @cached_property
    def kinks(self) -> tuple[Op, ...]:
        """The operations on the entry's way to the objective that are not analytic, one of a kind."""
        found: dict[str, Op] = {}

        def leads_on(step: Apply, operands: list[bool]) -> bool:
            if not any(operands) or isinstance(step.op, StopGradient):
                return False
            if not step.op.analytic:
                found[step.op.name] = step.op
            return True

        ways = {self.name: True}
        for node in self._dependents:
            ways[node.name] = value_of(node, [ways.get(read, False) for read in node.inputs], _constant, leads_on)
        return tuple(found.values())

    def operations(self, shift: float) -> list[Operation]:
        """What every operation of the lines that depend on the entry does when it is moved by `shift`, in order."""
        found: list[Operation] = []

        def remember(step: Apply, operands: list[np.ndarray]) -> np.ndarray:
            found.append(Operation(step.op, operands, self._apply(step, operands)))
            return found[-1].result

        with np.errstate(all="ignore"):
            self._values(shift, remember)
        return found

    # -- computing again -----------------------------------------------------------------------------------------------
    @cached_property
    def _dependents(self) -> tuple[Node, ...]:
        return dependents(self.trace.graph, self.name)

    @cached_property
    def _cache(self) -> dict[str, np.ndarray]:
        return {}

    def _held(self, name: str) -> np.ndarray:
        """A line's value in the engine's layout. Where the entry is one sample's, of that sample alone."""
        if name not in self._cache:
            graph = self.trace.graph
            node, host = graph.nodes[name], np.asarray(to_host(self.trace.values[name]), dtype=np.float64)
            if node.batched and graph.nodes[self.name].batched:
                host = host[self.sample : self.sample + 1]
            self._cache[name] = engine_view(host, node.batched)
        return self._cache[name]

    @cached_property
    def _constants(self) -> Mapping[str, np.ndarray]:
        """What stop_gradient gives, by the operation's name: its derivative is 0 because it is held."""
        found: dict[str, np.ndarray] = {}

        def remember(step: Apply, operands: list[np.ndarray]) -> np.ndarray:
            result: np.ndarray = step.op.forward(xp, *operands)
            if isinstance(step.op, StopGradient):
                found[step.name] = result
            return result

        for node in self._dependents:
            if any(isinstance(step.op, StopGradient) for step in node.code):
                value_of(node, [self._held(read) for read in node.inputs], _literal, remember)
        return found

    def _objective(self, shift: complex) -> np.complex128:
        """The objective with the entry moved, as a complex number."""
        objective = self.trace.graph.objective
        with np.errstate(all="ignore"):
            values = self._values(shift, self._apply)
            last = values[objective] if objective in values else self._held(objective)
            return np.complex128(self._joined(last.reshape(-1)))

    def _values(self, shift: complex, apply: Callable[[Apply, list[np.ndarray]], np.ndarray]) -> dict[str, np.ndarray]:
        """The lines that depend on the entry, computed again with it moved."""
        moved = self._held(self.name).astype(complex if isinstance(shift, complex) else float)
        moved[(*self.index, 0)] += shift
        values = {self.name: moved}
        for node in self._dependents:
            reads = [values[read] if read in values else self._held(read) for read in node.inputs]
            values[node.name] = value_of(node, reads, _literal, apply)
        return values

    def _apply(self, step: Apply, operands: list[np.ndarray]) -> np.ndarray:
        if isinstance(step.op, StopGradient):
            return self._constants[step.name]
        if not step.op.analytic and any(np.iscomplexobj(operand) for operand in operands):
            raise NotAnalytic(step.op)
        result: np.ndarray = step.op.forward(xp, *operands)
        return result

    def _joined(self, losses: np.ndarray) -> Any:
        """The objective from the losses that were computed: of all samples, or of one, the others being held."""
        node = self.trace.graph.nodes[self.trace.graph.objective]
        if not node.batched:
            return losses[0]
        total = losses.sum() + self._others
        return total / max(self.trace.batch, 1) if self.trace.reduction == "mean" else total

    @cached_property
    def _others(self) -> float:
        """The sum of the losses of the samples that the entry has nothing to do with."""
        if not self.trace.graph.nodes[self.name].batched:
            return 0.0
        losses = np.asarray(to_host(self.trace.values[self.trace.graph.objective]), dtype=np.float64).reshape(-1)
        return float(np.delete(losses, self.sample).sum())


def _literal(value: float) -> np.ndarray:
    return np.full((1,), value)


def _constant(_: float) -> bool:
    return False
