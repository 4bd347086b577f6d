"""Tables are held against themselves, against formulas and against the stage, and a wrong cell is noticed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.recombine.calculation import Tally, check
from tests.recombine.displayed import bounds
from tests.recombine.intervals import Interval
from tests.recombine.stage import Pile, Stage
from tests.recombine.tables import jacobian, numbers_in, outer, product, samples, stacked_jacobian
from tests.recombine.trees import line, matrix, name, row

Row = list[list[str]]


def cells(*texts: str) -> Row:
    """Numbers that are just what they show, linked to nothing."""
    return [[text, text.replace("−", "-"), "", ""] for text in texts]


def exactly(*rows: str) -> Interval:
    return numbers_in([cells(*each.split()) for each in rows])


def stage(**shown: str) -> Stage:
    """Cards with a gradient each, "1 −2"."""
    found = {
        card: {f"gradient:{i}": (text, text.replace("−", "-"), "") for i, text in enumerate(texts.split())}
        for card, texts in shown.items()
    }
    return Stage(found, {card: {"value": card, "gradient": f"∂L/∂{card}"} for card in shown})


def complaints(told: Callable[[Tally], None]) -> int:
    tally = Tally()
    told(tally)
    assert tally.recombined + len(tally.complaints) > 0
    return len(tally.complaints)


@pytest.mark.parametrize(("last", "wrong"), [("−6", 0), ("6", 1), ("−6.001", 1)])
def test_a_cell_of_an_outer_product_is_its_two_factors(last: str, wrong: int) -> None:
    block = {
        "sign": "1",
        "left": cells("1", "2"),
        "top": cells("4", "−3"),
        "products": [cells("4", "−3"), cells("8", last)],
    }
    assert complaints(lambda tally: outer(block, stage(), "here", tally)) == wrong
    minus = {**block, "sign": "-1"}
    assert complaints(lambda tally: outer(minus, stage(), "here", tally)) == 1


@pytest.mark.parametrize(("total", "wrong"), [("0.75", 0), ("0.5", 1)])
@pytest.mark.parametrize("sums", ["row", "column"])
def test_shares_add_up_to_their_sum(sums: str, total: str, wrong: int) -> None:
    numbers = [["0.5"], ["0.25"], [total]] if sums == "row" else [["0.5", "0.25", total]]
    table = {"sums": sums, "rows": [{"cells": cells(*texts)} for texts in numbers]}
    assert complaints(lambda tally: samples(table, stage(), "here", tally)) == wrong


@pytest.mark.parametrize(("minus", "right", "wrong"), [(False, "3 4", 0), (True, "3 4", 1), (False, "4 3", 1)])
def test_a_row_by_its_sheet_is_a_row(minus: bool, right: str, wrong: int) -> None:
    boxes = [[cells("1", "2")], [cells("1", "0"), cells("1", "2")], [cells(*right.split())]]
    told = {"sample": 0, "minus": minus, "boxes": boxes}
    assert complaints(lambda tally: product(told, "here", tally)) == wrong


@pytest.mark.parametrize(("entries", "wrong"), [(["1 2", "3 4"], 0), (["1 3", "2 4"], 1)])
def test_the_table_of_a_jacobian_gives_what_both_ways_show(entries: list[str], wrong: int) -> None:
    formula = {"wrt": "x", "way": True, "lines": [line(matrix("−5", "−6"), left=name("g", "x|"), role="result")]}
    aside = {**formula, "lines": [line(matrix("7"), left=name("p", "y|"), role="result")]}
    block = {"wrt": "x", "rows": [cells(*each.split()) for each in entries]}
    told: dict[str, Any] = {"node": "y", "formulas": [aside, formula]}
    assert complaints(lambda tally: jacobian(block, told, stage(y="1 −2"), "here", tally)) == wrong


@pytest.mark.parametrize(("bias", "wrong"), [("4 6", 0), ("1 2", 1)])
def test_what_all_samples_share_receives_the_sum_of_the_rows(bias: str, wrong: int) -> None:
    batch = Pile(stage(y="1 2", b=bias), {("y", "gradient"): exactly("1 2", "3 4")})
    block = {"wrt": "b", "sheets": [], "rows": [cells("1", "0"), cells("0", "1")]}
    assert complaints(lambda tally: stacked_jacobian(block, {"node": "y"}, batch, "here", tally)) == wrong


@pytest.mark.parametrize(("second", "wrong"), [("−3 −4", 0), ("3 4", 1)])
def test_a_rule_for_any_sample_holds_for_every_one(second: str, wrong: int) -> None:
    tables = {("x", "value"): exactly("1 2", "3 4"), ("y", "value"): exactly("−1 −2", second)}
    batch = Pile(Stage({"x": {}, "y": {}}, {"x": {"value": "x"}, "y": {"value": "y"}}), tables)

    def each(card: str) -> list[Any]:
        return ["msub", {"link": f"{card}|", "class": "value"}, ["mi", {}, card], ["mi", {}, "b"]]

    told = [line(row("−", each("x")), left=each("y"), role="symbols")]
    assert len(check(told, batch, "here", pile=batch).complaints) == wrong


def test_losses_of_a_stack_are_a_column() -> None:
    shown = row(name("SqErr"), "(", matrix("1 2", "3 4"), ",", matrix("0 0", "0 0"), ")")
    batch = Pile(stage(), {("y", "gradient"): exactly("1 2", "3 4")})

    def told(result: list[Any]) -> list[str]:
        return check([line(shown, left=name("E")), line(result, role="result")], batch, "here", pile=batch).complaints

    assert told(matrix("2.5", "12.5")) == []
    assert told(matrix("2.5", "12.51"))
    assert told(["mn", {"number": "15"}, "15"])


def test_a_number_that_lost_digits_to_its_cell_is_one_of_more() -> None:
    assert bounds("0.1235", "0.1234567").width() < bounds("0.123", "0.1234567", digits=3).width()
