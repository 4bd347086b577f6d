"""A walk through a film, step by step and tab by tab, held against itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tests.recombine import intervals as i
from tests.recombine.calculation import Tally, check, equations
from tests.recombine.intervals import Interval, Mismatch, agree
from tests.recombine.reading import Shown, bounds, cell, number
from tests.recombine.stage import Stage

VISIBLE = 1e-5  # a relative error from which on four digits may differ
RATE = re.compile(r"(\w) = ([\d.e−]+)[:.]")


class Walk:
    """What `walk.js` brings back."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.pictures: Sequence[Mapping[str, Any]] = found["pictures"]
        self.batch: int = found["batch"]
        self.last: int = found["last"]  # of the steps before any update
        self.explained: Mapping[str, Mapping[str, Any]] = found["explained"]
        nodes = self.pictures[self.last]["nodes"]
        self.nodes: Mapping[str, Mapping[str, Any]] = nodes
        self.constants = {"B": i.exact(float(self.batch)), **self._rate()}
        self.stage = Stage(
            {name: node["cells"] for name, node in nodes.items()},
            {name: node["symbols"] for name, node in nodes.items()},
        )

    def _rate(self) -> dict[str, Interval]:
        """η, or what the lesson calls it, from the sentence of an update."""
        said = (RATE.search(picture["narration"]) for picture in self.pictures if picture["phase"] == "update")
        return {found[1]: bounds(found[2], found[2]) for found in said if found}


def examine(walk: Walk) -> Tally:
    """Everything on the way that can be computed from something else on the way."""
    tally = Tally()
    for where, told in walk.explained.items():
        tables = {block["wrt"]: _numbers(block["rows"]) for block in told["jacobians"] if block["rows"]}
        for formula in told["formulas"]:
            known = {**walk.constants, **_jacobian_symbols(tables.get(formula["wrt"]))}
            tally.add(check(formula["lines"], walk.stage, f"{where}, {formula['title']}", known))
        if told["read"] != told["maths"]:
            tally.complaints.append(f"{where}: {told['maths'] - told['read']} formulas stand in no calculation")
        for table in told["tables"]:
            _table(table, walk, where, tally)
        for block in told["jacobians"]:
            _jacobian(block, told, walk, where, tally)
        for row in told["checks"]:
            _checked(row, walk, where, tally)
    _covered(walk, tally)
    _steps(walk, tally)
    _updates(walk, tally)
    _mean(walk, tally)
    return tally


def _held(tally: Tally, where: str, value: Interval, shown: Interval, said: str) -> None:
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


# -- tables ------------------------------------------------------------------------------------------------------------
def _numbers(rows: Sequence[Sequence[Sequence[str]]]) -> Interval:
    entries = [[bounds(entry[0], entry[1]) for entry in row] for row in rows]
    low, high = ([[getattr(x, end)[0, 0] for x in row] for row in entries] for end in ("low", "high"))
    return Interval(np.array(low), np.array(high))


def _table(table: Mapping[str, Any], walk: Walk, where: str, tally: Tally) -> None:
    """Sums of samples' shares, down or across; linked cells are the stage's."""
    rows = table["rows"]
    for row in rows:
        for entry in row["cells"]:
            _linked(entry, walk, where, tally)
    if table["sums"] == "row":
        shares, total = _numbers([row["cells"] for row in rows[:-1]]), _numbers([rows[-1]["cells"]])
        _held(tally, where, i.matmul(i.exact(np.ones((1, len(rows) - 1))), shares), total, "the sum of the shares")
    elif table["sums"] == "column":
        shares = _numbers([row["cells"][:-1] for row in rows])
        total = _numbers([row["cells"][-1:] for row in rows])
        _held(tally, where, i.matmul(shares, i.exact(np.ones((shares.shape[1], 1)))), total, "the sum of the shares")


def _linked(entry: Sequence[str], walk: Walk, where: str, tally: Tally) -> None:
    """A linked cell of a table shows what its cell on the stage shows."""
    text, _, link, sign = entry
    shown = walk.stage.beside(link, sign == "-1") if link else None
    if shown is not None:
        tally.linked += 1
        if not np.all(agree(shown, bounds(text))[0]):
            tally.complaints.append(f"{where}: {text} stands for {link}, which shows {walk.stage.text(link)}")


def _checked(row: Mapping[str, Any], walk: Walk, where: str, tally: Tally) -> None:
    """Numbers that are said to agree do so as far as they are shown.

    Their relative errors are smaller than what is shown of them, and cannot be computed from it.
    """
    _linked(row["analytic"], walk, where, tally)
    for text, whole, off in row["found"]:
        if "same" in row["verdict"] and number(off) < VISIBLE:
            _held(
                tally, where, bounds(*row["analytic"][:2]), bounds(text, whole), f"{row['analytic'][0]} beside {text}"
            )


def _flat(value: Interval) -> Interval:
    return Interval(value.low.reshape(-1, 1), value.high.reshape(-1, 1))


def _jacobian_symbols(table: Interval | None) -> Mapping[str, Interval]:
    """J is the matrix in the table, I the identity with as many rows."""
    return {} if table is None else {"J": table, "I": i.exact(np.eye(table.shape[0]))}


def _jacobian(block: Mapping[str, Any], told: Mapping[str, Any], walk: Walk, where: str, tally: Tally) -> None:
    """The whole matrix, as the table shows it, times the upstream gradient on the stage is what both ways come to."""
    where = f"{where}, by {block['wrt']}"
    upstream = walk.stage.whole(told["node"], "gradient")
    if not block["rows"] or upstream is None:
        return
    ways = [formula for formula in told["formulas"] if formula["way"] and formula["wrt"] == block["wrt"]]
    arrives = walk.stage.negated(told["node"], "gradient")
    product = i.matmul(_numbers(block["rows"]).transposed, _flat(upstream.value))
    shown = [shown for shown in results(ways) if shown.value.gaps == (None, None)]
    for result in shown:
        made = product if result.negated == arrives else i.negative(product)
        _held(tally, where, made, _flat(result.value), f"the table's Jᵀ · upstream beside {result.text}")
    if ways and not shown:
        tally.complaints.append(f"{where}: no result is shown whole")


# -- the stage ---------------------------------------------------------------------------------------------------------
def _covered(walk: Walk, tally: Tally) -> None:
    """Every computed number of a card is the result of a calculation."""
    for name, node in walk.nodes.items():
        for kind, tab in (("value", "Forward"), ("gradient", "Backward")):
            wanted = {f"{name}|{key}" for key in node["cells"] if key.startswith(kind)}
            linked = {
                link for shown in results(walk.explained[f"{name}, {tab}"]["formulas"]) for _, _, link, _ in shown.links
            }
            if wanted - linked and node[kind] == "done":
                tally.complaints.append(f"{name}, {tab}: no result for {', '.join(sorted(wanted - linked))}")


def _steps(walk: Walk, tally: Tally) -> None:
    """From the step at which it appears, a number stays as it is until the updates, but for sums that are under way."""
    final = walk.pictures[walk.last]["nodes"]
    for step, picture in enumerate(walk.pictures[: walk.last + 1]):
        for name, node in picture["nodes"].items():
            for key, (text, *_) in node["cells"].items():
                under_way = key.startswith("gradient") and node["gradient"] == "partial"
                if text and not under_way and text != final[name]["cells"][key][0]:
                    tally.complaints.append(
                        f"step {step}: {name} {key} shows {text}, later {final[name]['cells'][key][0]}"
                    )


def _updates(walk: Walk, tally: Tally) -> None:
    """new = old − η · gradient, in every cell, with the rate that the sentence under the stage names."""
    for step, picture in enumerate(walk.pictures):
        if picture["phase"] != "update":
            continue
        name = picture["now"]
        rate = RATE.search(picture["narration"])
        if rate is None:
            tally.complaints.append(f"step {step}: no learning rate in “{picture['narration']}”")
            continue
        for key, (text, whole, _) in picture["nodes"][name]["cells"].items():
            kind, _, index = key.partition(":")
            if kind != "value":
                continue
            old, gradient = (walk.stage.cell(f"{name}|{kind}:{index}") for kind in ("value", "gradient"))
            assert old is not None and gradient is not None
            step_down = i.times(bounds(rate[2], rate[2]), gradient)
            new = i.add(old, step_down if walk.stage.negated(name, "gradient") else i.negative(step_down))
            _held(tally, f"step {step}", new, cell(text, whole), f"{name} {key} shows {text}")


def _mean(walk: Walk, tally: Tally) -> None:
    """The mean on the loss card is that of the samples' losses in its table."""
    for name, node in walk.nodes.items():
        if "mean:0" not in node["cells"]:
            continue
        tables = walk.explained[f"{name}, Batch"]["tables"]
        losses = _numbers([row["cells"][:1] for row in tables[0]["rows"]])
        titles = " ".join(formula["title"] for formula in walk.explained[f"{name}, Batch"]["formulas"])
        count = 1.0 if "the sum over the batch" in titles else float(losses.low.size)
        text, whole, _ = node["cells"]["mean:0"]
        objective = i.divide(i.total(losses), i.exact(count))
        _held(tally, name, objective, cell(text, whole), f"what the samples' losses make together is shown as {text}")
