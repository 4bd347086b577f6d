"""The projection of a film: large cards for what a step is about, a picture that fits, formulas for every step."""

from itertools import combinations

import pytest

from explorer import lessons
from explorer.film import make_film, make_projection
from explorer.film.projector import MOST_NODES
from explorer.layout.projected import LEAST, NEAR, ROOM
from explorer.lessons.own import own_lesson

CASES = lessons.catalogue().lessons
FAR = 2  # the last of the forms


def traced(lesson):
    return lesson.graph.trace(lesson.data, lesson.params)


@pytest.mark.parametrize("case", CASES)
def test_every_step_has_a_picture_that_fits_with_its_cards_large(case):
    lesson = CASES[case]
    trace = traced(lesson)
    film, told = make_film(lesson, trace), make_projection(lesson, trace, 0, 0, 255)
    names = [node["name"] for node in film["nodes"]]
    assert len(told["steps"]) == len(film["steps"]) + 1
    for number, step in enumerate(told["steps"]):
        layout = told["layouts"][step["layout"]]
        assert min(ROOM[0] / layout["width"], ROOM[1] / layout["height"]) >= LEAST
        about = film["steps"][max(number, 1) - 1]
        edges = [film["edges"][index] for index in about["edges"]]
        near = {about["node"]} | {edge[end] for edge in edges for end in ("source", "target")}
        small = {name for name, (form, _, _) in zip(names, layout["nodes"], strict=True) if form == FAR}
        assert not small & near
        assert set(layout["edges"]) == {f"{edge['source']}->{edge['target']}" for edge in film["edges"]}
        boxes = [
            (x, y, x + told["forms"][form]["cards"][name]["width"], y + told["forms"][form]["cards"][name]["height"])
            for name, (form, x, y) in zip(names, layout["nodes"], strict=True)
        ]
        for one, other in combinations(boxes, 2):
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert bool(step["formulas"]) == (number > 0)


def test_type_is_28_pixels_where_the_picture_is_smallest():
    """On a screen of 1920 pixels a layout unit is a pixel at scale 1."""
    assert min(NEAR.number, NEAR.title, NEAR.least_symbol, NEAR.mark) * LEAST >= 28


def test_where_all_large_cards_fit_nothing_ever_moves():
    lesson = CASES["gates/add_gate"]
    told = make_projection(lesson, traced(lesson), 0, 0, 255)
    assert len(told["layouts"]) == 1
    assert all(form != FAR for form, _, _ in told["layouts"][0]["nodes"])


def test_formulas_are_the_steps_own_in_the_lessons_letters():
    lesson = CASES["mlp/bce_mlp"]
    told = make_projection(lesson, traced(lesson), 0, 0, 255)["steps"]
    said = [[line["text"] for line in step["formulas"]] for step in told]
    assert said[1] == ["z = W·x + b₁"]
    assert said[8] == ["δ₁ = ∂L/∂ŷ·ŷ·(1 − ŷ)"]
    assert said[11] == ["∂L/∂W = δ₂ᵀ·xᵀ", "∂L/∂x = δ₂·W", "∂L/∂b₁ = δ₂ᵀ"]
    assert said[12] == ["W ← W − η·∂L/∂W"]


def test_a_part_of_the_steps_is_told_as_in_the_whole():
    lesson = CASES["lecture20/lecture20_network"]
    whole, part = (make_projection(lesson, traced(lesson), 0, *steps) for steps in ((0, 255), (4, 6)))
    for number, step in zip((4, 5, 6), part["steps"], strict=True):
        same = whole["steps"][number]
        assert part["layouts"][step["layout"]] == whole["layouts"][same["layout"]]
        assert step["formulas"] == same["formulas"]


def test_a_large_graph_keeps_its_layout_and_has_formulas():
    lines = [f"h{n} = sigmoid({f'h{n - 1}' if n else 'x'})" for n in range(MOST_NODES)]
    lesson = own_lesson("\n".join(["x = input(2)", *lines, f"loss = sum(h{MOST_NODES - 1})"]), {"x": [[1.0, 2.0]]}, {})
    told = make_projection(lesson, traced(lesson), 0, 0, 63)
    assert told["layouts"] == [] and {step["layout"] for step in told["steps"]} == {None}
    assert all(step["formulas"] for step in told["steps"][1:])
