"""The memory of one schedule for one number of rows: who has which buffer, and when it is lent again."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from explorer.engine.arena import Memory
from explorer.engine.arrays import Array, Namespace, is_numpy
from explorer.engine.folding import joints
from explorer.engine.nodes import Shape
from explorer.engine.ops.kernels import Workbench
from explorer.engine.schedule import Schedule

ROOMY = 2       # a free buffer is lent again for as little as one part in so many of it


@dataclass(eq=False)
class Loan:
    """Memory that some registers' cotangents lie in, all in the same."""

    root: Array
    holders: int = 1


class Buffers:
    """Values and cotangents by register; `shown` is what fused losses would have sent to a wanted probability.

    `keep` makes the buffers of a pass that is to be seen whole. In any other, a cotangent that nobody wants lends its
    memory to the next as soon as it has been sent on. The values of `borrowed` registers and the gradients of `fresh`
    ones are not here: they are put in place before every pass.
    """

    def __init__(
        self, schedule: Schedule, xp: Namespace, dtype: Any, rows: int, keep: Callable[[Shape], Array] | None
    ) -> None:
        self.schedule, self.keeps = schedule, keep is not None
        self._xp, self._dtype, self._rows = xp, dtype, rows
        lend = Memory(dtype) if is_numpy(xp) else partial(xp.empty, dtype=dtype)
        self._new, self._lends = keep or lend, keep is None and is_numpy(xp)
        self._memories = [memory for memory in (lend, keep) if isinstance(memory, Memory)]
        self.bench = Workbench(xp, dtype, lend)
        self.values: dict[int, Array] = {}
        self.cotangents: dict[int, Array] = {}
        self.shown: dict[int, Array] = {}
        self.borrowed: frozenset[int] = frozenset()
        self.fresh: frozenset[int] = frozenset()
        self._scratch: dict[Shape, Array] = {}
        self._stretched: set[int] = set()       # vectors with a row of ones below them
        self._loans: dict[int, Loan] = {}
        self._free: list[Array] = []

    @property
    def nbytes(self) -> int:
        """What all of it takes in NumPy's memory."""
        return sum(memory.nbytes for memory in self._memories)

    def shape(self, register: int) -> Shape:
        """The shape of a register's buffers."""
        kind = self.schedule.program.registers[register]
        return (*kind.shape, self._rows if kind.batched else 1)

    def value(self, register: int) -> Array:
        """The buffer of a register's value, made now if there is none yet."""
        if register not in self.values:
            literal = self.schedule.program.registers[register].literal
            if register in self.borrowed:
                self.values[register] = self.empty(register)     # never written
            elif literal is None:
                self.values[register] = self._new(self.shape(register))
            else:
                self.values[register] = self.bench.settle(self._xp.full((1,), literal, dtype=self._dtype))
        return self.values[register]

    def empty(self, register: int) -> Array:
        """Memory of a register's shape that is no buffer of the plan."""
        return self._xp.empty(self.shape(register), dtype=self._dtype)

    def settle(self, seed: float) -> None:
        """What holds its numbers before the pass begins: data, and the cotangent of the objective."""
        schedule, bench = self.schedule, self.bench
        data = {schedule.program.of[name] for name in schedule.program.data}
        for operand in data.intersection(operand for call in schedule.calls for operand in call.operands):
            bench.settle(self.value(operand))
        objective = self.value(schedule.objective)
        seeds = self.cotangents[schedule.objective] = bench.settle(self._new(objective.shape))
        seeds[...] = seed
        bench.seed, bench.seeds = seed, seeds
        bench.watched, bench.objective = objective, None if self.keeps else objective

    def join(self) -> None:
        """Lay matrices and biases side by side, and a row of ones under the vectors that they meet."""
        carrying, arrivals = self.schedule.carrying, self.schedule.arrivals
        for side, matrix, vector, bias in joints(self.schedule):
            self._stretched.add(vector)
            if vector not in self.values:
                self.values[vector] = self._extended(vector, self._new)
            places = [self.values]
            if {matrix, bias} <= carrying and arrivals[matrix] == arrivals[bias] == 1:
                places.append(self.cotangents)
            for place in places:
                (m,), n = self.schedule.program.registers[bias].shape, self.shape(vector)[0]
                joint = self._new((m, n + 1))
                whole = joint[:, :n] if side == "right" else joint[:, :n].T
                place[matrix], place[bias] = whole[..., None], joint[:, n:]
                self.bench.join(place[matrix], place[bias], joint)

    def _extended(self, vector: int, new: Callable[[Shape], Array]) -> Array:
        """A vector's buffer with a row of ones below it, or, for its gradient, with one for what comes of that."""
        size, rows = self.shape(vector)
        extended = new((size + 1, rows))
        extended[size:] = 1.0
        view = extended[:size]
        self.bench.extend(view, extended)
        return view

    def into(self, receivers: dict[int, Array], receiver: int, alone: bool) -> Array:
        """Where a contribution is written: the receiver's own buffer if it is the first, else any of that shape."""
        if alone and receiver in receivers:
            return receivers[receiver]      # part of a joint
        if receiver in self.fresh:
            return self.empty(receiver)     # never written
        shape = self.shape(receiver)
        if not self.keeps and receiver in receivers:
            if shape not in self._scratch:
                self._scratch[shape] = self._new(shape)
            return self._scratch[shape]
        new = partial(self._lent, receiver) if self._lends and receivers is self.cotangents else self._new
        return self._extended(receiver, new) if alone and receiver in self._stretched else new(shape)

    def sum_of(self, contribution: Array) -> Array:
        """A buffer for the sum that a kept contribution goes into."""
        return self._new(contribution.shape)

    def passed(self, source: int, receiver: int) -> None:
        """Note that the receiver's cotangent is the source's own buffer."""
        if source in self._loans:
            self._loans[receiver] = self._loans[source]
            self._loans[source].holders += 1

    def release(self, register: int) -> None:
        """Note that a register's cotangent has been sent on."""
        loan = self._loans.get(register)
        if loan is not None and register not in self.schedule.wanted:
            loan.holders -= 1
            if not loan.holders:
                self._free.append(loan.root)

    def _lent(self, receiver: int, shape: Shape) -> Array:
        """Memory for a receiver's cotangent: the smallest that is free, if it is not much too large, or new."""
        count = math.prod(shape)
        fitting = [root for root in self._free if count <= root.size <= ROOMY * count]
        root = min(fitting, key=lambda root: root.size, default=None)
        if root is None:
            root = self._new((count,))
        else:
            self._free = [other for other in self._free if other is not root]
        self._loans[receiver] = Loan(root)
        return root[:count].reshape(shape)
