"""The evaluator reads what a person reads, and notices what a person should notice."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.recombine.calculation import check
from tests.recombine.displayed import Unreadable, bounds
from tests.recombine.grammar import evaluate
from tests.recombine.intervals import Mismatch
from tests.recombine.reading import Tree, tokens
from tests.recombine.stage import Stage
from tests.recombine.trees import fraction, it, line, matrix, matrix_of, n, name, power, row

NOWHERE = Stage({}, {})
COLUMN, ROW = matrix("0.5", "−1", "2"), matrix("0.5 −1 2")
W = matrix("0.2 −0.4 0.1", "0.7 0.3 −0.6")


def value(tree: Tree) -> np.ndarray:
    """What a formula of exact numbers comes to."""
    found = evaluate(tokens(tree))
    assert found.width() <= 1e-13 * max(1.0, float(np.abs(found.high).max()))
    return (found.low + found.high) / 2


def complaints(*lines: dict[str, Any]) -> list[str]:
    return check(lines, NOWHERE, "here").complaints


# -- displayed numbers -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0.5744", 0.57435, 0.57445),
        ("−0.07476", -0.074765, -0.074755),
        ("−1.235e−5", -1.2355e-5, -1.2345e-5),
        ("0.5", 0.49995, 0.50005),
        ("1", 0.99995, 1.0005),
        ("−0.1", -0.10005, -0.099995),
        ("12", 11.995, 12.005),
        ("123500", 123450, 123550),
        ("1.2e7", 1.1995e7, 1.2005e7),
        ("0.12345678", 0.123456775, 0.123456785),
        ("−12.345678", -12.3456785, -12.3456775),
        ("0", 0, 0),
    ],
)
def test_the_numbers_that_show_as_a_text(text: str, low: float, high: float) -> None:
    found = bounds(text)
    assert (found.low[0, 0], found.high[0, 0]) == pytest.approx((low, high), rel=1e-12)


def test_a_number_that_is_just_what_it_shows_has_no_leeway() -> None:
    assert bounds("0.5", "0.50000000000000000").width() == 0
    assert bounds("−0.5", "0.50000000000000000").width() == 0  # the sign is a convention of the display
    assert bounds("0.5", "0.50000000000000011").width() > 0


# -- what it can read --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (row(it("2"), "·", it("3"), "−", it("1")), 5),
        (row("−", it("2"), "·", it("3"), "+", it("1")), -5),
        (row(it("2"), "−", row("(", it("3"), "−", it("4"), ")")), 3),
        (row(it("2"), "·", row("(", it("−3"), ")")), -6),
        (fraction(it("1"), row(it("2"), "+", it("2"))), 0.25),
        (power(row("(", it("−3"), ")"), it("2")), 9),
        (power(it("−3"), it("2")), -9),
        (power(name("e"), row("−", it("2"))), math.exp(-2)),
        (power(it("2"), it("0.5")), math.sqrt(2)),
        (row(name("σ"), "(", it("2"), ")"), 1 / (1 + math.exp(-2))),
        (row(name("ln"), "(", it("2"), ")"), math.log(2)),
        (row(name("max"), "(", it("0"), ",", it("−2"), ")"), 0),
        (row("[", it("2"), ">", it("0"), "]"), 1),
        (row("[", it("−2"), ">", it("0"), "]"), 0),
        (row("⟨", matrix("1 2"), ",", matrix("3", "4"), "⟩"), 11),
        (row(name("∑"), matrix("1 2 3")), 6),
        (row(W, COLUMN), [[0.7], [-1.15]]),
        (row(power(W, ["mo", {}, "⊤"]), matrix("1", "2")), [[1.6], [0.2], [-1.1]]),
        (row("(", W, ["mrow", {}, COLUMN, power(["mo", {}, ")"], ["mo", {}, "⊤"])]), [[0.7, -1.15]]),
        (row(matrix("1", "2"), ROW), [[0.5, -1, 2], [1, -2, 4]]),
        (row(matrix("1", "2"), "⊗", COLUMN), [[0.5, -1, 2], [1, -2, 4]]),
        (row(matrix("1 0", "0 1"), "⊗", matrix("3 4")), [[3, 4, 0, 0], [0, 0, 3, 4]]),
        (row(matrix("1 2"), matrix("1 0", "0 2"), "∘", matrix("3 3")), [[3, 12]]),
        (row(name("diag"), "(", matrix("1", "2"), ")"), [[1, 0], [0, 2]]),
        (row(matrix("1 2", "3 4"), "+", matrix("10 20")), [[11, 22], [13, 24]]),
        (row(matrix("1", "2"), "·", it("3")), [[3], [6]]),
        (row(name("softmax"), "(", matrix("1", "2"), ")"), [[0.2689414213699951], [0.7310585786300049]]),
        (row(name("SqErr"), "(", matrix("1", "2"), ",", matrix("0", "0"), ")"), 2.5),
        (row(name("CE"), "(", matrix("0.5", "0.5"), ",", matrix("1", "0"), ")"), math.log(2)),
        (row(name("BCE"), "(", it("0.5"), ",", it("1"), ")"), math.log(2)),
        (row(name("σ·BCE"), "(", it("0"), ",", it("1"), ")"), math.log(2)),
        (row("[", it("2"), "·", it("3"), ",", it("−1"), "]"), [[6, -1]]),
        (matrix_of([row(it("2"), "·", it("3")), it("0")], [it("0"), row(it("1"), "−", it("2"))]), [[6, 0], [0, -1]]),
        (matrix_of([row(matrix("1 2"), matrix("1 0", "0 2"))], [matrix("5 6")]), [[1, 4], [5, 6]]),
        (row(it("2"), ["mtext", {"class": "words"}, " for j ≠ i"]), 2),
        (row(["mrow", {"class": "mark cancel"}, it("2")], "−", it("3")), -1),
        (["munder", {}, ["munder", {}, row(it("2"), "+", it("3")), ["mo", {}, "⏟"]], ["mn", {}, "1"]], 5),
    ],
)
def test_formulas(tree: Tree, expected: object) -> None:
    assert value(tree) == pytest.approx(np.atleast_2d(np.asarray(expected, dtype=float)), rel=1e-13)


@pytest.mark.parametrize(
    "tree",
    [
        row(it("2"), "·", it("−3")),  # two signs in a row
        row(it("2"), it("−3")),  # reads as a difference
        row(name("ζ"), "(", it("2"), ")"),
        row("(", it("2")),
        row(it("2"), "⋆", it("3")),
        ["mglyph", {}, "2"],
    ],
)
def test_what_is_no_formula_is_not_passed_over(tree: Tree) -> None:
    with pytest.raises(Unreadable):
        evaluate(tokens(tree))


@pytest.mark.parametrize(
    "tree",
    [row(W, ROW), row(COLUMN, "∘", ROW), row(COLUMN, "+", ROW), row(ROW, W), row(COLUMN, "∘", matrix("1", "2"))],
)
def test_shapes_that_do_not_fit_are_no_formula(tree: Tree) -> None:
    with pytest.raises(Mismatch):
        evaluate(tokens(tree))


# -- what it notices ---------------------------------------------------------------------------------------------------
def test_a_calculation_that_adds_up() -> None:
    shown = [line(row(W, COLUMN), left=name("s")), line(matrix("0.7", "−1.15"), role="result")]
    assert complaints(*shown) == []


@pytest.mark.parametrize(
    ("right", "result"),
    [
        (row(W, COLUMN), matrix("0.7", "1.15")),  # a flipped sign
        (row(W, COLUMN), matrix("0.7 −1.15")),  # a transposed result
        (row(W, COLUMN), matrix("0.7", "−1.151")),  # off by one unit of the last digit
        (row(matrix("1 2", "3 4"), matrix("1", "1")), matrix("4", "6")),  # the matrix should have been transposed
        (row(fraction(it("1"), it("4")), "·", matrix("2", "4")), matrix("2", "4")),  # 1/B dropped
        (row(matrix("2", "4"), "·", it("0.25")), matrix("0.5", "1.001")),
        (row(name("σ"), "(", it("0.3"), ")"), n("0.5745")),  # it is 0.5744
        (row(it("0.5"), "−", it("0.25"), "·", it("0.1")), it("0.025")),  # the difference taken first
        (row(it("1"), "−", row("(", n("0.5744"), ")")), n("0.4258")),
    ],
)
def test_a_slip_is_noticed(right: Tree, result: Tree) -> None:
    assert len(complaints(line(right, left=name("s")), line(result, role="result"))) == 1


def test_rounding_is_no_slip() -> None:
    right = row(n("0.3333"), "·", n("0.6667"))
    assert complaints(line(right, left=name("p")), line(n("0.2222"), role="result")) == []
    assert complaints(line(right, left=name("p")), line(n("0.2223"), role="result")) == []
    assert complaints(line(right, left=name("p")), line(n("0.2224"), role="result"))


def test_every_line_of_a_chain_and_every_part_of_a_line_is_held_against_the_result() -> None:
    first = line(row(it("2"), "·", it("3"), "=", it("7")), left=name("p"))
    assert len(complaints(first)) == 1
    lines = [line(row(it("2"), "·", it("3")), left=name("p")), line(row(it("3"), "+", it("4"))), line(it("6"))]
    assert len(complaints(*lines)) == 1


def test_pieces_of_a_broken_line_are_one_formula() -> None:
    pieces = line(row("−", it("2")), row("−", row("(", it("1"), "+", it("2"))), row("+", it("3"), ")"), left=name("p"))
    assert complaints(pieces, line(it("−8"), role="result")) == []
    assert complaints(pieces, line(it("−2"), role="result"))
    without_sign = line(matrix("1 2"), matrix("1 0", "0 2"), left=name("δ"))
    assert complaints(without_sign, line(matrix("1 4"), role="result")) == []


def test_an_unknown_name_among_numbers_is_a_complaint_and_among_symbols_none() -> None:
    named = row(it("2"), name("x"))
    assert complaints(line(named, left=name("p")), line(it("6"), role="result"))
    assert not complaints(line(named, left=name("p"), role="symbols"), line(it("6"), role="result"))


def test_hidden_entries_are_passed_over_and_shown_ones_are_not() -> None:
    tall, vector = matrix("1 0", "0 1", "⋮ ⋮", "1 1"), matrix("2", "3")
    assert complaints(line(row(tall, vector), left=name("p")), line(matrix("2", "3", "⋮", "5"), role="result")) == []
    assert complaints(line(row(tall, vector), left=name("p")), line(matrix("2", "⋮", "5"), role="result")) == []
    assert complaints(line(row(tall, vector), left=name("p")), line(matrix("2", "3", "⋮", "6"), role="result"))
    assert complaints(line(row(tall, vector), left=name("p")), line(matrix("2", "3", "5"), role="result"))
    formulas = matrix_of([row(it("1"), "·", it("2"))], [["mo", {}, "⋮"]], [it("5")])
    assert complaints(line(formulas, left=name("p")), line(matrix("2", "4", "⋮", "5"), role="result")) == []
    assert complaints(line(formulas, left=name("p")), line(matrix("3", "4", "⋮", "5"), role="result"))
    hidden = line(row(matrix("1 ⋯ 1"), matrix("1", "⋮", "1")), left=name("p"))
    tally = check([hidden, line(it("6"), role="result")], NOWHERE, "here")
    assert (tally.recombined, tally.open) == (0, 1)
    tally = check([line(row(it("1"), "+", "⋯", "+", it("2")), left=name("p")), line(it("9"))], NOWHERE, "here")
    assert (tally.recombined, tally.open) == (0, 1)


# -- the stage ---------------------------------------------------------------------------------------------------------
STAGE = Stage(
    {
        "W": {f"value:{i},{j}": (text, "", "") for i, r in enumerate(["12", "34"]) for j, text in enumerate(r)},
        "x": {"value:0": ("5", "", ""), "value:1": ("6", "", "")},
        "s": {"value:0": ("17", "17", ""), "value:1": ("39", "39", "")},
    },
    {"W": {"value": "W1"}, "x": {"value": "x"}, "s": {"value": "s"}},
)
W_1 = ["msub", {"link": "W|", "class": "value"}, ["mi", {}, "W"], ["mn", {}, "1"]]


def test_numbers_are_those_of_the_cells_that_they_stand_for() -> None:
    def told(text: str) -> list[str]:
        return check([line(n(text, link="x|value:0"), left=name("x"))], STAGE, "here").complaints

    assert told("5") == []
    assert len(told("5.1")) == 1


@pytest.mark.parametrize(
    ("formula", "follows"),
    [
        (row(W_1, name("x", "x|")), True),
        (row(name("x", "x|"), W_1), False),
        (row(power(W_1, ["mo", {}, "⊤"]), name("x", "x|")), False),
        (row("−", W_1, name("x", "x|")), False),
        (row(W_1, name("x", "x|"), "+", it("1")), False),
    ],
)
def test_symbols_are_followed_with_the_numbers_of_the_stage(formula: Tree, follows: bool) -> None:
    shown = [line(formula, left=name("s", "s|"), role="symbols"), line(matrix("17", "39"), role="result")]
    tally = check(shown, STAGE, "here")
    assert bool(tally.complaints) is not follows
    assert tally.followed == (2 if follows else 1)  # the left side is a symbol, too
