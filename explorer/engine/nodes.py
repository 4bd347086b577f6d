"""The lines of a graph as data, each with its own little program.

A line's expression is kept as postorder code over its readings, so that every interpreter (trace, plan, Jacobian,
explanation) is one loop and no depth of nesting needs recursion.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TypeAlias

from explorer.engine.ops.base import Op

Shape: TypeAlias = tuple[int, ...]


def as_read(name: str) -> str:
    """An identifier as Python's grammar reads it, in its NFKC form: ϕ and φ are one name, and so are both ŷ."""
    return unicodedata.normalize("NFKC", name)


@dataclass(frozen=True)
class Read:
    """The value of the line `node.inputs[slot]`."""

    slot: int


@dataclass(frozen=True)
class Temp:
    """The result of `node.code[index]`."""

    index: int


@dataclass(frozen=True)
class Literal:
    """A number as it stands in the text."""

    value: float


Operand: TypeAlias = Read | Temp | Literal


@dataclass(frozen=True, eq=False)
class Apply:
    """One operation inside a line. `shape` is one sample's; `name` is z/1, z/2, …, the last one the line's own."""

    op: Op
    operands: tuple[Operand, ...]
    shape: Shape
    batched: bool
    name: str


@dataclass(frozen=True, eq=False)
class Node:
    """One line of the text.

    `kind` is input, target, param or op; `shape` one sample's; `batched` whether it has a value per sample.
    `inputs` are the lines it reads, one entry per reading, so a name may repeat (a * a); `code` is its expression
    in postorder, empty for declarations. `line` and `column` count from 1, `text` is the line as written.
    """

    name: str
    kind: str
    shape: Shape
    batched: bool
    inputs: tuple[str, ...]
    code: tuple[Apply, ...]
    line: int
    column: int
    text: str


class Lines(dict[str, Node]):
    """The lines of a graph by their names, found in whatever form a name is spelled."""

    def __missing__(self, name: object) -> Node:
        if isinstance(name, str) and as_read(name) != name:
            return self[as_read(name)]
        raise KeyError(name)
