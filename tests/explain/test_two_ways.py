"""Both ways back, of one sample and of a whole batch: they agree everywhere, and say so where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from explorer.engine import jacobians as j
from explorer.engine.graph import Graph
from explorer.engine.line_jacobian import LineJacobian
from explorer.engine.trace import Trace
from explorer.explain import explain
from explorer.explain import formula as f
from explorer.explain.gates import Gates
from explorer.explain.text import as_text
from explorer.notation import Notation
from tests.explain.blocks import every
from tests.explain.graphs import CASES, LINES, LOSSES, NOTATIONS, line_graph, loss_graph, run, traced


def blocks_of(
    graph: Graph, trace: Trace, notation: Notation, name: str, tab: str, **asked: Any
) -> list[dict[str, Any]]:
    sample = asked.pop("sample", 0)
    return explain(graph, trace, notation, name, sample, 0.1, tabs=[tab], **asked)["tabs"][tab]


def checks(graph: Graph, trace: Trace, notation: Notation, stacked: bool) -> Iterator[tuple[str, bool]]:
    """What every mark of every Jacobian tab says."""
    for name in graph.nodes:
        for block in every(blocks_of(graph, trace, notation, name, "jacobian", stacked=stacked)):
            if block["kind"] == "jacobian" and "check" in block:
                yield f"{name} by {block['wrt']}", block["check"]["same"]


@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_both_ways_agree_in_every_case(case: str, stacked: bool) -> None:
    lesson, trace = traced(case)
    found = dict(checks(lesson.graph, trace, lesson.notation, stacked))
    assert found and all(found.values()), found


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("graph", [*LINES, *LOSSES])
def test_both_ways_agree_for_every_op_and_every_sample_at_once(graph: str, notation: str) -> None:
    parsed = loss_graph(graph) if graph in LOSSES else line_graph(LINES[graph])
    found = dict(checks(parsed, run(parsed, 3), NOTATIONS[notation], True))
    assert found and all(found.values()), found


def test_a_missing_transpose_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a square W the shapes fit, and only the numbers tell."""
    right = Gates.pull

    def forgetful(self: Gates, position: int, slot: int, g: f.Formula) -> f.Formula | None:
        pulled = right(self, position, slot, g)
        if not isinstance(self.scene.jacobian(position, slot), j.Matrix) or not isinstance(pulled, f.Product):
            return pulled
        return f.Product(tuple(one.inner if isinstance(one, f.Transpose) else one for one in pulled.factors))

    monkeypatch.setattr(Gates, "pull", forgetful)
    lesson, trace = traced("gates/fan_out")
    found = dict(checks(lesson.graph, trace, lesson.notation, stacked=False))
    assert [name for name, same in found.items() if not same] == ["f2 by s"]


@pytest.mark.parametrize("stacked", [False, True])
def test_a_wrong_jacobian_is_seen(monkeypatch: pytest.MonkeyPatch, stacked: bool) -> None:
    right = LineJacobian.stack

    def wrong(self: LineJacobian) -> np.ndarray:
        stack = np.array(right(self))
        stack[-1] *= 2.0  # of the last sample alone: the whole batch is checked
        return stack

    monkeypatch.setattr(LineJacobian, "stack", wrong)
    lesson, trace = traced("batch/batch_softmax")
    found = dict(checks(lesson.graph, trace, lesson.notation, stacked))
    wrong_ones = {name for name, same in found.items() if not same}
    summed = {"a1 by W1", "a1 by b1", "a2 by W2", "a2 by b2"}
    assert wrong_ones == (set(found) if stacked else summed)


def test_a_shared_lines_shares_are_summed_in_a_line_of_its_own() -> None:
    lesson, trace = traced("batch/batch_softmax")
    blocks = blocks_of(lesson.graph, trace, lesson.notation, "a1", "jacobian", sample=2)
    (bias,) = (block for block in blocks if block.get("wrt") == "b1")
    (section,) = bias["summed"]
    texts = [line["text"] for line in section["blocks"][0]["lines"]]
    assert as_text(section["title"]) == "Summed over the 4 samples"
    assert texts[0] == "∂L/∂b₁ = Σ_(b=1…B) ∂L/∂b₁ (b)" and texts[1].count("[") == 4
    assert "summed" not in blocks[0], "every sample has its own x"


def outers(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [block for block in every(blocks) if block["kind"] == "outer"]


@pytest.mark.parametrize(
    ("case", "line", "tab", "wrt"),
    [
        ("mlp/bce_mlp", "z", "jacobian", "W"),
        ("mlp/bce_mlp", "W", "backward", "W"),
        ("gates/matvec_gate", "W", "backward", "W"),
        ("batch/batch_softmax", "W1", "backward", "W1"),
        ("lecture20/lecture20_network", "W2", "backward", "W2"),
    ],
)
def test_an_outer_product_is_its_factors_multiplied(case: str, line: str, tab: str, wrt: str) -> None:
    lesson, trace = traced(case)
    (table,) = outers(blocks_of(lesson.graph, trace, lesson.notation, line, tab))
    left, top = (np.asarray(table[side]["numbers"]) * (-1 if table[side]["negated"] else 1) for side in ("left", "top"))
    product = table["sign"] * np.outer(left, top)
    np.testing.assert_allclose(np.reshape(table["result"]["numbers"], product.shape), product, rtol=1e-12)
    if trace.batch == 1:
        np.testing.assert_allclose(product, np.asarray(trace.gradients[wrt]), rtol=1e-12)
        assert table["result"]["cells"][-1] == f"{wrt}|gradient:{product.shape[0] - 1},{product.shape[1] - 1}"
    else:
        assert table["result"]["cells"] == []


def test_factors_have_the_lessons_names() -> None:
    lesson, trace = traced("mlp/bce_mlp")
    (table,) = outers(blocks_of(lesson.graph, trace, lesson.notation, "W", "backward"))
    assert table["left"]["labels"][1] == (("(", ""), ("δ", ""), ("2", "sub"), (")", ""), ("2", "sub"))
    assert table["left"]["cells"][1] == "z|gradient:1" and table["top"]["cells"][2] == "x|value:2"


# -- large batches -----------------------------------------------------------------------------------------------------
def test_of_a_large_batch_eight_samples_are_drawn_the_chosen_one_among_them() -> None:
    graph = Graph.parse("x = input(3)\nt = target(3)\ns = softmax(x)\nloss = cross_entropy(s, t)")
    trace = run(graph, 20)
    for tab, kind, key in (("jacobian", "sheets", "numbers"), ("backward", "rowwise", "matrices")):
        found = list(every(blocks_of(graph, trace, Notation(), "s", tab, sample=15, stacked=True)))
        drawn = next(block for block in found if block["kind"] == kind)
        assert drawn["samples"] == [0, 1, 2, 3, 4, 5, 6, 15]
        wanted = trace.jacobian("s", "x").stack()[drawn["samples"]]
        np.testing.assert_allclose(np.reshape(drawn[key], wanted.shape), wanted)
        assert "8 of 20 samples are drawn." in [as_text(one["parts"]) for one in found if one["kind"] == "note"]


def test_a_huge_batch_is_explained_without_laying_it_out() -> None:
    graph = Graph.parse("x = input(40)\nW = param(40, 40)\nh = tanh(W @ x)\nloss = sum(h)")
    trace = run(graph, 3_000)
    for name in graph.nodes:
        for tab in ("forward", "jacobian", "backward"):
            assert blocks_of(graph, trace, Notation(), name, tab, sample=2_999, stacked=True)
