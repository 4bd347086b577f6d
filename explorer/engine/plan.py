"""A schedule made into a flat list of bound calls over buffers of its own: planned once, run many times.

The batch is taken in blocks of rows, so that a block's numbers stay in cache while they are used; the parts of a shared
gradient are summed in block order, so that the result does not depend on who computes it. The kernels are the ops' own;
an op without one is run by its rule.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from explorer.engine.arrays import Array, Namespace, is_numpy
from explorer.engine.ops.base import Op
from explorer.engine.ops.reduce import averaged
from explorer.engine.schedule import Call, Schedule

Thunk = Callable[[], object]


class Plan:
    """One schedule for one batch size. Not for two threads at a time: a run writes the plan's buffers.

    `count` is what the sum over the batch is divided by: the samples for the mean, 1 for the sum itself.
    """

    def __init__(self, schedule: Schedule, xp: Namespace, dtype: Any, size: int, count: int) -> None:
        self._schedule, self._xp, self._size = schedule, xp, size
        self._step = max(min(schedule.rows(xp.finfo(dtype).bits // 8), size), 1)
        in_place = is_numpy(xp)     # the rules alone are known to be right elsewhere
        with np.errstate(all="ignore"):     # a literal may be out of float32's range
            self._blocks = {
                rows: Block(schedule, xp, dtype, rows, count, in_place)
                for rows in {min(self._step, size), size % self._step} - {0}
            }

    def run(self, given: Mapping[int, Array]) -> tuple[float, list[Array | None]]:
        """The objective, and fresh arrays of the wanted gradients, None where nothing arrives.

        `given` holds engine arrays by register, of any layout; they are copied, not kept.
        """
        with np.errstate(all="ignore"):     # non-finite values are shown, never warned of
            return self._run(given)

    def _run(self, given: Mapping[int, Array]) -> tuple[float, list[Array | None]]:
        loss, ready = 0.0, set()
        results: list[Array | None] = [None] * len(self._schedule.wanted)
        for start in range(0, self._size, self._step):
            stop = min(start + self._step, self._size)
            block = self._blocks[stop - start]
            if block not in ready:
                block.load(given, shared=True)
                ready.add(block)
            block.load(given, start=start, stop=stop)
            loss += block.run()
            for index, register in enumerate(self._schedule.wanted):
                part = block.gradient(register)
                if part is not None:
                    results[index] = self._collect(results[index], part, register, start, stop)
        return loss, results

    def _collect(self, result: Array | None, part: Array, register: int, start: int, stop: int) -> Array:
        """The result with one block's part in it: in its own rows, or added where all samples share it."""
        if not self._schedule.program.registers[register].batched or self._step >= self._size:
            if result is None:
                return +part    # a copy
            result += part
            return result
        if result is None:
            result = self._xp.empty((*part.shape[:-1], self._size), dtype=part.dtype)
        result[..., start:stop] = part
        return result


class Block:
    """The calls and buffers for one number of rows."""

    def __init__(
        self, schedule: Schedule, xp: Namespace, dtype: Any, rows: int, count: int, in_place: bool
    ) -> None:
        self._schedule, self._xp, self._dtype, self._rows, self._in_place = schedule, xp, dtype, rows, in_place
        self._values: dict[int, Array] = {}
        self._cotangents: dict[int, Array] = {}
        self._shown: dict[int, Array] = {}      # what fused losses would have sent to a wanted probability
        self._scratch: dict[tuple[int, ...], Array] = {}
        self._calls: list[Thunk] = []
        for call in schedule.calls:
            self._add_forward(call)
        self._cotangents[schedule.objective] = xp.full(self._shape(schedule.objective), 1 / count, dtype=dtype)
        for call in reversed(schedule.calls):
            if call.out in self._cotangents:
                self._add_backward(call)
        objective = self._values[schedule.objective]
        self._loss = partial(sum_over, xp, objective, count)
        declared = set(schedule.program.of.values()) - {call.out for call in schedule.calls}
        self._given = [(register, buffer, schedule.program.registers[register].batched)
                       for register, buffer in self._values.items() if register in declared]

    def load(self, given: Mapping[int, Array], *, shared: bool = False, start: int = 0, stop: int = 0) -> None:
        """Copy in what all samples share, or some rows of the data."""
        for register, buffer, batched in self._given:
            if batched is not shared:
                buffer[...] = given[register][..., start:stop] if batched else given[register]

    def run(self) -> float:
        """Forward and backward over what is loaded; what its rows add to the objective."""
        for call in self._calls:
            call()
        return self._loss()

    def gradient(self, register: int) -> Array | None:
        """What arrived at a register in the last run, in the block's own memory."""
        real, shown = self._cotangents.get(register), self._shown.get(register)
        if real is None or shown is None:
            return shown if real is None else real
        return real + shown

    def _shape(self, register: int) -> tuple[int, ...]:
        kind = self._schedule.program.registers[register]
        return (*kind.shape, self._rows if kind.batched else 1)

    def _value(self, register: int) -> Array:
        if register not in self._values:
            literal = self._schedule.program.registers[register].literal
            self._values[register] = (
                self._xp.empty(self._shape(register), dtype=self._dtype) if literal is None
                else self._xp.full((1,), literal, dtype=self._dtype))
        return self._values[register]

    def _add_forward(self, call: Call) -> None:
        primals, out = [self._value(operand) for operand in call.operands], self._value(call.out)
        kernel = call.op.forward_kernel(self._xp, out, *primals) if self._in_place else None
        self._calls += [partial(_forward, call.op, self._xp, out, primals)] if kernel is None else kernel

    def _add_backward(self, call: Call) -> None:
        """Send the call's cotangent to each operand that carries one, adding where something arrived before."""
        for slot, operand in enumerate(call.operands):
            if operand in self._schedule.carrying:
                self._send(call.op, call.operands, call.out, slot, self._cotangents)
        if call.unfused is not None and call.probability is not None:
            self._send(call.unfused, (call.probability, call.operands[1]), call.out, 0, self._shown)

    def _send(
        self, op: Op, operands: Sequence[int], source: int, slot: int, receivers: dict[int, Array]
    ) -> None:
        receiver, shape = operands[slot], self._shape(operands[slot])
        first = receiver not in receivers
        if first:
            receivers[receiver] = self._xp.empty(shape, dtype=self._dtype)
        elif shape not in self._scratch:
            self._scratch[shape] = self._xp.empty(shape, dtype=self._dtype)
        into = receivers[receiver] if first else self._scratch[shape]
        out, primals = self._values[source], [self._values[operand] for operand in operands]
        cotangent = self._cotangents[source]
        kernel = op.pullback_kernel(self._xp, slot, cotangent, into, out, *primals) if self._in_place else None
        if kernel is None:
            kernel = [partial(_pullback, op, self._xp, slot, cotangent, into, out, primals)]
        self._calls += kernel
        if not first:
            self._calls.append(partial(operator.iadd, receivers[receiver], into))


def sum_over(xp: Namespace, losses: Array, count: int) -> float:
    """Σ losses / count; where only the sum overflows, of the losses divided first."""
    if not is_numpy(xp):
        return float(averaged(xp, xp.reshape(losses, (-1,)), 0, count))
    whole = float(losses.sum()) / count
    return whole if math.isfinite(whole) else float(xp.sum(losses / count))


def _forward(op: Op, xp: Namespace, out: Array, primals: Sequence[Array]) -> None:
    out[...] = op.forward(xp, *primals)


def _pullback(
    op: Op, xp: Namespace, slot: int, cotangent: Array, into: Array, out: Array, primals: Sequence[Array]
) -> None:
    into[...] = op.jacobians(xp, out, *primals)[slot].pullback(xp, cotangent)
