"""The pieces of derivations: what they come to, how they are typeset, how they are read aloud."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from explorer.explain import formula as f
from explorer.explain.derived import (
    BigSum,
    Braced,
    Derivative,
    Grid,
    Listed,
    Marked,
    Outer,
    Remark,
    Series,
    column,
    grid,
    marked,
)
from explorer.explain.printer import Printer
from explorer.explain.text import text


def symbol(name: str, value: float, index: int | None = None) -> f.Symbol:
    cells = None if index is None else f.Cells("o", "value", (9,), (index,))
    return f.Symbol(((name, ""),), np.asarray(value), cells)


def found(tree: Any, tag: str) -> list[Any]:
    """All elements of a tag."""
    if not isinstance(tree, list):
        return []
    inner = [one for child in tree[2:] for one in found(child, tag)]
    return [tree, *inner] if tree[0] == tag else inner


def said(tree: Any) -> str:
    """The text of a tree, numbers with it."""
    if isinstance(tree, str):
        return tree
    if isinstance(tree, dict):
        return f"{tree['number']:g}"
    return "".join(said(child) for child in tree[2:])


def both(formula: f.Formula) -> tuple[str, str]:
    return said(Printer().row(formula)), said(Printer("numbers").row(formula))


TERMS = tuple(symbol("abcdefg"[i], i + 1.0, i) for i in range(7))


def test_a_sum_with_an_index_has_its_limits_and_in_numbers_its_terms() -> None:
    total = BigSum("j = 1", "k", symbol("x", 1.0), TERMS[:3])
    assert float(total.evaluate()) == 6.0
    assert both(total) == ("∑j=1kx", "1+2+3")
    assert [one[0] for one in (found(Printer().row(total), "munderover"))] == ["munderover"]
    assert (text(total), text(total, True)) == ("Σ_(j=1…k) x", "1 + 2 + 3")
    assert text(BigSum("k ≠ i", "", TERMS[0], TERMS[1:])) == "Σ_(k ≠ i) a"


def test_a_long_sum_is_elided_around_the_term_that_matters() -> None:
    series = Series(TERMS, 4)
    assert float(series.evaluate()) == 28.0
    assert text(series) == "a + b + … + e + … + g"
    assert text(Series(TERMS[:5])) == "a + b + c + d + e"
    negative = Series((f.Negative(TERMS[0]), TERMS[1], f.Negative(TERMS[2])))
    assert both(negative) == ("−a+b−c", "−1+2−3")


def test_derivatives_stand_over_one_another_or_before() -> None:
    slope = Derivative(TERMS[0], TERMS[1], np.asarray(-0.5))
    assert both(slope) == ("∂a∂b", "-0.5") and text(slope) == "∂a/∂b"
    before = Derivative(f.Sum((TERMS[0], TERMS[2])), TERMS[1], np.asarray(2.0), apart=True)
    assert said(Printer().row(before)) == "∂∂b(a+c)" and text(before) == "∂/∂b (a + c)"
    assert text(Derivative(TERMS[0], TERMS[1], np.asarray(1.0), d="d")) == "da/db"
    product = Derivative(f.Product(TERMS[:2]), TERMS[2], np.asarray(0.0), apart=True)
    assert said(Printer().row(product)) == "∂∂c(a\N{INVISIBLE TIMES}b)" and text(product) == "∂/∂c (a·b)"


def test_every_symbol_of_a_derivative_points_at_its_own_cell() -> None:
    printed = Printer().row(Derivative(TERMS[0], TERMS[1], np.asarray(1.0)))
    links = [one[1].get("link") for one in found(printed, "mrow") if "link" in one[1]]
    assert links == ["o|value:0", "o|value:1"]


def test_a_grid_shows_the_ends_of_what_is_large_and_holds_all_of_it() -> None:
    numbers = np.arange(63.0).reshape(7, 9)
    made = grid((7, 9), lambda i, j: symbol("m", numbers[i, j]), numbers)
    assert np.array_equal(made.evaluate(), numbers)
    rows = found(Printer().row(made), "mtr")
    assert len(rows) == 5 and len(rows[0]) == 2 + 4 and said(rows[3]) == "⋮⋮⋱⋮" and said(rows[0]) == "mm⋯m"
    small = grid((2, 2), lambda i, j: symbol("m", i + j))
    assert np.array_equal(small.evaluate(), [[0, 1], [1, 2]])
    assert text(small, True) == "[0, 1; 1, 2]"


def test_columns_stand_and_rows_lie() -> None:
    standing = column(lambda at: TERMS[at], np.arange(3.0))
    lying = column(lambda at: TERMS[at], np.arange(3.0), row=True)
    assert (standing.evaluate().shape, lying.evaluate().shape) == ((3, 1), (1, 3))
    assert (text(standing), text(lying)) == ("[a; b; c]", "[a, b, c]")


def test_a_row_written_by_hand_may_be_broken_at_its_commas() -> None:
    listed = Listed((f.Sum(TERMS[:2]), f.Negative(TERMS[2])))
    assert listed.evaluate().tolist() == [[3.0, -3.0]]
    assert [said(chunk) for chunk in Printer().chunks(listed)] == ["[a+b,", "−c]"]
    share = f.Product((f.Fraction(f.ONE, symbol("B", 4.0)), listed))
    assert [said(chunk) for chunk in Printer().chunks(share)] == ["1B·[a+b,", "−c]"]


@pytest.mark.parametrize(
    ("mark", "words"), [("cancel", "a (cancels)"), ("zero", "a (is 0)"), ("one", "a (is 1)"), ("kept", "a")]
)
def test_marks_are_seen_and_said(mark: Any, words: str) -> None:
    made = Marked(TERMS[0], mark)
    assert float(made.evaluate()) == 1.0 and text(made) == words
    printed = Printer().row(made)
    if mark == "one":
        assert said(printed) == "a⏟1"
    else:
        assert printed[1]["class"] == f"mark {mark}"


def test_a_marked_term_keeps_its_sign_and_its_parentheses() -> None:
    negative = Series((TERMS[0], marked(f.Negative(TERMS[1]), "zero")))
    assert both(negative) == ("a−b", "1−2")
    product = Marked(f.Product((symbol("u", -2.0), TERMS[2])), "zero")
    assert text(Series((TERMS[0], product)), True) == "1 + (−2)·3 (is 0)"
    assert both(Series((TERMS[0], product)))[1] == "1+(-2)·3"
    assert text(f.Product((TERMS[0], Marked(f.Sum(TERMS[1:3]), "cancel")))) == "a·(b + c) (cancels)"


def test_a_brace_holds_a_sum_in_its_parentheses() -> None:
    braced = f.Product((TERMS[0], Braced(f.Sum(TERMS[1:3]), TERMS[4])))
    assert float(braced.evaluate()) == 5.0
    assert both(braced) == ("a\N{INVISIBLE TIMES}(b+c)⏟e", "1·(2+3)")


def test_an_outer_product_takes_vectors_as_they_stand() -> None:
    a, b = f.Symbol((("a", ""),), np.array([[1.0], [2.0]])), f.Symbol((("b", ""),), np.array([[3.0], [4.0]]))
    assert Outer(a, b).evaluate().tolist() == [[3.0, 4.0], [6.0, 8.0]]
    assert text(Outer(a, f.Transpose(b))) == "a ⊗ bᵀ"


def test_words_follow_a_formula() -> None:
    made = Remark(f.Number(0.0), " for j ≠ i")
    assert float(made.evaluate()) == 0.0 and text(made) == "0 for j ≠ i"
    assert found(Printer().row(made), "mtext")[0][1]["class"] == "words"


def test_indices_are_letters_and_numbers_between_commas() -> None:
    whole = f.Symbol((("w", ""), ("i,2", "sub"), ("(1)", "sup")), np.asarray(1.0))
    (scripted,) = found(Printer().row(whole), "msubsup")
    assert [one[0] for one in found(scripted, "mrow")[0][2:]] == ["mi", "mo", "mn"]
    assert said(scripted) == "wi,2(1)"
    assert isinstance(Grid(((None,),), np.ones((1, 1))).evaluate(), np.ndarray)
