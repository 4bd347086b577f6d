"""The graph language: what it reads, and that everything else is refused kindly, at the right spot."""

import sys
import threading
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.engine import CycleError, Graph, GraphError, ParseError, ShapeError
from explorer.engine.graph import Literal, Read, Temp
from explorer.engine.ops import REGISTRY
from tests.engine.golden import NAMES, case

X = "x = input(3)\n"


def refused(text):
    with pytest.raises(GraphError) as caught:
        Graph.parse(text)
    return caught.value


def code(text, name="y"):
    return [(apply.op.name, apply.operands) for apply in Graph.parse(text).nodes[name].code]


def test_the_design_s_own_example():
    graph = Graph.parse("""
        x = input(3)           # one sample's shape
        y = target(1)          # never differentiated
        W = param(4, 3)
        b1 = param(4)
        z = W @ x + b1         # also x @ W, for the row layout
        h = σ(z)               # any op by name
        loss = bce(h[0:1], y)  # the last line is the objective
    """)
    assert [node.kind for node in graph.nodes.values()] == ["input", "target", "param", "param", "op", "op", "op"]
    z = graph.nodes["z"]
    assert (z.shape, z.batched, z.inputs, z.line, z.column, z.text) == \
        ((4,), True, ("W", "x", "b1"), 6, 9, "z = W @ x + b1")
    assert [(apply.name, apply.op.name, apply.operands) for apply in z.code] == [
        ("z/1", "@", (Read(0), Read(1))), ("z", "+", (Temp(0), Read(2)))]
    assert graph.nodes["h"].code[0].op.name == "sigmoid"
    assert not graph.nodes["W"].batched


def test_every_operator_and_form():
    assert code(X + "y = x + x - x * x / x ** x")[-1][0] == "-"
    assert code(X + "y = -x") == [("-x", (Read(0),))]
    assert code(X + "y = +x") == [("=", (Read(0),))]
    assert code(X + "y = x") == [("=", (Read(0),))]
    assert code("y = 2") == [("=", (Literal(2.0),))]
    assert code(X + "y = x ** -2") == [("**", (Read(0), Literal(-2.0)))]
    assert code("W = param(2, 3)\ny = W.T") == [("transpose", (Read(0),))]
    assert code("W = param(2, 3)\ny = W[-1, ::2]") == [("[]", (Read(0),))]
    assert code(X + "y = sum(x, axis=-1)")[0][0] == "sum"
    assert Graph.parse("W = param(2, 3)\ny = reshape(W, 3, 2)").nodes["y"].shape == (3, 2)
    assert Graph.parse("W = param(2, 3)\ny = reshape(sum(W))").nodes["y"].shape == ()
    assert Graph.parse("a = input()\nb = target()\nc = param()").nodes["a"].shape == ()
    assert Graph.parse("y = (\n  2 +  # a comment\n  3\n)").nodes["y"].text == "y = ( 2 + 3 )"


def test_an_input_that_is_read_twice_has_two_slots():
    node = Graph.parse("a = input(2)\ny = a * a").nodes["y"]
    assert node.inputs == ("a", "a")
    assert node.code[0].operands == (Read(0), Read(1))


def test_typographic_operators_read_one_for_one():
    for dot in "·⋅\u0387":
        assert code(f"W = param(2, 3)\nx = input(3)\ny = W {dot} x")[0][0] == "@"
    for times in "⊙∘":
        assert code(X + f"y = x {times} x")[0][0] == "*"
    assert code(X + "y = x − 1e−3") == [("-", (Read(0), Literal(0.001)))]


def test_names_may_be_words_of_the_language_and_any_script():
    graph = Graph.parse("input = input(2)\nŷ = sigmoid(input)\nθ_2 = ŷ\nsum = sum(θ_2)\n")
    assert list(graph.nodes) == ["input", "ŷ", "θ_2", "sum"]


@pytest.mark.parametrize("name", NAMES)
def test_golden_sources_keep_their_text(name):
    source = case(name)["source"]
    graph = Graph.parse(source)
    assert graph.source == source
    assert [node.text for node in graph.nodes.values()] == source.splitlines()


WRONG = [
    ("", ParseError, 1, 1, "no lines"),
    ("# nothing\n", ParseError, 1, 1, "no lines"),
    ("x", ParseError, 1, 1, "name = expression"),
    ("a = b = 2", ParseError, 1, 1, "name = expression"),
    ("a, b = 2", ParseError, 1, 1, "name = expression"),
    ("a: b = 2", ParseError, 1, 1, "name = expression"),
    ("a += 2", ParseError, 1, 1, "name = expression"),
    ("import os", ParseError, 1, 1, "'import'"),
    ("a = 1; b = 2", ParseError, 1, 6, "one definition on a line"),
    ("y = (1 + 2", ParseError, 1, 5, "never closed"),
    ("y = 1 +", ParseError, 1, 8, "invalid syntax"),
    (X + "  y = x", ParseError, 2, 3, "indented"),
    (X + "y = x if x else x", ParseError, 2, 7, "'if'"),
    (X + "y = lambda: x", ParseError, 2, 5, "'lambda'"),
    (X + "y = [x, x]", ParseError, 2, 5, "not in the language"),
    (X + "y = (x, x)", ParseError, 2, 5, "not in the language"),
    (X + "y = x // x", ParseError, 2, 5, "not in the language"),
    (X + "y = (x := 2)", ParseError, 2, 6, "not in the language"),
    (X + "y = x.real", ParseError, 2, 5, "not in the language"),
    (X + "y = x < 2", ParseError, 2, 7, "less-than"),
    (X + "y = x.sum()", ParseError, 2, 5, "plain name"),
    (X + "y = x(2)", ParseError, 2, 5, "is a line"),
    (X + "y = sum(*x)", ParseError, 2, 9, "star"),
    (X + "y = sum(**x)", ParseError, 2, 5, "option"),
    (X + "y = sum(x, axes=1)", ParseError, 2, 5, "Expected: axis"),
    (X + "y = sum(x, axis=x)", ParseError, 2, 17, "whole number"),
    (X + "y = sum(x, axis=7)", ShapeError, 2, 5, "axis"),
    (X + "y = sigmod(x)", ParseError, 2, 5, "Did you mean sigmoid"),
    (X + "y = sigmoid(x, x)", ParseError, 2, 5, "2 operands. Expected 1"),
    (X + "y = sqerr(x)", ParseError, 2, 5, "1 operands. Expected 2"),
    (X + "y = concat()", ParseError, 2, 5, "1 or more"),
    (X + "y = sigmoid", ParseError, 2, 5, "sigmoid(…)"),
    (X + "y = xx + 1", ParseError, 2, 5, "Did you mean x"),
    (X + "y = 1 + input(3)", ParseError, 2, 9, "line of its own"),
    (X + "y = 'x'", ParseError, 2, 5, "apostrophe"),
    (X + "y = None", ParseError, 2, 5, "'None'"),
    (X + "y = ...", ParseError, 2, 5, "finite number"),
    (X + "y = 2j", ParseError, 2, 5, "no number"),
    (X + "y = 1e999", ParseError, 2, 5, "too large"),
    (X + "y = " + "9" * 5000, ParseError, 2, 5, "too large"),
    (X + "y = 1or 2", ParseError, 2, 5, "no number"),
    (X + "y = x ⊙⊙ x", ParseError, 2, 7, "no operator"),
    (X + "y² = x", ParseError, 2, 2, "superscript two"),
    (X + "x = 2", ParseError, 2, 1, "defined already, on line 1"),
    ("h = h + 1", CycleError, 1, 5, "needs itself"),
    ("a = 2 * b\nb = a", CycleError, 1, 9, "needs itself"),
    ("a = b\nb = c\nc = d + a\nd = 2", CycleError, 1, 5, "needs itself"),
    ("a = b\nb = input(2)", ParseError, 1, 5, "below, on line 2"),
    ("x = input(0)", ShapeError, 1, 5, "at least 1"),
    ("x = input(-1)", ShapeError, 1, 5, "at least 1"),
    ("x = input(2.5)", ParseError, 1, 11, "whole number"),
    ("x = input(n=2)", ParseError, 1, 5, "input(3)"),
    ("x = input(99999, 99999)", ShapeError, 1, 5, "100,000,000"),
    ("x = input(99999999999999999999)", ShapeError, 1, 11, "too large"),
    ("x = input(" + "1, " * 17 + ")", ShapeError, 1, 5, "17 axes"),
    ("a = param(100000, 1)\nb = param(1, 100000)\nc = a + b", ShapeError, 3, 5, "100,000,000"),
    ("W = param(4, 2)\n" + X + "z = W @ x", ShapeError, 3, 5, "W has shape (4, 2), x has 3"),
    ("σσ = input(3)\nθ = σσ + 1 @ 2", ShapeError, 2, 10, "@"),
    (X + "y = sum(x, axis=0, axis=0)", ParseError, 2, 5, "'axis' twice"),
    (X + "y = x[5]", ShapeError, 2, 5, "index 5"),
    (X + "y = x[0, 0]", ShapeError, 2, 5, "2 indices"),
    (X + "y = x[::0]", ParseError, 2, 7, "step of 0"),
    (X + "y = x[1.5]", ParseError, 2, 7, "whole number"),
    (X + "y = x[x]", ParseError, 2, 7, "whole number"),
    (X + "y = reshape(x, 2)", ShapeError, 2, 5, "do not fill"),
    (X + "y = reshape(x, x)", ParseError, 2, 16, "whole number"),
    (X + "y = \ud800", ParseError, 2, 5, "U+D800"),
    (X + "y = \x00", ParseError, 2, 5, "U+0000"),
    (X + "y = x \\\n + x", ParseError, 2, 7, "reverse solidus"),
]


@pytest.mark.parametrize(("text", "error", "line", "column", "part"), WRONG)
def test_refused_with_its_place_and_a_way_out(text, error, line, column, part):
    found = refused(text)
    assert (type(found), found.line, found.column) == (error, line, column), str(found)
    assert part in str(found)
    assert "Expected" in str(found)
    assert str(found).endswith((".", "?"))


def test_the_line_is_named():
    assert refused(X + "y = sin(q)").node == "y"


def test_columns_are_counted_in_the_text_as_given():
    """Indented, with letters of two bytes, behind an operator that was translated, and after \\r\\n."""
    text = "\r\n\tŷθ = input(2)\r\n\tz = ŷθ ⊙ ŷθ · ß"
    found = refused(text)
    assert (found.line, found.column) == (3, 16)
    assert text.splitlines()[2][found.column - 1] == "ß"


def test_limits():
    long = refused("#" * 1_000_001)
    assert "bytes" in str(long) and (long.line, long.column) == (1, 1)
    assert refused("é" * 600_000).args[0].startswith("The text has 1,200,000 bytes")
    assert str(refused("\n" * 100_001)).startswith("The text has 100,001 lines")
    assert str(refused("\n" * 100_001 + "#")).startswith("The text has 100,002 lines")
    assert len(Graph.parse("x = input()\n" + "\n" * 99_999).nodes) == 1
    assert len(Graph.parse("\n" * 99_999 + "x = input()").nodes) == 1
    deep = refused(X + "y = " + "(" * 51 + "x" + ")" * 51)
    assert (deep.line, deep.column) == (2, 55)
    assert Graph.parse(X + "y = " + "(" * 50 + "x" + ")" * 50).nodes["y"].shape == (3,)


def test_long_lines_work_and_longer_ones_say_what_to_do():
    graph = Graph.parse(X + "y = " + " + ".join(["x"] * 900))
    assert len(graph.nodes["y"].inputs) == 900
    for hopeless in (" + ".join(["x"] * 50_000), "-" * 10_000 + "x", "x" + ".T" * 50_000, "x" + "[0:3]" * 50_000):
        found = refused(X + "y = 1\nz = " + hopeless + "\nw = 2")
        assert type(found) is ParseError
        assert "Split it" in str(found)
        assert found.line == 3


def test_ten_thousand_lines_in_a_row():
    limit = sys.getrecursionlimit()
    graph = Graph.parse("x0 = input(2)\n" + "".join(f"x{n + 1} = sin(x{n})\n" for n in range(10_000)))
    assert len(graph.nodes) == 10_001
    assert sys.getrecursionlimit() == limit


def test_what_is_no_text():
    for thing in (None, b"x = input(2)", 3):
        assert "Pass a str" in str(refused(thing))


def test_parsing_leaves_the_warning_filters_alone():
    """They are shared by all threads, so even setting them back would race with another session."""
    before = list(warnings.filters)
    results: list[type[GraphError]] = []

    def parse():
        results.extend(type(refused("y = 1or 2")) for _ in range(50))

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        threads = [threading.Thread(target=parse) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (results, seen) == ([ParseError] * 200, [])
    assert warnings.filters == before


TOKENS = st.sampled_from([
    *REGISTRY, "input", "target", "param", "x", "y", "W", "b", "loss", "σ", "θ", "ŷ", "y\u0302", "axis", "T",
    "=", "==", "+", "-", "*", "**", "/", "//", "@", "@=", "·", "⊙", "∘", "−", "(", ")", "[", "]", "{", "}", ",", ":",
    ".", ";", "\n", "\r\n", "\r", "\t", " ", "    ", "#", "'", '"', "\\", "0", "1", "3", "2.5", "1e5", "1e999", "0x1f",
    "1_0", "1j",
    "if", "else", "lambda", "None", "True", "for", "in", "await", ":=", "->", "...", "\x00", "\x0c", "\ufeff", "\u00a0",
    "\u2028", "\ud800", "ﬁ", "²", "x = input(3)\n", "W = param(2, 3)\n", "y = W @ x\n", "loss = sum(x)\n",
])
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(TOKENS, max_size=25).map("".join),
    st.lists(TOKENS, max_size=25).map(" ".join),
)


@st.composite
def mutated(draw):
    """A golden source with some pieces cut out, doubled or put in."""
    text = case(draw(st.sampled_from(NAMES)))["source"]
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        stop = draw(st.integers(start, min(start + 12, len(text))))
        text = text[:start] + draw(st.one_of(TOKENS, st.just(""), st.just(text[start:stop] * 2))) + text[stop:]
    return text


@pytest.mark.parametrize("texts", [2_000, pytest.param(50_000, marks=pytest.mark.exhaustive)])
def test_any_text_is_a_graph_or_a_graph_error(texts):
    @settings(max_examples=texts, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(TEXTS, mutated()))
    def holds(text):
        assert_graph_or_graph_error(text)

    holds()


def assert_graph_or_graph_error(text):
    try:
        graph = Graph.parse(text)
    except GraphError as error:
        assert error.args[0].isprintable() or "\n" not in error.args[0]
        if error.line is not None:
            lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            assert 1 <= error.line <= len(lines) + 1
            assert error.column is not None and error.column >= 1
    else:
        assert graph.nodes
