"""A schedule recorded: what to run on a device, as kernels and library steps in order. Any number of samples fits it.

The rules are the ops' own: each forward rule and each pullback runs once, on arrays that record. What is element-wise,
or small along the sample's axes, becomes kernels; all that waits for the same steps and runs over one space is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from explorer.engine.arrays import Array
from explorer.engine.device.expression import BATCH, Slot
from explorer.engine.device.grouping import Kernel, kernels, needed
from explorer.engine.device.namespace import Namespace
from explorer.engine.device.operations import mapped
from explorer.engine.device.recording import LibraryStep, Recording, in_another_shape
from explorer.engine.ops.base import Op
from explorer.engine.schedule import Call, Schedule

Step: TypeAlias = Kernel | LibraryStep


@dataclass(frozen=True, eq=False)
class Recipe:
    """Steps in order over slots; `given` says which slot a register's array goes to.

    `loss` is the slot of two numbers, the sum of the losses and that of the losses divided by the count first.
    `results` are the slots of the wanted gradients, None where nothing arrives; `batched` whether each has samples.
    """

    slots: tuple[Slot, ...]
    given: Mapping[int, int]
    steps: tuple[Step, ...]
    loss: int
    results: tuple[int | None, ...]
    batched: tuple[bool, ...]
    dtype: Any


def recipe(schedule: Schedule, dtype: Any) -> Recipe:
    """Record the schedule's pass."""
    recording = Recording(dtype)
    given, loss, results = Recorder(schedule, recording).run()
    registers = schedule.program.registers
    return assembled(recording, given, loss, results, [registers[wanted].batched for wanted in schedule.wanted])


def assembled(
    recording: Recording, given: Mapping[int, int], loss: int, results: Sequence[int | None], batched: Sequence[bool]
) -> Recipe:
    """What was recorded, as far as the loss and the results need it, in an order that can be run."""
    live = needed(recording, [loss, *(slot for slot in results if slot is not None)])
    steps: list[Step] = [*(step for step in recording.steps if step.out in live), *kernels(recording, live)]
    steps.sort(key=lambda step: step.stage)
    steps = [one for step in steps for one in _in_order(recording, step)]
    return Recipe(
        tuple(recording.slots), {register: slot for register, slot in given.items() if slot in live}, tuple(steps),
        loss, tuple(results), tuple(batched), recording.dtype)


def _in_order(recording: Recording, step: Step) -> list[Step]:
    """The step, and before a kernel the copies of what it reads that does not lie in C order."""
    if not isinstance(step, Kernel) or all(recording.form(slot).in_order for slot in step.operands):
        return [step]
    copies: dict[int, LibraryStep] = {}
    for slot in step.operands:
        if not recording.form(slot).in_order:
            seen = recording.slots[slot]
            out = recording.slot(seen.shape, step.stage, is_bool=seen.is_bool)
            copies[slot] = LibraryStep("copy", in_another_shape(seen.shape), (slot,), out, step.stage)
    reads = {one: (copies[slot].out if slot in copies else slot, cell, space)
             for one, (slot, cell, space) in step.reads.items()}
    return [*copies.values(), replace(step, reads=reads)]


class Recorder:
    """Runs every rule of the schedule once, forward and back."""

    def __init__(self, schedule: Schedule, recording: Recording) -> None:
        self._schedule, self._recording, self._xp = schedule, recording, Namespace(recording)
        self._given: dict[int, int] = {}
        self._values: dict[int, Array] = {}
        self._cotangents: dict[int, Array] = {}
        self._shown: dict[int, Array] = {}       # what fused losses would have sent to a wanted probability

    def run(self) -> tuple[dict[int, int], int, list[int | None]]:
        """The slots of what is given by register, of the loss, and of the wanted gradients."""
        for call in self._schedule.calls:
            primals = [self._value(operand) for operand in call.operands]
            self._values[call.out] = call.op.forward(self._xp, *primals)
        objective, count = self._schedule.objective, self._recording.uniform("count")
        last = self._values[objective]
        losses = self._xp.reshape(last, (last.shape[-1],))
        divided = self._xp.sum(mapped("/", losses, self._xp.full((), count)), axis=0)
        loss = self._xp.stack([self._xp.sum(losses, axis=0), divided])
        self._cotangents[objective] = mapped("/", 1.0, self._xp.full(last.shape, count))
        for call in reversed(self._schedule.calls):
            if call.out in self._cotangents:
                self._send_back(call)
        slots = [self._result(register) for register in self._schedule.wanted]
        return self._given, self._recording.slot_of(loss), slots

    def _value(self, register: int) -> Array:
        if register not in self._values:
            kind = self._schedule.program.registers[register]
            if kind.literal is not None:
                self._values[register] = self._xp.full((1,), kind.literal)
            else:
                slot = self._recording.slot((*kind.shape, BATCH if kind.batched else 1), 0, given=True)
                self._given[register] = slot
                self._values[register] = self._recording.array(slot)
        return self._values[register]

    def _send_back(self, call: Call) -> None:
        for slot, operand in enumerate(call.operands):
            if operand in self._schedule.carrying:
                self._send(call.op, call.operands, call.out, slot, self._cotangents)
        if call.unfused is not None and call.probability is not None:
            self._send(call.unfused, (call.probability, call.operands[1]), call.out, 0, self._shown)

    def _send(
        self, op: Op, operands: tuple[int, ...], source: int, slot: int, receivers: dict[int, Array]
    ) -> None:
        primals = [self._value(operand) for operand in operands]
        jacobian = op.jacobians(self._xp, self._values[source], *primals)[slot]
        sent = jacobian.pullback(self._xp, self._cotangents[source])
        receiver = operands[slot]
        receivers[receiver] = receivers[receiver] + sent if receiver in receivers else sent

    def _result(self, register: int) -> int | None:
        real, shown = self._cotangents.get(register), self._shown.get(register)
        arrived = shown if real is None else real if shown is None else real + shown
        return None if arrived is None else self._recording.slot_of(arrived)
