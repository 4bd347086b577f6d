"""A graph flattened: every line's code in one list of instructions over numbered registers.

This is what the passes run. Lines stay visible in it (each instruction knows its line and which reading of that line
an operand is), so contributions can be booked on the picture's edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from explorer.engine.nodes import Literal, Read, Shape, Temp
from explorer.engine.ops.base import Op

if TYPE_CHECKING:
    from explorer.engine.graph import Graph


@dataclass(frozen=True, eq=False)
class Register:
    """A place for one value. `literal` is its number if the text gives it; `active` if a gradient may go there."""

    shape: Shape
    batched: bool
    active: bool = True
    literal: float | None = None


@dataclass(frozen=True, eq=False)
class Instruction:
    """out = op(*operands), all registers. `slots` says which reading of `line` each operand is, None for none."""

    line: str
    op: Op
    operands: tuple[int, ...]
    slots: tuple[int | None, ...]
    out: int


@dataclass(frozen=True, eq=False)
class Program:
    """Instructions in order; `of` gives the register of a line, `spans` the instructions of an op line.

    `data` are the inputs and targets, `parameters` the other lines that are given, in order.
    """

    registers: tuple[Register, ...]
    code: tuple[Instruction, ...]
    of: dict[str, int]
    spans: dict[str, range]

    @cached_property
    def writers(self) -> dict[int, Instruction]:
        """The instruction that computes each register."""
        return {instruction.out: instruction for instruction in self.code}

    @cached_property
    def data(self) -> tuple[str, ...]:
        given = {name: self.registers[place] for name, place in self.of.items() if name not in self.spans}
        return tuple(name for name, register in given.items() if register.batched)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        return tuple(name for name in self.of if name not in self.spans and name not in self.data)


def lower(graph: Graph) -> Program:
    """The program of a graph: declarations and instructions get registers in order of definition."""
    registers: list[Register] = []
    code: list[Instruction] = []
    of: dict[str, int] = {}
    spans: dict[str, range] = {}

    def new(register: Register) -> int:
        registers.append(register)
        return len(registers) - 1

    for name, node in graph.nodes.items():
        if not node.code:
            of[name] = new(Register(node.shape, node.batched, active=node.kind != "target"))
            continue
        first = len(code)
        for apply in node.code:
            operands: list[int] = []
            slots: list[int | None] = []
            for operand in apply.operands:
                match operand:
                    case Read(slot):
                        operands.append(of[node.inputs[slot]])
                        slots.append(slot)
                    case Temp(index):
                        operands.append(code[first + index].out)
                        slots.append(None)
                    case Literal(value):
                        operands.append(new(Register((), False, active=False, literal=value)))
                        slots.append(None)
            out = new(Register(apply.shape, apply.batched))
            code.append(Instruction(name, apply.op, tuple(operands), tuple(slots), out))
        of[name] = code[-1].out
        spans[name] = range(first, len(code))
    return Program(tuple(registers), tuple(code), of, spans)
