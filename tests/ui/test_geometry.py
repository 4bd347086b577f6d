"""Nothing on the stage overlaps, is clipped, or runs through what it does not belong to; measured on the screen."""

from pathlib import Path

import pytest

from tests.ui.conftest import Opener
from tests.ui.golden import CASES

MEASURE = (Path(__file__).parent / "geometry.js").read_text(encoding="utf-8")
SIZES = [(1366, 768), (1920, 1080)]
SMALLEST_TYPE = 9.0

_SCROLLS = """() => [document.scrollingElement.scrollWidth - innerWidth,
                    document.scrollingElement.scrollHeight - innerHeight]"""
_TYPE = """stage => Math.min(...[...stage.querySelectorAll('[data-cell] text')].map(
  text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))"""


@pytest.mark.parametrize("size", [SIZES[0], pytest.param(SIZES[1], marks=pytest.mark.exhaustive)], ids=str)
@pytest.mark.parametrize("case", CASES)
def test_the_stage_is_laid_out_well(explorer: Opener, case: str, size: tuple[int, int]) -> None:
    page = explorer(f"lesson={case}", size=size)
    assert page.stage.evaluate(MEASURE) == [], "at the start"
    page.last()
    assert page.stage.evaluate(MEASURE) == [], "at the end"
    assert page.stage.evaluate(_TYPE) >= SMALLEST_TYPE


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_stepping_needs_no_scrolling(explorer: Opener, size: tuple[int, int]) -> None:
    page = explorer(size=size)
    assert page.page.evaluate(_SCROLLS) == [0, 0]
    for name in ("First step", "Previous step", "Play", "Next step", "Last step"):
        box = page.button(name).bounding_box()
        assert box and 0 <= box["x"] and box["x"] + box["width"] <= size[0]
        assert 0 <= box["y"] and box["y"] + box["height"] <= size[1]
    narration = page.narration.bounding_box()
    assert narration and narration["y"] + narration["height"] <= size[1]


def test_a_narrow_page_still_works(explorer: Opener) -> None:
    page = explorer(size=(390, 844))
    assert page.page.evaluate(_SCROLLS)[0] <= 0
    picture = page.last()
    assert picture.step == picture.steps
