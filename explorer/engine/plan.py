"""A schedule made into blocks of bound calls over buffers of their own: planned once, run many times.

The batch is taken in blocks of rows, so that a block's numbers stay in cache while they are used. The blocks stand in
lanes, each of which may run on a thread of its own. Blocks and lanes are part of the plan and their parts are added up
in order, so that no digit depends on how many threads there are.
"""

from __future__ import annotations

import contextvars
import math
import weakref
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np

from explorer.engine.arrays import Array, Namespace, is_numpy, public_view
from explorer.engine.block import Block
from explorer.engine.data import Batch
from explorer.engine.folding import folded, turned
from explorer.engine.lanes import cores, in_threads
from explorer.engine.schedule import Schedule

LANES = 8
TURNED = 4096           # samples from which on turning parameters' signs costs less than turning every sample's
THREADED = 1_000_000    # numbers of a pass; with fewer, handing work over costs more than it brings

Part = tuple[float, list[Array | None]]     # what some rows give: their share of the objective and of the gradients
Found = tuple[float, dict[str, Array]]


class Runs(Protocol):
    """A plan, of whatever device."""

    @property
    def nbytes(self) -> int:
        """What its buffers take in NumPy's memory, as far as they are made."""

    def run(self, batch: Batch, shared: Sequence[Array]) -> Found:
        """The objective, and fresh batch-first arrays of the wanted gradients, by name, where something arrives.

        `shared` are the parameters in the graph's order, without a batch axis.
        """


class Plan:
    """The gradients of a schedule's wanted registers, by their `names`, for one batch size and dtype.

    `count` is what the sum over the batch is divided by: the samples for the mean, 1 for the sum itself. Not for two
    callers at a time: a run writes the plan's buffers.
    """

    def __init__(
        self, schedule: Schedule, names: Sequence[str], xp: Namespace, dtype: Any, size: int, count: int, *,
        kernels: bool = True,
    ) -> None:
        self._names = names
        self._kernels = kernels and is_numpy(xp)    # the rules alone are known to be right elsewhere
        self._schedule = schedule
        if self._kernels:
            self._schedule = folded(schedule, schedule.wanted)
        if self._kernels and size >= TURNED:
            self._schedule = turned(self._schedule, schedule.wanted)
        self._xp, self._dtype, self._size, self._count = xp, dtype, size, count
        self._threaded = self._kernels and size * schedule.floats >= THREADED
        self._step = schedule.rows(xp.finfo(dtype).bits // 8, size)
        edges = [-(-size // self._step) * lane // LANES * self._step for lane in range(LANES + 1)]
        self._lanes = [range(start, min(stop, size), self._step)
                       for start, stop in zip(edges, edges[1:], strict=False) if start < stop]
        self._crew = [_Worker(self._block, schedule.wanted)]
        self._by_rules: Plan | None = None
        self._run: Callable[[Batch, Sequence[Array]], Found] = self._in_lanes if size else self._nothing
        if size == self._step:
            self._run = self._crew[0].whole

    def run(self, batch: Batch, shared: Sequence[Array]) -> Found:
        """See Runs. All is copied in, but for large parameters.

        Where the objective shows that a quick kernel left its range, all is done again by the rules.
        """
        found = self._run(batch, shared)
        if math.isfinite(found[0]) or not self._kernels:
            return found
        if self._by_rules is None:
            self._by_rules = Plan(
                self._schedule, self._names, self._xp, self._dtype, self._size, self._count, kernels=False)
        return self._by_rules.run(batch, shared)

    @property
    def nbytes(self) -> int:
        """See Runs."""
        return sum(worker.nbytes for worker in self._crew)

    def _block(self, rows: int) -> Block:
        return Block(self._schedule, self._xp, self._dtype, rows, self._count, kernels=self._kernels,
                     alone=rows == self._size, names=self._names)

    def _nothing(self, batch: Batch, shared: Sequence[Array]) -> Found:
        return 0.0, {}

    def _in_lanes(self, batch: Batch, shared: Sequence[Array]) -> Found:
        registers = [self._schedule.program.registers[register] for register in self._schedule.wanted]
        rows = [self._xp.empty((*kind.shape, self._size), dtype=self._dtype) if kind.batched else None
                for kind in registers]
        threads = min(cores(), len(self._lanes)) if self._threaded else 1
        while len(self._crew) < threads:
            self._crew.append(_Worker(self._block, self._schedule.wanted))
        found: list[Part] = [(0.0, [])] * len(self._lanes)

        def work(first: int) -> None:
            for place in range(first, len(self._lanes), threads):
                found[place] = self._crew[first].lane(batch, shared, self._lanes[place], self._size, rows)

        in_threads([partial(work, first) for first in range(threads)])
        loss, sums = found[0]
        for other, parts in found[1:]:
            loss += other
            sums = [whole if kind.batched or part is None else _added(whole, part)
                    for whole, part, kind in zip(sums, parts, registers, strict=True)]
        return loss, {name: public_view(self._xp, array, kind.batched)
                      for name, array, kind in zip(self._names, sums, registers, strict=True) if array is not None}


class _Worker:
    """One thread's blocks, by their number of rows."""

    def __init__(self, make: Callable[[int], Block], wanted: Sequence[int]) -> None:
        self._make, self._wanted = make, wanted
        self._blocks: dict[int, Block] = {}
        self._loaded: dict[int, tuple[weakref.ref[Batch], int]] = {}    # by rows: which batch's, from which sample on
        # Non-finite values are shown, never warned of; a context of its own costs less than np.errstate. It is an empty
        # one: a copy would keep alive whatever the caller's holds, such as a session's document.
        self._quiet = contextvars.Context()
        self._quiet.run(partial(np.seterr, all="ignore"))

    @property
    def nbytes(self) -> int:
        """What its blocks take."""
        return sum(block.bound.buffers.nbytes for block in self._blocks.values())

    def whole(self, batch: Batch, shared: Sequence[Array]) -> Found:
        """A batch that is one block."""
        return self._quiet.run(self._whole, batch, shared)

    def _whole(self, batch: Batch, shared: Sequence[Array]) -> Found:
        block = self._block(batch, 0, batch.size)
        block.load_shared(shared)
        return block.run(), block.results()

    def lane(
        self, batch: Batch, shared: Sequence[Array], starts: range, size: int, rows: Sequence[Array | None]
    ) -> Part:
        """Some blocks, one after the other. Gradients of the samples go into `rows`, in their places."""
        return self._quiet.run(self._lane, batch, shared, starts, size, rows)

    def _lane(
        self, batch: Batch, shared: Sequence[Array], starts: range, size: int, rows: Sequence[Array | None]
    ) -> Part:
        loss, ready, sums = 0.0, set[int](), list(rows)
        for start in starts:
            count = min(starts.step, size - start)
            block = self._block(batch, start, count)
            if count not in ready:
                block.load_shared(shared)
                ready.add(count)
            loss += block.run()
            parts = [block.gradient(register) for register in self._wanted]
            for place, (whole, part) in enumerate(zip(rows, parts, strict=True)):
                if part is None:
                    sums[place] = None
                elif whole is not None:
                    whole[..., start : start + count] = part
                else:
                    sums[place] = _added(sums[place], part)
        return loss, sums

    def _block(self, batch: Batch, start: int, rows: int) -> Block:
        """A block with some samples' data in it. A batch's numbers never change, so those that are loaded stay so."""
        if rows not in self._blocks:
            self._blocks[rows] = self._make(rows)
        block, (loaded, first) = self._blocks[rows], self._loaded.get(rows, (None, 0))
        if loaded is None or loaded() is not batch or first != start:
            block.load_data(batch.arrays, start, start + rows)
            self._loaded[rows] = weakref.ref(batch), start
        return block


def _added(whole: Array | None, part: Array) -> Array:
    """The sum so far with one more part in it; the part itself is left alone."""
    if whole is None:
        return +part    # a copy
    whole += part
    return whole
