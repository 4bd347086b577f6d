"""W x + b as one instruction of a schedule, and the memory that makes it one product: [W b] and [x; 1] side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from dataclasses import replace

from explorer.engine.ops.activations import Reflected, Sigmoid
from explorer.engine.ops.affine import Affine
from explorer.engine.ops.arithmetic import Add
from explorer.engine.ops.linear import Matmul
from explorer.engine.program import Register
from explorer.engine.schedule import Call, Schedule

WIDEST = 64     # beyond it a product with one more column costs more than a sum of its own


def folded(schedule: Schedule, visible: Container[int]) -> Schedule:
    """The schedule with every product that only one addition of a bias reads made one with it.

    Registers in `visible` stay, so that their numbers can be seen.
    """
    registers = schedule.program.registers
    reads = Counter(operand for call in schedule.calls for operand in (*call.operands, call.probability))
    products = {call.out: call for call in schedule.calls if isinstance(call.op, Matmul)}
    calls: dict[int, Call] = {}
    for call in schedule.calls:
        calls[call.out] = call
        if not isinstance(call.op, Add):
            continue
        for place in (0, 1):
            product, bias = products.get(call.operands[place]), call.operands[1 - place]
            if product is None or reads[product.out] > 1 or product.out in visible:
                continue
            side = _side(registers, product.operands)
            if side is None or registers[bias].batched or registers[bias].shape != registers[product.out].shape:
                continue
            order = (0, 1) if side == "right" else (1, 0)
            calls[call.out] = Call(
                Affine(side), (*(product.operands[one] for one in order), bias), call.out, call.line,
                (*(product.slots[one] for one in order), call.slots[1 - place]))
            del calls[product.out]
            break
    return replace(schedule, calls=tuple(calls.values()))


def turned(schedule: Schedule, visible: Container[int]) -> Schedule:
    """The schedule with σ(W x + b) computed from −W and −b, so that e⁻ᶻ needs no sign to be turned in every sample.

    That is where nothing else sees the line in between, or reads the parameters.
    """
    reads = Counter(operand for call in schedule.calls for operand in (*call.operands, call.probability))
    lines = {call.out: call for call in schedule.calls}
    known = {(matrix, vector, bias) for _, matrix, vector, bias in joints(schedule)}
    calls, found = list(schedule.calls), set[int]()
    for place, call in enumerate(calls):
        line = lines.get(call.operands[0])
        if type(call.op) is not Sigmoid or line is None or line.operands not in known or line.out in visible:
            continue
        changed = {line.out, line.operands[0], line.operands[2]}
        if all(reads[register] == 1 for register in changed):
            calls[place] = replace(call, op=Reflected())
            found |= changed
    return replace(schedule, calls=tuple(calls), turned=frozenset(found))


def joints(schedule: Schedule) -> list[tuple[str, int, int, int]]:
    """The affine calls whose memory can be joined: (side, matrix, vector, bias), no matrix or bias in two of them."""
    registers, computed = schedule.program.registers, {call.out for call in schedule.calls}
    found, taken = [], set[int]()
    for call in schedule.calls:
        if not isinstance(call.op, Affine):
            continue
        matrix, vector, bias = call.operands
        own = {matrix, bias}
        if len(own) == 2 and not own & (taken | computed) and max(registers[matrix].shape) <= WIDEST:
            found.append((call.op.side, matrix, vector, bias))
            taken |= own
    return found


def _side(registers: tuple[Register, ...], operands: tuple[int, ...]) -> str | None:
    """Where the vector of a product stands, if one operand is a shared matrix and the other a sample's vector."""
    kinds = [(len(registers[operand].shape), registers[operand].batched) for operand in operands]
    if kinds == [(2, False), (1, True)]:
        return "right"
    return "left" if kinds == [(1, True), (2, False)] else None
