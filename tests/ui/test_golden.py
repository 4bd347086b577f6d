"""After the last step every number on every card is the golden one, of every case and every sample."""

import math
import re

import pytest

from tests.page import Picture
from tests.ui.conftest import Opener
from tests.ui.golden import CASES, Golden, cells, mostly

# The gradients that a lesson calls δ = −∂E/∂s: their cells hold the gradient and show δ.
SHOWN_NEGATED = {("lecture20/lecture20_network", "s1"), ("lecture20/lecture20_network", "s2")}
FEWEST_DIGITS = 3  # a narrow cell may show one digit less than the page's four


def rounding(text: str, number: float) -> float:
    """The largest error that a rounded text may have: half a unit of its last digit, or of its third."""
    figures = re.sub(r"e.*|[^\d]", "", text).lstrip("0")
    digits = max(FEWEST_DIGITS, len(figures))
    unit = 10.0 ** (math.floor(math.log10(abs(number))) - digits + 1) if number else 1e-15
    return 0.5 * unit * (1 + 1e-9)  # a hair more, for numbers that lie halfway


def assert_shows(picture: Picture, name: str, wanted: dict[str, float], prefix: str, sign: int = 1) -> None:
    """A card's cells of one kind are exactly the wanted ones, whole in data-number and rounded in the text."""
    found = {key: cell for key, cell in picture.nodes[name].cells.items() if key.startswith(prefix)}
    assert found.keys() == wanted.keys(), name
    for key, number in wanted.items():
        where = f"{name} {key}: {found[key]}, golden {number!r}"
        assert float(found[key].number) == pytest.approx(number, rel=1e-12, abs=1e-15), where
        shown = sign * float(found[key].text.replace("−", "-"))
        assert abs(shown - number) <= rounding(found[key].text, number), where


def assert_golden(picture: Picture, golden: Golden, sample: int) -> None:
    """The whole stage after the last step."""
    assert picture.nodes.keys() == golden.nodes
    values, gradients = golden.values(sample, updated=True), golden.gradients(sample)
    for name in golden.nodes:
        assert_shows(picture, name, cells("value", values[name]), "value:")
        wanted = cells("gradient", gradients[name]) if name in gradients else {}
        assert_shows(picture, name, wanted, "gradient:", -1 if (golden.name, name) in SHOWN_NEGATED else 1)
    mean = {"mean:0": golden.loss} if golden.batch > 1 else {}
    assert_shows(picture, "loss", mean, "mean:")


@pytest.mark.parametrize("case", CASES)
def test_every_number_of_every_sample_is_golden(explorer: Opener, case: str) -> None:
    golden = Golden(case)
    page = explorer(f"lesson={case}")
    assert_golden(page.last(), golden, 0)
    for sample in range(1, golden.batch):
        page.chooser("Sample").select_option(str(sample))
        for name in golden.data:
            for key, number in cells("value", golden.values(sample)[name]).items():
                page.until(name, key, number)
        assert_golden(page.last(), golden, sample)


@pytest.mark.parametrize("case", mostly("mlp/bce_mlp", "mlp/bce_mlp_batch", "batch/batch_softmax"))
def test_parameters_keep_their_numbers_until_the_update(explorer: Opener, case: str) -> None:
    golden = Golden(case)
    page = explorer(f"lesson={case}")
    updates = len(golden.parameters)
    assert (page.last().phase == "update") is bool(updates)
    for undone in range(1, updates + 1):
        assert page.stage.get_attribute("data-phase") == "update"
        page.button("Previous step").click()
        page.at(page.steps - undone)
    picture = page.read()
    assert picture.phase == "backward"
    values = golden.values(0)
    for name in golden.parameters:
        assert picture.nodes[name].kind == "param"
        assert_shows(picture, name, cells("value", values[name]), "value:")


@pytest.mark.parametrize("case", mostly("mlp/bce_mlp", "batch/batch_softmax", "lecture20/lecture20_network"))
def test_the_first_picture_holds_what_is_given_and_nothing_else(explorer: Opener, case: str) -> None:
    golden = Golden(case)
    picture = explorer(f"lesson={case}").read()
    assert (picture.step, picture.phase) == (0, "idle")
    for name, node in picture.nodes.items():
        given = name in golden.data | golden.parameters
        kind = "target" if name in golden.targets else "input" if name in golden.data else node.kind
        assert node.kind == kind
        assert node.value in ({"done", "zero"} if given else {"waiting"}), name
        assert re.fullmatch(rf"{name}, .+, (shape .+|scalar)", node.label)
        if name in golden.targets:
            assert not any(key.startswith("gradient") for key in node.cells), name
        else:
            assert node.gradient == "waiting", name
        hidden = [cell for key, cell in node.cells.items() if not (given and key.startswith("value"))]
        assert all(cell.text == "" for cell in hidden), f"{name} shows a number before it is computed"
