"""Where the focus is can be seen, wherever it comes to by keyboard, in every theme."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.page import Explorer
from tests.ui.conftest import Opener
from tests.ui.everywhere import CASE, LAPTOP, PHONE, SEEN, dialog, opened, press

FOCUS = (Path(__file__).parent / "focus.js").read_text(encoding="utf-8")
MOST_STOPS = 150


class Walk:
    """Stops of the focus on a page, and what is wrong with them, a line each."""

    def __init__(self, page: Explorer, themes: tuple[str, ...] = SEEN) -> None:
        self._page = page
        self._themes = themes
        self.stops: list[str] = []
        self.wrong: list[str] = []

    def look(self) -> str | None:
        """At what has the focus now."""
        root = self._page.page.locator(".explorer").element_handle()
        found = self._page.page.evaluate(FOCUS, [root, self._themes])
        self.wrong += [f"{found['name']}: {problem}" for problem in found["problems"]]
        name: str | None = found["name"]
        if name:
            self.stops.append(name)
        return name

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self._page.page.keyboard.press(key)
            self.look()

    def tab(self) -> None:
        """Through all that there is: to the page's end, or round in a dialog."""
        first = None
        for _ in range(MOST_STOPS):
            self._page.page.keyboard.press("Tab")
            name = self.look()
            if name is None or name == first:
                return
            first = first or name
        raise AssertionError(f"no end after {MOST_STOPS} stops: {self.stops[-5:]}")

    def seen(self, fewest: int) -> None:
        """Everywhere the focus was seen, and it came to that many places."""
        assert not self.wrong, "\n".join(self.wrong)
        assert len(self.stops) >= fewest, self.stops


def dialogs(page: Explorer) -> Iterator[None]:
    for name in ("Help", "Conventions", "Share and export", "Why matrices?"):
        press(page, name)
        yield from dialog(page, name)


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_the_focus_is_seen_at_every_stop_of_the_page(explorer: Opener, size: tuple[int, int]) -> None:
    page = explorer(f"lesson={CASE}&step=8&node=W&tab=backward&theme=light", size=size)
    page.told()
    walk = Walk(page)
    walk.tab()
    walk.seen(50)
    # By arrows: from card to card, over a card's cells, over the outer product's.
    page.node("x").focus()
    walk.press("ArrowRight", 5)
    page.node("W").focus()
    walk.press("Tab")
    walk.press("ArrowRight", 11)
    page.inspector.locator(".outer .scrolls").focus()
    walk.press("ArrowDown")
    walk.press("ArrowRight", 2)
    walk.seen(70)


def test_the_focus_is_seen_in_tabs_dialogs_and_refusals(explorer: Opener) -> None:
    page = explorer(f"lesson={CASE}&step=8&theme=light")
    walk = Walk(page)
    for node, tab in (("h", "Jacobian"), ("W", "Check"), ("h", "Derivation")):
        opened(page, node, tab)
        page.tab(tab).focus()
        walk.tab()
    for _ in dialogs(page):
        walk.tab()
    page.button("Losses").click()
    page.page.get_by_label("Learning rate").fill("fast")
    page.page.keyboard.press("Enter")
    page.page.keyboard.press("Shift+Tab")
    walk.tab()
    page.page.evaluate("() => { location.hash += '&nonsense=1'; }")
    expect(page.button("Dismiss")).to_be_visible()
    page.chooser("Lesson").focus()
    page.page.keyboard.press("Shift+Tab")
    walk.tab()
    walk.seen(120)


def test_the_focus_is_seen_on_the_projector(explorer: Opener) -> None:
    page = explorer(f"lesson={CASE}&step=8&theme=projector", size=(1920, 1080))
    expect(page.button("Leave the projector")).to_be_visible()
    walk = Walk(page, ("projector",))
    walk.tab()
    page.node("theta").focus()
    walk.press("ArrowRight", 2)
    page.page.keyboard.press("?")
    for _ in dialog(page, "Help"):
        walk.tab()
    walk.seen(16)
