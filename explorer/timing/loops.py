"""One pass over a graph, forward and backward, by plain Python loops: sample by sample, element by element.

It takes the very steps that `Graph.gradients` takes, the fused losses included, so that what is timed is the same pass.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from explorer.engine.graph import Graph
from explorer.engine.schedule import Call, schedule
from explorer.locale import tell
from explorer.timing import activations, forms, losses
from explorer.timing.forms import Entries, Form

FORMS: Mapping[str, type[Form]] = {
    "+": forms.Add,
    "-": forms.Subtract,
    "*": forms.Multiply,
    "@": forms.Product,
    "sigmoid": activations.Sigmoid,
    "tanh": activations.Tanh,
    "relu": activations.Relu,
    "softmax": activations.Softmax,
    "sqerr": losses.SqErr,
    "mse": losses.Mse,
    "bce": losses.Bce,
    "bce_with_logits": losses.BceOnLogits,
    "cross_entropy": losses.CrossEntropy,
    "cross_entropy_with_logits": losses.CrossEntropyOnLogits,
}


class NoLoopForm(ValueError):
    """An op of the graph is not written as loops here; the message names it."""


@dataclass(frozen=True, eq=False)
class Step:
    """One op at work: its loops, the registers that it reads and writes, and the operands to send a gradient to."""

    form: Form
    operands: tuple[int, ...]
    out: int
    receivers: tuple[tuple[int, int], ...]  # slot, register


class LoopPass:
    """The gradients of the objective, the mean over the batch, by whatever is `wanted` (parameters or inputs).

    Raises: NoLoopForm for a graph with an op that has no loops; GraphError when there is no objective.
    """

    def __init__(self, graph: Graph, wanted: Sequence[str]) -> None:
        graph.scalar_objective()
        self._program, self._wanted = graph.program, tuple(wanted)
        self._objective = self._program.of[graph.objective]
        registers = [self._program.of[name] for name in wanted]
        plan = schedule(self._program, graph.fusions, self._objective, registers)
        self._carrying = plan.carrying
        steps = [self._step(call) for call in plan.calls]
        # What all samples share is computed once, before the samples; its gradients go on once, after them.
        self._shared = [step for step in steps if not self._program.registers[step.out].batched]
        self._sampled = [step for step in steps if self._program.registers[step.out].batched]

    def gradients(
        self, data: Mapping[str, Sequence[Entries]], params: Mapping[str, Entries]
    ) -> tuple[float, dict[str, list[Entries]]]:
        """The objective, and for each wanted name its gradient: one list for a parameter, one a sample for an input.

        `data` holds for each input and target one flat list a sample, `params` a flat list for each parameter.
        """
        program, objective = self._program, self._objective
        batched = program.registers[objective].batched
        size = len(next(iter(data.values()))) if batched else 1
        values: list[Entries] = [
            [] if register.literal is None else [register.literal] for register in program.registers
        ]
        for name, entries in params.items():
            values[program.of[name]] = entries
        for step in self._shared:
            values[step.out] = step.form.forward(*(values[operand] for operand in step.operands))
        gradients = self._zeros(batched=False)
        found: dict[str, list[Entries]] = {name: [] for name in self._wanted}
        inputs = [name for name in self._wanted if name in data]
        loss = 0.0
        for sample in range(size if batched else 0):
            for name, rows in data.items():
                values[program.of[name]] = rows[sample]
            for step in self._sampled:
                values[step.out] = step.form.forward(*(values[operand] for operand in step.operands))
            loss += values[objective][0] / size
            gradients |= self._zeros(batched=True) | {objective: [1.0 / size]}
            self._go_back(self._sampled, values, gradients)
            for name in inputs:
                found[name].append(gradients[program.of[name]])
        if not batched:
            loss = values[objective][0]
            gradients[objective] = [1.0]
        self._go_back(self._shared, values, gradients)
        return loss, {name: rows if name in inputs else [gradients[program.of[name]]] for name, rows in found.items()}

    def _step(self, call: Call) -> Step:
        registers = self._program.registers
        if call.op.name not in FORMS:
            raise NoLoopForm(tell("no loop form of '{op}'", op=call.op.name))
        shapes = [registers[operand].shape for operand in call.operands]
        form = FORMS[call.op.name](call.op, shapes, registers[call.out].shape)
        receivers = [(slot, operand) for slot, operand in enumerate(call.operands) if operand in self._carrying]
        return Step(form, call.operands, call.out, tuple(receivers))

    def _zeros(self, *, batched: bool) -> dict[int, Entries]:
        """Where gradients add up, for one sample or for what all samples share."""
        registers = self._program.registers
        return {
            register: [0.0] * math.prod(registers[register].shape)
            for register in self._carrying
            if registers[register].batched is batched
        }

    def _go_back(self, steps: Sequence[Step], values: list[Entries], gradients: dict[int, Entries]) -> None:
        for step in reversed(steps):
            operands = [values[operand] for operand in step.operands]
            for slot, register in step.receivers:
                step.form.backward(slot, gradients[step.out], gradients[register], values[step.out], *operands)
