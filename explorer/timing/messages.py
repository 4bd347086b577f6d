"""What the worker is given and what it says, line by line; the page is told the same."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from explorer.workers.messages import Ended, Failed, Message

Name: TypeAlias = Literal["loops", "numpy", "cupy"]
Seconds: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Limits(Message):
    """How large and how long: with these, a whole race takes about half a minute.

    A batch is taken round by round, every contender once a round, until both `rounds` rounds and `batch_seconds` are
    over; when `total_seconds` are, no further round begins. A contender leaves once a pass of its would take more than
    `pass_seconds`, or its rounds more than is left of `total_seconds`. One measurement repeats the pass for
    `slice_seconds`, since a clock cannot time microseconds. No batch has more than `numbers` numbers.
    """

    sizes: tuple[Annotated[int, Field(gt=0)], ...] = (1, 10, 100, 1_000, 10_000, 100_000)
    rounds: Annotated[int, Field(gt=0)] = 3
    batch_seconds: Seconds = 2.0
    slice_seconds: Seconds = 0.01
    pass_seconds: Seconds = 4.0
    total_seconds: Seconds = 30.0
    numbers: Annotated[int, Field(gt=0)] = 10_000_000


class Entrant(Message):
    """One contender: why it stays away, or None when it takes part."""

    name: Name
    absent: str | None = None


class Machine(Message):
    """Where the numbers come from; `device` is the GPU's name, or None."""

    cores: int
    processor: str
    python: str
    numpy: str
    device: str | None = None


class Started(Message):
    """The race begins: every result has been checked against NumPy's, at `checked` the largest difference allowed."""

    kind: Literal["started"] = "started"
    machine: Machine
    entrants: tuple[Entrant, ...]
    sizes: tuple[int, ...]
    wanted: tuple[str, ...]
    checked: float


class Progress(Message):
    """`done` of the race, from 0 to 1, while batches of `size` samples are measured."""

    kind: Literal["progress"] = "progress"
    done: Annotated[float, Field(ge=0, le=1)]
    size: int


class Timed(Message):
    """The median of `rounds` measurements: seconds for one pass over a batch of `size` samples."""

    kind: Literal["timed"] = "timed"
    name: Name
    size: int
    seconds: Seconds
    rounds: int


class Left(Message):
    """A contender goes no further: one pass at `size` would take about `expected` seconds."""

    kind: Literal["left"] = "left"
    name: Name
    size: int
    expected: Seconds


class Finished(Ended):
    """All batches have been measured."""

    kind: Literal["finished"] = "finished"


Event: TypeAlias = Started | Progress | Timed | Left | Finished | Failed
_EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def read_event(line: bytes) -> Event:
    """One line of the worker's. Raises: pydantic.ValidationError (a ValueError)."""
    return _EVENTS.validate_json(line)
