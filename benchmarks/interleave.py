"""Timing that a busy machine cannot bend: all contenders interleaved in one process, medians over rounds.

A slow second of a shared machine falls on all of them, so compare within a row and quote ratios. There is a little
sleep before each turn: idle threads of OpenMP and BLAS spin for a while after a job, and would take a core from the
next. Rounds in which other processes used more than 15 % of a core are set aside when there are enough quiet ones.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

STEADY = 0.1        # seconds; a call this long needs no warming up
BUSY = 0.15         # of one core
LEAST_ROUNDS = 3


@dataclass(frozen=True)
class Effort:
    """How long to measure: quiet rounds wanted, seconds for each contender and round, seconds after which it ends."""

    rounds: int = 11
    target: float = 0.02
    longest: float = 30.0
    settle: float = 0.004


@dataclass(frozen=True)
class Times:
    """Median seconds for one call of each contender, and how many rounds were quiet and noisy."""

    seconds: dict[str, float]
    quiet: int
    noisy: int


def agree(contenders: Mapping[str, Any], tolerance: float) -> float:
    """Let each compute once and hold its results to the first one's; the largest relative gap.

    The gap of an array is |a − b| / |b| in the Frobenius norm: in float32 a relu whose input rounds to the other side
    of 0 rightly changes a row, which a largest entry would report. Raises: AssertionError.
    """
    first, expected, worst = "", list[np.ndarray](), 0.0
    for name, contender in contenders.items():
        _set_up(contender)
        contender()
        found = [np.asarray(array, np.float64) for array in contender.result()]
        if not first:
            first, expected = name, found
        for one, other in zip(found, expected, strict=True):
            assert one.shape == other.shape, f"{name} has {one.shape} where {first} has {other.shape}"
            gap = float(np.linalg.norm(one - other)) / max(float(np.linalg.norm(other)), 1e-300)
            assert gap <= tolerance, f"{name} and {first} differ by {gap:.1e}. At most {tolerance:.0e} is expected."
            worst = max(worst, gap)
    return worst


def interleave(contenders: Mapping[str, Callable[[], object]], effort: Effort) -> Times:
    """Time all contenders, round by round, each round in the order opposite to the last one's."""
    calls = {}
    for name, contender in contenders.items():
        _set_up(contender)
        calls[name] = _calls(contender, effort.target)
    names, start = list(contenders), time.perf_counter()
    quiet: list[dict[str, float]] = []
    noisy: list[dict[str, float]] = []

    def enough() -> bool:
        late = time.perf_counter() - start > effort.longest
        return len(quiet) >= effort.rounds or late and len(quiet) + len(noisy) >= LEAST_ROUNDS

    while not enough():
        machine, own, wall = _machine(), time.process_time(), time.perf_counter()
        round_ = {name: _turn(contenders[name], calls[name], effort.settle) for name in names}
        names.reverse()
        others = (_machine() - machine) - (time.process_time() - own)
        (quiet if others < BUSY * (time.perf_counter() - wall) else noisy).append(round_)
    used = quiet if len(quiet) >= min(4, effort.rounds) else quiet + noisy
    return Times({name: statistics.median(round_[name] for round_ in used) for name in contenders},
                 len(quiet), len(noisy))


def _turn(contender: Callable[[], object], calls: tuple[int, float], settle: float) -> float:
    number, expected = calls
    _set_up(contender)
    time.sleep(settle)
    if expected < STEADY:
        contender()
    start = time.perf_counter()
    for _ in range(number):
        contender()
    return (time.perf_counter() - start) / number


def _calls(contender: Callable[[], object], target: float) -> tuple[int, float]:
    """How many calls last about `target` seconds, and the seconds of one."""
    contender()     # compiled, planned, allocated
    number = 1
    while True:
        start = time.perf_counter()
        for _ in range(number):
            contender()
        seconds = time.perf_counter() - start
        if seconds >= 0.4 * target:
            return max(1, round(number * target / seconds)), seconds / number
        number = max(2 * number, int(0.7 * number * target / max(seconds, 1e-7)))


def _set_up(contender: object) -> None:
    """What a contender wants done before its turn, untimed: torch's number of threads."""
    getattr(contender, "setup", lambda: None)()


def _machine() -> float:
    """Seconds that all cores together have worked since the machine started (Linux); elsewhere 0."""
    try:
        with open("/proc/stat", encoding="ascii") as file:
            ticks = [int(field) for field in file.readline().split()[1:9]]
    except OSError:
        return 0.0
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")    # all but idle and waiting
