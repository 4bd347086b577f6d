"""Nothing on the stage overlaps, is clipped, or runs through what it does not belong to; measured on the screen."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

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


# How far the page is wider than it seems, whoever of the two would scroll it.
_WIDER = """page => Math.max(page.scrollWidth - page.clientWidth, document.scrollingElement.scrollWidth - innerWidth)"""
# The smallest number on the cards that the step is about, and how far these cards reach beyond the stage.
_SEEN = """stage => {
  const near = [...stage.querySelectorAll('[data-edge]:not([data-now="no"])')]
    .flatMap(edge => edge.dataset.edge.split('->'));
  const cards = [...stage.querySelectorAll('[data-node]')]
    .filter(card => 'now' in card.dataset || near.includes(card.dataset.node));
  const texts = cards.flatMap(card => [...card.querySelectorAll('[data-cell] text')]).filter(text => text.textContent);
  const [inner, outer] = [cards.map(card => card.getBoundingClientRect()), stage.getBoundingClientRect()];
  return [
    Math.min(...texts.map(text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)),
    Math.max(...inner.map(({left, right, top, bottom}) =>
      Math.max(outer.left - left, right - outer.right, outer.top - top, bottom - outer.bottom))),
  ];
}"""
PHONE = (390, 844)
LEGIBLE = 6.0  # of a number on a phone, where fingers may enlarge it


@pytest.mark.parametrize("case", ["mlp/bce_mlp", "gates/fan_out"])
def test_a_phone_shows_what_each_step_is_about(explorer: Opener, case: str) -> None:
    page = explorer(f"lesson={case}", size=PHONE, is_mobile=True, has_touch=True)
    whole = page.page.locator(".page")
    for step in range(1, page.steps + 1):
        page.button("Next step").tap()
        page.at(step)
        smallest, beyond = page.stage.evaluate(_SEEN)
        assert smallest >= LEGIBLE, f"step {step}"
        assert beyond <= 1, f"step {step}: a card that it is about is not in sight"
        assert whole.evaluate(_WIDER) <= 0, f"step {step}"
        for name in ("First step", "Previous step", "Play", "Next step", "Last step"):
            box = page.button(name).bounding_box()
            assert box and box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE[0] and box["y"] + box["height"] <= PHONE[1]


def test_everything_is_in_reach_on_a_phone(explorer: Opener) -> None:
    page = explorer("lesson=batch/batch_softmax&step=8", size=PHONE, is_mobile=True, has_touch=True)
    whole = page.page.locator(".page")
    stage, inspector = page.stage.bounding_box(), page.inspector.bounding_box()
    assert stage and inspector and inspector["y"] >= stage["y"] + stage["height"] - 1
    for tab in ("Jacobian", "Backward", "Batch", "Derivation"):
        page.tab(tab).tap()
        page.told()
        assert whole.evaluate(_WIDER) <= 0, tab
    foot = page.inspector.get_by_role("tabpanel").locator(":scope > *").last
    foot.scroll_into_view_if_needed()
    expect(foot).to_be_in_viewport()
    expect(page.chooser("Theme")).to_be_hidden()
    page.button("More").tap()
    for name in ("Lesson", "Sample", "Notation", "Theme"):
        expect(page.chooser(name)).to_be_visible()
    for opener in ("Conventions", "Help", "Why matrices?"):
        page.button(opener).tap()
        box = page.page.get_by_role("dialog").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= PHONE[0], opener
        assert whole.evaluate(_WIDER) <= 0, opener
        page.page.keyboard.press("Escape")
        expect(page.page.get_by_role("dialog")).to_have_count(0)
