"""Every screen of the page, one after the other in one page: for tests of what has to hold in all of them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from playwright.sync_api import Page, expect

from tests.page import Explorer

CASE = "mlp/bce_mlp_batch"  # with a batch, matrices, and a loss that fuses
SEEN = ("light", "dark")
ALL = (*SEEN, "projector")
TABS = ("Forward", "Jacobian", "Backward", "Batch", "Check", "Derivation")
LAPTOP = (1366, 768)
PHONE = (390, 844)
BACKWARD = 8  # a step amid the pass: some gradients are there, one is partly accumulated, others wait

_CHOOSE = """([select, theme]) => {
  select.value = theme;
  select.dispatchEvent(new Event("change"));
}"""


class Screen(NamedTuple):
    """What is seen at the moment: its name, where it is, and the themes that it exists in."""

    name: str
    page: Page
    themes: tuple[str, ...] = SEEN


def dressed(page: Explorer, theme: str) -> None:
    """Another theme, by the chooser even where a dialog covers it, without leaving the screen."""
    page.page.evaluate(_CHOOSE, [page.page.locator("#choose-theme").element_handle(), theme])
    expect(page.page.locator(f'.explorer[data-theme="{theme}"]')).to_be_visible()


def press(page: Explorer, name: str) -> None:
    """A button of the header, which is folded on a phone."""
    more = page.page.get_by_role("button", name="More", expanded=False)
    if more.is_visible():
        more.click()
    page.button(name).click()


def opened(page: Explorer, node: str, tab: str) -> None:
    """A tab of a line. The first check of a server takes its time: PyTorch starts."""
    page.node(node).focus()
    page.page.keyboard.press("Enter")
    page.tab(tab).click()
    expect(page.inspector).to_have_attribute("data-node", node)
    expect(page.inspector).not_to_have_attribute("aria-busy", "true", timeout=30_000)


def dialog(page: Explorer, name: str) -> Iterator[None]:
    """While it is open."""
    expect(page.page.get_by_role("dialog", name=name)).to_be_visible()
    yield
    page.page.keyboard.press("Escape")
    expect(page.page.get_by_role("dialog", name=name)).to_be_hidden()


def screens(page: Explorer) -> Iterator[Screen]:
    """Each screen while it is there. The page has to be at `CASE`."""
    here = page.page
    yield Screen("start", here, ALL)
    here.evaluate("hash => { location.hash = hash; }", f"lesson={CASE}&step={BACKWARD}")
    page.at(BACKWARD)
    yield Screen("mid-backward", here, ALL)
    for node, tab in [("W", tab) for tab in TABS] + [("h", "Jacobian"), ("h", "Derivation")]:
        opened(page, node, tab)
        if tab == "Derivation":
            page.button("All lines").click()
        yield Screen(f"{tab} of {node}", here)
    page.button("Stack").click()
    for tab in ("Jacobian", "Batch"):
        opened(page, "h", tab)
        yield Screen(f"{tab} of h, stacked", here)
    page.button("Stack").click()
    yield from _over_the_page(page)
    yield from _refusals(page)
    page.last()
    yield Screen("end", here, ALL)
    page.page.locator(".fuse").click()
    expect(page.node("y_hat")).to_have_count(0)
    opened(page, "loss", "Backward")
    yield Screen("fused", here, ALL)
    page.page.locator(".fuse").click()
    expect(page.node("y_hat")).to_be_visible()


def _over_the_page(page: Explorer) -> Iterator[Screen]:
    """Dialogs, panels and the other window."""
    here = page.page
    here.keyboard.press("?")
    for _ in dialog(page, "Help"):
        yield Screen("help", here, ALL)
    press(page, "Conventions")
    for _ in dialog(page, "Conventions"):
        yield Screen("conventions", here)
    yield Screen("the header, unfolded", here)
    press(page, "Share and export")
    for _ in dialog(page, "Share and export"):
        yield Screen("share and export", here, ALL)
    page.button("Why matrices?").click()
    for _ in dialog(page, "Why matrices?"):
        yield Screen("why matrices", here, ALL)
    page.button("Losses").click()
    plot = here.get_by_role("img", name="The losses as a plot")
    expect(plot.locator("canvas").first).to_be_visible(timeout=20_000)
    yield Screen("losses", here)
    page.button("Losses").click()
    expect(plot).to_have_count(0)
    with here.expect_popup() as popup:
        here.keyboard.press("s")
    expect(popup.value.get_by_test_id("presenter-notes")).to_have_text(re.compile(r"\S"))
    yield Screen("presenter", popup.value, ALL)
    popup.value.close()


def _refusals(page: Explorer) -> Iterator[Screen]:
    """A field that is typed into, and what is said of what cannot be."""
    here = page.page
    page.cell("b2", "value:0").focus()
    here.keyboard.press("Enter")
    editor = here.get_by_role("textbox", name=re.compile("^b2"))
    expect(editor).to_be_focused()
    yield Screen("editor", here, ALL)
    editor.fill("no number")
    editor.press("Enter")
    expect(page.alert.filter(has_text="no number")).to_be_visible()
    yield Screen("editor, refused", here, ALL)
    editor.press("Escape")
    here.evaluate("() => { location.hash += '&nonsense=1'; }")
    expect(page.alert.filter(has_text="nonsense")).to_be_visible()
    yield Screen("alert", here, ALL)
    page.button("Dismiss").click()
    expect(page.alert.filter(has_text="nonsense")).to_have_count(0)
