"""The two passes over a graph: `trace` keeps everything, for showing; `gradients` is fast, for training.

Both run plans of the same program, whose kernels agree with the ops' rules. By the rules alone, as `trace` does where a
plan cannot, the backward pass is nothing but pullbacks of the local Jacobians.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.engine.arrays import Array
from explorer.engine.block import sum_over
from explorer.engine.data import Batch, Parameters, as_batch, lay_out_parameters
from explorer.engine.device import device_plan
from explorer.engine.errors import DataError, GraphError
from explorer.engine.explore import TracePlan, fits
from explorer.engine.plan import Plan, Runs
from explorer.engine.program import Program
from explorer.engine.schedule import schedule
from explorer.engine.sweeps import run_backward, run_forward
from explorer.engine.trace import Trace

if TYPE_CHECKING:
    from explorer.engine.graph import Graph

REDUCTIONS = ("mean", "sum")


def trace(
    graph: Graph, data: Mapping[str, Any] | Batch, params: Mapping[str, Any], fuse: bool, reduction: str,
    dtype: Any, backend: str | None, kernels: bool,
) -> Trace:
    """See Graph.trace."""
    objective = graph.scalar_objective()
    _check_reduction(reduction)
    batch = as_batch(graph, data, dtype, backend)
    planned = None if fuse or not kernels or batch.backend != "numpy" else _planned(graph, batch, params, reduction)
    if planned is not None:
        return planned
    program, fused = graph.program, graph.fusions if fuse else {}
    with np.errstate(all="ignore"):     # non-finite values are shown, never warned of
        values = _declared(program, batch, lay_out_parameters(graph, params, batch))
        run_forward(program, fused, batch.xp, values)
        last = values[program.of[objective.name]]
        averaged = objective.batched and reduction == "mean"
        count = max(batch.size, 1) if averaged else 1
        seed = batch.xp.full(last.shape, 1 / count, dtype=last.dtype)
        gradients, contributions = run_backward(program, fused, batch.xp, values, program.of[objective.name], seed)
        loss = sum_over(batch.xp, last, count)      # fetched when all else is under way
    return Trace(graph, loss, reduction, batch, values, gradients, contributions)


def _planned(graph: Graph, batch: Batch, params: Mapping[str, Any], reduction: str) -> Trace | None:
    """A trace by its plan; None where that would be too large, or its quick kernels leave their range."""
    key = "trace", reduction, batch.size, batch.dtype
    plan = graph.plans.take(key)
    if plan is None:
        if not batch.size or not fits(graph.program, batch.size):
            return None
        averaged = graph.nodes[graph.objective].batched and reduction == "mean"
        plan = TracePlan(graph, batch.xp, dtype_of(batch), batch.size, max(batch.size, 1) if averaged else 1)
    loss, values, gradients, contributions = plan.run(batch, plan.parameters.read(params, batch))
    graph.plans.give(key, plan)
    return Trace(graph, loss, reduction, batch, values, gradients, contributions) if math.isfinite(loss) else None


def gradients(
    graph: Graph, data: Mapping[str, Any] | Batch, params: Mapping[str, Any], wrt: Iterable[str] | None,
    reduction: str, dtype: Any, backend: str | None,
) -> tuple[float, dict[str, Array]]:
    """See Graph.gradients."""
    if wrt is not None:
        wrt = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    if not isinstance(data, Batch) or data.graph is not graph or dtype is not None or backend is not None:
        try:
            data = as_batch(graph, data, dtype, backend, copy=False)
        except DataError:
            _checked(graph, wrt, reduction)     # what is wrong with the call itself is told first
            raise
    key = wrt, reduction, data.size, data.dtype, data.backend
    plan = graph.plans.take(key)
    if plan is None:
        plan = GradientPlan(graph, wrt, reduction, data)
    found = plan.run(data, params)
    graph.plans.give(key, plan)     # not after an error: then its buffers are nobody's business any more
    return found


class GradientPlan:
    """The plan of one way to call `gradients`, with what it needs of the graph checked once."""

    def __init__(self, graph: Graph, wrt: tuple[str, ...] | None, reduction: str, batch: Batch) -> None:
        objective, of = graph.scalar_objective(), graph.program.of
        self._names = _checked(graph, wrt, reduction)
        wanted = [of[graph.nodes[name].name] for name in self._names]
        size = batch.size if objective.batched else 1
        count = max(size, 1) if reduction == "mean" else 1
        needs = schedule(graph.program, graph.fusions, of[objective.name], wanted)
        with np.errstate(all="ignore"):     # a literal may be out of float32's range
            self._plan: Runs = (
                device_plan(needs, self._names, batch.xp, batch.dtype, size, count) if batch.backend == "cupy"
                else Plan(needs, self._names, batch.xp, dtype_of(batch), size, count))
        self._parameters = Parameters(graph, batch.xp, batch.dtype)
        self._graph = graph

    @cached_property
    def nbytes(self) -> int:
        """What it keeps in memory, once it has run."""
        return self._plan.nbytes

    def run(self, batch: Batch, params: Mapping[str, Any]) -> tuple[float, dict[str, Array]]:
        """The objective and its gradients by name. Raises: DataError."""
        loss, found = self._plan.run(batch, self._parameters.read(params, batch))
        if len(found) < len(self._names):
            found = {name: found[name] if name in found else self._zeros(name, batch) for name in self._names}
        return loss, found

    def _zeros(self, name: str, batch: Batch) -> Array:
        node = self._graph.nodes[name]
        shape = (batch.size, *node.shape) if node.batched else node.shape
        return batch.xp.zeros(shape, dtype=dtype_of(batch))


def _checked(graph: Graph, wrt: tuple[str, ...] | None, reduction: str) -> tuple[str, ...]:
    """The names to differentiate by, once each. Raises: GraphError, also for what else is wrong with the call."""
    graph.scalar_objective()
    _check_reduction(reduction)
    if wrt is None:
        return graph.parameters
    names = tuple(dict.fromkeys(wrt))
    for name in names:
        node = graph.node(name)
        if node.kind == "target":
            raise GraphError(
                f"wrt '{name}' (line {node.line}): a target, never differentiated. Expected parameters, inputs or "
                "computed lines. Declare it with input().", line=node.line, node=name)
    return names


def _check_reduction(reduction: str) -> None:
    if reduction not in REDUCTIONS:
        raise GraphError(f"reduction {reduction!r}: unknown. Expected {' or '.join(REDUCTIONS)}. "
                         "Leave it out for the mean over the batch.")


def _declared(program: Program, batch: Batch, params: Mapping[str, Array]) -> list[Array]:
    """One entry per register: data, parameters and literals in place, the rest to be computed."""
    values: list[Array] = [
        None if register.literal is None else batch.xp.full((1,), register.literal, dtype=dtype_of(batch))
        for register in program.registers
    ]
    for name, array in (*batch.arrays.items(), *params.items()):
        values[program.of[name]] = array
    return values


def dtype_of(batch: Batch) -> Any:
    """The batch's dtype, as its own namespace has it."""
    return getattr(batch.xp, batch.dtype)
