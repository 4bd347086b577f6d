"""A link is the whole picture: in another process, after a restart, by Back, and with numbers of one's own."""

import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page import Explorer, Watch
from tests.server import PANEL_SERVE, serving
from tests.ui.conftest import Opener

# The document as it stands: every element with its attributes and what fields hold. What can be undone is no picture.
_DOCUMENT = """root => {
  const shown = (element) => [element.tagName,
    ...[...element.attributes]
      .filter(({ name }) => name !== "data-spent" || !/^(un|re)do$/.test(element.dataset.action))
      .map(({ name, value }) => `${name}=${value}`).sort(),
    "value" in element ? `holds ${element.value}` : "", element.open ? "open" : "",
    ...[...element.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data)].join(" ");
  return [root, ...root.querySelectorAll("*:not(canvas)")].map(shown).join("\\n");
}"""
_PLACE = re.compile(r"transform=translate\([-.\d]+ [-.\d]+\) scale\([.\d]+\)")
_PARTS = (".header", ".stage", ".inspector", ".transport", ".alerts", ".tools")
# What a browser itself says of a server that is gone.
_GONE = re.compile(r"Failed to load resource: net::ERR_CONNECTION_(REFUSED|RESET)")

OWN_APP = Path(__file__).parent / "own_app.py"


def document(page: Explorer) -> dict[str, str]:
    """Everything that is seen of the page, by part."""
    page.told()
    root = page.page.locator(".explorer")
    parts = {part: "\n".join(each.evaluate(_DOCUMENT) for each in page.page.locator(part).all()) for part in _PARTS}
    attributes = root.evaluate("root => [root.lang, root.dataset.theme ?? ''].join()")
    return parts | {"root": attributes}


def same(page: Explorer, before: dict[str, str], *, room: bool = True) -> None:
    """Wait for the same document; fail with the first line that differs. `room`: whether the stage is as large."""
    if not room:
        before = {part: _PLACE.sub("", text) for part, text in before.items()}
    for _ in range(100):
        after = document(page)
        if not room:
            after = {part: _PLACE.sub("", text) for part, text in after.items()}
        if after == before:
            return
        page.page.wait_for_timeout(50)
    for part, text in before.items():
        for one, other in zip(text.split("\n"), after[part].split("\n"), strict=False):
            assert other == one, part
    assert after == before


def address(page: Page) -> str:
    return str(page.evaluate("location.hash")).lstrip("#")


def drag(page: Explorer, node: str, dx: float, dy: float) -> None:
    box = page.node(node).bounding_box()
    assert box
    x, y = box["x"] + 12, box["y"] + 10
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x + dx, y + dy, steps=3)
    page.page.mouse.up()


def arranged(page: Explorer) -> None:
    """Everything that can be set, set."""
    for _ in range(4):
        page.button("Next step").click()
    page.edit("W", "value:0,1", "0.75")
    page.until("W", "value:0,1", 0.75)
    drag(page, "h", 40, 60)
    page.chooser("Digits").select_option("6")
    page.chooser("Speed").select_option("8")
    page.chooser("Notation").select_option("rows")
    expect(page.chooser("Notation")).to_have_value("rows")
    page.button("Zoom in").click()
    page.show("h", "Backward")
    page.page.mouse.move(3, 400)
    expect(page.page).to_have_url(re.compile("tab=backward"))


@pytest.fixture
def elsewhere(browser: Browser) -> Iterator[Any]:
    """Opens addresses on a server of one's own, in fresh contexts; fails as `explorer` does."""
    watches, contexts = [], []

    def opener(url: str) -> Explorer:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(page))
        made = Explorer(page, url.partition("#")[0])
        return made.open(url.partition("#")[2])

    yield opener
    for context in contexts:
        context.close()
    complaints = [complaint for watch in watches for complaint in watch.complaints if not _GONE.search(complaint)]
    assert not complaints, "\n".join(complaints)


def test_a_link_shows_in_another_process_what_was_seen(explorer: Opener, elsewhere: Any) -> None:
    page = explorer("lesson=mlp/bce_mlp_batch&sample=2")
    arranged(page)
    page.chooser("Theme").select_option("dark")
    page.chooser("Language").select_option("el")
    expect(page.page).to_have_url(re.compile("theme=dark.*lang=el"))
    page.page.mouse.move(3, 400)
    before = document(page)
    assert before["root"] == "el,dark"
    with serving() as other:
        again = elsewhere(f"{other.url}#{address(page.page)}")
        same(again, before)
        assert again.number("W", "value:0,1") == 0.75
        assert address(again.page) == address(page.page)
        assert not other.trouble()


def test_a_graph_of_ones_own_goes_with_its_link_to_a_server_that_never_saw_it(
    explorer: Opener, elsewhere: Any
) -> None:
    with serving((sys.executable, "-m", "panel", "serve", str(OWN_APP), "--port", "0")) as first:
        page = elsewhere(first.url)
        page.edit("W", "value:0,1", "0.75")
        page.until("W", "value:0,1", 0.75)
        page.chooser("Sample").select_option("1")
        page.show("h", "Forward")
        page.page.mouse.move(3, 400)
        expect(page.page).to_have_url(re.compile("graph=.*"))
        expect(page.page).to_have_url(re.compile("node=h"))
        before, link = document(page), address(page.page)
    again = explorer(link)
    same(again, before, room=False)  # a notebook's cell is lower than the window
    # And it is broken in public: the key is named, and the rest is there.
    broken = explorer(link[:-30])
    expect(broken.alert.filter(has_text="graph: ")).to_have_count(1)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_an_open_page_outlives_its_server(elsewhere: Any) -> None:
    command = (*PANEL_SERVE[:-1], str(free_port()))
    with serving(command) as server:
        page = elsewhere(f"{server.url}#lesson=mlp/bce_mlp&step=5")
        page.edit("W", "value:0,0", "0.7")
        page.until("W", "value:0,0", 0.7)
        os.kill(server.pid, signal.SIGKILL)
        expect(page.alert).to_contain_text("connection")
    # Nobody hears it: it waits.
    page.button("Next step").click()
    page.at(6)
    page.cell("b1", "value:0").focus()
    page.page.keyboard.press("ArrowUp")
    page.page.keyboard.press("ArrowUp")
    drag(page, "h", 30, 60)
    page.page.evaluate("window.gone = true")
    with serving(command) as server:
        page.page.wait_for_function("!window.gone")
        page.ready()
        page.until("b1", "value:0", 0.3)
        page.at(6)
        assert page.number("W", "value:0,0") == 0.7
        assert "moved=h:" in address(page.page)
        expect(page.alert).to_have_count(0)
        # What was done before, and while nobody heard it, can be undone.
        page.page.keyboard.press("Control+z")
        page.until("b1", "value:0", 0.1)
        page.page.keyboard.press("Control+z")
        page.page.wait_for_function("!location.hash.includes('moved=')")
        page.page.keyboard.press("Control+z")
        page.until("W", "value:0,0", 0.5)
        page.at(6)
        assert not server.trouble()


def test_back_returns_to_what_was_chosen_and_steps_are_no_places(explorer: Opener) -> None:
    page = explorer("lesson=mlp/bce_mlp_batch&step=1")
    page.at(1)
    length = page.page.evaluate("history.length")
    for step in (2, 3, 4):
        page.button("Next step").click()
        page.at(step)
    page.chooser("Sample").select_option("3")
    expect(page.page).to_have_url(re.compile("sample=3"))
    page.show("h")
    expect(page.page).to_have_url(re.compile("node=h"))
    page.button("Next step").click()
    page.edit("W", "value:0,0", "0.25")
    page.until("W", "value:0,0", 0.25)
    expect(page.page).to_have_url(re.compile(r"edits=W\.0\.0"))
    page.page.evaluate("window.here = true")
    # Picking W's cell for the edit was a choice, too.
    assert page.page.evaluate("history.length") - length == 4
    page.page.go_back()
    page.until("W", "value:0,0", 0.5)
    page.page.go_back()
    expect(page.inspector).to_have_attribute("data-node", "h")
    page.at(5)
    page.page.go_back()
    page.page.go_back()
    expect(page.chooser("Sample")).to_have_value("0")
    page.at(4)
    for _ in range(4):
        page.page.go_forward()
    page.until("W", "value:0,0", 0.25)
    expect(page.chooser("Sample")).to_have_value("3")
    page.at(5)
    assert page.page.evaluate("window.here")
