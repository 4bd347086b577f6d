"""Indices as they are written and what they stand for: the 3 of o₃, the i of oᵢ, the j that a sum runs over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from explorer.explain.formula import Shape


@dataclass(frozen=True)
class Place:
    """One index: its text, and which entry it means, counted from 0.

    A letter that `runs` means any entry: what carries it stands for the whole line, not for one cell of it.
    """

    text: str
    at: int
    runs: bool = False


Places: TypeAlias = tuple[Place, ...]


def numbered(at: int) -> Place:
    """An entry by its number, as paper counts: from 1."""
    return Place(str(at + 1), at)


def numbers_of(index: Shape) -> Places:
    return tuple(numbered(at) for at in index)


def indices(places: Places) -> Shape:
    return tuple(place.at for place in places)


def runs(places: Places) -> bool:
    return any(place.runs for place in places)
