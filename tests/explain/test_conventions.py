"""Conventions change what is written, never what is true: both sides of every equation on the page stay equal."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest

from explorer import lessons
from explorer.engine.graph import Graph
from explorer.engine.trace import Trace
from explorer.explain import TABS, blocks, explain, narrate
from explorer.explain import formula as f
from explorer.explain.derived import BigSum
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.signs import negative
from explorer.explain.text import as_text, text
from explorer.lessons.lesson import Lesson
from explorer.notation import Notation
from tests.explain.graphs import CASES, all_steps, traced

MIXES = [{"deltas": deltas, "sign": sign} for deltas, sign in itertools.product(("column", "row"), ("plus", "minus"))]
Equation = tuple[f.Formula, f.Formula]


def mixed(own: Notation, mix: dict[str, Any], everything_named: Graph | None = None) -> Notation:
    """The handout's notation with other conventions; perhaps with a name of its own for every gradient."""
    named = own if everything_named is None else replace(own, gradients=names_for(everything_named, own))
    return replace(named, **mix)


def names_for(graph: Graph, own: Notation) -> dict[str, str]:
    """A δ for every line but targets and the objective, whose gradient is 1 by any name."""
    lines = [n for n in graph.nodes.values() if n.kind != "target" and n.name != graph.objective]
    markup = {node.name: f"δ_{{{node.name.replace('_', '')}}}" for node in lines}
    return {**markup, **own.gradients}


@pytest.fixture
def equations(monkeypatch: pytest.MonkeyPatch) -> list[Equation]:
    """Collects both sides of every equation that any tab makes."""
    found: list[Equation] = []
    sides: dict[int, Equation] = {}
    kept: list[Any] = []  # so that no two blocks share an identity
    make_line, make_formula, make_assignment = blocks.line, blocks.formula, blocks.assignment

    def line(left: f.Formula | None, right: f.Formula, **options: Any) -> Any:
        made = make_line(left, right, **options)
        kept.append(made)
        sides[id(made)] = (left, right)  # type: ignore[assignment]
        return made

    def formula(*lines: Any, **options: Any) -> Any:
        first: f.Formula | None = None
        for one in lines:
            left, right = sides.get(id(one), (None, None))
            if right is None:  # an assignment, or several lines joined: it starts anew
                first = None
                continue
            first = left if left is not None else first
            if first is not None:
                found.append((first, right))
        return make_formula(*lines, **options)

    def assignment(left: f.Formula, right: f.Formula) -> Any:
        made = make_assignment(left, right)
        kept.append(made)
        return made

    for name, module in list(sys.modules.items()):
        if name.startswith("explorer.explain"):
            for attribute, replacement in (("line", line), ("formula", formula), ("assignment", assignment)):
                if getattr(module, attribute, None) is getattr(blocks, attribute) and module is not blocks:
                    monkeypatch.setattr(module, attribute, replacement)
    monkeypatch.setattr(blocks, "line", line)
    monkeypatch.setattr(blocks, "formula", formula)
    return found


def evaluated(formula: f.Formula) -> np.ndarray | None:
    """The numbers of a formula; None for words, and for a sum over the batch of which one term is written."""
    if isinstance(formula, BigSum) and len(formula.terms) == 1:
        return None
    try:
        with np.errstate(all="ignore"):
            return np.asarray(formula.evaluate(), dtype=float)
    except ValueError:
        return None


def check(found: list[Equation], where: str) -> None:
    assert found, where
    for left, right in found:
        a, b = evaluated(left), evaluated(right)
        if a is None or b is None or a.size != b.size:
            continue
        np.testing.assert_allclose(
            b.reshape(-1), a.reshape(-1), rtol=1e-9, atol=1e-12, err_msg=f"{where}: {text(left)} = {text(right)}"
        )


def tell(
    lesson: Lesson, trace: Trace, notation: Notation, sample: int, stacked: bool, tabs: list[str]
) -> Iterator[dict[str, Any]]:
    for name in lesson.graph.nodes:
        rate = lesson.learning_rate
        yield explain(lesson.graph, trace, notation, name, sample, rate, tabs=tabs, stacked=stacked)


@pytest.mark.parametrize("named", [False, True], ids=["handout", "all named"])
@pytest.mark.parametrize("mix", MIXES, ids=lambda mix: " ".join(mix.values()))
@pytest.mark.parametrize("case", CASES)
def test_both_sides_of_every_equation_are_equal(
    case: str, mix: dict[str, Any], named: bool, equations: list[Equation]
) -> None:
    lesson, trace = traced(case)
    notation = mixed(lesson.notation, mix, lesson.graph if named else None)
    tabs = [tab for tab in TABS if tab != "check"]
    for stacked in {False, trace.batch > 1}:
        for told in tell(lesson, trace, notation, trace.batch - 1, stacked, tabs):
            check(equations, f"{case}, {told['node']}, {mix}")
            equations.clear()
            assert not [one for one in jacobians(told) if "check" in one and not one["check"]["same"]]


def jacobians(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in told["tabs"]["jacobian"] if block["kind"] == "jacobian"]


@pytest.mark.parametrize("mix", MIXES, ids=lambda mix: " ".join(mix.values()))
@pytest.mark.parametrize("case", CASES)
def test_what_goes_back_is_what_the_engine_sent(case: str, mix: dict[str, Any]) -> None:
    """By any name: the formula by the receiver's own name is the engine's contribution, up to the sign of that name."""
    lesson, trace = traced(case)
    notation = mixed(lesson.notation, mix, lesson.graph)
    graph = lesson.graph
    for node in graph.nodes.values():
        scene = Scene(graph, trace, notation, node, 0)
        for name in dict.fromkeys(node.inputs):
            if graph.nodes[name].kind == "target" or (trace.batch > 1 and not graph.nodes[name].batched):
                continue
            sent = Rules(scene).sent_back(name, scene.upstream())
            assert sent is not None
            true = scene.contribution_of(node.name, name).reshape(-1)
            np.testing.assert_allclose(sent.evaluate().reshape(-1), true, rtol=1e-12, atol=1e-14)
            sign = -1 if mix["sign"] == "minus" else 1
            own = scene.named(name, sent).evaluate().reshape(-1)
            np.testing.assert_allclose(own, sign * true, rtol=1e-12, atol=1e-14)
            assert scene.contribution(node.name, name).negated is (sign == -1)


@pytest.mark.parametrize("case", CASES)
def test_a_gradient_stands_as_it_is_told_to_and_a_parameter_s_as_the_parameter(case: str) -> None:
    lesson, trace = traced(case)
    ways: tuple[Literal["row", "column"], ...] = ("row", "column")
    for deltas, name in itertools.product(ways, lesson.graph.nodes):
        node = lesson.graph.nodes[name]
        if node.kind == "target" or len(node.shape) != 1 or node.shape[0] == 1:
            continue
        scene = Scene(lesson.graph, trace, replace(lesson.notation, deltas=deltas), node, 0)
        row = (scene.notation.vectors if node.kind == "param" else deltas) == "row"
        assert scene.gradient(name).evaluate().shape == ((1, node.shape[0]) if row else (node.shape[0], 1))


def sentence(case: str, kind: str, node: str, *, reduction: str = "mean", **conventions: Any) -> str:
    lesson = lessons.load(case)
    trace = lesson.graph.trace(lesson.data, lesson.params, reduction=reduction)
    step = next(one for one in all_steps(lesson.graph, trace) if (one.kind, one.node) == (kind, node))
    notation = replace(lesson.notation, **conventions)
    return as_text(narrate(lesson.graph, trace, notation, step, 0, lesson.learning_rate))


@pytest.mark.parametrize(
    ("case", "step", "conventions", "said"),
    [
        ("lecture20", ("backward", "o2"), {}, "Here δ⁽²⁾ = −∂E/∂s⁽²⁾."),
        ("lecture20", ("backward", "s2"), {}, "W⁽²⁾ receives the outer product −δ⁽²⁾·o⁽¹⁾ᵀ"),
        ("lecture20", ("backward", "s2"), {}, "o⁽¹⁾ receives −W⁽²⁾ᵀ·δ⁽²⁾."),
        ("lecture20", ("backward", "s2"), {"sign": "plus"}, "o⁽¹⁾ receives W⁽²⁾ᵀ·δ⁽²⁾."),
        ("lecture20", ("backward", "s2"), {"deltas": "row"}, "o⁽¹⁾ receives −δ⁽²⁾·W⁽²⁾."),
        ("lecture20", ("update", "W2"), {}, "W⁽²⁾ ← W⁽²⁾ + η·δ⁽²⁾·o⁽¹⁾ᵀ with η = 0.5: w₃,₂⁽²⁾ moves"),
        ("lecture20", ("update", "W2"), {"sign": "plus"}, "W⁽²⁾ ← W⁽²⁾ − η·∂E/∂W⁽²⁾"),
        ("lecture20", ("update", "W2"), {"weights": "row-column"}, "W₂,₃⁽²⁾ moves the furthest"),
        ("mlp", ("backward", "theta"), {}, "h receives δ₁·U and b₂ receives δ₁ unchanged"),
        ("mlp", ("backward", "theta"), {"deltas": "column"}, "h receives Uᵀ·δ₁"),
        ("mlp", ("backward", "z"), {}, "W receives the outer product δ₂ᵀ·xᵀ, x receives δ₂·W and b₁ receives δ₂ᵀ."),
        ("mlp", ("backward", "z"), {"deltas": "column"}, "the outer product δ₂·xᵀ, x receives Wᵀ·δ₂"),
        ("mlp", ("backward", "y_hat"), {"sign": "minus"}, "it collapses to δ₁ = y − ŷ."),
        ("matrix-language", ("backward", "g"), {"sign": "minus"}, "it collapses to δₜ = y − g."),
        ("matrix-language", ("backward", "t"), {"sign": "minus"}, "z receives δ_z = δₜ·V"),
        ("matrix-language", ("backward", "t"), {"deltas": "column"}, "z receives Vᵀ·δₜ"),
        ("batch", ("backward", "a2"), {"deltas": "column"}, "z receives W₂·∂L/∂a₂"),
        ("batch", ("backward", "s"), {}, "it collapses to ∂L/∂a₂ = 1/B·(s − t)."),
    ],
)
def test_sentences_in_other_conventions(case: str, step: tuple[str, str], conventions: Any, said: str) -> None:
    assert said in sentence(case, *step, **conventions)


@pytest.mark.parametrize(
    ("reduction", "said"),
    [
        ("mean", "The objective L is the mean of 4 losses, L₁ to L₄, so that ∂L/∂L₁ = 1/B = 0.25."),
        ("sum", "The objective L is the sum of 4 losses, L₁ to L₄, so that ∂L/∂L₁ = 1."),
    ],
)
def test_mean_and_sum(reduction: str, said: str) -> None:
    assert sentence("batch", "seed", "loss", reduction=reduction) == said
    collapsed = "s − t." if reduction == "sum" else "1/B·(s − t)."
    assert f"collapses to ∂L/∂a₂ = {collapsed}" in sentence("batch", "backward", "s", reduction=reduction)


def symbol(letter: str) -> f.Symbol:
    return f.Symbol(((letter, ""),), np.asarray([[2.0], [3.0]]))


def test_a_minus_sign_stands_where_it_reads_best() -> None:
    o, t = symbol("o"), symbol("t")
    difference = f.Sum((o, f.Negative(t)))
    share = f.Fraction(f.ONE, f.Number(4.0))
    cases = [
        (f.Negative(o), "o"),
        (o, "−o"),
        (difference, "t − o"),
        (f.Sum((f.Negative(o), t)), "o − t"),
        (f.Local(difference, True), "t − o"),
        (f.Product((share, difference)), "1/4·(t − o)"),
        (f.Product((f.Transpose(o), t)), "−oᵀ·t"),
        (f.Sum((o, t)), "−(o + t)"),
    ]
    for formula, written in cases:
        assert text(negative(formula)) == written
        np.testing.assert_array_equal(negative(formula).evaluate(), -formula.evaluate())


@pytest.mark.parametrize(("case", "name"), [("lecture20", "s2"), ("mlp", "theta"), ("mlp/bce_mlp_batch", "z")])
def test_numbers_keep_the_engine_s_sign_and_say_that_they_are_shown_turned(case: str, name: str) -> None:
    lesson, trace = traced(lessons.load(case).id)
    notation = replace(lesson.notation, sign="minus")
    told = explain(lesson.graph, trace, notation, name, 0, 0.5, tabs=["backward"])
    leaves = list(numbers_in(told["tabs"]["backward"]))
    own = [leaf for leaf in leaves if leaf.get("link", "").startswith(f"{name}|gradient:")]
    assert own and all(leaf["negated"] for leaf in own)
    for leaf in own:
        index = int(leaf["link"].partition(":")[2])
        assert leaf["number"] == float(trace.gradients[name][0, index])
    assert not any(leaf.get("negated") for leaf in leaves if leaf not in own and leaf.get("link"))
    [table] = [one for one in told_batch(lesson, trace, notation, name) if one["kind"] == "gradient"]
    assert table["negated"] and table["numbers"][0] == float(trace.gradients[name][0].flat[0])


def told_batch(lesson: Lesson, trace: Trace, notation: Notation, name: str) -> Iterator[dict[str, Any]]:
    told = explain(lesson.graph, trace, notation, name, 0, 0.5, tabs=["batch"])["tabs"]["batch"]
    return (group for block in told if block["kind"] == "samples" for group in block["groups"])


def numbers_in(tree: Any) -> Iterator[dict[str, Any]]:
    """All number leaves of anything that travels."""
    if isinstance(tree, dict):
        if "number" in tree:
            yield tree
        for inner in tree.values():
            yield from numbers_in(inner)
    elif isinstance(tree, list | tuple):
        for inner in tree:
            yield from numbers_in(inner)


def test_a_slope_that_lies_as_gradients_do_is_spelled_out_as_one_that_stands() -> None:
    o, t = symbol("o"), symbol("t")
    slopes = [
        f.Sum((o, f.Negative(t))),
        f.Product((o, f.Sum((f.ONE, f.Negative(o)))), "∘"),
        f.Sum((f.Negative(f.Fraction(t, o)), f.ONE)),
    ]
    for slope in slopes:
        standing, lying = f.spelled_out(f.Local(slope, False)), f.spelled_out(f.Local(slope, True))
        assert text(standing) == text(lying) == text(slope)
        assert not isinstance(lying, f.Local)
        np.testing.assert_array_equal(lying.evaluate(), standing.evaluate().T)
    product = f.Local(f.Product((f.Transpose(o), t)), True)
    assert f.spelled_out(product).evaluate().size == 1
    matrix = f.Local(f.Product((f.Symbol((("W", ""),), np.eye(2)), o)), True)
    assert f.spelled_out(matrix) is matrix
