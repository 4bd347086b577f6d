"""The two sweeps by the rules alone: every value forward, and back every pullback of a local Jacobian."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer.engine.arrays import Array, Namespace, frozen
from explorer.engine.fusion import Fusion
from explorer.engine.program import Program


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
