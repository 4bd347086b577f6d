"""A schedule's instructions bound, one after the other, to the buffers that they read and write."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from explorer.engine.arrays import Array, Namespace
from explorer.engine.buffers import Buffers
from explorer.engine.folding import joints
from explorer.engine.nodes import Shape
from explorer.engine.ops.base import Calls, Op
from explorer.engine.schedule import Call, Schedule

LARGE = 2**13       # entries of a parameter from which on it is not copied, but bound anew for every pass
LARGE_DATA = 2**16  # and those of a whole batch's gradient


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
        self.schedule, self._xp, self._kernels = schedule, xp, kernels
        self.buffers = Buffers(schedule, xp, dtype, rows, keep)
        self.bench = self.buffers.bench
        self.contributions: dict[tuple[str, int], Array] = {}
        self.sent_fresh: dict[tuple[str, int], int] = {}    # those that are a fresh gradient
        self.calls: Calls = []
        self._residuals: dict[int, dict[str, Any]] = {call.out: {} for call in schedule.calls}
        self._late: list[tuple[slice, Callable[[], Calls]]] = []
        self.borrowed = self.buffers.borrowed = self._large() if kernels else frozenset()
        self.fresh = self.buffers.fresh = self._given_away() if kernels and fresh else frozenset()
        if kernels:
            self.buffers.join()
        self.buffers.settle(seed)
        for call in schedule.calls:
            self._forward(call)
        for call in reversed(schedule.calls):
            if call.out in self.buffers.cotangents:
                self._backward(call)
                self.buffers.release(call.out)

    def rebind(self, borrowed: Mapping[int, Array]) -> None:
        """Bind what reads large parameters to these ones, and what writes fresh gradients to new memory."""
        self.buffers.values.update(borrowed)
        for register in self.fresh:
            self.buffers.cotangents[register] = self.buffers.empty(register)
        for place, bind in self._late:
            self.calls[place] = bind()

    def _large(self) -> frozenset[int]:
        """Large parameters that only products read."""
        program = self.schedule.program
        large = {program.of[name] for name in program.parameters
                 if math.prod(program.registers[program.of[name]].shape) >= LARGE}
        for call in self.schedule.calls:
            if not call.op.rebinds or (call.unfused is not None):
                large.difference_update(call.operands)
        return frozenset(large)

    def _given_away(self) -> frozenset[int]:
        """Large parameters and data at which one contribution arrives, that of a product: it need not be copied."""
        schedule, of = self.schedule, self.schedule.program.of
        written = {operand for call in schedule.calls if call.op.rebinds for operand in call.operands}
        stretched = {vector for _, _, vector, _ in joints(schedule)}
        data = {register for register in map(of.__getitem__, schedule.program.data)
                if math.prod(self.buffers.shape(register)) >= LARGE_DATA and register not in stretched}
        return frozenset(register for register in (self.borrowed | data & written) & schedule.carrying
                         if schedule.arrivals[register] == 1)

    def _forward(self, call: Call) -> None:
        buffers = self.buffers
        out, primals = buffers.value(call.out), [buffers.value(operand) for operand in call.operands]

        def bind() -> Calls:
            primals = [buffers.values[operand] for operand in call.operands]
            self.bench.begin(self._residuals[call.out])
            kernel = call.op.forward_kernel(self.bench, out, *primals) if self._kernels else None
            return [partial(_forward, call.op, self._xp, out, primals)] if kernel is None else kernel

        self._append(self.bench.once(bind(), primals, [out]), bind, not self.borrowed.isdisjoint(call.operands))

    def _append(self, calls: Calls, bind: Callable[[], Calls], late: bool) -> None:
        if late:
            self._late.append((slice(len(self.calls), len(self.calls) + len(calls)), bind))
        self.calls += calls

    def _backward(self, call: Call) -> None:
        """Send the call's cotangent to each operand that carries one, adding where something arrived before."""
        for slot, operand in enumerate(call.operands):
            if operand in self.schedule.carrying:
                sent = self._send(call.op, call.operands, call.out, slot, self.buffers.cotangents)
                reading = call.slots[slot]
                if reading is not None and operand in self.fresh:
                    self.sent_fresh[call.line, reading] = operand
                elif reading is not None and self.buffers.keeps:
                    self.contributions[call.line, reading] = sent
        if call.unfused is not None and call.probability is not None:
            self._send(call.unfused, (call.probability, call.operands[1]), call.out, 0, self.buffers.shown)

    def _send(self, op: Op, operands: tuple[int, ...], source: int, slot: int, receivers: dict[int, Array]) -> Array:
        """Bind what an operand receives, and return the buffer that will hold it."""
        buffers, receiver = self.buffers, operands[slot]
        cotangent, out = buffers.cotangents[source], buffers.values[source]
        alone = receivers is buffers.cotangents and self.schedule.arrivals[receiver] == 1
        shapes = [buffers.value(operand).shape for operand in operands]
        if self._kernels and op.passes(slot, out.shape, *shapes) and (alone or buffers.keeps or receiver in receivers):
            into = cotangent        # nobody writes there any more
            if alone:
                buffers.passed(source, receiver)
        else:
            into = buffers.into(receivers, receiver, alone)

            def bind() -> Calls:
                target = receivers[receiver] if receiver in self.fresh else into
                primals = [buffers.values[operand] for operand in operands]
                self.bench.begin(self._residuals[source])
                if self._kernels:
                    kernel = op.pullback_kernel(self.bench, slot, cotangent, target, out, *primals)
                    if kernel is not None:
                        return kernel
                return [partial(_pullback, op, self._xp, slot, cotangent, target, out, primals)]

            if receiver in self.fresh:
                receivers[receiver] = into
            self._append(bind(), bind, receiver in self.fresh or not self.borrowed.isdisjoint(operands))
        if alone or receiver not in receivers:
            receivers[receiver] = into
            if buffers.keeps and not alone:       # the sum has a buffer of its own
                receivers[receiver] = buffers.sum_of(into)
                self.calls.append(partial(self._xp.copyto, receivers[receiver], into))
        else:
            self.calls.append(partial(operator.iadd, receivers[receiver], into))
        return into


def _forward(op: Op, xp: Namespace, out: Array, primals: list[Array]) -> None:
    out[...] = op.forward(xp, *primals)


def _pullback(
    op: Op, xp: Namespace, slot: int, cotangent: Array, into: Array, out: Array, primals: list[Array]
) -> None:
    into[...] = op.jacobians(xp, out, *primals)[slot].pullback(xp, cotangent)
