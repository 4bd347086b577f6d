"""Whoever asks for less motion gets none: no animation, no transition, no pulse, in any screen or step."""

import pytest
from playwright.sync_api import expect

from tests.page import Explorer
from tests.ui.conftest import Opener
from tests.ui.everywhere import CASE, dressed, opened

# Notes each kind of motion as it begins, so that none is missed however short it is.
_WATCH = """root => {
  const seen = window.moved = new Set();
  for (const type of ["animationstart", "transitionrun"]) {
    root.getRootNode().addEventListener(type, () => seen.add(type), true);
  }
  const { animate } = Element.prototype;
  Element.prototype.animate = function (...told) {
    seen.add("animate");
    return animate.apply(this, told);
  };
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      for (const name of ["arriving", "waiting"]) if (target.classList?.contains(name)) seen.add(name);
      for (const added of addedNodes) if (added.classList?.contains("ghosts")) seen.add("ghosts");
    }
  }).observe(root, { subtree: true, attributeFilter: ["class"], childList: true });
}"""
_RUNNING = "root => root.getAnimations({ subtree: true }).length"
KINDS = {"animationstart", "transitionrun", "animate", "arriving", "waiting", "ghosts"}


def through_all(page: Explorer) -> int:
    """Whatever moves: steps, play, lines of a derivation, an outer product, the projector's cards, two that become one.

    Returns: how many animations ran at the moments in between.
    """
    root = page.page.locator(".explorer")
    running = 0
    for _ in range(3):
        page.page.keyboard.press("ArrowRight")
        running += root.evaluate(_RUNNING)
    page.button("Play").click()
    at = int(page.stage.get_attribute("data-step") or 0)
    expect(page.stage).not_to_have_attribute("data-step", str(at), timeout=10_000)
    running += root.evaluate(_RUNNING)
    page.button("Pause").click()
    opened(page, "h", "Derivation")
    page.button("Next line").click()
    running += root.evaluate(_RUNNING)
    opened(page, "W", "Backward")
    page.inspector.locator(".outer").first.scroll_into_view_if_needed()
    for theme in ("projector", "dark"):
        dressed(page, theme)
        for _ in range(2):
            page.page.keyboard.press("ArrowRight")
        running += root.evaluate(_RUNNING)
    page.page.locator(".fuse").click()
    expect(page.node("y_hat")).to_have_count(0)
    return running + int(root.evaluate(_RUNNING))


@pytest.mark.parametrize("wish", ["reduce", "no-preference"])
def test_less_motion_is_none(explorer: Opener, wish: str) -> None:
    page = explorer(f"lesson={CASE}&step=5&theme=light", reduced_motion=wish)
    page.page.locator(".explorer").evaluate(_WATCH)
    running = through_all(page)
    if wish == "no-preference":
        page.page.wait_for_function(
            "all => all.every(kind => window.moved.has(kind))", arg=sorted(KINDS), timeout=15_000
        )
        assert running
        return
    assert page.page.evaluate("[...window.moved]") == []
    assert running == 0
