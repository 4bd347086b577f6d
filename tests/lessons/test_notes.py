"""Notes for whoever stands before the class: a lesson's own where it has them, general ones elsewhere."""

from pathlib import Path

import pytest

from explorer import lessons
from explorer.explain.presenting import BACKWARD, FORWARD, KINDS
from explorer.film import make_film, make_words
from explorer.lessons import LessonError, read_folder
from explorer.lessons.fused import fused
from explorer.lessons.own import own_lesson
from tests.lessons.test_lessons import GOOD

CASES = lessons.catalogue().lessons
GENERAL = {*FORWARD.values(), *BACKWARD.values(), *KINDS.values()}


def plain(parts):
    return "".join(part if isinstance(part, str) else "".join(text for text, _ in part["label"]) for part in parts)


def told(lesson):
    words = make_words(lesson, lesson.graph.trace(lesson.data, lesson.params))
    return [" ".join(plain(note) for note in step["notes"]) for step in words]


@pytest.mark.parametrize("case", CASES)
def test_every_step_of_a_lesson_has_a_note_and_most_have_their_own(case):
    said = told(CASES[case])
    assert CASES[case].opening
    assert all(len(note) > 20 for note in said)
    assert sum(note not in GENERAL for note in said) >= len(said) / 2


@pytest.mark.parametrize("case", [case for case, lesson in CASES.items() if fused(lesson)])
def test_an_activation_and_its_loss_as_one_line_leave_the_notes_about_either(case):
    lesson = fused(CASES[case])
    assert lesson is not None
    assert set(lesson.notes) < set(CASES[case].notes)
    assert all(told(lesson))


def test_a_graph_of_ones_own_has_general_notes():
    lesson = own_lesson("x = input(2)\nW = param(2, 2)\ns = W @ x\nh = relu(s)\nloss = sum(h * h)",
                        {"x": [[1.0, 2.0]]}, {"W": [[1.0, 0.0], [0.0, 1.0]]})  # fmt: skip
    said = told(lesson)
    assert set(said) <= GENERAL
    assert said[0] == FORWARD["@"] and FORWARD["relu"] in said and BACKWARD["*"] in said and KINDS["update"] in said
    assert plain(make_film(lesson, lesson.graph.trace(lesson.data, lesson.params))["notes"][0])


@pytest.mark.parametrize(
    ("table", "line"),
    [("forward", "w"), ("backward", "nothing"), ("accumulate", "y"), ("update", "x")],
)
def test_a_note_of_a_step_that_is_not_there_is_refused_with_its_place(tmp_path: Path, table: str, line: str) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "lesson.toml").write_text(f'{GOOD}\n[cases.notes.{table}]\n{line} = "Ask."\n', encoding="utf-8")
    place = rf"odd/lesson.toml, cases\[0\].notes.{table}.{line}"
    with pytest.raises(LessonError, match=f"{place}: the pass has no such step"):
        read_folder(folder)
