"""A schedule's instructions bound, one after the other, to the buffers that they read and write."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from explorer.engine.arena import Memory
from explorer.engine.arrays import Array, Namespace, is_numpy
from explorer.engine.folding import joints
from explorer.engine.nodes import Shape
from explorer.engine.ops.base import Calls, Op
from explorer.engine.ops.kernels import Workbench
from explorer.engine.schedule import Call, Schedule

LARGE = 2**13       # entries of a parameter from which on it is not copied, but bound anew for every pass


class Binding:
    """The calls of one schedule for one number of rows, and its buffers by register.

    The kernels are the ops' own; an op without one is run by its rule, and all of them are unless `kernels`. With
    `keep`, which makes the buffers, every contribution stays to be seen: `contributions` by (line, slot). The values of
    `borrowed` registers and the gradients of `fresh` ones are put in place before every pass, by `rebind`.
    """

    def __init__(
        self, schedule: Schedule, xp: Namespace, dtype: Any, rows: int, seed: float, *, kernels: bool,
        keep: Callable[[Shape], Array] | None, fresh: bool,
    ) -> None:
        self.schedule, self._xp, self._dtype, self._rows, self._kernels = schedule, xp, dtype, rows, kernels
        lend = Memory(dtype) if is_numpy(xp) else partial(xp.empty, dtype=dtype)
        self._keeps, self._new = keep is not None, keep or lend
        self.bench = Workbench(xp, dtype, lend)
        self.values: dict[int, Array] = {}
        self.cotangents: dict[int, Array] = {}
        self.shown: dict[int, Array] = {}       # what fused losses would have sent to a wanted probability
        self.contributions: dict[tuple[str, int], Array] = {}
        self.sent_fresh: dict[tuple[str, int], int] = {}    # those that are a fresh gradient
        self.calls: Calls = []
        self._scratch: dict[Shape, Array] = {}
        self._residuals: dict[int, dict[str, Any]] = {call.out: {} for call in schedule.calls}
        self._late: list[tuple[slice, Callable[[], Calls]]] = []
        self.borrowed = self._large() if kernels else frozenset()
        self.fresh = frozenset(register for register in self.borrowed & schedule.carrying
                               if fresh and schedule.arrivals[register] == 1)
        if kernels:
            self._join()
        self._settle(seed)
        for call in schedule.calls:
            self._forward(call)
        for call in reversed(schedule.calls):
            if call.out in self.cotangents:
                self._backward(call)

    def rebind(self, borrowed: Mapping[int, Array]) -> None:
        """Bind what reads or writes large parameters to these ones, and to new memory for their gradients."""
        self.values.update(borrowed)
        for register in self.fresh:
            self.cotangents[register] = self._xp.empty(self.shape(register), dtype=self._dtype)
        for place, bind in self._late:
            self.calls[place] = bind()

    def shape(self, register: int) -> Shape:
        """The shape of a register's buffers."""
        kind = self.schedule.program.registers[register]
        return (*kind.shape, self._rows if kind.batched else 1)

    def value(self, register: int) -> Array:
        """The buffer of a register's value, made now if there is none yet."""
        if register not in self.values:
            literal = self.schedule.program.registers[register].literal
            if register in self.borrowed:
                self.values[register] = self._xp.empty(self.shape(register), dtype=self._dtype)     # never written
            elif literal is None:
                self.values[register] = self._new(self.shape(register))
            else:
                self.values[register] = self.bench.settle(self._xp.full((1,), literal, dtype=self._dtype))
        return self.values[register]

    def _large(self) -> frozenset[int]:
        """Large parameters that only products read."""
        program = self.schedule.program
        large = {program.of[name] for name in program.parameters
                 if self._xp.empty(program.registers[program.of[name]].shape).size >= LARGE}
        for call in self.schedule.calls:
            if not call.op.rebinds or (call.unfused is not None):
                large.difference_update(call.operands)
        return frozenset(large)

    def _settle(self, seed: float) -> None:
        """What holds its numbers before the pass begins: data, and the cotangent of the objective."""
        schedule, bench = self.schedule, self.bench
        data = {schedule.program.of[name] for name in schedule.program.data}
        for operand in data.intersection(operand for call in schedule.calls for operand in call.operands):
            bench.settle(self.value(operand))
        objective = self.value(schedule.objective)
        seeds = self.cotangents[schedule.objective] = bench.settle(self._new(objective.shape))
        seeds[...] = seed
        bench.seed, bench.seeds = seed, seeds
        bench.watched, bench.objective = objective, None if self._keeps else objective

    def _join(self) -> None:
        """Lay matrices and biases side by side, and a row of ones under the vectors that they meet."""
        carrying, arrivals = self.schedule.carrying, self.schedule.arrivals
        for side, matrix, vector, bias in joints(self.schedule):
            self._extend(vector)
            places = [self.values]
            if {matrix, bias} <= carrying and arrivals[matrix] == arrivals[bias] == 1:
                places.append(self.cotangents)
            for place in places:
                (m,), n = self.schedule.program.registers[bias].shape, self.shape(vector)[0]
                joint = self._new((m, n + 1))
                whole = joint[:, :n] if side == "right" else joint[:, :n].T
                place[matrix], place[bias] = whole[..., None], joint[:, n:]
                self.bench.join(place[matrix], place[bias], joint)

    def _extend(self, vector: int) -> None:
        """Give a vector's value a row of ones below it, and its gradient one for what comes of that."""
        for place in (self.values, *([self.cotangents] if self.schedule.arrivals[vector] == 1 else [])):
            if vector not in place:
                size, rows = self.shape(vector)
                extended = self._new((size + 1, rows))
                extended[size:] = 1.0
                place[vector] = extended[:size]
                self.bench.extend(place[vector], extended)

    def _forward(self, call: Call) -> None:
        out, primals = self.value(call.out), [self.value(operand) for operand in call.operands]

        def bind() -> Calls:
            primals = [self.values[operand] for operand in call.operands]
            self.bench.begin(self._residuals[call.out])
            kernel = call.op.forward_kernel(self.bench, out, *primals) if self._kernels else None
            return [partial(_forward, call.op, self._xp, out, primals)] if kernel is None else kernel

        self._append(self.bench.once(bind(), primals, [out]), bind, call.operands)

    def _append(self, calls: Calls, bind: Callable[[], Calls], touched: tuple[int, ...]) -> None:
        if not self.borrowed.isdisjoint(touched):
            self._late.append((slice(len(self.calls), len(self.calls) + len(calls)), bind))
        self.calls += calls

    def _backward(self, call: Call) -> None:
        """Send the call's cotangent to each operand that carries one, adding where something arrived before."""
        for slot, operand in enumerate(call.operands):
            if operand in self.schedule.carrying:
                sent = self._send(call.op, call.operands, call.out, slot, self.cotangents)
                reading = call.slots[slot]
                if reading is not None and operand in self.fresh:
                    self.sent_fresh[call.line, reading] = operand
                elif reading is not None and self._keeps:
                    self.contributions[call.line, reading] = sent
        if call.unfused is not None and call.probability is not None:
            self._send(call.unfused, (call.probability, call.operands[1]), call.out, 0, self.shown)

    def _send(self, op: Op, operands: tuple[int, ...], source: int, slot: int, receivers: dict[int, Array]) -> Array:
        """Bind what an operand receives, and return the buffer that will hold it."""
        receiver, cotangent, out = operands[slot], self.cotangents[source], self.values[source]
        alone = receivers is self.cotangents and self.schedule.arrivals[receiver] == 1
        shapes = [self.value(operand).shape for operand in operands]
        if self._kernels and op.passes(slot, out.shape, *shapes) and (alone or self._keeps or receiver in receivers):
            into = cotangent        # nobody writes there any more
        else:
            into = self._into(receivers, receiver, alone)

            def bind() -> Calls:
                target = receivers[receiver] if receiver in self.fresh else into
                primals = [self.values[operand] for operand in operands]
                self.bench.begin(self._residuals[source])
                if self._kernels:
                    kernel = op.pullback_kernel(self.bench, slot, cotangent, target, out, *primals)
                    if kernel is not None:
                        return kernel
                return [partial(_pullback, op, self._xp, slot, cotangent, target, out, primals)]

            if receiver in self.fresh:
                receivers[receiver] = into
            self._append(bind(), bind, operands)
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
        if receiver in self.fresh:
            return self._xp.empty(shape, dtype=self._dtype)     # never written
        if self._keeps or receiver not in receivers:
            return self._new(shape)
        return self._scratch.setdefault(shape, self._new(shape))


def _forward(op: Op, xp: Namespace, out: Array, primals: list[Array]) -> None:
    out[...] = op.forward(xp, *primals)


def _pullback(
    op: Op, xp: Namespace, slot: int, cotangent: Array, into: Array, out: Array, primals: list[Array]
) -> None:
    into[...] = op.jacobians(xp, out, *primals)[slot].pullback(xp, cotangent)
