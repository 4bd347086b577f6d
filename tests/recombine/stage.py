"""What the stage shows at one moment: the numbers of every card, by the names that the inspector's links use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tests.recombine.arithmetic import negative
from tests.recombine.displayed import cell
from tests.recombine.intervals import Interval
from tests.recombine.tokens import Name

# Node → cell → (text, data-number, data-sign), as the page is read.
Cells = Mapping[str, Mapping[str, tuple[str, str, str]]]
MARKS = str.maketrans("", "", "_^(), \N{NO-BREAK SPACE}")


@dataclass(frozen=True, eq=False)
class Tensor:
    """All cells of one card's value or gradient, in C order as a matrix; a vector as a column."""

    value: Interval
    vector: bool

    def oriented(self, row: bool) -> Interval:
        return self.value.transposed if row and self.vector else self.value


class Stage:
    """Cells with their bounds, and the tensors that whole symbols stand for."""

    suffix = ""  # what a symbol has after the card's own

    def __init__(self, cells: Cells, symbols: Mapping[str, Mapping[str, str]], after: Stage | None = None) -> None:
        self._cells = cells
        self._symbols = symbols
        self.after = after  # the updates, with parameters' new numbers in the same cells

    def text(self, link: str) -> str:
        return self._found(link)[0]

    def cell(self, link: str) -> Interval | None:
        """The number of a cell, "h|value:0"; None where the stage shows none."""
        text, whole, _ = self._found(link)
        return cell(text, whole) if text else None

    def beside(self, link: str, negated: bool) -> Interval | None:
        """What something linked to a cell has to show, if it shows minus the public API's number, or does not."""
        shown = self.cell(link)
        flipped = shown is not None and (self._found(link)[2] == "-1") is not negated
        return negative(shown) if shown is not None and flipped else shown

    def negated(self, node: str, kind: str) -> bool:
        """Whether a convention shows minus the numbers of the public API."""
        return any(sign == "-1" for name, (_, _, sign) in self._cells[node].items() if name.startswith(kind))

    def _found(self, link: str) -> tuple[str, str, str]:
        node, _, name = link.partition("|")
        return self._cells.get(node, {}).get(name, ("", "", ""))

    def fans_out(self, node: str) -> bool:
        """Whether several contributions are summed in a card's gradient."""
        return self._symbols[node].get("contributions", "").partition("/")[2] not in ("", "1")

    def whole(self, node: str, kind: str) -> Tensor | None:
        """All of a card's value or gradient; None where cells are hidden or empty."""
        found = {}
        for name in self._cells.get(node, {}):
            if name.partition(":")[0] == kind:
                index = tuple(int(place) for place in name.partition(":")[2].split(","))
                found[index] = self.cell(f"{node}|{name}")
        ranks = {len(index) for index in found}
        if not found or None in found.values() or len(ranks) != 1 or max(ranks) > 2:
            return None
        shape = tuple(max(index[axis] for index in found) + 1 for axis in range(max(ranks)))
        if len(found) != int(np.prod(shape)):
            return None
        low, high = np.empty(shape), np.empty(shape)
        for index, interval in found.items():
            assert interval is not None
            low[index], high[index] = interval.low[0, 0], interval.high[0, 0]
        vector = len(shape) == 1 and shape[0] > 1
        columns = 1 if len(shape) == 1 else shape[1]
        return Tensor(Interval(low.reshape(-1, columns), high.reshape(-1, columns)), vector)

    def tensor(self, name: Name) -> Tensor | None:
        """What a symbol stands for: the cell that its link names, or the card whose own symbol it is."""
        node, _, place = name.link.partition("|")
        if place:
            known = self.beside(name.link, False) if "/∂" in name.text else self.cell(name.link)
            return None if known is None else Tensor(known, False)
        if node not in self._symbols:
            return None
        kind = "gradient" if "gradient" in name.kind else "value"
        found, own, said = self.whole(node, kind), self._symbols[node], _plain(name.text)
        quotient = "/∂" in said
        if found is None or (quotient and kind == "value"):  # ∂s/∂x is a Jacobian
            return None
        if quotient and self.negated(node, kind):
            found = Tensor(negative(found.value), found.vector)  # the card shows δ = −∂E/∂s
        symbol, value = _plain(own.get(kind, "")), _plain(own["value"])
        said = said.removesuffix(self.suffix)
        if found.value.single:  # it has no entries that a symbol could mean: L₂ is the second sample's L
            return (
                found if (said.partition("/∂")[2].startswith(value) if quotient else said.startswith(symbol)) else None
            )
        return found if said == symbol or quotient and said.endswith(f"/∂{value}") else None


class Pile(Stage):
    """The stage of a batch, with all samples' numbers from the Batch tabs' tables: (B, n), a sample in every row."""

    def __init__(self, stage: Stage, tables: Mapping[tuple[str, str], Interval]) -> None:
        super().__init__(stage._cells, stage._symbols, stage.after)
        self.tables = tables

    @property
    def batch(self) -> int:
        """The number of samples."""
        return max(table.shape[0] for table in self.tables.values())

    def whole(self, node: str, kind: str) -> Tensor | None:
        found = self.tables.get((node, kind))
        return super().whole(node, kind) if found is None else Tensor(found, False)


class AnySample(Pile):
    """One sample of a batch, `place`, for symbols with the letter b: z_b, ∂L/∂z_b."""

    suffix = "b"

    def __init__(self, pile: Pile, place: int) -> None:
        super().__init__(pile, {key: table.row(place).transposed for key, table in pile.tables.items()})

    def whole(self, node: str, kind: str) -> Tensor | None:
        found = super().whole(node, kind)
        return found and Tensor(found.value, (node, kind) in self.tables and not found.value.single)

    def tensor(self, name: Name) -> Tensor | None:
        shared = not any(node == name.link.partition("|")[0] for node, _ in self.tables)
        return super().tensor(name) if shared or name.text.endswith("b") else None


def _plain(symbol: str) -> str:
    return symbol.translate(MARKS)
