"""The Jacobian of one line by another line that it reads, composed over all paths inside the line."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from explorer.engine.arrays import Array, Namespace, to_host
from explorer.engine.errors import GraphError, did_you_mean
from explorer.engine.jacobians import Jacobian, add, compose

if TYPE_CHECKING:
    from explorer.engine.graph import Graph


_QUIET = np.errstate(all="ignore")     # as a decorator, which threads may share


class LineJacobian:
    """∂of/∂wrt, out × in, with its structure. Tensors are flattened in C order; rows are outputs, columns inputs."""

    def __init__(
        self, graph: Graph, of: str, wrt: str, xp: Namespace, values: Sequence[Array], batch: int
    ) -> None:
        node, source = graph.node(of), graph.node(wrt)
        if not node.code:
            raise GraphError(f"Jacobian of '{of}' (line {node.line}): a declaration ({node.kind}). Expected a line "
                             "that is computed. Ask for one that reads it.", line=node.line, node=of)
        if source.kind == "target":
            raise GraphError(f"Jacobian by '{wrt}' (line {source.line}): a target, never differentiated. Expected an "
                             "input, a parameter or a computed line. Declare it with input().",
                             line=source.line, node=wrt)
        if source.name not in node.inputs:
            raise GraphError(f"Jacobian of '{of}' by '{wrt}' (line {node.line}): the line does not read it. Expected "
                             f"one of its own operands. {did_you_mean(wrt, dict.fromkeys(node.inputs))}",
                             line=node.line, node=of)
        self.of, self.wrt = node.name, source.name
        self._graph, self._xp, self._values, self._batch = graph, xp, values, batch

    @cached_property
    @_QUIET
    def local(self) -> Jacobian:
        """The engine's own Jacobian, for the whole batch: the one whose pullback the backward pass gives."""
        return self._compose(lambda array: array)

    @property
    def structure(self) -> str:
        """identity, diagonal, matrix, outer, diagonal-minus-outer, broadcast, row, selection, zero or dense."""
        return self.local.structure

    @_QUIET
    def dense(self, sample: int = 0) -> np.ndarray:
        """The matrix (m, n) of one sample, as a NumPy array. Raises: IndexError when there is no such sample."""
        sample = operator.index(sample)
        if not 0 <= sample < self._batch:
            raise IndexError(f"sample {sample}: the batch has {self._batch}. Expected 0 to {self._batch - 1}.")
        one = self._compose(lambda array: array if array.shape[-1] == 1 else array[..., sample : sample + 1])
        return to_host(one.dense(self._xp))[..., 0]

    @_QUIET
    def stack(self) -> np.ndarray:
        """The matrices (B, m, n) of all samples, as a NumPy array; a view of one where all are the same."""
        dense = to_host(self.local.dense(self._xp))
        if dense.shape[-1] != self._batch:
            dense = np.broadcast_to(dense, (*dense.shape[:-1], self._batch))
        return dense.transpose(2, 0, 1)

    def _compose(self, view: Callable[[Array], Array]) -> Jacobian:
        """From the line's result down to each reading, over its own code; `view` may cut one sample out."""
        program, inputs = self._graph.program, self._graph.nodes[self.of].inputs
        wanted, span = self._needed(), program.spans[self.of]
        ahead: dict[int, Jacobian | None] = {program.of[self.of]: None}     # None for the result itself
        found: dict[int, Jacobian] = {}
        for place in reversed(span):
            instruction = program.code[place]
            if instruction.out not in wanted:
                continue
            outer = ahead[instruction.out]
            operands = [view(self._values[operand]) for operand in instruction.operands]
            jacobians = instruction.op.jacobians(self._xp, view(self._values[instruction.out]), *operands)
            for operand, slot, jacobian in zip(instruction.operands, instruction.slots, jacobians, strict=True):
                if slot is not None and inputs[slot] == self.wrt:
                    found[slot] = jacobian if outer is None else compose(outer, jacobian)
                elif slot is None and operand in wanted:
                    ahead[operand] = jacobian if outer is None else compose(outer, jacobian)
        first, *others = (found[slot] for slot in sorted(found))
        for other in others:
            first = add(first, other)
        return first

    def _needed(self) -> set[int]:
        """The registers inside the line that depend on a reading of `wrt`."""
        program, inputs = self._graph.program, self._graph.nodes[self.of].inputs
        found: set[int] = set()
        for place in program.spans[self.of]:
            instruction = program.code[place]
            for operand, slot in zip(instruction.operands, instruction.slots, strict=True):
                if operand in found if slot is None else inputs[slot] == self.wrt:
                    found.add(instruction.out)
        return found
