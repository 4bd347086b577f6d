"""A schedule bound to buffers of its own for one number of rows: made once, loaded and run many times."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from explorer.engine.arrays import Array, Namespace, is_numpy, public_view
from explorer.engine.binding import Binding
from explorer.engine.nodes import Shape
from explorer.engine.ops.base import Calls
from explorer.engine.ops.kernels import flat, inner, settled_choices
from explorer.engine.ops.reduce import averaged
from explorer.engine.schedule import Schedule


class Block:
    """Some rows of a batch. `count` is what the sum over the whole batch is divided by.

    `kernels` and `keep` as for a Binding. If the block is `alone` in its batch, the gradients of large parameters are
    given away as they are, not copied. `names` are those of the wanted gradients.
    """

    def __init__(
        self, schedule: Schedule, xp: Namespace, dtype: Any, rows: int, count: int, *, kernels: bool = True,
        keep: Callable[[Shape], Array] | None = None, alone: bool = False, names: Sequence[str] = (),
    ) -> None:
        bound = self.bound = Binding(schedule, xp, dtype, rows, 1 / count, kernels=kernels, keep=keep, fresh=alone)
        values = bound.buffers.values
        self._xp, self._dtype, self._keeps = xp, dtype, keep is not None
        self._signs, program = schedule.turned, schedule.program
        if self._keeps:
            for name in program.parameters:     # also those that nothing reads
                bound.buffers.value(program.of[name])
        objective = values[schedule.objective]
        self._total: Callable[[], float] = bound.bench.total or partial(sum_over, xp, objective, count)
        if kernels and bound.bench.total is None:       # what overflows is left to the rules
            self._total = inner(objective, xp.full(objective.shape, 1 / count, dtype=dtype))
        self._data = [(name, values[program.of[name]]) for name in program.data
                      if program.of[name] in values]
        given = [(place, program.of[name]) for place, name in enumerate(program.parameters)
                 if program.of[name] in values]
        self._copied = [(place, values[register][..., 0]) for place, register in given
                        if register not in bound.borrowed | schedule.turned]
        self._turned = [(place, values[register][..., 0]) for place, register in given
                        if register in schedule.turned]
        self._calls: Calls | None = None    # those to run, with the choices as they were decided
        self._choices, self._decided = settled_choices(bound.calls), list[bool]()
        self._borrowed = [(place, register) for place, register in given if register in bound.borrowed]
        self._results = [(name, self._result(register)) for name, register in zip(names, schedule.wanted, strict=False)
                         if register in bound.buffers.cotangents or register in bound.buffers.shown]

    def load_data(self, given: Mapping[str, Array], start: int, stop: int) -> None:
        """Copy in some rows of the data, and compute what depends on nothing else."""
        for name, buffer in self._data:
            buffer[...] = given[name][..., start:stop]
        for call in self.bound.bench.prologue:
            call()
        decided = [choice.holds() for choice in self._choices]
        if decided != self._decided:
            self._calls, self._decided = None, decided

    def load_shared(self, given: Sequence[Array]) -> None:
        """Take in the parameters, in the graph's order and without a batch axis. Large ones are not copied."""
        for place, buffer in self._copied:
            buffer[...] = given[place]
        for place, buffer in self._turned:
            np.negative(given[place], buffer)
        if self.bound.borrowed or self.bound.fresh:
            # A product takes an array apart that is not contiguous, every time anew.
            own = np.array if self._keeps else np.ascontiguousarray
            self._calls = None
            self.bound.rebind({register: own(given[place], dtype=self._dtype)[..., None]
                               for place, register in self._borrowed})

    def run(self) -> float:
        """Forward and backward over what is loaded; what its rows add to the objective."""
        if self._calls is None:
            self._calls = flat(self.bound.calls)
        for call in self._calls:
            call()
        return float(self._total())

    def results(self) -> dict[str, Array]:
        """Those of the wanted gradients at which something arrives, batch first, in arrays of their own."""
        return {name: take() for name, take in self._results}

    def gradient(self, register: int) -> Array | None:
        """What arrived at a register in the last run, in the block's own memory."""
        buffers = self.bound.buffers
        real, shown = buffers.cotangents.get(register), buffers.shown.get(register)
        if real is None or shown is None:
            return shown if real is None else -real if register in self._signs else real
        return real + shown

    def _result(self, register: int) -> Callable[[], Array]:
        """What gives a register's gradient, batch first, in memory of its own."""
        buffers, batched = self.bound.buffers, self.bound.schedule.program.registers[register].batched
        real = buffers.cotangents.get(register)
        if register in buffers.fresh:
            return lambda: public_view(self._xp, buffers.cotangents[register], batched)
        if real is not None and register not in buffers.shown and is_numpy(self._xp):
            view = public_view(self._xp, real, batched)
            if register in self._signs:
                return partial(np.negative, view)
            return partial(view.copy, "K") if batched else view.copy

        def copied() -> Array:
            array: Array = self.gradient(register)
            return public_view(self._xp, +array, batched)

        return copied


def sum_over(xp: Namespace, losses: Array, count: int) -> float:
    """Σ losses / count; where only the sum overflows, of the losses divided first."""
    if not is_numpy(xp):
        return float(averaged(xp, xp.reshape(losses, (-1,)), 0, count))
    whole = float(losses.sum()) / count
    return whole if math.isfinite(whole) else float(xp.sum(losses / count))
