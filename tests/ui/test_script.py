"""Where the page's script comes from: from its server, once a browser; from a message where nothing is served."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page import Explorer, Watch
from tests.server import PANEL_SERVE, serving

# A page in a folder of its own, below a prefix: its files' addresses are relative to it.
COMMANDS = {
    "prefix": [*PANEL_SERVE, "--prefix", "lecture"],
    "unserved": [sys.executable, "-m", "panel", "serve", "tests/ui/unserved_app.py", "--port", "0"],
}
_KEPT = """() => performance.getEntriesByType('resource').filter(({name}) => name.includes('/page.js'))
  .map(({transferSize, decodedBodySize}) => [transferSize, decodedBodySize])"""
_FONT = """() => document.fonts.ready.then(fonts => [...fonts].filter(({family}) => family.includes('STIX Two Math'))
  .map(({status}) => status))"""


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []

    def opener(url: str, block: str | None = None) -> Page:
        context = browser.new_context(reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        if block:
            page.route(block, lambda route: route.fulfill(status=404))
        Explorer(page, url).open()
        return page

    yield opener
    for context in contexts:
        context.close()


def looks_whole(page: Page) -> None:
    """Its styles and its maths font are there as well."""
    inspector = page.get_by_test_id("inspector")
    expect(inspector.locator("math").first).to_be_visible()
    expect(page.get_by_test_id("stage")).to_have_css("touch-action", "none")
    assert page.evaluate(_FONT) == ["loaded"]


@pytest.mark.parametrize("served", COMMANDS)
def test_the_page_is_whole_wherever_it_is_served(browser: Browser, served: str) -> None:
    with serving(COMMANDS[served]) as server:
        page = browser.new_page(reduced_motion="reduce")
        watch = Watch(page)
        Explorer(page, server.url).open()
        looks_whole(page)
        assert len(page.evaluate(_KEPT)) == (served != "unserved")
        page.close()
        assert not watch.complaints and not server.trouble()


def test_a_browser_gets_the_script_once(server: Any, opened: Callable[..., Page]) -> None:
    page = opened(server.url)
    ((first, whole),) = page.evaluate(_KEPT)
    assert first > whole > 100_000
    page.reload()
    Explorer(page, server.url).ready()
    ((again, whole),) = page.evaluate(_KEPT)
    assert (again, whole > 100_000) == (0, True)


def test_a_script_that_does_not_answer_is_asked_for_by_a_message(server: Any, opened: Callable[..., Page]) -> None:
    """Another process of the same server may not know the address yet."""
    looks_whole(opened(server.url, block="**/page.js*"))
