"""What some gradients need of a program: which instructions forward, fused where they can be, and which ways back."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from explorer.engine.fusion import Fusion
from explorer.engine.ops.base import Op
from explorer.engine.program import Program

# Measured: smaller blocks pay in calls, and on threads by waiting for the interpreter's lock; larger ones in memory.
BLOCK_BYTES = 8 * 2**20
FEWEST_ROWS, MOST_ROWS = 2048, 32768
EVEN = 64               # rows of a block are a multiple, so that each entry's samples begin at a cache line


@dataclass(frozen=True, eq=False)
class Call:
    """One instruction to run: out = op(*operands), all registers; `line` and `slots` as an Instruction's.

    Where a loss was fused and the probability that it reads is itself wanted, `unfused` is the loss as written and
    `probability` that register: its gradient is given as the text has it.
    """

    op: Op
    operands: tuple[int, ...]
    out: int
    line: str
    slots: tuple[int | None, ...]
    unfused: Op | None = None
    probability: int | None = None


@dataclass(frozen=True, eq=False)
class Schedule:
    """Calls in forward order, and the registers that carry a cotangent on the way to the wanted ones.

    Values and cotangents of the registers in `turned` are kept with the opposite sign.
    """

    program: Program
    calls: tuple[Call, ...]
    carrying: frozenset[int]
    wanted: tuple[int, ...]
    objective: int
    turned: frozenset[int] = frozenset()

    @cached_property
    def arrivals(self) -> Counter[int]:
        """How many contributions come to each register that carries a cotangent."""
        return Counter(
            operand for call in self.calls if call.out in self.carrying for operand in call.operands
            if operand in self.carrying)

    @cached_property
    def floats(self) -> int:
        """How many numbers a pass has for each sample."""
        registers = self.program.registers
        live = {register for call in self.calls for register in (*call.operands, call.out)}
        return sum(
            math.prod(registers[register].shape) * (2 if register in self.carrying else 1)
            for register in live if registers[register].batched)

    def rows(self, itemsize: int, size: int) -> int:
        """How many rows of a batch to take at once: all, or as even a part as keeps to about BLOCK_BYTES."""
        fitting = BLOCK_BYTES // (max(self.floats, 1) * itemsize)
        most = min(max(1 << max(fitting.bit_length() - 1, 0), FEWEST_ROWS), MOST_ROWS)
        if size <= most:
            return max(size, 1)
        even = -(-size // -(-size // most))
        return min(-(-even // EVEN) * EVEN, most)


def schedule(program: Program, fused: Mapping[int, Fusion], objective: int, wanted: Sequence[int]) -> Schedule:
    """Only what the objective needs, forward; only what leads to a wanted register, backward."""
    calls: list[Call] = []
    needed = {objective}
    for place in range(len(program.code) - 1, -1, -1):
        written = program.code[place]
        if written.out not in needed:
            continue
        call = Call(written.op, written.operands, written.out, written.line, written.slots)
        if place in fused:
            fusion, probability = fused[place], written.operands[0]
            call = replace(call, op=fusion.op, operands=fusion.operands)
            if probability in wanted:
                call = replace(call, unfused=written.op, probability=probability)
                needed.add(probability)
        needed.update(call.operands)
        calls.append(call)
    calls.reverse()
    carrying = set(wanted)
    for call in calls:
        if any(operand in carrying for operand in (*call.operands, call.probability)):
            carrying.add(call.out)
    return Schedule(program, tuple(calls), frozenset(carrying), tuple(wanted), objective)
