"""Updates: the rule of every weight is spelled out in every convention, and comes to what its card shows."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from explorer import SGD
from explorer.engine.graph import Graph
from explorer.explain.backward_tab import backward_tab
from explorer.explain.sampled import of_any_sample
from explorer.explain.scene import Scene
from explorer.explain.text import text
from explorer.explain.update import update_blocks
from explorer.explain.weight import weight
from explorer.lessons.fused import fused
from explorer.notation import Notation
from tests.explain.blocks import every
from tests.explain.graphs import CASES, traced

PARAMETERS = [(case, name) for case in CASES for name in traced(case)[0].graph.parameters]
CONVENTIONS = [
    {}, {"sign": "plus"}, {"sign": "minus"}, {"weights": "row-column"}, {"weights": "from-to"}, {"deltas": "column"},
]  # fmt: skip


def scene_of(case: str, name: str, sample: int = 0, entry: tuple[int, ...] | None = None, **conventions: Any) -> Scene:
    lesson, trace = traced(case)
    notation = replace(lesson.notation, **conventions)
    entries = {} if entry is None else {name: entry}
    return Scene(lesson.graph, trace, notation, lesson.graph.nodes[name], sample, lesson.learning_rate, entries)


def sections(blocks):
    """Sections by their title, those inside others too."""
    found = [block for block in every(blocks) if block["kind"] == "section"]
    return {"".join(part if isinstance(part, str) else "·" for part in block["title"]): block for block in found}


def lines(block):
    return [line["text"] for one in every([block]) if one["kind"] == "formula" for line in one["lines"]]


def number(line):
    """The only number of a line's chunks."""
    (chunk,) = line["chunks"]
    return chunk["number"]


def updated(scene: Scene) -> np.ndarray:
    name = scene.node.name
    return SGD(rate=scene.rate).step({name: scene.trace.values[name]}, {name: scene.trace.gradients[name]})[name]


@pytest.mark.parametrize("conventions", CONVENTIONS, ids=str)
@pytest.mark.parametrize(("case", "name"), PARAMETERS)
def test_every_weight_of_every_case_is_spelled_out(case: str, name: str, conventions: dict[str, str]) -> None:
    batch = traced(case)[1].batch
    for index in list(np.ndindex(*traced(case)[0].graph.nodes[name].shape))[::3]:
        scene = scene_of(case, name, batch - 1, index, **conventions)
        (reader,) = {reader for reader, _ in scene.readings(name)}
        found = weight(scene.at(reader), name)
        assert found is not None
        others = [weight(replace(found.way.scene, sample=sample), name) for sample in range(batch)]
        total = sum(other.share for other in others if other)
        assert total == pytest.approx(float(scene.gradient_of(name)[index]), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("conventions", CONVENTIONS, ids=str)
@pytest.mark.parametrize(("case", "name"), PARAMETERS)
def test_the_rule_ends_with_the_number_that_the_card_will_show(case: str, name: str, conventions: dict) -> None:
    indices = list(np.ndindex(*traced(case)[0].graph.nodes[name].shape))
    for index in {indices[0], indices[-1]}:
        scene = scene_of(case, name, 0, index, **conventions)
        found = sections(update_blocks(scene))
        entry = found.get("Entry by entry") or found["Written out"]
        results = [line for one in every([entry]) for line in one.get("lines", []) if line["role"] == "result"]
        assert number(results[-1]) == float(updated(scene)[index])


@pytest.mark.parametrize(
    ("name", "entry", "rules"),
    [
        ("W2", (1, 2), ["wᵢ,ⱼ⁽²⁾ ← wᵢ,ⱼ⁽²⁾ + η·(tⱼ − oⱼ⁽²⁾)·oⱼ⁽²⁾·(1 − oⱼ⁽²⁾)·oᵢ⁽¹⁾",
                        "w₃,₂⁽²⁾ ← w₃,₂⁽²⁾ + η·(t₂ − o₂⁽²⁾)·o₂⁽²⁾·(1 − o₂⁽²⁾)·o₃⁽¹⁾"]),
        ("W1", (2, 0), ["wᵢ,ⱼ⁽¹⁾ ← wᵢ,ⱼ⁽¹⁾ + η·(Σ_(k) δₖ⁽²⁾·wⱼ,ₖ⁽²⁾)·oⱼ⁽¹⁾·(1 − oⱼ⁽¹⁾)·xᵢ",
                        "w₁,₃⁽¹⁾ ← w₁,₃⁽¹⁾ + η·(δ₁⁽²⁾·w₃,₁⁽²⁾ + δ₂⁽²⁾·w₃,₂⁽²⁾)·o₃⁽¹⁾·(1 − o₃⁽¹⁾)·x₁"]),
    ],
)  # fmt: skip
def test_the_rules_of_20_4(name: str, entry: tuple[int, ...], rules: list[str]) -> None:
    scene = scene_of("lecture20/lecture20_network", name, 0, entry)
    found = sections(update_blocks(scene))
    assert lines(found["Entry by entry"])[:2] == rules
    if name == "W1":
        assert "δₖ⁽²⁾ = −∂E/∂sₖ⁽²⁾" in lines(found["Entry by entry"])
        assert "−∂E/∂o₃⁽¹⁾ = δ₁⁽²⁾·w₃,₁⁽²⁾ + δ₂⁽²⁾·w₃,₂⁽²⁾" in lines(found["The factors, one by one"])
    picker = next(block for block in every(update_blocks(scene)) if block["kind"] == "entries")
    assert (picker["node"], picker["chosen"]) == (name, list(entry))
    assert len(picker["choices"]) == 6


def test_the_rules_follow_the_conventions() -> None:
    def rule(**conventions: str) -> str:
        scene = scene_of("lecture20/lecture20_network", "W1", 0, (2, 0), **conventions)
        return lines(sections(update_blocks(scene))["Entry by entry"])[0]

    assert rule(sign="plus") == "wᵢ,ⱼ⁽¹⁾ ← wᵢ,ⱼ⁽¹⁾ − η·(Σ_(k) δₖ⁽²⁾·wⱼ,ₖ⁽²⁾)·oⱼ⁽¹⁾·(1 − oⱼ⁽¹⁾)·xᵢ"
    assert rule(weights="row-column") == "Wᵢ,ⱼ⁽¹⁾ ← Wᵢ,ⱼ⁽¹⁾ + η·(Σ_(k) δₖ⁽²⁾·Wₖ,ᵢ⁽²⁾)·oᵢ⁽¹⁾·(1 − oᵢ⁽¹⁾)·xⱼ"


def test_a_batch_sums_its_shares_in_the_rule_and_in_numbers() -> None:
    scene = scene_of("batch/batch_softmax", "W2", 2, (0, 1))
    found = sections(update_blocks(scene))
    assert lines(found["Entry by entry"])[0] == ("(W₂)ᵢ,ⱼ ← (W₂)ᵢ,ⱼ − η·(Σ_(b=1…B) 1/B·(s_{b,j} − t_{b,j})·z_{b,i})")
    share = lines(found["The share of sample 3"])[0]
    assert share == "∂L/∂(W₂)₁,₂ (b=3) = 1/B·(s₂ − t₂)·z₁"
    shares = lines(found["The shares of all 4 samples"])
    assert shares[0].count("(b=") == 4
    terms = shares[1].replace("−", "-").strip("= ").split(" + ")
    total = float(scene.gradient_of("W2")[0, 1])
    assert sum(float(term.strip("()")) for term in terms) == pytest.approx(total, abs=1e-4)


def test_a_single_number_has_no_entries() -> None:
    found = sections(update_blocks(scene_of("mlp/bce_mlp", "b2")))
    assert lines(found["Written out"])[0] == "b₂ ← b₂ − η·(ŷ − y)"
    assert not [block for block in every(update_blocks(scene_of("mlp/bce_mlp", "b2"))) if block["kind"] == "entries"]


@pytest.mark.parametrize("case", ["mlp/bce_mlp", "batch/batch_softmax"])
def test_a_fused_loss_gives_the_same_difference(case: str) -> None:
    lesson = fused(traced(case)[0])
    assert lesson is not None
    trace = lesson.graph.trace(lesson.data, lesson.params)
    name = "U" if case.startswith("mlp") else "W2"
    scene = Scene(lesson.graph, trace, lesson.notation, lesson.graph.nodes[name], 0, lesson.learning_rate)
    told = lines(sections(update_blocks(scene))["Entry by entry"])[0]
    apart = lines(sections(update_blocks(scene_of(case, name)))["Entry by entry"])[0]
    assert told == apart


def test_all_updates_of_the_pass_are_listed_with_old_and_new_numbers() -> None:
    scene = scene_of("matrix-language/matrix_language", "V")
    listed = lines(sections(backward_tab(scene))["All updates of this pass"])
    assert listed[::3] == ["w ← w − γ·∂R/∂w", "W ← W − γ·∂R/∂W", "v ← v − γ·∂R/∂v", "V ← V − γ·∂R/∂V"]
    assert listed[1:3] == ["w = [0.1 −0.1]", "w ← [0.07807 −0.08573]"]
    only = sections(update_blocks(scene_of("gates/add_gate", "b")))
    assert "All updates of this pass" not in only


def spelled(source: str, name: str, params: dict, **data) -> list[str]:
    graph = Graph.parse(source)
    trace = graph.trace(data, params)
    scene = Scene(graph, trace, Notation(), graph.nodes[name], 0, 0.5)
    found = sections(update_blocks(scene))
    return lines(found.get("Entry by entry") or found["Written out"])


@pytest.mark.parametrize(
    ("source", "params", "rule"),
    [
        ("x = input(2)\nw = param(2)\nloss = sum(w * x)", {"w": [1.0, 2.0]}, "w₁ ← w₁ − η·∂L/∂w₁"),
        ("x = input(2)\nw = param(2)\ns = w * x\nloss = sum(s)", {"w": [1.0, 2.0]}, "wᵢ ← wᵢ − η·∂L/∂sᵢ·xᵢ"),
        ("x = input(2)\nw = param(2)\ns = x - w\nt = tanh(s)\nloss = sum(t)", {"w": [1.0, 2.0]},
         "wⱼ ← wⱼ + η·∂L/∂tⱼ·(1 − tⱼ²)"),
        ("x = input(2)\nw = param(2)\na = x + w\nb = x * w\nloss = sum(a * b)", {"w": [1.0, 2.0]},
         "w₁ ← w₁ − η·∂L/∂w₁"),
        ("x = input(2)\nW = param(2, 2)\ns = W @ (W @ x)\nloss = sum(s)", {"W": [[1.0, 2.0], [3.0, 4.0]]},
         "W₁,₁ ← W₁,₁ − η·∂L/∂W₁,₁"),
        ("x = input(2)\nW = param(2, 2)\ns = relu(W @ x)\nloss = sum(s)", {"W": [[1.0, 2.0], [3.0, 4.0]]},
         "W₁,₁ ← W₁,₁ − η·∂L/∂W₁,₁"),
    ],
)  # fmt: skip
def test_what_cannot_be_spelled_out_falls_back_to_the_gradient(source: str, params: dict, rule: str) -> None:
    assert spelled(source, "W" if "W" in params else "w", params, x=[[0.5, -1.0]])[0] == rule


def test_numbers_that_are_not_finite_are_shown() -> None:
    told = spelled("x = input()\nw = param()\ns = w * x\nloss = exp(s)", "w", {"w": 800.0}, x=[1.0])
    assert "= −∞" in told


def test_any_sample_has_b_before_every_index() -> None:
    scene = scene_of("mlp/bce_mlp_batch", "W")
    found = weight(scene.at("z"), "W")
    assert found is not None
    written = [text(of_any_sample(scene, factor)) for factor in found.general]
    assert written == ["(δ₁)_b", "u₁,ᵢ", "h_{b,i}·(1 − h_{b,i})", "x_{b,j}"]


def test_a_large_batch_is_not_spelled_out_sample_by_sample() -> None:
    graph = Graph.parse("x = input(1)\ny = target(1)\nw = param(1)\ns = w * x\nloss = sqerr(s, y)")
    trace = graph.trace({"x": np.ones((500, 1)), "y": np.zeros((500, 1))}, {"w": [2.0]})
    found = sections(update_blocks(Scene(graph, trace, Notation(), graph.nodes["w"], 3, 0.1)))
    assert "The share of sample 4" in found
    assert not any(title.startswith("The shares of all") for title in found)
