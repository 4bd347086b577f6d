"""Losses on logits: where a loss reads a probability straight from its activation, the pair is evaluated as one.

sigmoid → bce and softmax → cross_entropy lose all digits at saturation; on the logits they are exact. Fusion is a
rewriting of instructions, so it sees through lines and through the inside of one line alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.engine.nodes import Node, Read
from explorer.engine.ops import REGISTRY
from explorer.engine.ops.base import Op
from explorer.engine.program import Instruction, Program

if TYPE_CHECKING:
    from explorer.engine.graph import Graph

# loss -> (the activation it reads, the same loss on that activation's operand)
PAIRS = {
    "bce": ("sigmoid", "bce_with_logits"),
    "cross_entropy": ("softmax", "cross_entropy_with_logits"),
}
# a loss on logits -> the activation that it contains
CONTAINED = {fused: activation for activation, fused in PAIRS.values()}


@dataclass(frozen=True, eq=False)
class Fusion:
    """A loss instruction to be evaluated as op(logits, target); `producer` is the activation's place in the code."""

    op: Op
    operands: tuple[int, int]
    producer: int


def fusions(program: Program) -> dict[int, Fusion]:
    """The fusions of a program, by the place of the loss instruction. Shapes and registers stay as they are."""
    producers = {instruction.out: place for place, instruction in enumerate(program.code)}
    found = {}
    for place, loss in enumerate(program.code):
        if loss.op.name not in PAIRS:
            continue
        activation, fused = PAIRS[loss.op.name]
        producer = producers.get(loss.operands[0])
        if producer is not None and _matches(program, program.code[producer], activation):
            logits = program.code[producer].operands[0]
            found[place] = Fusion(REGISTRY[fused](), (logits, loss.operands[1]), producer)
    return found


def fusible(graph: Graph) -> tuple[str, str] | None:
    """The lines (activation, loss) that can be one: the loss alone reads the activation, each is a line of its own."""
    loss = graph.nodes[graph.objective]
    pair = PAIRS.get(loss.code[0].op.name) if len(loss.code) == 1 else None
    if pair is None or len(loss.inputs) != 2:
        return None
    activation = graph.nodes[loss.inputs[0]]
    alone = [reader for reader, _ in graph.readers(activation.name)] == [loss.name]
    fits = len(activation.code) == len(activation.inputs) == 1 and activation.code[0].op.name == pair[0]
    return (activation.name, loss.name) if alone and fits and len(activation.shape) < 2 else None


def contained(node: Node) -> Op | None:
    """The activation inside a line that is a lone loss on logits, such as L = bce_with_logits(θ, y); None elsewhere."""
    if len(node.code) != 1 or node.code[0].op.name not in CONTAINED or not isinstance(node.code[0].operands[0], Read):
        return None
    return REGISTRY[CONTAINED[node.code[0].op.name]]()


def _matches(program: Program, producer: Instruction, activation: str) -> bool:
    """Whether it is that activation, and normalises over the axis that the loss sums over, the last one."""
    if producer.op.name != activation:
        return False
    axis = getattr(producer.op, "axis", None)
    return axis is None or axis in (-1, len(program.registers[producer.out].shape) - 1)
