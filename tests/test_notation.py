"""Notation: markup, guessed symbols, names of gradients and of elements, titles of cards."""

from __future__ import annotations

import pytest

from explorer.engine.graph import Graph
from explorer.notation import Notation, parse_label, plain
from explorer.notation.expressions import binding, expression, shorten

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
        (Notation(entries="small"), "W", (1, 0), "w₂,₁"),
        (Notation(entries="small", weights="from-to"), "W", (1, 0), "w₁,₂"),
        (Notation(vectors="row", weights="from-to"), "W", (1, 0), "w₂,₁"),
    ],
)
def test_elements_are_counted_from_one(notation: Notation, name: str, index: tuple[int, ...], text: str) -> None:
    assert plain(notation.element(name, index)) == text


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("W @ x + b1", "W·x + b₁"),
        ("sigmoid(x)", "σ"),
        ("W @ x", "W·x"),
        ("σ(W @ x)", "σ(W·x)"),
        ("b1 * (x + b1)", "b₁ ∘ (x + b₁)"),
        ("b1 - (x + b1)", "b₁ − (x + b₁)"),
        ("b1 - x - b1", "b₁ − x − b₁"),
        ("W.T @ x", "Wᵀ·x"),
        ("(W @ W).T", "(W·W)ᵀ"),
        ("0.5 * x", "0.5 ∘ x"),
        ("x * -2", "x ∘ (−2)"),
        ("square(x)", "(x)²"),
        ("bce(x, b1)", "BCE"),
        ("sqerr(x, b1)", "SqErr"),
        ("x[0:2]", "x[0:2]"),
        ("concat(x, b1)", "concat"),
    ],
)
def test_titles(line: str, text: str) -> None:
    graph = Graph.parse(f"x = input(3)\nW = param(3, 3)\nb1 = param(3)\nn = {line}")
    assert plain(MLP.expression(graph.nodes["n"], graph)) == text
    assert plain(MLP.expression(graph.nodes["b1"], graph)) == "b₁"


def test_long_titles_are_shortened_and_the_whole_expression_is_not() -> None:
    graph = Graph.parse("W = input(3)\nb1 = param(3)\nn = W" + " + b1" * 20)
    short = plain(MLP.expression(graph.nodes["n"], graph))
    assert len(short) <= 24 and short.endswith("…")
    assert plain(expression(graph.nodes["n"], MLP.symbol)).count("b₁") == 20
    assert shorten((("W", ""), ("long", "sub")), 3) == (("W…", ""),)


def test_a_node_of_another_graph_is_refused() -> None:
    graph, other = Graph.parse("a = input(2)"), Graph.parse("b = input(2)")
    with pytest.raises(ValueError, match="no line 'b'"):
        MLP.expression(other.nodes["b"], graph)


def test_binding() -> None:
    levels = [binding(pattern) for pattern in ("{0} + {1}", "{0} · {1}", "{0}ᵀ", "σ({0})", "max({0} − 1)")]
    assert levels == [1, 2, 3, 4, 4]
