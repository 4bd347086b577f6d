"""The film says what the trace says, and when: numbers, states and steps of every golden case."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer import Graph, lessons
from explorer.film import make_film
from explorer.lessons.own import own_lesson
from explorer.notation import plain

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = list(lessons.catalogue().lessons)


def film_of(lesson, sample=0):
    return make_film(lesson, lesson.graph.trace(lesson.data, lesson.params), sample)


def own(text, data, params=None):
    return film_of(own_lesson(text, data, params or {}))


def numbers(film, span):
    return film["numbers"][span[0] : span[0] + span[1]]


def node(film, name):
    return next(node for node in film["nodes"] if node["name"] == name)


@pytest.mark.parametrize("case", CASES)
def test_numbers_are_the_golden_ones_at_every_sample(case):
    golden = json.loads((GOLDEN / f"{case.split('/')[1]}.json").read_text())
    lesson = lessons.load(case)
    for sample in range(len(next(iter(golden["data"].values())))):
        film = film_of(lesson, sample)
        for name, line in lesson.graph.nodes.items():
            shown = node(film, name)
            for key, table in (("value", golden["values"]), ("gradient", golden["gradients"])):
                if line.kind == "target" and key == "gradient":
                    assert shown["gradient"] is None
                    continue
                expected = np.array(table[name])
                expected = expected[sample] if line.batched else expected
                np.testing.assert_allclose(numbers(film, shown[key]["at"]), expected.ravel(), rtol=1e-12, atol=1e-15)
            if line.kind == "param":
                np.testing.assert_allclose(
                    numbers(film, shown["update"]), np.ravel(golden["updated"][name]), rtol=1e-12
                )
        if node(film, "loss")["mean"] is not None:
            assert film["numbers"][node(film, "loss")["mean"]] == pytest.approx(golden["loss"], rel=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_contributions_on_the_edges_sum_to_the_gradient(case):
    film = film_of(lessons.load(case))
    for shown in film["nodes"]:
        edges = [edge for _, edge, _ in shown["arrivals"] if edge is not None]
        if not edges:
            continue
        total = sum(numbers(film, film["edges"][edge]["contribution"]) for edge in edges)
        np.testing.assert_allclose(total, numbers(film, shown["gradient"]["at"]), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("case", CASES)
def test_steps_go_forward_seed_backward_update(case):
    lesson = lessons.load(case)
    film = film_of(lesson)
    order = {"forward": 0, "seed": 1, "backward": 2, "accumulate": 2, "update": 3}
    kinds = [order[step["kind"]] for step in film["steps"]]
    assert kinds == sorted(kinds)
    lines = [name for name, line in lesson.graph.nodes.items() if line.kind == "op"]
    assert [step["node"] for step in film["steps"] if step["kind"] == "forward"] == lines
    assert [step["node"] for step in film["steps"] if step["kind"] == "update"] == list(lesson.graph.parameters)
    assert all(step["sentence"] for step in film["steps"])
    assert all(step["place"] for step in film["steps"] if step["kind"] != "accumulate")


def test_a_fan_out_is_partial_until_its_sum_is_made():
    film = film_of(lessons.load("gates/fan_out"))
    s = node(film, "s")
    steps = [step for step, _, _ in s["arrivals"]]
    assert s["total"] == 2 and len(steps) == 2 and steps[0] < steps[1]
    assert s["gradient_step"] == steps[1] + 1
    assert film["steps"][s["gradient_step"] - 1]["kind"] == "accumulate"


def test_after_an_update_what_used_the_old_number_is_stale():
    film = film_of(lessons.load("mlp"))
    first = node(film, "W")["update_step"]
    assert node(film, "z")["stale_value_step"] == first
    assert node(film, "theta")["stale_value_step"] == first
    assert node(film, "x")["stale_value_step"] is None
    assert node(film, "U")["stale_gradient_step"] == node(film, "U")["update_step"] > first


def test_what_the_objective_does_not_reach_has_a_zero_gradient_from_the_seed_on():
    film = own("x = input(2)\nunused = sigmoid(x)\nloss = sum(x * x)", {"x": [[1.0, 2.0]]})
    unused = node(film, "unused")
    assert unused["total"] == 0 and unused["zero_gradient"]
    assert film["steps"][unused["gradient_step"] - 1]["kind"] == "seed"
    assert node(film, "x")["total"] == 2        # read twice by the line that the objective reaches


def test_a_line_that_reads_twice_has_one_edge_that_brings_both_readings():
    film = own("a = input(2)\ny = a * a\nloss = sum(y)", {"a": [[3.0, 4.0]]})
    edges = [edge for edge in film["edges"] if (edge["source"], edge["target"]) == ("a", "y")]
    assert len(edges) == 1
    np.testing.assert_array_equal(numbers(film, edges[0]["contribution"]), [6.0, 8.0])


def test_a_graph_without_parameters_ends_with_its_backward_pass():
    assert film_of(lessons.load("gates/sigmoid_gate"))["steps"][-1]["phase"] == "backward"


def test_numbers_that_are_not_finite_travel_as_they_are():
    film = own("x = input(1)\ny = log(x)\nloss = sum(y)", {"x": [[0.0]]})
    assert numbers(film, node(film, "y")["value"]["at"])[0] == -np.inf


def test_a_parsed_graph_is_taken_as_well_as_a_text():
    assert own_lesson(Graph.parse("x = input()\nloss = x * x"), {"x": [2.0]}, {}).graph.objective == "loss"


def other(lesson, **conventions):
    return replace(lesson, notation=replace(lesson.notation, **conventions))


@pytest.mark.parametrize("case", CASES)
def test_conventions_change_words_and_signs_of_a_film_and_nothing_else(case):
    lesson = lessons.load(case)
    own = film_of(lesson)
    words = {"label", "brief", "turned", "sign", "note", "axes"}

    def bare(shown):
        if isinstance(shown, dict):
            return {key: bare(value) for key, value in shown.items() if key not in words}
        return shown

    for conventions in ({"deltas": "row"}, {"deltas": "column"}, {"sign": "minus"}, {"sign": "plus"},
                        {"weights": "row-column"}, {"weights": "from-to"}):  # fmt: skip
        film = film_of(other(lesson, **conventions))
        np.testing.assert_array_equal(film["numbers"], own["numbers"])
        assert [bare(shown) for shown in film["nodes"]] == [bare(shown) for shown in own["nodes"]]
        assert [(one["kind"], one["node"], one["identity"]) for one in film["steps"]] == [
            (one["kind"], one["node"], one["identity"]) for one in own["steps"]
        ]


def test_a_gradient_s_caption_says_what_its_cells_show():
    lesson = lessons.load("lecture20")
    s2, o2 = (node(film_of(lesson), name)["gradient"] for name in ("s2", "o2"))
    assert (plain(s2["label"]), s2["sign"], s2["turned"]) == ("δ⁽²⁾", -1, "")
    assert (plain(o2["label"]), o2["sign"], o2["turned"]) == ("∂E/∂o⁽²⁾", 1, "")
    rows = film_of(other(lesson, deltas="row", sign="plus"))
    s2, o2, W2 = (node(rows, name)["gradient"] for name in ("s2", "o2", "W2"))
    assert (plain(s2["label"]), s2["sign"], s2["turned"]) == ("δ⁽²⁾", 1, "δ⁽²⁾ is a row (1,2)")
    assert (plain(o2["label"]), plain(o2["brief"]), o2["turned"]) == ("(∂E/∂o⁽²⁾)", "∂E", "∂E/∂o⁽²⁾ is a row (1,2)")
    assert W2["turned"] == ""
    columns = film_of(other(lessons.load("batch"), deltas="column"))
    assert node(columns, "z")["gradient"]["turned"] == "∂L/∂z is a column (4,1)"
    assert node(columns, "b1")["gradient"]["turned"] == ""      # a parameter's gradient stands as the parameter
    assert node(film_of(lessons.load("mlp")), "theta")["gradient"]["turned"] == ""      # one number stands either way


@pytest.mark.parametrize(("reduction", "sample"), [("mean", 0), ("sum", 3)])
def test_the_loss_card_of_a_batch_has_the_sample_s_loss_and_the_objective(reduction, sample):
    lesson = lessons.load("batch")
    film = make_film(lesson, lesson.graph.trace(lesson.data, lesson.params, reduction=reduction), sample)
    loss = node(film, "loss")
    assert plain(loss["value"]["label"]) == f"L{'₁₂₃₄'[sample]}"
    assert (plain(loss["mean_box"]["label"]), loss["mean_box"]["note"]) == ("L", reduction)
    assert plain(next(step["tick"] for step in film["steps"] if step["node"] == "loss")) == f"L{'₁₂₃₄'[sample]}"
    assert plain(node(film_of(lessons.load("mlp")), "loss")["value"]["label"]) == "L"


def test_a_film_tells_its_conventions_in_its_own_letters():
    assert film_of(lessons.load("lecture20"))["conventions"] == {
        "gradients": "column", "sign": "minus", "weights": "from-to", "delta": ["δ⁽²⁾", "∂E/∂s⁽²⁾"],
        "entry": {"row-column": "W₂,₁⁽¹⁾", "from-to": "w₁,₂⁽¹⁾"},
    }  # fmt: skip
    told = film_of(lessons.load("gates/add_gate"))["conventions"]
    assert (told["delta"], told["entry"]) == (None, None)
    flat = own("x = input(2)\nU = param(1, 2)\nloss = sum(U @ x)", {"x": [[1.0, 2.0]]}, {"U": [[1.0, 2.0]]})
    assert flat["conventions"]["entry"] == {"row-column": "U₁,₂", "from-to": "u₂,₁"}
