"""What every worker says: lines of JSON, each of some `kind`, the last of which is an Ended."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Message(BaseModel):
    """One line; those who say it give it a `kind`."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Ended(Message):
    """The last that is said."""


class Failed(Ended):
    """There is no result, and why."""

    kind: Literal["failed"] = "failed"
    reason: str
