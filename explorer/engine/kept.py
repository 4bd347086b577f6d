"""What is kept of a pass, made into arrays when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, overload

import numpy as np

from explorer.engine.arena import Pieces, See
from explorer.engine.arrays import Array, Namespace, frozen
from explorer.engine.program import Program


class Views(Mapping[Any, Array]):
    """A read-only mapping whose arrays are made, as batch-first views, when they are asked for."""

    def __init__(self, keys: tuple[Any, ...], make: Callable[[Any], Array]) -> None:
        self._keys, self._make = keys, make

    def __getitem__(self, key: Any) -> Array:
        return self._make(key)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"{{{', '.join(map(repr, self._keys))}}}"


class Registers(Sequence[Array]):
    """Engine arrays by register: from a copy of an arena, or given; None for what is in neither."""

    def __init__(self, seen: Sequence[See | None], pieces: Pieces, given: Mapping[int, Array]) -> None:
        self._seen, self._pieces, self._given = seen, pieces, given

    def __len__(self) -> int:
        return len(self._seen)

    @overload
    def __getitem__(self, register: int) -> Array: ...
    @overload
    def __getitem__(self, register: slice) -> Sequence[Array]: ...
    def __getitem__(self, register: int | slice) -> Array | Sequence[Array]:
        if isinstance(register, slice):
            return [self[place] for place in range(len(self))[register]]
        if register in self._given:
            return self._given[register]
        see = self._seen[register]
        return None if see is None else see(self._pieces)


class Values(Registers):
    """The values among them; what a plan computed without a register of its own is computed again, by the rules."""

    def __init__(
        self, seen: Sequence[See | None], pieces: Pieces, given: Mapping[int, Array], program: Program, xp: Namespace
    ) -> None:
        super().__init__(seen, pieces, given)
        self._program, self._xp = program, xp

    def __getitem__(self, register: Any) -> Any:
        found = super().__getitem__(register)
        if found is not None:
            return found
        instruction = self._program.writers[register]
        with np.errstate(all="ignore"):
            return frozen(instruction.op.forward(self._xp, *(self[operand] for operand in instruction.operands)))
