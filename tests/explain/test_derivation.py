"""Every line of every derivation says the same number as the line before it, and the last one the engine's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from explorer.engine.graph import Graph
from explorer.explain import formula as f
from explorer.explain.blocks import Block
from explorer.explain.derivation import by_vector as by_vector_module
from explorer.explain.derivation import derivation_tab
from explorer.explain.derivation.steps import Derivation
from explorer.explain.scene import Scene
from explorer.explain.text import as_text
from explorer.lessons.fused import fused
from explorer.notation import Notation
from tests.explain.derived import lines, reached, results, scene_of, told, wrong
from tests.explain.graphs import CASES, LINES, LOSSES, NOTATIONS, line_graph, loss_graph, run, traced

CONVENTIONS = {
    "rows": {"deltas": "row"},
    "columns": {"deltas": "column"},
    "from-to": {"weights": "from-to"},
    "row-column": {"weights": "row-column"},
    "minus": {"sign": "minus"},
    "plus": {"sign": "plus"},
}


def scenes(case: str, entries: bool = False) -> Iterator[Scene]:
    """Every line of a case, for its first and last sample; with `entries` for every entry of every line."""
    lesson, trace = traced(case)
    for name in reached(lesson.graph):
        for sample in sorted({0, trace.batch - 1}):
            picks: list[dict[str, tuple[int, ...]]] = [{}]
            if entries:
                nodes = {name, *lesson.graph.nodes[name].inputs}
                picks = [{node: index} for node in nodes for index in np.ndindex(*lesson.graph.nodes[node].shape)]
            for pick in picks:
                yield scene_of(lesson.graph, trace, lesson.notation, name, sample, pick)


def check(scene: Scene) -> None:
    for derivation in told(scene):
        assert not wrong(derivation), (scene.node.name, derivation.wrt, derivation.sort)


@pytest.mark.parametrize("case", CASES)
def test_every_line_of_every_entry_holds(case: str) -> None:
    for scene in scenes(case, entries=True):
        check(scene)


@pytest.mark.parametrize("case", CASES)
def test_what_is_derived_is_what_the_engine_sent(case: str) -> None:
    for scene in scenes(case, entries=True):
        for derivation in told(scene):
            there = scene.at(derivation.of)
            sent = np.asarray(there.contribution_of(derivation.of, derivation.wrt))
            found = results(derivation)
            assert any(np.allclose(one, sent.reshape(-1)) for one in found if one.size == sent.size), derivation.wrt
            if derivation.pick and derivation.sort == "gate":
                entry = sent[scene.entry(derivation.wrt)]
                assert any(np.allclose(one, entry) for one in found if one.size == 1), (derivation.wrt, entry)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_every_line_holds_in_every_convention(case: str, convention: str) -> None:
    lesson, trace = traced(case)
    notation = replace(lesson.notation, **CONVENTIONS[convention])  # type: ignore[arg-type]
    for name in reached(lesson.graph):
        check(scene_of(lesson.graph, trace, notation, name))


@pytest.mark.parametrize("case", [case for case in CASES if "gates" not in case and "lecture20" not in case])
def test_a_fused_loss_is_derived_as_the_collapse(case: str) -> None:
    lesson = fused(traced(case)[0])
    assert lesson is not None
    trace = lesson.graph.trace(lesson.data, lesson.params)
    loss = lesson.graph.objective
    for sample in range(trace.batch):
        scene = scene_of(lesson.graph, trace, lesson.notation, loss, sample)
        (derivation,) = told(scene)
        assert not wrong(derivation)
        sent = scene.contribution_of(loss, derivation.wrt).reshape(-1)
        assert any(np.allclose(one, sent) for one in results(derivation) if one.size == sent.size)
        assert "Two Jacobians multiply" in [as_text(list(step.title)) for step in derivation.steps]


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("line", LINES)
def test_lines_of_ones_own(line: str, notation: str) -> None:
    """Whatever the operation: its own derivation or the general one holds, for one sample and for several."""
    graph = line_graph(LINES[line])
    for batch in (1, 3):
        trace = run(graph, batch, seed=batch)
        for name in ("y", "v", "x"):
            if name in graph.reached:
                check(scene_of(graph, trace, NOTATIONS[notation], name, batch - 1))


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("batch", (1, 3))
def test_losses_of_ones_own(loss: str, notation: str, batch: int) -> None:
    graph = loss_graph(loss)
    trace = run(graph, batch)
    for name in reached(graph):
        for entry in range(3):
            check(scene_of(graph, trace, NOTATIONS[notation], name, batch - 1, {"x": (entry,), "p": (entry,)}))


def the(case: str, name: str, wrt: str, sort: str = "gate", **entries: tuple[int, ...]) -> Derivation:
    lesson, trace = traced(case)
    scene = scene_of(lesson.graph, trace, lesson.notation, name, 0, entries)
    return next(one for one in told(scene) if one.wrt == wrt and one.sort == sort)


HANDOUTS = [
    # 000 and 001: B5.1, B5.2, B5.3, 20.0, 20.3, 20.4
    ("gates/sqerr_gate", "loss", "o", "gate", "∂E/∂oᵢ = ∂/∂oᵢ (Σ_(j=1…k) 1/2·(tⱼ − oⱼ)²)"),
    ("gates/sqerr_gate", "loss", "o", "gate", "= 1/2·2 (is 1)·(tᵢ − oᵢ)·∂/∂oᵢ (tᵢ − oᵢ)"),
    ("gates/sqerr_gate", "loss", "o", "gate", "= (tᵢ − oᵢ)·(−1)"),
    ("gates/sqerr_gate", "loss", "o", "gate", "= [o₁ − t₁; o₂ − t₂; o₃ − t₃]"),
    ("gates/sqerr_gate", "loss", "o", "gate", "= o − t"),
    ("gates/sigmoid_gate", "o", "s", "gate", "= Σ_(j=1…k) ∂E/∂oⱼ·∂oⱼ/∂sᵢ"),
    ("gates/sigmoid_gate", "o", "s", "gate", "∂oⱼ/∂sᵢ = 0 for j ≠ i"),
    ("gates/sigmoid_gate", "o", "s", "gate", "dσ(x)/dx = σ(x)·(1 − σ(x))"),
    ("gates/sigmoid_gate", "o", "s", "gate", "= ∂E/∂oᵢ·σ(sᵢ)·(1 − σ(sᵢ))"),
    ("gates/sigmoid_gate", "o", "s", "gate", "= Jᵀ·∂E/∂o"),
    ("gates/sigmoid_gate", "o", "s", "gate", "∂E/∂s = ∂E/∂o ∘ o ∘ (1 − o)"),
    ("gates/matvec_gate", "s", "o", "gate", "sⱼ = w₁,ⱼ·o₁ + w₂,ⱼ·o₂ + w₃,ⱼ·o₃"),
    ("gates/matvec_gate", "s", "o", "gate", "∂sⱼ/∂oᵢ = wᵢ,ⱼ"),
    ("gates/matvec_gate", "s", "o", "gate", "= Σ_(j=1…k) ∂E/∂sⱼ·wᵢ,ⱼ"),
    ("gates/matvec_gate", "s", "o", "gate", "= [wᵢ,₁, wᵢ,₂]·[∂E/∂s₁; ∂E/∂s₂]"),
    ("gates/matvec_gate", "s", "o", "gate", "∂E/∂o = Wᵀ·∂E/∂s"),
    ("gates/matvec_gate", "s", "W", "gate", "= Σ_(l=1…k) ∂E/∂sₗ·∂sₗ/∂wᵢ,ⱼ"),
    ("gates/matvec_gate", "s", "W", "gate", "∂sₗ/∂wᵢ,ⱼ = 0 for l ≠ j"),
    ("gates/matvec_gate", "s", "W", "gate", "∂sⱼ/∂wᵢ,ⱼ = oᵢ"),
    ("gates/matvec_gate", "s", "W", "gate", "= ∂E/∂sⱼ·oᵢ"),
    ("gates/matvec_gate", "s", "W", "gate", "= ∂E/∂s ⊗ o"),
    ("gates/add_gate", "s", "a", "gate", "∂E/∂a = ∂E/∂s"),
    ("gates/add_gate", "s", "b", "gate", "= [1, 0, 0; 0, 1, 0; 0, 0, 1]·∂E/∂s"),
    ("gates/fan_out", "f1", "s", "gate", "∂E/∂s = ∂E/∂s (via f₁) + ∂E/∂s (via f₂)"),
    ("lecture20/lecture20_network", "s2", "W2", "gate", "= (oⱼ⁽²⁾ − tⱼ)·oⱼ⁽²⁾·(1 − oⱼ⁽²⁾)·oᵢ⁽¹⁾"),
    ("lecture20/lecture20_network", "s1", "W1", "gate", "= −(Σ_(k) δₖ⁽²⁾·wⱼ,ₖ⁽²⁾)·oⱼ⁽¹⁾·(1 − oⱼ⁽¹⁾)·xᵢ"),
    # 002
    ("matrix-language/matrix_language", "t", "z", "gate", "= δₜ₁·v₁,₁ + δₜ₂·v₂,₁"),
    ("matrix-language/matrix_language", "t", "z", "gate", "δ_z = δₜ·V"),
    ("matrix-language/matrix_language", "s", "x", "whole", "= ∂R/∂t·∂t/∂z·∂z/∂s·∂s/∂x"),
    ("matrix-language/matrix_language", "s", "x", "whole", "δₓ = (g − y)·V·diag(σ′(s))·W"),
    ("matrix-language/matrix_language", "s", "x", "whole", "∂z/∂s = diag(σ′(s))"),
    ("matrix-language/matrix_language", "s", "W", "gate", "= δₛᵀ ⊗ xᵀ"),
    ("matrix-language/matrix_language", "s", "W", "gate", "∂R/∂W = ((g − y)·V·diag(σ′(s)))ᵀ·xᵀ"),
    ("matrix-language/matrix_language", "t", "V", "gate", "∂R/∂vᵢ,ⱼ = (gᵢ − yᵢ)·zⱼ"),
    # 003
    ("batch/batch_softmax", "loss", "s", "gate", "= −1/B·tᵢ/sᵢ"),
    ("batch/batch_softmax", "s", "a2", "gate", "= [s₁·(s₂ + s₃), −s₁·s₂, −s₁·s₃; −s₁·s₂, s₂·(s₁ + s₃), −s₂·s₃; "),
    ("batch/batch_softmax", "s", "a2", "gate", "= sᵢ·(Σ_(j ≠ i) sⱼ)"),
    ("batch/batch_softmax", "s", "a2", "collapse", "= [−t₁·(s₂ + s₃) + t₂·s₁ + t₃·s₁, "),
    ("batch/batch_softmax", "s", "a2", "collapse", "= [−t₁ + s₁·(t₁ + t₂ + t₃) (is 1), "),
    ("batch/batch_softmax", "s", "a2", "collapse", "= [s₁ − t₁, s₂ − t₂, s₃ − t₃]"),
    ("batch/batch_softmax", "s", "a2", "collapse", "= 1/B·(s − t)"),
    ("batch/batch_softmax", "a2", "b2", "gate", "∂L/∂b₂ = [1 … 1]·∂L/∂a₂"),
    ("batch/batch_softmax", "a2", "b2", "gate", "∂L/∂(b₂)ᵢ = Σ_(b=1…B) ∂L/∂(a₂)_{b,i}"),
    ("batch/batch_softmax", "a2", "W2", "gate", "∂L/∂W₂ = zᵀ·∂L/∂a₂"),
    ("batch/batch_softmax", "a2", "z", "gate", "= ∂L/∂a₂·W₂ᵀ"),
    ("batch/batch_softmax", "z", "a1", "gate", "= ∂L/∂z ∘ z ∘ (1 − z)"),
    # 004
    ("mlp/bce_mlp", "y_hat", "theta", "collapse", "= (−y/ŷ + (1 − y)/(1 − ŷ))·ŷ·(1 − ŷ)"),
    ("mlp/bce_mlp", "y_hat", "theta", "collapse", "= ŷ − y"),
    ("mlp/bce_mlp", "h", "z", "gate", "δ₂ = ∂L/∂h ∘ σ′(z)"),
    ("mlp/bce_mlp", "h", "z", "gate", "= δ₁·U ∘ σ′(z)"),
    ("mlp/bce_mlp", "h", "z", "gate", "= [δ₁·u₁,₁·σ′(z₁), δ₁·u₁,₂·σ′(z₂), δ₁·u₁,₃·σ′(z₃), δ₁·u₁,₄·σ′(z₄)]"),
    ("mlp/bce_mlp", "z", "W", "gate", "δ₁·u₁,₄·σ′(z₄)·x₁, …, δ₁·u₁,₄·σ′(z₄)·x₃]"),
    ("mlp/bce_mlp", "z", "b1", "gate", "∂L/∂b₁ = δ₂ᵀ"),
    ("mlp/bce_mlp", "theta", "b2", "gate", "= δ₁\n= −0.4404"),
    ("mlp/bce_mlp", "theta", "U", "gate", "= δ₁ᵀ ⊗ hᵀ"),
]


@pytest.mark.parametrize(("case", "name", "wrt", "sort", "line"), HANDOUTS)
def test_the_handouts_lines_are_all_there(case: str, name: str, wrt: str, sort: str, line: str) -> None:
    assert line in lines(the(case, name, wrt, sort))


def test_the_picked_entry_is_worked_out() -> None:
    said = lines(the("gates/sigmoid_gate", "o", "s", s=(1,)))
    assert "∂E/∂s₂ = ∂E/∂o₁·∂o₁/∂s₂ (is 0) + ∂E/∂o₂·∂o₂/∂s₂ + ∂E/∂o₃·∂o₃/∂s₂ (is 0)" in said
    assert "= −0.6225·0.3775·(1 − 0.3775)\n= −0.1463" in said


def test_a_broken_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """w_{j,i} in place of w_{i,j}: the transpose forgotten."""
    right = by_vector_module.weight

    def transposed(line: Any, way: Any, out: Any, into: Any) -> f.Formula:
        here, there = (replace(place, at=place.at % 2) for place in (*into, *out))
        return right(line, way, (here,), (there,))

    monkeypatch.setattr(by_vector_module, "weight", transposed)
    assert wrong(the("gates/fan_out", "f2", "s"))


def test_where_probabilities_saturate_the_long_way_says_why_it_fails() -> None:
    lesson, _ = traced("mlp/bce_mlp")
    data = {**lesson.data, "y": np.zeros((1, 1))}
    trace = lesson.graph.trace(data, {**lesson.params, "b2": np.array([40.0])})
    found = told(scene_of(lesson.graph, trace, lesson.notation, "y_hat"))
    (last,) = (one.steps[-1] for one in found if one.sort == "collapse")
    assert as_text(list(last.title)) == "Why the long way fails here"
    (said,) = last.pieces
    assert isinstance(said, dict) and "1 − ŷ is 0" in as_text(said["parts"]) and "∞ · 0" in as_text(said["parts"])
    other = lesson.graph.trace(lesson.data, lesson.params)
    assert all("fails" not in as_text(list(s.title)) for s in the("mlp/bce_mlp", "y_hat", "theta", "collapse").steps)
    assert other.nonfinite is None


def test_targets_that_do_not_sum_to_one_leave_a_factor() -> None:
    graph = loss_graph("cross_entropy")
    trace = graph.trace({"x": [[0.1, 0.2, 0.3]], "t": [[1.0, 1.0, 0.0]]})
    found = told(scene_of(graph, trace, Notation(), "p"))
    (collapse,) = (one for one in found if one.sort == "collapse")
    assert not wrong(collapse)
    assert any("do not sum to 1" in as_text(list(step.title)) for step in collapse.steps)
    assert "2·p₁ − t₁" in lines(collapse)


def test_declared_lines_show_how_their_gradient_came() -> None:
    assert [one.of for one in told(_scene("gates/fan_out", "s"))] == ["f1", "f2"]
    assert [one.of for one in told(_scene("mlp/bce_mlp", "W"))] == ["z"]


def _scene(case: str, name: str) -> Scene:
    lesson, trace = traced(case)
    return scene_of(lesson.graph, trace, lesson.notation, name)


def test_targets_and_unreached_lines_say_so() -> None:
    (block,) = derivation_tab(_scene("mlp/bce_mlp", "y"))
    assert "never updated" in as_text(block["parts"])
    graph = Graph.parse("x = input(2)\nw = param(2)\nu = x * w\nloss = sum(x)")
    trace = graph.trace({"x": [[1.0, 2.0]]}, {"w": [3.0, 4.0]})
    (block,) = derivation_tab(scene_of(graph, trace, Notation(), "u"))
    assert "does not depend" in as_text(block["parts"])


def test_large_lines_are_told_quickly_and_shortly() -> None:
    graph = Graph.parse(
        "x = input(784)\nt = target(10)\nW = param(10, 784)\nz = W @ x\ns = softmax(z)\nloss = cross_entropy(s, t)"
    )
    trace = run(graph, 2)
    for name in ("z", "s", "loss"):
        for derivation in told(scene_of(graph, trace, Notation(), name)):
            assert not wrong(derivation)
            assert len(lines(derivation)) < 20_000


def blocks_of(scene: Scene) -> list[Block]:
    (block,) = derivation_tab(scene)
    return block["blocks"] if block["kind"] == "derivations" else [block]


@pytest.mark.parametrize("case", CASES)
def test_blocks_are_told_apart_and_name_their_entries(case: str) -> None:
    lesson, trace = traced(case)
    for name in reached(lesson.graph):
        blocks = blocks_of(scene_of(lesson.graph, trace, lesson.notation, name))
        assert len({block["key"] for block in blocks}) == len(blocks)
        for block in blocks:
            assert block["kind"] == "derivation" and block["title"] and block["choice"]
            for entries in block["entries"]:
                shape = lesson.graph.nodes[entries["node"]].shape
                assert len(entries["choices"]) == int(np.prod(shape))
                assert entries["chosen"] in [choice["index"] for choice in entries["choices"]]
            for step in block["steps"]:
                assert step["title"] and (step["blocks"] or step["note"])


def test_derivations_of_one_gradient_are_told_apart_by_their_reader() -> None:
    choices = ["".join(part for part, _ in block["choice"]) for block in blocks_of(_scene("gates/fan_out", "s"))]
    assert choices == ["∂E/∂s via f1", "∂E/∂s via f2"]
