"""The shape ledger tells the shapes that were really used: all lessons fit, and what does not fit says so."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.explain import explain
from explorer.explain import formula as f
from explorer.explain.blocks import line
from explorer.explain.ledger import Flat, ledger
from tests.explain.blocks import every
from tests.explain.graphs import CASES, LINES, LOSSES, NOTATIONS, line_graph, loss_graph, run, traced

TABS = ("forward", "jacobian", "backward", "batch")


def named(name: str, *shape: int, batch_axis: int | None = None) -> f.Symbol:
    return f.Symbol(((name, ""),), np.ones(shape), batch_axis=batch_axis)


def text(left: f.Formula, *rights: f.Formula) -> str:
    told = ledger(left, *rights)
    return "" if told is None else told["text"]


W, x, g = named("W", 4, 3), named("x", 3, 1), named("g", 4, 1)


@pytest.mark.parametrize(
    ("left", "right", "wanted"),
    [
        (g, f.Product((W, x)), "(4,1) = (4,3)·(3,1)"),
        (x, f.Product((f.Transpose(W), g)), "(3,1) = (3,4)·(4,1)"),
        (x, f.Product((W, g)), "(3,1) ≠ (4,3)≠(4,1)"),
        (x, f.Product((g, W)), "(3,1) ≠ (4,1)≠(4,3)"),
        (f.Transpose(W), f.Product((g, f.Transpose(x))), "(3,4) ≠ (4,1)·(1,3)"),
        (g, f.Product((g, f.Transpose(g)), "∘"), "(4,1) = (4,1) ≠ (1,4)"),
        (g, f.Sum((f.Product((W, x)), f.Negative(g))), "(4,1) = (4,3)·(3,1) − (4,1)"),
        (g, f.Product((f.Number(2.0), f.Fraction(f.ONE, f.Number(4.0)), g)), ""),
        (g, f.Transpose(f.Transpose(g)), "(4,1) = (4,1)"),
        (named("E"), f.Inner(g, f.Transpose(g)), ""),
        (named("E"), f.Inner(g, x), "⟨(4,1) ≠ (3,1)⟩"),
        (named("E"), f.Product((named("u"), named("v"))), ""),
    ],
)
def test_inner_sizes_meet_or_do_not(left: f.Formula, right: f.Formula, wanted: str) -> None:
    assert text(left, right) == wanted


def test_a_batch_axis_is_no_feature_axis_of_the_same_length() -> None:
    samples, gradients = named("z", 4, 4, batch_axis=0), named("a", 4, 3, batch_axis=0)
    assert text(W, f.Product((f.Transpose(samples), gradients))) == "(4,3) = (4,B)·(B,3)"
    assert text(W, f.Product((samples, gradients))) == "(4,3) ≠ (B,4)≠(B,3)"


def test_vectors_without_a_second_axis() -> None:
    ones = Flat((("1", ""),), np.ones((1, 5)), batch_axis=1)
    rows, bias = named("a", 5, 3, batch_axis=0), Flat((("b", ""),), np.ones((1, 3)))
    assert text(bias, f.Product((ones, rows))) == "(3,) = (B,)·(B,3)"
    assert text(rows, f.Sum((rows, bias))) == "(B,3) = (B,3) + (3,)"
    assert text(rows, f.Sum((rows, Flat((("b", ""),), np.ones((1, 2)))))) == "(B,3) = (B,3) ≠ (2,)"


def test_a_missing_transpose_travels_to_the_page_as_a_clash() -> None:
    told = line(x, f.Product((W, g)), shapes=True)["ledger"]
    assert told["sign"] == {"clash": "≠"}
    assert {"join": ["3", "4"], "sign": ")≠(", "fits": False} in told["right"]


@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_every_formula_of_every_case_fits(case: str, stacked: bool) -> None:
    lesson, trace = traced(case)
    ledgers = 0
    for name in lesson.graph.nodes:
        tabs = explain(lesson.graph, trace, lesson.notation, name, 0, 0.1, tabs=TABS, stacked=stacked)["tabs"]
        for blocks in tabs.values():
            for told in ledgers_of(blocks):
                ledgers += 1
                assert "≠" not in told["text"], (name, told["text"])
    assert ledgers


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("graph", [*LINES, *LOSSES])
def test_every_op_fits(graph: str, notation: str) -> None:
    parsed = loss_graph(graph) if graph in LOSSES else line_graph(LINES[graph])
    for batch in (1, 3):
        trace = run(parsed, batch)
        for name in parsed.nodes:
            told = explain(parsed, trace, NOTATIONS[notation], name, 0, 0.1, tabs=TABS, stacked=batch > 1)
            for blocks in told["tabs"].values():
                assert not [one["text"] for one in ledgers_of(blocks) if "≠" in one["text"]]


def ledgers_of(blocks: list[dict[str, object]]) -> list[dict[str, str]]:
    lines = [one for block in every(blocks) if block["kind"] == "formula" for one in block["lines"]]
    return [one["ledger"] for one in lines if "ledger" in one]
