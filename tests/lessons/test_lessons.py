"""The lessons are the handouts' numbers; a broken lesson folder says what is wrong, and where."""

import json
from pathlib import Path

import numpy as np
import pytest

from explorer import lessons
from explorer.lessons import LessonError, read_folder
from explorer.lessons.reader import LessonError as ReaderError

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = {
    "add_gate": "gates", "sqerr_gate": "gates", "sigmoid_gate": "gates", "matvec_gate": "gates", "fan_out": "gates",
    "lecture20_network": "lecture20", "matrix_language": "matrix-language", "batch_softmax": "batch",
    "bce_mlp": "mlp", "bce_mlp_batch": "mlp",
}  # fmt: skip

GOOD = """
title = "A lesson"
order = 9
handout = "Somewhere"
about = "Something"

[[cases]]
name = "one"
title = "One"
learning_rate = 0.5
graph = '''
x = input(2)
w = param(2)
y = w * x
loss = sum(y)
'''

[cases.data]
x = [[1.0, 2.0]]

[cases.params]
w = [3.0, 4.0]
"""


@pytest.mark.parametrize("case", CASES)
def test_every_golden_case_is_a_lesson_with_its_numbers(case):
    golden = json.loads((GOLDEN / f"{case}.json").read_text())
    lesson = lessons.load(f"{CASES[case]}/{case}")
    assert lesson.graph.source == golden["source"]
    assert lesson.learning_rate == golden["learning_rate"]
    for mine, theirs in ((lesson.data, golden["data"]), (lesson.params, golden["params"])):
        assert set(mine) == set(theirs)
        for name, numbers in theirs.items():
            np.testing.assert_array_equal(mine[name], numbers)


def test_there_is_no_other_case_and_none_is_broken():
    book = lessons.catalogue()
    assert book.errors == ()
    assert set(book.lessons) == {f"{lesson}/{case}" for case, lesson in CASES.items()}


@pytest.mark.parametrize(
    ("name", "first"),
    [("gates", "add_gate"), ("lecture20", "lecture20_network"), ("matrix-language", "matrix_language"),
     ("batch", "batch_softmax"), ("mlp", "bce_mlp")],
)  # fmt: skip
def test_a_bare_name_loads_the_first_case(name, first):
    assert lessons.load(name).id == f"{name}/{first}"


def test_an_unknown_lesson_names_those_there_are():
    with pytest.raises(LessonError, match=r"'nets'.*gates/add_gate"):
        lessons.load("nets")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("order = 9", "order = 9\norder = 9", r"new/lesson\.toml: .*line 4"),
        ('title = "A lesson"', "", r"new/lesson\.toml, title: Field required"),
        ("order = 9", 'order = "soon"', r"new/lesson\.toml, order: "),
        ("handout", "handuot", r"new/lesson\.toml, handout: Field required"),
        ("learning_rate = 0.5", "learning_rate = 0", r"cases\[0\]\.learning_rate: .*greater than 0"),
        ("y = w * x", "y = w * q", r"cases\[0\]\.graph: .*'q'.*line 3"),
        ("x = [[1.0, 2.0]]", "x = [[1.0, 2.0], [3.0]]", r"cases\[0\]\.data\.x: the rows differ"),
        ("x = [[1.0, 2.0]]", "x = [[1.0, 2.0, 3.0]]", r"cases\[0\]\.data: .*'x'"),
        ("w = [3.0, 4.0]", "w = [3.0]", r"cases\[0\]\.params: .*'w'"),
        ("w = [3.0, 4.0]", "", r"cases\[0\]\.params: .*'w'"),
        ("[cases.params]", '[cases.symbols]\nq = "Q"\n[cases.params]', r"cases\[0\]\.symbols\.q: the graph has no"),
        ("[cases.params]", '[cases.symbols]\ny = "y_"\n[cases.params]', r"cases\[0\]\.symbols\.y: .*'y_'"),
        ("[cases.params]", '[cases.places.sideways]\ny = "p"\n[cases.params]', r"cases\[0\]\.places\.sideways"),
        ("[cases.params]", '[cases.places.forward]\nq = "p"\n[cases.params]', r"places\.forward\.q: the graph has no"),
    ],
)
def test_a_broken_lesson_says_what_in_which_file_where(tmp_path, old, new, message):
    folder = tmp_path / "new"
    folder.mkdir()
    assert old in GOOD
    (folder / "lesson.toml").write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ReaderError, match=message):
        read_folder(folder)


def test_adding_a_lesson_is_adding_a_folder_and_a_broken_one_leaves_the_others(tmp_path):
    for name, text in (("good", GOOD), ("bad", GOOD.replace("y = w * x", "y = w *"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lesson.toml").write_text(text)
    book = lessons.catalogue(tmp_path)
    assert list(book.lessons) == ["good/one"]
    assert len(book.errors) == 1
    assert book.errors[0].startswith("bad/lesson.toml, cases[0].graph")


def test_a_lessons_numbers_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        lessons.load("mlp").params["W"][0, 0] = 1.0
