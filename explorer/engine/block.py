"""The calls and buffers of a schedule for one number of rows: bound once, run many times."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from explorer.engine.arrays import Array, Namespace, is_numpy, public_view
from explorer.engine.folding import joints
from explorer.engine.nodes import Shape
from explorer.engine.ops.base import Calls, Op
from explorer.engine.ops.kernels import Workbench
from explorer.engine.schedule import Call, Schedule


class Block:
    """One schedule over buffers of its own. `count` is what the sum over the batch is divided by.

    The kernels are the ops' own; an op without one is run by its rule, and all of them are unless `kernels`. With
    `keep`, which makes the buffers, every contribution stays to be seen: `contributions` by (line, slot).
    """

    def __init__(
        self, schedule: Schedule, xp: Namespace, dtype: Any, rows: int, count: int, *, kernels: bool = True,
        keep: Callable[[Shape], Array] | None = None,
    ) -> None:
        self._schedule, self._rows, self._kernels, self._keeps = schedule, rows, kernels, keep is not None
        self._xp, self._dtype = xp, dtype
        self._new = keep or partial(xp.empty, dtype=dtype)
        self.bench = Workbench(xp, dtype)
        self.values: dict[int, Array] = {}
        self.cotangents: dict[int, Array] = {}
        self.contributions: dict[tuple[str, int], Array] = {}
        self._shown: dict[int, Array] = {}      # what fused losses would have sent to a wanted probability
        self._scratch: dict[tuple[int, ...], Array] = {}
        self._residuals: dict[int, dict[str, Any]] = {call.out: {} for call in schedule.calls}
        self.calls: Calls = []
        self._bind(count)

    def _bind(self, count: int) -> None:
        schedule, bench = self._schedule, self.bench
        if self._kernels:
            self._join()
        data = {schedule.program.of[name] for name in schedule.program.data}
        for operand in data.intersection(operand for call in schedule.calls for operand in call.operands):
            bench.settle(self._value(operand))
        objective = self._value(schedule.objective)
        seeds = bench.settle(self._new(objective.shape))
        seeds[...] = 1 / count
        bench.seed, bench.seeds = 1 / count, seeds
        bench.watched, bench.objective = objective, None if self._keeps else objective
        for call in schedule.calls:
            self._forward(call)
        self.cotangents[schedule.objective] = seeds
        for call in reversed(schedule.calls):
            if call.out in self.cotangents:
                self._backward(call)
        self.total = bench.total or self._total(objective, count)
        program = schedule.program
        if self._keeps:
            for name in program.parameters:     # also those that nothing reads
                self._value(program.of[name])
        self._data = [(name, self.values[program.of[name]]) for name in program.data
                      if program.of[name] in self.values]
        self._shared = [(place, self.values[program.of[name]][..., 0]) for place, name in enumerate(program.parameters)
                        if program.of[name] in self.values]
        self.results = [self._result(register) for register in schedule.wanted]

    def _total(self, objective: Array, count: int) -> Callable[[], float]:
        if self._kernels:   # what overflows is left to the rules
            return partial(objective.reshape(-1).dot, self._xp.full(objective.size, 1 / count, dtype=self._dtype))
        return partial(sum_over, self._xp, objective, count)

    def load_data(self, given: Mapping[str, Array], start: int, stop: int) -> None:
        """Copy in some rows of the data, and compute what depends on nothing else."""
        for name, buffer in self._data:
            buffer[...] = given[name][..., start:stop]
        for call in self.bench.prologue:
            call()

    def load_shared(self, given: Sequence[Array]) -> None:
        """Copy in the parameters, in the graph's order and without a batch axis."""
        for place, buffer in self._shared:
            buffer[...] = given[place]

    def run(self) -> float:
        """Forward and backward over what is loaded; what its rows add to the objective."""
        for call in self.calls:
            call()
        return float(self.total())

    def gradient(self, register: int) -> Array | None:
        """What arrived at a register in the last run, in the block's own memory."""
        real, shown = self.cotangents.get(register), self._shown.get(register)
        if real is None or shown is None:
            return shown if real is None else real
        return real + shown

    def gradients(self) -> list[Array | None]:
        """What arrived at the wanted registers."""
        return [self.gradient(register) for register in self._schedule.wanted]

    def _result(self, register: int) -> Callable[[], Array | None]:
        """What gives a copy of a register's gradient, batch first."""
        real, batched = self.cotangents.get(register), self._schedule.program.registers[register].batched
        if real is not None and register not in self._shown and is_numpy(self._xp):
            view = public_view(self._xp, real, batched)
            return partial(view.copy, "K") if batched else view.copy

        def copied() -> Array | None:
            array = self.gradient(register)
            return None if array is None else public_view(self._xp, +array, batched)

        return copied

    def shape(self, register: int) -> tuple[int, ...]:
        """The shape of a register's buffers."""
        kind = self._schedule.program.registers[register]
        return (*kind.shape, self._rows if kind.batched else 1)

    def _join(self) -> None:
        """Lay matrices and biases side by side, and a row of ones under the vectors that they meet."""
        wanted, arrivals = self._schedule.carrying, self._schedule.arrivals
        for side, matrix, vector, bias in joints(self._schedule):
            self._extend(vector)
            places = [self.values]
            if {matrix, bias} <= wanted and arrivals[matrix] == arrivals[bias] == 1:
                places.append(self.cotangents)
            for place in places:
                (m,), n = self._schedule.program.registers[bias].shape, self.shape(vector)[0]
                joint = self._new((m, n + 1))
                whole = joint[:, :n] if side == "right" else joint[:, :n].T
                place[matrix], place[bias] = whole[..., None], joint[:, n:]
                self.bench.join(place[matrix], place[bias], joint)

    def _extend(self, vector: int) -> None:
        """Give a vector's value a row of ones below it, and its gradient one for what comes of that."""
        for place in (self.values, *([self.cotangents] if self._schedule.arrivals[vector] == 1 else [])):
            if vector not in place:
                size, rows = self.shape(vector)
                extended = self._new((size + 1, rows))
                extended[size:] = 1.0
                place[vector] = extended[:size]
                self.bench.extend(place[vector], extended)

    def _value(self, register: int) -> Array:
        if register not in self.values:
            literal = self._schedule.program.registers[register].literal
            if literal is None:
                self.values[register] = self._new(self.shape(register))
            else:
                self.values[register] = self.bench.settle(self._xp.full((1,), literal, dtype=self._dtype))
        return self.values[register]

    def _forward(self, call: Call) -> None:
        primals, out = [self._value(operand) for operand in call.operands], self._value(call.out)
        self.bench.begin(self._residuals[call.out])
        kernel = call.op.forward_kernel(self.bench, out, *primals) if self._kernels else None
        if kernel is None:
            kernel = [partial(_forward, call.op, self._xp, out, primals)]
        self.calls += self.bench.once(kernel, primals, [out])

    def _backward(self, call: Call) -> None:
        """Send the call's cotangent to each operand that carries one, adding where something arrived before."""
        for slot, operand in enumerate(call.operands):
            if operand in self._schedule.carrying:
                sent = self._send(call.op, call.operands, call.out, slot, self.cotangents)
                reading = call.slots[slot]
                if self._keeps and reading is not None:
                    self.contributions[call.line, reading] = sent
        if call.unfused is not None and call.probability is not None:
            self._send(call.unfused, (call.probability, call.operands[1]), call.out, 0, self._shown)

    def _send(
        self, op: Op, operands: Sequence[int], source: int, slot: int, receivers: dict[int, Array]
    ) -> Array:
        """Bind what an operand receives, and return the buffer that will hold it."""
        receiver, cotangent, out = operands[slot], self.cotangents[source], self.values[source]
        primals = [self._value(operand) for operand in operands]
        alone = receivers is self.cotangents and self._schedule.arrivals[receiver] == 1
        passed = self._kernels and op.passes(slot, out.shape, *(primal.shape for primal in primals))
        if passed and (alone or self._keeps or receiver in receivers):
            into = cotangent        # nobody writes there any more
        else:
            into = self._into(receivers, receiver, alone)
            self.bench.begin(self._residuals[source])
            kernel = op.pullback_kernel(self.bench, slot, cotangent, into, out, *primals) if self._kernels else None
            if kernel is None:
                kernel = [partial(_pullback, op, self._xp, slot, cotangent, into, out, primals)]
            self.calls += kernel
        if alone or receiver not in receivers:
            receivers[receiver] = into
            if self._keeps and not alone:       # the sum has a buffer of its own
                receivers[receiver] = self._new(into.shape)
                self.calls.append(partial(self._xp.copyto, receivers[receiver], into))
        else:
            self.calls.append(partial(operator.iadd, receivers[receiver], into))
        return into

    def _into(self, receivers: dict[int, Array], receiver: int, alone: bool) -> Array:
        """Where a contribution is written: the receiver's own buffer if it is the first, else any of that shape."""
        if alone and receiver in receivers:
            return receivers[receiver]      # part of a joint
        shape = self.shape(receiver)
        if self._keeps or receiver not in receivers:
            return self._new(shape)
        if shape not in self._scratch:
            self._scratch[shape] = self._new(shape)
        return self._scratch[shape]


def sum_over(xp: Namespace, losses: Array, count: int) -> float:
    """Σ losses / count; where only the sum overflows, of the losses divided first."""
    whole = float(losses.sum() if is_numpy(xp) else xp.sum(losses)) / count
    return whole if math.isfinite(whole) else float(xp.sum(losses / count))


def _forward(op: Op, xp: Namespace, out: Array, primals: Sequence[Array]) -> None:
    out[...] = op.forward(xp, *primals)


def _pullback(
    op: Op, xp: Namespace, slot: int, cotangent: Array, into: Array, out: Array, primals: Sequence[Array]
) -> None:
    into[...] = op.jacobians(xp, out, *primals)[slot].pullback(xp, cotangent)
