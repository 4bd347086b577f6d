"""The handouts' slips: each is told where it is met, set as mathematics; a wrong entry says what and where."""

from pathlib import Path

import pytest

from explorer import lessons
from explorer.explain.errata import Erratum, typeset
from explorer.explain.text import as_text
from explorer.film import make_film
from explorer.lessons import LessonError, read_folder
from explorer.lessons.fused import fused
from tests.lessons.test_lessons import GOOD

# The slips that no reader may copy: case, step, what is printed, what is right.
SLIPS = [
    ("mlp/bce_mlp", ("backward", "z"), "σ′(z₁)", "σ′(z₄)"),
    ("mlp/bce_mlp_batch", ("backward", "z"), "σ′(z₁)", "σ′(z₄)"),
    ("mlp/bce_mlp", ("backward", "h"), "∂L/∂b₂", "∂L/∂b₁"),
    ("batch/batch_softmax", ("forward", "s"), "exp(aᵢ)/Σᵢ exp(aᵢ)", "exp(aₖ)/Σᵢ exp(aᵢ)"),
    ("batch/batch_softmax", ("backward", "s"), "∂L/∂z·∂z/∂a₂", "∂L/∂s·∂s/∂a₂"),
    ("batch/batch_softmax", ("backward", "s"), "−t₁z₃ + t₂z₃", "t₁s₃ + t₂s₃"),
    ("batch/batch_softmax", ("backward", "a2"), "∂L/∂z", "∂a₂/∂z"),
    ("batch/batch_softmax", ("backward", "z"), "in the third column", "in the fourth"),
    ("matrix-language/matrix_language", ("backward", "s"), "∂R/∂W = δₛ·x", "δₛᵀ xᵀ"),
    ("matrix-language/matrix_language", ("backward", "t"), "∂R/∂V = δₜ·z", "δₜᵀ zᵀ"),
    ("gates/sqerr_gate", ("backward", "loss"), "∂E/∂δ and ∂E/∂σ", "∂E/∂o"),
    ("lecture20/lecture20_network", ("backward", "s1"), "∂E/∂w₂,₁", "∂E/∂w₂,₃"),
    ("lecture20/lecture20_network", ("backward", "loss"), "glyph was lost", "∂E/∂o⁽²⁾"),
    ("lecture20/lecture20_network", ("update", "W1"), "20.2(b)", "20.3(b)"),
]


@pytest.mark.parametrize(("case", "step", "printed", "right"), SLIPS)
def test_every_known_slip_is_told_at_its_step(case: str, step: tuple[str, str], printed: str, right: str) -> None:
    told = [as_text(erratum.parts) for erratum in lessons.load(case).errata if step in erratum.steps]
    (one,) = [text for text in told if f"{printed}" in text.partition("; it is ")[0].partition(": printed ")[2]]
    assert right in one.partition("; it is ")[2]
    assert one.startswith("In the handout, ")


@pytest.mark.parametrize("case", lessons.catalogue().lessons)
def test_a_film_names_the_steps_and_the_lines_of_its_slips(case: str) -> None:
    lesson = lessons.load(case)
    film = make_film(lesson, lesson.graph.trace(lesson.data, lesson.params))
    assert len(film["errata"]) == len(lesson.errata)
    for told, erratum in zip(film["errata"], lesson.errata, strict=True):
        steps = [(film["steps"][number - 1]["kind"], film["steps"][number - 1]["node"]) for number in told["steps"]]
        assert sorted(steps) == sorted(erratum.steps)
        kinds = {kind for kind, _ in steps}
        assert ("forward" in told["tabs"]) == ("forward" in kinds)
        assert ("backward" in told["tabs"]) == bool(kinds - {"forward"}) and "derivation" in told["tabs"]
        assert set(told["nodes"]) == set(erratum.nodes) >= {node for _, node in steps}


def test_a_slip_at_an_activation_goes_with_it_into_the_loss() -> None:
    lesson = fused(lessons.load("batch/batch_softmax"))
    assert lesson is not None
    steps = [step for erratum in lesson.errata for step in erratum.steps]
    assert ("backward", "loss") in steps and ("backward", "s") not in steps
    film = make_film(lesson, lesson.graph.trace(lesson.data, lesson.params))
    assert all(told["steps"] for told in film["errata"])


def test_symbols_stand_between_backquotes() -> None:
    assert typeset("a `b_1` c") == ["a ", {"label": [["b", ""], ["1", "sub"]]}, " c"]
    assert typeset("`z`") == [{"label": [["z", ""]]}]
    assert typeset("no symbol") == ["no symbol"]


@pytest.mark.parametrize(("text", "reason"), [("a `b", "has no fellow"), ("`b_`", "Write a script"), ("``", "nothing")])
def test_malformed_texts_are_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        typeset(text)


def test_a_renamed_line_is_named_once() -> None:
    slip = Erratum((("backward", "s"), ("backward", "loss")), ("s", "loss"), "p", "q", "r").renamed("s", "loss")
    assert slip.steps == (("backward", "loss"), ("backward", "loss"))
    assert slip.nodes == ("loss",)


ERRATUM = """
[[errata]]
steps = { backward = ["y"] }
place = "page 1"
printed = "`a_1`"
right = "`a_2`"
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('["y"]', '["q"]', r"new/lesson\.toml, errata\[0\]\.steps\.backward: the case 'one' has no such step of 'q'"),
        ('["y"]', '["x"]', r"errata\[0\]\.steps\.backward: .*no such step of 'x'"),
        ("backward =", "sideways =", r"errata\[0\]\.steps\.sideways"),
        ('{ backward = ["y"] }', "{}", r"errata\[0\]\.steps"),
        ("place =", 'nodes = ["q"]\nplace =', r"errata\[0\]\.nodes\.q: the graph has no line"),
        ("place =", 'cases = ["two"]\nplace =', r"errata\[0\]\.cases: no case 'two'\. Expected one of one"),
        ('"`a_1`"', '"`a_1"', r"errata\[0\]\.printed: .*no fellow"),
        ('"`a_1`"', '""', r"errata\[0\]\.printed"),
        ("right", "rihgt", r"errata\[0\]\.right: Field required"),
    ],
)
def test_a_wrong_entry_says_what_and_where(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "lesson.toml").write_text(GOOD + ERRATUM)
    _, (case,) = read_folder(folder)
    assert case.errata == (Erratum((("backward", "y"),), ("y",), "page 1", "`a_1`", "`a_2`"),)
    assert old in ERRATUM
    (folder / "lesson.toml").write_text(GOOD + ERRATUM.replace(old, new, 1))
    with pytest.raises(LessonError, match=message):
        read_folder(folder)
