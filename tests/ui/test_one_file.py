"""The pass as one HTML file, opened where there is no server and no network, beside the page that made it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from explorer import lessons
from explorer.explain import TABS
from tests.axe import axe_free
from tests.page import Explorer, Watch
from tests.ui.conftest import Opener
from tests.ui.test_exports import BUTTON, saved

CASE = "mlp/bce_mlp_batch"


@pytest.fixture
def alone(browser: Browser) -> Iterator[Page]:
    """A page without a network. It may ask for nothing but the file, and for pictures in its own memory."""
    context = browser.new_context(offline=True, viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    page = context.new_page()
    watch = Watch(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page
    context.close()
    others = [url for url in asked if not url.startswith(("data:", "blob:"))]
    assert len(others) == 1 and others[0].startswith("file:"), others
    assert [complaint for complaint in watch.complaints if "leaves the server: file:" not in complaint] == []


def told(page: Explorer, node: str, tab: str) -> str:
    """What a tab says, with every number that it holds; but for the choice of an entry, which only a server has."""
    page.show(node, tab.capitalize())
    panel = page.inspector.get_by_role("tabpanel")
    panel.evaluate("panel => panel.querySelectorAll('.picker').forEach(picker => { picker.style.display = 'none'; })")
    numbers = "panel => [...panel.querySelectorAll('[data-number]')].map(({dataset}) => dataset.number).join()"
    return f"{panel.inner_text()} {panel.evaluate(numbers)}"


def test_the_file_plays_the_pass_with_nobody_to_ask(explorer: Opener, alone: Page, tmp_path: Path) -> None:
    served = explorer(f"lesson={CASE}&sample=1&edits=W.0.1=0.9")
    data = lessons.load(CASE).data
    path = saved(served, "HTML", tmp_path)
    served.page.keyboard.press("Escape")
    file = Explorer(alone, path.as_uri()).open()
    assert file.read() == served.read()
    for page in (served, file):
        page.button("Next step").click()
        page.at(1)
    for sample in ("1", "3"):
        for page in (served, file):
            page.chooser("Sample").select_option(sample)
            page.until("x", "value:0", data["x"][int(sample), 0])
            page.last()
    expect(file.chooser("Sample").locator("option")).to_have_count(5)
    assert served.number("W", "value:0,1") == file.number("W", "value:0,1")
    assert file.last() == served.last()
    assert served.narration.inner_text().startswith(file.narration.inner_text())  # but for the next pass
    # Every tab, the stack too; every line is there.
    for node, tab in [("h", tab) for tab in TABS] + [("W", "backward"), ("loss", "jacobian"), ("b2", "check")]:
        assert told(file, node, tab) == told(served, node, tab), (node, tab)
    for page in (served, file):
        page.button("Stack").click()
    assert told(file, "h", "forward") == told(served, "h", "forward")
    for node in file.read().nodes:
        assert told(file, node, "derivation")

    # What only a server could do is not there; what is asked for all the same is refused.
    for name in ("Reset", "Conventions", "Next pass", "Why matrices?"):
        expect(file.button(name)).to_have_count(0)
    for name in ("Notation", "Language"):
        expect(file.chooser(name)).to_have_count(0)
    axe_free(alone)
    file.button(BUTTON).click()
    offered = alone.get_by_role("dialog", name=BUTTON).locator("[data-export]")
    assert offered.all_inner_texts() == ["SVG", "PNG", "GIF"]
    saved(file, "PNG", tmp_path)


def test_a_step_of_the_address_is_found_again(explorer: Opener, alone: Page, tmp_path: Path) -> None:
    path = saved(explorer("lesson=gates/fan_out"), "HTML", tmp_path)
    file = Explorer(alone, path.as_uri()).open("step=3&node=s")
    file.at(3)
    expect(file.inspector).to_have_attribute("data-node", "s")
    expect(file.alert).to_have_count(0)
