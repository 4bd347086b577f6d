"""Results as plain data: kept as JSON, joined over runs, with the machine, the day and the versions they belong to."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("numpy", "torch", "jax", "jaxlib", "autograd")


@dataclass
class Row:
    """One thing timed at one size: seconds of one call by contender, once for each run."""

    subject: str
    dtype: str
    batch: int
    runs: list[dict[str, float]]
    gap: float
    floors: list[float] = field(default_factory=list)
    quiet: list[int] = field(default_factory=list)      # rounds, by run

    @property
    def key(self) -> tuple[str, str, int]:
        """What is timed, in which dtype, for how many samples."""
        return self.subject, self.dtype, self.batch

    def seconds(self, name: str) -> float:
        """The median over the runs."""
        return statistics.median(run[name] for run in self.runs)

    def ratio(self, above: str, below: str) -> float | None:
        """How many times longer one takes than the other: the median over runs that have both; None without any."""
        found = [run[above] / run[below] for run in self.runs if above in run and below in run]
        return statistics.median(found) if found else None


@dataclass
class Results:
    """Rows, where and when they were measured, and remarks by what they are about."""

    machine: str
    day: str
    versions: str
    rows: list[Row] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def here(cls) -> Results:
        """Empty, for this machine today."""
        return cls(machine(), date.today().isoformat(), versions())

    def header(self) -> str:
        """What every table says above itself."""
        runs = max((len(row.runs) for row in self.rows), default=0)
        return f"{self.machine}; {self.day}; {self.versions}. Median of {runs} run{'' if runs == 1 else 's'}."

    def join(self, others: Iterable[Results]) -> Results:
        """These with all runs of others: what was timed again counts as one run more.

        Raises: ValueError when they were measured elsewhere.
        """
        rows = {row.key: row for row in self.rows}
        for other in others:
            if (other.machine, other.versions) != (self.machine, self.versions):
                raise ValueError(
                    f"Results of {other.machine} ({other.versions}) do not join those of {self.machine} "
                    f"({self.versions}). Expected one machine and its versions. Keep them in another file.")
            for row in other.rows:
                if row.key in rows:
                    mine = rows[row.key]
                    mine.runs += row.runs
                    mine.floors += row.floors
                    mine.quiet += row.quiet
                    mine.gap = max(mine.gap, row.gap)
                else:
                    rows[row.key] = row
            self.day = max(self.day, other.day)
            self.notes = {**other.notes, **self.notes}
        self.rows = list(rows.values())
        return self

    def write(self, path: Path) -> None:
        """Keep them in a file."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Results:
        """Those that `write` kept."""
        found = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**found, "rows": [Row(**row) for row in found["rows"]]})


def machine() -> str:
    """The processor's name and the cores that this process may use."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{name}, {cores} cores, {platform.system()}"


def versions() -> str:
    """Of Python and of whoever is timed."""
    found = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"no {package}")
    return ", ".join(found)
