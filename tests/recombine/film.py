"""A walk through a film, step by step and tab by tab, held against itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tests.recombine import arithmetic as calc
from tests.recombine.calculation import Tally, check
from tests.recombine.displayed import bounds, cell
from tests.recombine.intervals import Interval, exact
from tests.recombine.stage import Pile, Stage
from tests.recombine.tables import (
    checked,
    held,
    jacobian,
    jacobian_symbols,
    numbers_in,
    outer,
    pile,
    product,
    results,
    samples,
    stacked_jacobian,
)

CALCULATED = ("Forward", "Jacobian", "Backward", "Derivation")  # tabs that a computed line has calculations in
STACKED = ("Forward", "Jacobian", "Backward", "Batch")  # tabs that can show all samples as rows
RATE = re.compile(r"(\w) = ([\d.e−]+)[:.]")


class Walk:
    """What `walk.js` brings back."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.pictures: Sequence[Mapping[str, Any]] = found["pictures"]
        self.last: int = found["last"]  # of the steps before any update
        self.explained: Mapping[str, Mapping[str, Any]] = found["explained"]
        nodes = self.pictures[self.last]["nodes"]
        self.nodes: Mapping[str, Mapping[str, Any]] = nodes
        self.batch = self._batch()
        self.constants = {"B": exact(float(self.batch)), **self._rate()}
        self.stage = self._stage(self.last)
        self.pile = Pile(self.stage, {key: table for told in self._told("Batch") for key, table in pile(told)})
        self.around_updates = self._stage(self.last, self._stage(len(self.pictures) - 1))

    def _stage(self, step: int, after: Stage | None = None) -> Stage:
        nodes = self.pictures[step]["nodes"]
        cells, symbols = ({name: node[part] for name, node in nodes.items()} for part in ("cells", "symbols"))
        return Stage(cells, symbols, after)

    def _told(self, tab: str) -> list[Mapping[str, Any]]:
        """What a tab shows of every card, one sample being chosen."""
        return [told for told in self.explained.values() if told["tab"] == tab and not told["stacked"]]

    def _batch(self) -> int:
        """How many samples stand in the tables of the Batch tabs."""
        tables = [table for told in self._told("Batch") for table in told["tables"]]
        return max(len(table["rows"]) for table in tables if not table["sums"])

    def _rate(self) -> dict[str, Interval]:
        """η, or what the lesson calls it, from the sentence of an update."""
        said = (RATE.search(picture["narration"]) for picture in self.pictures if picture["phase"] == "update")
        return {found[1]: bounds(found[2], found[2]) for found in said if found}


def examine(walk: Walk) -> Tally:
    """Everything on the way that can be computed from something else on the way."""
    tally = Tally()
    for where, told in walk.explained.items():
        tally.add(_tab(told, walk, where))
    _covered(walk, tally)
    _steps(walk, tally)
    _updates(walk, tally)
    _mean(walk, tally)
    return tally


def _tab(told: Mapping[str, Any], walk: Walk, where: str) -> Tally:
    """All that one tab of the inspector shows."""
    tally, kind = Tally(), walk.nodes[told["node"]]["kind"]
    tables = {block["wrt"]: numbers_in(block["rows"]) for block in told["jacobians"] if block["rows"]}
    stage = walk.around_updates if told["tab"] == "Backward" and kind == "param" else walk.stage
    along = told["tab"] == "Batch" or told["stacked"] and told["tab"] in STACKED
    rows = walk.pile if along and walk.batch > 1 else None
    for formula in told["formulas"]:
        known = {**walk.constants, **jacobian_symbols(tables.get(formula["wrt"]))}
        tally.add(check(formula["lines"], stage, f"{where}, {formula['title']}", known, rows))
    if told["read"] != told["maths"]:
        tally.complaints.append(f"{where}: {told['maths'] - told['read']} formulas stand in no calculation")
    for table in told["tables"]:
        samples(table, walk.stage, where, tally)
    for block in told["jacobians"]:
        if told["stacked"]:
            stacked_jacobian(block, told, walk.pile, where, tally)
        else:
            jacobian(block, told, walk.stage, where, tally)
    for line in told["products"]:
        product(line, where, tally)
    for block in told["outers"]:
        outer(block, walk.stage, where, tally)
    for row in told["checks"]:
        checked(row, walk.stage, where, tally)
    if told["tab"] in CALCULATED and kind in ("op", "loss") and not tally.recombined + tally.followed:
        tally.complaints.append(f"{where}: there is nothing to recombine")
    return tally


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
            step_down = calc.times(bounds(rate[2], rate[2]), gradient)
            new = calc.add(old, step_down if walk.stage.negated(name, "gradient") else calc.negative(step_down))
            held(tally, f"step {step}", new, cell(text, whole), f"{name} {key} shows {text}")


def _mean(walk: Walk, tally: Tally) -> None:
    """The mean on the loss card is that of the samples' losses in its table."""
    for name, node in walk.nodes.items():
        if "mean:0" not in node["cells"]:
            continue
        tables = walk.explained[f"{name}, Batch"]["tables"]
        losses = numbers_in([row["cells"][:1] for row in tables[0]["rows"]])
        titles = " ".join(formula["title"] for formula in walk.explained[f"{name}, Batch"]["formulas"])
        count = 1.0 if "the sum over the batch" in titles else float(losses.low.size)
        text, whole, _ = node["cells"]["mean:0"]
        objective = calc.divide(calc.total(losses), exact(count))
        held(tally, name, objective, cell(text, whole), f"what the samples' losses make together is shown as {text}")
