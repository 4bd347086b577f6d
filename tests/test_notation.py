"""Notation: markup, guessed symbols, names of gradients and of elements, titles of cards."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from explorer.notation import Notation, parse_label, plain
from explorer.notation.expressions import binding, expression, shorten, title

MLP = Notation({"b1": "b_1", "theta": "θ", "y_hat": "ŷ"}, {"theta": "δ_1", "z": "δ_2"}, loss="L")
LECTURE = Notation({"W1": "W^{(1)}", "o1": "o^{(1)}"}, loss="E", weights="from-to")


@pytest.mark.parametrize(
    ("markup", "label"),
    [
        ("W", (("W", ""),)),
        ("b_1", (("b", ""), ("1", "sub"))),
        ("W^{(1)}", (("W", ""), ("(1)", "sup"))),
        ("w_{i,j}", (("w", ""), ("i,j", "sub"))),
        ("δ_1^k", (("δ", ""), ("1", "sub"), ("k", "sup"))),
        ("b_10", (("b", ""), ("1", "sub"), ("0", ""))),
        ("y\N{COMBINING CIRCUMFLEX ACCENT}", (("ŷ", ""),)),
    ],
)
def test_markup_is_read(markup: str, label: tuple[tuple[str, str], ...]) -> None:
    assert parse_label(markup) == label


@pytest.mark.parametrize(
    ("markup", "character", "wrong"),
    [
        ("", 1, "nothing to show"),
        ("_1", 1, "no symbol before it"),
        ("b_", 2, "ends the symbol"),
        ("W^{(1", 3, "never closed"),
        ("W}", 2, "belongs to no script"),
        ("w_{}", 3, "empty"),
        ("w_{a_b}", 5, "do not nest"),
        ("a__b", 3, "no script"),
    ],
)
def test_malformed_markup_says_where(markup: str, character: int, wrong: str) -> None:
    with pytest.raises(ValueError, match=rf"symbol '.*' \(character {character}\): .*{wrong}"):
        parse_label(markup)


def test_the_lesson_file_cannot_hide_malformed_markup_in_a_notation() -> None:
    with pytest.raises(ValueError, match="never closed"):
        Notation({"W": "W^{"})
    with pytest.raises(ValueError, match="vectors is 'diagonal'"):
        Notation(vectors="diagonal")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("b1", "b₁"),
        ("b_1", "b₁"),
        ("W1", "W₁"),
        ("theta", "θ"),
        ("Theta", "Θ"),
        ("y_hat", "ŷ"),
        ("theta_1", "θ₁"),
        ("x_bar_2", "x̄₂"),
        ("conv2", "conv2"),
        ("loss", "L"),
        ("h", "h"),
        ("_", "_"),
    ],
)
def test_unknown_names_are_guessed(name: str, text: str) -> None:
    assert plain(Notation().symbol(name)) == text


def test_gradients_take_the_lesson_s_name_or_the_quotient() -> None:
    assert plain(MLP.gradient("z")) == "δ₂"
    assert plain(MLP.derivative("z")) == "∂L/∂z"
    assert plain(MLP.gradient("b1")) == "∂L/∂b₁"
    assert plain(MLP.gradient_short("b1")) == "∂L"
    assert plain(LECTURE.gradient("W1")) == "∂E/∂W⁽¹⁾"
    assert MLP.gradient_is_own("theta") and not MLP.gradient_is_own("h")


@pytest.mark.parametrize(
    ("notation", "name", "index", "text"),
    [
        (MLP, "h", (0,), "h₁"),
        (MLP, "W", (1, 2), "W₂,₃"),
        (MLP, "b1", (2,), "(b₁)₃"),
        (MLP, "loss", (), "L"),
        (LECTURE, "o1", (1,), "o₂⁽¹⁾"),
        (LECTURE, "W1", (1, 0), "w₁,₂⁽¹⁾"),
    ],
)
def test_elements_are_counted_from_one(notation: Notation, name: str, index: tuple[int, ...], text: str) -> None:
    assert plain(notation.element(name, index)) == text


@dataclass(frozen=True)
class FakeOp:
    pattern: str
    symbol: str = "?"


@dataclass(frozen=True)
class FakeRead:
    slot: int


@dataclass(frozen=True)
class FakeTemp:
    index: int


@dataclass(frozen=True)
class FakeLiteral:
    value: float


@dataclass(frozen=True)
class FakeApply:
    op: FakeOp
    operands: tuple[object, ...]


@dataclass(frozen=True)
class FakeNode:
    name: str
    inputs: tuple[str, ...]
    code: tuple[FakeApply, ...]


ADD, SUBTRACT, MATMUL, TIMES = (
    FakeOp("{0} + {1}"),
    FakeOp("{0} − {1}"),
    FakeOp("{0}·{1}"),
    FakeOp("{0} ∘ {1}"),
)
SIGMOID, TRANSPOSE = FakeOp("σ({0})", "σ"), FakeOp("{0}ᵀ")


def node(*code: FakeApply) -> FakeNode:
    return FakeNode("n", ("W", "x", "b1"), code)


W, X, B = FakeRead(0), FakeRead(1), FakeRead(2)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ([FakeApply(MATMUL, (W, X)), FakeApply(ADD, (FakeTemp(0), B))], "W·x + b₁"),
        ([FakeApply(SIGMOID, (X,))], "σ"),
        ([FakeApply(MATMUL, (W, X))], "W·x"),
        ([FakeApply(MATMUL, (W, X)), FakeApply(SIGMOID, (FakeTemp(0),))], "σ(W·x)"),
        ([FakeApply(ADD, (X, B)), FakeApply(TIMES, (W, FakeTemp(0)))], "W ∘ (x + b₁)"),
        ([FakeApply(ADD, (X, B)), FakeApply(SUBTRACT, (W, FakeTemp(0)))], "W − (x + b₁)"),
        ([FakeApply(SUBTRACT, (W, X)), FakeApply(SUBTRACT, (FakeTemp(0), B))], "W − x − b₁"),
        ([FakeApply(TRANSPOSE, (W,)), FakeApply(MATMUL, (FakeTemp(0), X))], "Wᵀ·x"),
        ([FakeApply(MATMUL, (W, X)), FakeApply(TRANSPOSE, (FakeTemp(0),))], "(W·x)ᵀ"),
        ([FakeApply(TIMES, (FakeLiteral(0.5), X))], "0.5 ∘ x"),
        ([FakeApply(TIMES, (X, FakeLiteral(-2.0)))], "x ∘ (−2)"),
    ],
)
def test_titles(code: list[FakeApply], text: str) -> None:
    assert plain(title(node(*code), MLP.symbol)) == text  # type: ignore[arg-type]


def test_long_titles_are_shortened_and_the_whole_expression_is_not() -> None:
    line = node(FakeApply(ADD, (W, X)), *[FakeApply(ADD, (FakeTemp(i), B)) for i in range(20)])
    short = plain(title(line, MLP.symbol))  # type: ignore[arg-type]
    assert len(short) <= 24 and short.endswith("…")
    assert plain(expression(line, MLP.symbol)).count("b₁") == 20  # type: ignore[arg-type]
    assert shorten((("W", ""), ("long", "sub")), 3) == (("W…", ""),)


def test_binding() -> None:
    levels = [binding(pattern) for pattern in ("{0} + {1}", "{0}·{1}", "{0}ᵀ", "σ({0})", "max({0} − 1)")]
    assert levels == [1, 2, 3, 4, 4]
