"""The two passes over a graph: `trace` keeps everything, for showing; `gradients` is fast, for training.

Both are loops over the same program. The backward pass is nothing but pullbacks of the ops' local Jacobians.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.engine.arrays import Array, Namespace, frozen, public_view
from explorer.engine.data import Batch, as_batch, lay_out_parameters
from explorer.engine.device import device_plan
from explorer.engine.errors import GraphError
from explorer.engine.fusion import Fusion
from explorer.engine.plan import Plan, sum_over
from explorer.engine.pool import Runs
from explorer.engine.program import Program
from explorer.engine.schedule import schedule
from explorer.engine.trace import Trace

if TYPE_CHECKING:
    from explorer.engine.graph import Graph

REDUCTIONS = ("mean", "sum")


def trace(
    graph: Graph, data: Mapping[str, Any] | Batch, params: Mapping[str, Any], *, fuse: bool, reduction: str,
    dtype: Any, backend: str | None,
) -> Trace:
    """See Graph.trace."""
    objective = graph.scalar_objective()
    _check_reduction(reduction)
    batch = as_batch(graph, data, dtype, backend)
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


def gradients(
    graph: Graph, data: Mapping[str, Any] | Batch, params: Mapping[str, Any], *, wrt: Iterable[str] | None,
    reduction: str, dtype: Any, backend: str | None,
) -> tuple[float, dict[str, Array]]:
    """See Graph.gradients."""
    objective, of = graph.scalar_objective(), graph.program.of
    _check_reduction(reduction)
    names = graph.parameters if wrt is None else _differentiable(graph, wrt)
    batch = as_batch(graph, data, dtype, backend, copy=False)
    arrays = {**batch.arrays, **lay_out_parameters(graph, params, batch, copy=False)}
    size = batch.size if objective.batched else 1
    count = max(size, 1) if reduction == "mean" else 1

    def make() -> Runs:
        wanted = [of[graph.nodes[name].name] for name in names]
        needs = schedule(graph.program, graph.fusions, of[objective.name], wanted)
        if batch.backend == "cupy":
            return device_plan(needs, batch.xp, batch.dtype, size, count)
        return Plan(needs, batch.xp, dtype_of(batch), size, count)

    with graph.plans.lend((names, size, count, batch.dtype, batch.backend), make) as plan:
        loss, found = plan.run({of[name]: array for name, array in arrays.items()})
    results = {}
    for name, array in zip(names, found, strict=True):
        node = graph.nodes[name]
        if array is None:
            array = batch.xp.zeros((*node.shape, batch.size if node.batched else 1), dtype=dtype_of(batch))
        results[name] = public_view(batch.xp, array, node.batched)
    return loss, results


def _differentiable(graph: Graph, names: Iterable[str]) -> tuple[str, ...]:
    found = (names,) if isinstance(names, str) else tuple(dict.fromkeys(names))
    for name in found:
        node = graph.node(name)
        if node.kind == "target":
            raise GraphError(
                f"wrt '{name}' (line {node.line}): a target, never differentiated. Expected parameters, inputs or "
                "computed lines. Declare it with input().", line=node.line, node=name)
    return found


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


def run_forward(program: Program, fused: Mapping[int, Fusion], xp: Namespace, values: list[Array]) -> None:
    """Compute every register, in order."""
    for place, instruction in enumerate(program.code):
        todo: Any = fused.get(place, instruction)
        out = todo.op.forward(xp, *(values[operand] for operand in todo.operands))
        values[instruction.out] = frozen(out)


def run_backward(
    program: Program, fused: Mapping[int, Fusion], xp: Namespace, values: Sequence[Array], objective: int, seed: Array,
    overwritten: int | None = None,
) -> tuple[list[Array | None], dict[tuple[str, int], Array]]:
    """The gradient of each register (None where nothing arrives), and what every reading (line, slot) sends back.

    A fused loss sends its cotangent past the probability, to the activation's own operand, and books it on that edge.
    What it would have sent to the probability is kept for show: it arrives there but goes no further.
    At the register `overwritten` what arrives last replaces what came before, instead of being added: a mistake.
    """
    arrivals: list[list[Array]] = [[] for _ in program.registers]   # each passed on, and shown
    shown: list[list[Array]] = [[] for _ in program.registers]      # shown only
    bypass: dict[int, list[Array]] = {}                             # by the activation's place in the code
    contributions: dict[tuple[str, int], Array] = {}
    arrivals[objective].append(seed)
    for place in range(len(program.code) - 1, -1, -1):
        instruction = program.code[place]
        operands = [values[operand] for operand in instruction.operands]
        sent: list[Array] = [None] * len(operands)
        if arrivals[instruction.out]:
            out, cotangent = values[instruction.out], total(arrivals[instruction.out])
            jacobians = instruction.op.jacobians(xp, out, *operands)
            for slot, operand in enumerate(instruction.operands):
                if program.registers[operand].active:
                    sent[slot] = jacobians[slot].pullback(xp, cotangent)
            if place in fused:
                fusion = fused[place]
                exact = fusion.op.jacobians(xp, out, *(values[operand] for operand in fusion.operands))
                bypass.setdefault(fusion.producer, []).append(exact[0].pullback(xp, cotangent))
                if sent[1] is not None:
                    sent[1] = exact[1].pullback(xp, cotangent)
        if place in bypass:
            sent[0] = total([*([] if sent[0] is None else [sent[0]]), *bypass[place]])
        for slot, operand in enumerate(instruction.operands):
            if sent[slot] is not None and program.registers[operand].active:
                if operand == overwritten:
                    arrivals[operand].clear()
                (shown if place in fused and slot == 0 else arrivals)[operand].append(frozen(sent[slot]))
                reading = instruction.slots[slot]
                if reading is not None:
                    contributions[instruction.line, reading] = sent[slot]
    whole = [[*real, *extra] for real, extra in zip(arrivals, shown, strict=True)]
    return [total(parts) if parts else None for parts in whole], contributions


def total(arrays: Sequence[Array]) -> Array:
    """Their sum, in order; of one, that one."""
    result = arrays[0]
    for array in arrays[1:]:
        result = result + array
    return frozen(result)
