"""The measuring: interleaved rounds, medians, and an end that is known beforehand."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from timeit import Timer

import numpy as np

from explorer.timing.contenders import Contender, Numbers, Pass
from explorer.timing.messages import Left, Limits, Name, Progress, Timed

# Repeated samples are moved by about a hundredth, so that no two are the same.
NOISE = 0.01
STEADY = 0.1  # seconds; a pass this long needs no warming up
TOLD = 0.02  # of the race: progress is told in steps no smaller


def race(
    present: Mapping[Name, Contender],
    batch: Callable[[int], Numbers],
    limits: Limits,
    clock: Callable[[], float] = perf_counter,
) -> Iterator[Progress | Timed | Left]:
    """Time everyone at every size of `limits`; `batch` makes the data of a size. `clock` counts seconds."""
    running, last, end = dict(present), dict[Name, float](), clock() + limits.total_seconds
    before, told = 0, 0.0
    for place, size in enumerate(limits.sizes):
        expected = {name: last[name] * size / before if before else 0.0 for name in running}
        for name, seconds in expected.items():
            if seconds > min(limits.pass_seconds, (end - clock()) / limits.rounds):
                del running[name]
                yield Left(name=name, size=size, expected=seconds)
        if not running:
            return
        yield Progress(done=place / len(limits.sizes), size=size)
        data = batch(size)
        heats = {name: Heat(lay_out(data), expected[name], limits, clock) for name, lay_out in running.items()}
        for part in rounds(list(heats.values()), limits, end, clock):
            done = (place + part) / len(limits.sizes)
            if done - told >= TOLD or part == 1:
                told = done
                yield Progress(done=done, size=size)
        for name, heat in heats.items():
            last[name] = heat.median
            yield Timed(name=name, size=size, seconds=heat.median, rounds=len(heat.seconds))
        before = size


class Heat:
    """One contender at one batch size: how often a measurement repeats the pass, and what was measured."""

    def __init__(self, run: Pass, expected: float, limits: Limits, clock: Callable[[], float]) -> None:
        self._timer = Timer(run, timer=clock)
        if expected < STEADY:  # plans are made and memory is fetched in the first pass
            expected = self._timer.timeit(1)
        self._number = max(1, round(limits.slice_seconds / max(expected, 1e-9)))
        self.seconds: list[float] = []

    def measure(self) -> None:
        """One measurement more, of seconds for one pass."""
        self.seconds.append(self._timer.timeit(self._number) / self._number)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def rounds(heats: list[Heat], limits: Limits, end: float, clock: Callable[[], float]) -> Iterator[float]:
    """Everyone once a round, so that a busy moment of the machine falls on all alike; yields the part done.

    After `end` no round begins but the first.
    """
    start, round_ = clock(), 0
    while round_ < limits.rounds or clock() - start < limits.batch_seconds:
        for place, heat in enumerate(heats):
            heat.measure()
            enough = (round_ + (place + 1) / len(heats)) / limits.rounds
            yield min(enough, (clock() - start) / limits.batch_seconds, 0.99)
        round_ += 1
        if clock() > end:
            break
    yield 1.0


def grown(data: Numbers, moved: tuple[str, ...], size: int) -> dict[str, np.ndarray]:
    """A batch of `size` samples made of those there are, repeated; repeated ones are moved a little in `moved`."""
    random = np.random.default_rng(size)
    found = {}
    for name, array in data.items():
        repeated = array[np.arange(size) % len(array)]
        if name in moved and size > len(array):
            repeated[len(array) :] *= 1 + NOISE * random.standard_normal(repeated[len(array) :].shape)
        found[name] = repeated
    return found
