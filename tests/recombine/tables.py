"""The inspector's tables, held against themselves, against the formulas beside them and against the stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tests.recombine import arithmetic as calc
from tests.recombine.calculation import Tally, equations
from tests.recombine.displayed import bounds, number
from tests.recombine.intervals import Interval, Mismatch, agree, exact
from tests.recombine.stage import Pile, Stage
from tests.recombine.tokens import Shown

VISIBLE = 1e-5  # a relative error from which on four digits may differ


def held(tally: Tally, where: str, value: Interval, shown: Interval, said: str) -> None:
    """One more thing that has to add up."""
    try:
        meets, telling = agree(value, shown)
    except Mismatch as error:
        tally.complaints.append(f"{where}: {said}: {error}")
        return
    if not np.all(meets):
        place = tuple(np.argwhere(~meets)[0])
        tally.complaints.append(f"{where}: {said}: from {value.low[place]:.8g} to {value.high[place]:.8g}")
    elif np.any(telling):
        tally.recombined += 1
    else:
        tally.open += 1


def results(formulas: Sequence[Mapping[str, Any]]) -> list[Shown]:
    """The displayed results of calculations, in order."""
    found = []
    for formula in formulas:
        for chain in equations(formula["lines"]):
            match chain[-1].found:
                case [Shown() as shown]:
                    found.append(shown)
    return found


def numbers_in(rows: Sequence[Sequence[Sequence[str]]]) -> Interval:
    entries = [[bounds(entry[0], entry[1]) for entry in row] for row in rows]
    low, high = ([[getattr(x, end)[0, 0] for x in row] for row in entries] for end in ("low", "high"))
    return Interval(np.array(low), np.array(high))


def samples(table: Mapping[str, Any], stage: Stage, where: str, tally: Tally) -> None:
    """Sums of samples' shares, down or across; linked cells are the stage's."""
    rows = table["rows"]
    for row in rows:
        for entry in row["cells"]:
            _linked(entry, stage, where, tally)
    if table["sums"] == "row":
        shares, total = numbers_in([row["cells"] for row in rows[:-1]]), numbers_in([rows[-1]["cells"]])
        held(tally, where, calc.matmul(exact(np.ones((1, len(rows) - 1))), shares), total, "the sum of the shares")
    elif table["sums"] == "column":
        shares = numbers_in([row["cells"][:-1] for row in rows])
        total = numbers_in([row["cells"][-1:] for row in rows])
        held(tally, where, calc.matmul(shares, exact(np.ones((shares.shape[1], 1)))), total, "the sum of the shares")


def _linked(entry: Sequence[str], stage: Stage, where: str, tally: Tally) -> None:
    """A linked cell of a table shows what its cell on the stage shows."""
    text, _, link, sign = entry
    shown = stage.beside(link, sign == "-1") if link else None
    if shown is not None:
        tally.linked += 1
        if not np.all(agree(shown, bounds(text))[0]):
            tally.complaints.append(f"{where}: {text} stands for {link}, which shows {stage.text(link)}")


def checked(row: Mapping[str, Any], stage: Stage, where: str, tally: Tally) -> None:
    """Numbers that are said to agree do so as far as they are shown.

    Their relative errors are smaller than what is shown of them, and cannot be computed from it.
    """
    _linked(row["analytic"], stage, where, tally)
    for text, whole, off in row["found"]:
        if "same" in row["verdict"] and number(off) < VISIBLE:
            held(tally, where, bounds(*row["analytic"][:2]), bounds(text, whole), f"{row['analytic'][0]} beside {text}")


def pile(told: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Interval]]:
    """All samples' values and gradients in the tables of a Batch tab: (node, kind), numbers (B, n).

    What a column holds is told by the chosen sample's row, whose cells are linked to the stage.
    """
    for table in told["tables"]:
        linked: Sequence[Sequence[str]] = next(
            (row["cells"] for row in table["rows"] if any(entry[2] for entry in row["cells"])), []
        )
        names = [(node, cell.partition(":")[0]) for node, _, cell in (entry[2].partition("|") for entry in linked)]
        for name in dict.fromkeys(names) if not table["sums"] else ():
            places = [place for place, found in enumerate(names) if found == name]
            yield name, numbers_in([[row["cells"][place] for place in places] for row in table["rows"]])


def stacked_jacobian(block: Mapping[str, Any], told: Mapping[str, Any], batch: Pile, where: str, tally: Tally) -> None:
    """Every sample's row of upstream gradients, times its own Jacobian or the one of all, is its row of the result.

    What all samples share receives the sum of the rows.
    """
    where, node, wrt = f"{where}, by {block['wrt']}", told["node"], block["wrt"]
    upstream, received = batch.tables.get((node, "gradient")), batch.whole(wrt, "gradient")
    matrices = {sheet["sample"]: numbers_in(sheet["rows"]) for sheet in block["sheets"]}
    if block["rows"]:
        matrices = dict.fromkeys(range(batch.batch), numbers_in(block["rows"]))
    if upstream is None or received is None or len(matrices) < batch.batch or batch.fans_out(wrt):
        return
    rows = [calc.matmul(upstream.row(sample), matrix) for sample, matrix in sorted(matrices.items())]
    made = Interval(np.vstack([row.low for row in rows]), np.vstack([row.high for row in rows]))
    if batch.negated(node, "gradient") != batch.negated(wrt, "gradient"):
        made = calc.negative(made)
    if (wrt, "gradient") not in batch.tables:
        made = calc.matmul(exact(np.ones((1, batch.batch))), made)
    held(tally, where, _flat(made), _flat(received.value), "all rows by their Jacobians")


def product(line: Mapping[str, Any], where: str, tally: Tally) -> None:
    """row · sheet = row, in boxes."""
    left, sheet, right = (numbers_in(box) for box in line["boxes"])
    made = calc.matmul(left, sheet)
    said = f"the row of sample {line['sample'] + 1}"
    held(tally, where, calc.negative(made) if line["minus"] else made, right, said)


def outer(block: Mapping[str, Any], stage: Stage, where: str, tally: Tally) -> None:
    """Every cell of an outer product is its row's factor times its column's."""
    for entry in [*block["left"], *block["top"], *(cell for row in block["products"] for cell in row)]:
        _linked(entry, stage, where, tally)
    product = calc.matmul(numbers_in([block["left"]]).transposed, numbers_in([block["top"]]))
    made = calc.negative(product) if block["sign"] == "-1" else product
    held(tally, where, made, numbers_in(block["products"]), "the table of products")


def _flat(value: Interval) -> Interval:
    return Interval(value.low.reshape(-1, 1), value.high.reshape(-1, 1))


def jacobian_symbols(table: Interval | None) -> Mapping[str, Interval]:
    """J is the matrix in the table, I the identity with as many rows."""
    return {} if table is None else {"J": table, "I": exact(np.eye(table.shape[0]))}


def _is_of(left: Any, node: str) -> bool:
    """Whether a left side is a node's, and not a number of its own on the way, such as ⟨s, ∂L/∂s⟩."""
    _, attributes, *children = left
    own = attributes.get("link", "").partition("|")[0] == node
    return own or any(_is_of(child, node) for child in children if isinstance(child, list))


def jacobian(block: Mapping[str, Any], told: Mapping[str, Any], stage: Stage, where: str, tally: Tally) -> None:
    """The whole matrix, as the table shows it, times the upstream gradient on the stage is what both ways come to."""
    where = f"{where}, by {block['wrt']}"
    upstream = stage.whole(told["node"], "gradient")
    if not block["rows"] or upstream is None:
        return
    ways = [
        formula
        for formula in told["formulas"]
        if formula["way"] and formula["wrt"] == block["wrt"] and _is_of(formula["lines"][0]["left"], block["wrt"])
    ]
    arrives = stage.negated(told["node"], "gradient")
    product = calc.matmul(numbers_in(block["rows"]).transposed, _flat(upstream.value))
    shown = [shown for shown in results(ways) if shown.value.gaps == (None, None)]
    for result in shown:
        made = product if result.negated == arrives else calc.negative(product)
        held(tally, where, made, _flat(result.value), f"the table's Jᵀ · upstream beside {result.text}")
    if ways and not shown:
        tally.complaints.append(f"{where}: no result is shown whole")
