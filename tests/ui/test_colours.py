"""A phase is told by more than its colour; of signs and states the palette's own tests in tests/js say so."""

from playwright.sync_api import expect

from tests.ui.conftest import Opener
from tests.ui.everywhere import CASE

_STEPS = {"forward": 3, "loss": 6, "backward": 8, "update": 14}
# Which corners of a tick's bar are round: top left, top right, bottom right, bottom left.
_CORNERS = """bar => ["TopLeft", "TopRight", "BottomRight", "BottomLeft"].map(
  corner => parseFloat(getComputedStyle(bar)[`border${corner}Radius`]) >= 5)"""
_ROUND = {
    "forward": [False, True, True, False],
    "loss": [False, False, False, False],
    "backward": [True, False, False, True],
    "update": [True, True, True, True],
}
# What the step draws thick of the edges that it is about.
_BUSY = """stage => {
  const paths = [...stage.querySelectorAll(".edge:not([data-now=no]) path")];
  const thick = paths.filter(path => parseFloat(getComputedStyle(path).strokeWidth) > 3.5);
  return [...new Set(thick.map(path => path.getAttribute("class")))].sort().join();
}"""


def test_a_phase_is_told_by_words_by_its_ticks_and_by_where_its_edges_are_drawn(explorer: Opener) -> None:
    page = explorer(f"lesson={CASE}&step={_STEPS['forward']}")
    said, drawn = {}, {}
    for phase, step in _STEPS.items():
        page.page.evaluate("step => { location.hash = location.hash.replace(/step=\\d+/, `step=${step}`); }", step)
        page.at(step)
        expect(page.stage).to_have_attribute("data-phase", phase)
        bar = page.page.locator(f'.tick.now[data-phase="{phase}"] .bar')
        assert bar.evaluate(_CORNERS) == _ROUND[phase], phase
        said[phase] = (page.narration.locator(".count").text_content() or "").split()[0]
        drawn[phase] = page.stage.evaluate(_BUSY)
    assert said == {"forward": "Forward", "loss": "Loss", "backward": "Backward", "update": "Update"}
    # Along the arrow for a value, beside it for a contribution; none where parameters move.
    assert drawn["forward"] == "arrow" and "track" in drawn["backward"] and drawn["update"] == "", drawn
