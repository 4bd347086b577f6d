"""Where an activation saturates: what is said of it follows from the pass, and the right numbers stand beside."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from explorer.engine.graph import Graph
from explorer.engine.trace import Trace
from explorer.explain import explain, narrate, why_not_finite
from explorer.explain.meeting import meeting
from explorer.explain.pair_blocks import backward_blocks
from explorer.explain.saturation import saturation
from explorer.explain.scene import Scene
from explorer.explain.text import as_text
from explorer.explain.trial import trial
from explorer.notation import Notation
from tests.explain.graphs import traced
from tests.explain.test_tabs import every, travels, words

HEAD = "z = input({n})\ny = target({n})\n"
SIGMOID, SOFTMAX = HEAD + "p = sigmoid(z)\nloss = bce(p, y)", HEAD + "p = softmax(z)\nloss = cross_entropy(p, y)"
TOGETHER = {SIGMOID: HEAD + "loss = bce_with_logits(z, y)", SOFTMAX: HEAD + "loss = cross_entropy_with_logits(z, y)"}
NOTATION = Notation(symbols={"p": "ŷ", "z": "θ"})

# text, logits, targets, kind: by the engine's own arithmetic in double precision
CASES = [
    (SIGMOID, [2.0], [0.0], None),
    (SIGMOID, [20.0], [1.0], None),
    (SIGMOID, [30.0], [0.0], None),
    (SIGMOID, [36.0], [0.0], "rounded"),
    (SIGMOID, [36.7], [0.0], "rounded"),
    (SIGMOID, [36.8], [0.0], "infinite"),
    (SIGMOID, [40.0], [0.0], "infinite"),
    (SIGMOID, [800.0], [0.0], "infinite"),
    (SIGMOID, [800.0], [0.3], "infinite"),
    (SIGMOID, [40.0], [1.0], "stopped"),
    (SIGMOID, [-40.0], [1.0], None),
    (SIGMOID, [-709.0], [1.0], None),
    (SIGMOID, [-710.0], [1.0], "overflow"),
    (SIGMOID, [-746.0], [1.0], "infinite"),
    (SIGMOID, [-800.0], [0.0], None),
    (SIGMOID, [1.0, 40.0, -2.0], [1.0, 0.0, 0.0], "infinite"),
    (SOFTMAX, [40.0, 0.0, 1.0], [0.0, 1.0, 0.0], None),
    (SOFTMAX, [40.0, 0.0, 1.0], [1.0, 0.0, 0.0], "stopped"),
    (SOFTMAX, [709.0, 0.0, 1.0], [0.0, 1.0, 0.0], None),
    (SOFTMAX, [711.0, 0.0, 1.0], [0.0, 1.0, 0.0], "overflow"),
    (SOFTMAX, [800.0, 0.0, 1.0], [0.0, 1.0, 0.0], "infinite"),
    (SOFTMAX, [800.0, 0.0, 1.0], [0.5, 0.0, 0.5], "infinite"),
]
BAD = [case for case in CASES if case[3] in ("infinite", "overflow")]


def traced_at(text: str, z: list[float], y: list[float], fuse: bool = False) -> Trace:
    return Graph.parse(text.format(n=len(z))).trace({"z": [z], "y": [y]}, fuse=fuse, kernels=False)


def scene_of(trace: Trace, line: str = "loss", sample: int = 0) -> Scene:
    return Scene(trace.graph, trace, NOTATION, trace.graph.nodes[line], sample)


def same(actual: object, expected: object) -> None:
    np.testing.assert_array_equal(np.asarray(actual).reshape(-1), np.asarray(expected).reshape(-1))


@pytest.mark.parametrize(("text", "z", "y", "kind"), CASES)
def test_what_goes_wrong(text: str, z: list[float], y: list[float], kind: str | None) -> None:
    """The same is found on either graph: that of two lines, and that of one."""
    for source in (text, TOGETHER[text]):
        one = saturation(scene_of(traced_at(source, z, y)))
        assert (one.kind if one else None) == kind


@pytest.mark.parametrize(("text", "z", "y", "kind"), CASES)
def test_both_ways_are_the_engines_own(text: str, z: list[float], y: list[float], kind: str | None) -> None:
    apart, exact, together = traced_at(text, z, y), traced_at(text, z, y, True), traced_at(TOGETHER[text], z, y)
    for trace in (apart, together):
        met = meeting(scene_of(trace))
        assert met is not None
        same(met.p, apart.values["p"])
        same(met.to_probability, apart.gradients["p"])
        same(met.apart.loss, apart.loss)
        same(met.apart.gradient, apart.gradients["z"])
        same(met.together.loss, together.loss)
        same(met.together.gradient, together.gradients["z"])
    np.testing.assert_allclose(together.gradients["z"], exact.gradients["z"], rtol=1e-12)
    assert math.isfinite(together.loss) and np.all(np.isfinite(together.gradients["z"]))


@pytest.mark.parametrize(("text", "z", "y", "kind"), BAD)
def test_what_fails_is_said_in_the_alert_and_in_every_step_of_it(
    text: str, z: list[float], y: list[float], kind: str
) -> None:
    trace = traced_at(text, z, y)
    said = why_not_finite(trace.graph, trace, NOTATION)
    assert said is not None and said.startswith("In double precision ŷ")
    assert "receives NaN" in said or "receives −∞" in said
    for step in trace.steps:
        as_parts = narrate(trace.graph, trace, NOTATION, step, 0, 0.1)
        sentence = as_text(as_parts)
        assert sentence.endswith(".") and "  " not in sentence and "{" not in sentence
        if (step.kind, step.node) == ("backward", "p"):
            assert "The right answer, " in sentence and "is lost: fuse" in sentence
        if (step.kind, step.node) == ("backward", "loss"):
            assert "the loss divides by" in sentence


@pytest.mark.parametrize(("text", "z", "y", "kind"), CASES)
def test_the_fused_line_never_fails_and_says_nothing_of_the_kind(
    text: str, z: list[float], y: list[float], kind: str | None
) -> None:
    trace = traced_at(TOGETHER[text], z, y)
    assert trace.nonfinite is None and why_not_finite(trace.graph, trace, NOTATION) is None
    for step in trace.steps:
        assert "fuse" not in as_text(narrate(trace.graph, trace, NOTATION, step, 0, 0.1))


def sentences(text: str, z: list[float], y: list[float]) -> dict[tuple[str, str], str]:
    trace = traced_at(text, z, y)
    return {
        (step.kind, step.node): as_text(narrate(trace.graph, trace, NOTATION, step, 0, 0.1)) for step in trace.steps
    }


def test_the_words_at_forty() -> None:
    said = sentences(SIGMOID, [40.0], [0.0])
    assert said["forward", "p"] == (
        "ŷ = σ(40) rounds to exactly 1: 1 − ŷ = 4.248e−18 is less than half the step from 1 to the next number below, "
        "1.11e−16."
    )
    assert said["forward", "loss"] == (
        "L is ∞: 1 − ŷ is 0 here, and ln 0 = −∞. The right loss is 40: fuse σ + BCE to get it."
    )
    assert said["backward", "loss"] == "ŷ receives ∞: the loss divides by 1 − ŷ, which is 0 here."
    assert said["backward", "p"] == (
        "θ receives NaN: the slope, ŷ·(1 − ŷ), is 0, and ∞·0 is not a number. "
        "The right answer, ŷ − y = 1, is lost: fuse σ + BCE to keep it."
    )


def test_the_words_of_a_softmax_that_underflows() -> None:
    said = sentences(SOFTMAX, [800.0, 0.0, 1.0], [0.0, 1.0, 0.0])
    assert said["forward", "p"] == (
        "ŷ₂ rounds to exactly 0: θ₂ is 800 below the largest, and e⁻⁸⁰⁰ is too small for a number."
    )
    assert "ŷ₂ receives −∞: the loss divides by ŷ₂, which is 0 here." == said["backward", "loss"]
    assert said["backward", "p"].startswith("θ₂ receives NaN: −∞ is multiplied by ŷ₂ = 0, and ∞·0 is not a number.")
    assert "ŷ₂ − y₂ = −1, is lost" in said["backward", "p"]


def test_a_digit_that_is_gone_is_said_and_nothing_else() -> None:
    said = sentences(SIGMOID, [36.5], [0.0])
    assert said["forward", "loss"].startswith("L comes out as 36.04: rounding has left few digits of 1 − ŷ. ")
    assert "The right loss is 36.5" in said["forward", "loss"]
    assert "is lost" not in said["backward", "p"]
    assert sentences(SIGMOID, [40.0], [1.0])["backward", "p"] == (
        "θ receives 0: rounding has left nothing of 1 − ŷ. In full it is ŷ − y = −4.248e−18."
    )


def test_the_sample_that_fails_is_named() -> None:
    graph = Graph.parse(SIGMOID.format(n=1))
    trace = graph.trace({"z": [[1.0], [2.0], [50.0]], "y": [[1.0], [0.0], [0.0]]})
    said = why_not_finite(graph, trace, NOTATION)
    assert said is not None and said.startswith("Sample 3: in double precision ŷ = σ(50) rounds to exactly 1")
    assert "Right are 50 and 0.3333" in said  # L₃, and (ŷ − y)/B


def test_other_numbers_that_are_not_finite_are_no_saturation() -> None:
    for text, data in (
        ("x = input(2)\nh = log(x)\nloss = sum(h)", {"x": [[0.0, -1.0]]}),
        (SIGMOID.format(n=1), {"z": [[math.inf]], "y": [[0.0]]}),
        (SIGMOID.format(n=1), {"z": [[math.nan]], "y": [[0.0]]}),
    ):
        graph = Graph.parse(text)
        trace = graph.trace(data)
        assert why_not_finite(graph, trace, NOTATION) is None


# -- blocks ------------------------------------------------------------------------------------------------------------
def actions(blocks: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {block["text"]: block["messages"] for block in every(blocks) if block["kind"] == "action"}


def cells(element: Any) -> list[float]:
    """The numbers in a cell of the table."""
    if isinstance(element, dict):
        return [float(element["number"])]
    return [number for child in element[2:] if not isinstance(child, str) for number in cells(child)]


@pytest.mark.parametrize(("text", "z", "y", "kind"), BAD)
def test_the_backward_tab_shows_both_and_offers_the_switch(
    text: str, z: list[float], y: list[float], kind: str
) -> None:
    apart, together = traced_at(text, z, y), traced_at(TOGETHER[text], z, y)
    for trace, line, button, fuse in ((apart, "p", "Fuse", True), (apart, "loss", "Fuse", True),
                                      (together, "loss", "Take", False)):  # fmt: skip
        told = explain(trace.graph, trace, NOTATION, line, 0, 0.1, tabs=["backward"])
        travels(told)
        blocks = told["tabs"]["backward"]
        [(name, messages)] = actions(blocks).items()
        assert name.startswith(button) and messages == [{"type": "settings", "fuse": fuse}]
        [table] = [block for block in every(blocks) if block["kind"] == "compare"]
        losses, _, gradients = table["rows"]
        assert [cells(cell) for cell in losses["cells"]] == [[apart.loss], [together.loss]]
        same(cells(gradients["cells"][0]), apart.gradients["z"])
        same(cells(gradients["cells"][1]), together.gradients["z"])
        assert "is not a number" in words(blocks) or "stays −∞" in words(blocks)
        assert "is lost" in words(blocks)


def test_no_table_where_nothing_is_lost() -> None:
    for text, line in ((SIGMOID, "p"), (SIGMOID, "loss"), (TOGETHER[SIGMOID], "loss"), (SOFTMAX, "z")):
        trace = traced_at(text, [0.5], [1.0]) if text != SOFTMAX else traced_at(text, [0.5, 1.0], [1.0, 0.0])
        blocks = backward_blocks(scene_of(trace, line))
        assert not [block for block in every(blocks) if block["kind"] == "compare"]


@pytest.mark.parametrize(
    "case", ["mlp/bce_mlp", "mlp/bce_mlp_batch", "batch/batch_softmax", "matrix-language/matrix_language"]
)
def test_the_numbers_to_try_make_it_fail_at_every_sample(case: str) -> None:
    lesson, trace = traced(case)
    for sample in range(trace.batch):
        scene = Scene(lesson.graph, trace, lesson.notation, lesson.graph.nodes["loss"], sample)
        met = meeting(scene)
        assert met is not None and saturation(scene) is None
        data = {name: np.array(array) for name, array in lesson.data.items()}
        params = {name: np.array(array) for name, array in lesson.params.items()}
        for edit in trial(scene, met):
            assert edit["type"] == "edit"
            place = tuple(edit["index"])
            if "sample" in edit:
                data[edit["node"]][(edit["sample"], *place)] = float(edit["text"])
            else:
                params[edit["node"]][place] = float(edit["text"])
        tried = lesson.graph.trace(data, params)
        one = saturation(Scene(lesson.graph, tried, lesson.notation, lesson.graph.nodes["loss"], sample))
        assert one is not None and one.kind == "infinite"
        if met.activation == "sigmoid":
            assert abs(float(one.met.z[one.k]) - 40) < 1 and one.met.t[one.k] == 0


def test_nothing_to_try_where_no_number_stands_open() -> None:
    graph = Graph.parse("x = input(2)\ny = target(2)\nW = param(2, 2)\nz = W @ x\np = sigmoid(z)\nloss = bce(p, y)")
    trace = graph.trace({"x": [[1.0, 2.0]], "y": [[0.0, 1.0]]}, {"W": [[0.1, 0.2], [0.3, 0.4]]})
    met = meeting(Scene(graph, trace, NOTATION, graph.nodes["loss"], 0))
    assert met is not None and trial(met.scene, met) == []
