"""A pass with everything kept, planned once and run many times: each trace gets a copy of all the plan's buffers."""

from __future__ import annotations

import contextvars
import math
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from explorer.engine.arena import Arena, See
from explorer.engine.arrays import Array, Namespace, frozen
from explorer.engine.block import Block
from explorer.engine.data import Batch, Parameters
from explorer.engine.folding import folded
from explorer.engine.kept import Registers, Values, Views
from explorer.engine.program import Program
from explorer.engine.schedule import Call, Schedule

if TYPE_CHECKING:
    from explorer.engine.graph import Graph

Kept: TypeAlias = tuple[float, Sequence[Array], Sequence[Array | None], Mapping[tuple[str, int], Array]]

MOST_FLOATS = 2**25     # of a trace; a larger one is computed by the rules, in arrays that nobody keeps or copies


def fits(program: Program, size: int) -> bool:
    """Whether a trace of that many samples is small enough to be copied."""
    return 3 * sum(math.prod(kind.shape) * (size if kind.batched else 1) for kind in program.registers) <= MOST_FLOATS


class TracePlan:
    """The buffers and bound calls of one graph's traces, for one batch size. Not for two callers at a time."""

    def __init__(self, graph: Graph, xp: Namespace, dtype: Any, size: int, count: int) -> None:
        program, objective = graph.program, graph.program.of[graph.objective]
        self._arena, self._program, self._xp = Arena(dtype), program, xp
        self.parameters = Parameters(graph, xp, self._arena.dtype)
        with np.errstate(all="ignore"):
            whole = folded(_everything(program, objective), frozenset(program.of.values()))
            self._block = Block(whole, xp, dtype, size, count, keep=self._arena, alone=True)
        bound = self._bound = self._block.bound
        self._values = self._seen(bound.buffers.values, bound.borrowed)
        self._gradients = self._seen(bound.buffers.cotangents, bound.fresh)
        self._contributions = {place: self._arena.see(buffer) for place, buffer in bound.contributions.items()}
        self._readings = (*self._contributions, *bound.sent_fresh)
        self._data = [(program.of[name], name) for name in program.data]
        self._literals = {place: bound.buffers.values[place] for place, kind in enumerate(program.registers)
                          if kind.literal is not None}
        self._given: dict[int, Array] = {}
        self._loaded: Callable[[], Batch | None] = lambda: None
        self._quiet = contextvars.Context()
        self._quiet.run(partial(np.seterr, all="ignore"))

    @cached_property
    def nbytes(self) -> int:
        """What it keeps in memory."""
        return self._block.bound.buffers.nbytes

    def _seen(self, buffers: Mapping[int, Array], elsewhere: frozenset[int]) -> list[See | None]:
        """What finds each register's numbers in a copy of the arena; None for what is not in it."""
        registers = self._program.registers
        return [self._arena.see(buffers[place])
                if place in buffers and kind.literal is None and place not in elsewhere else None
                for place, kind in enumerate(registers)]

    def run(self, batch: Batch, shared: Sequence[Array]) -> Kept:
        """The objective, values and gradients by register and contributions by (line, slot), all read-only.

        Where the objective is not finite, a quick kernel may have left its range: such a pass is not to be used.
        """
        loss = self._quiet.run(self._run, batch, shared)
        bound, pieces = self._bound, self._arena.copy()
        given = self._given
        if bound.borrowed:
            given = given | {register: frozen(bound.buffers.values[register]) for register in bound.borrowed}
        fresh = {register: frozen(bound.buffers.cotangents[register]) for register in bound.fresh}

        def contribution(reading: tuple[str, int]) -> Array:
            if reading in bound.sent_fresh:
                return fresh[bound.sent_fresh[reading]]
            return self._contributions[reading](pieces)

        values = Values(self._values, pieces, given, self._program, self._xp)
        return loss, values, Registers(self._gradients, pieces, fresh), Views(self._readings, contribution)

    def _run(self, batch: Batch, shared: Sequence[Array]) -> float:
        if self._loaded() is not batch:
            self._block.load_data(batch.arrays, 0, batch.size)
            self._loaded = weakref.ref(batch)
            self._given = self._literals | {register: batch.arrays[name] for register, name in self._data}
        self._block.load_shared(shared)
        return self._block.run()


def _everything(program: Program, objective: int) -> Schedule:
    """All lines forward; backward whatever leads to the objective and may have a gradient."""
    reached = {objective}
    for instruction in reversed(program.code):
        if instruction.out in reached:
            reached.update(instruction.operands)
    carrying = frozenset(register for register in reached if program.registers[register].active)
    calls = tuple(Call(one.op, one.operands, one.out, one.line, one.slots) for one in program.code)
    return Schedule(program, calls, carrying, (), objective)
