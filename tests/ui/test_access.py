"""The page for everyone: no axe violations, a stage that is walked by keyboard, motion only where it is wanted."""

import re

import pytest
from playwright.sync_api import expect

from explorer.locale import LANGUAGES
from tests.axe import axe_free
from tests.ui.conftest import Opener
from tests.ui.golden import DEFAULT


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_axe_finds_nothing_in_any_language_and_theme(explorer: Opener, language: str) -> None:
    """The page at its start and amid the pass; the themes change without a reload."""
    page = explorer(f"lesson={DEFAULT}&lang={language}", size=(1366, 768))
    for theme in ("light", "dark", "projector"):
        page.page.locator("#choose-theme").select_option(theme)
        expect(page.page.locator(f'.explorer[data-theme="{theme}"]')).to_be_visible()
        for act in ("first", "last"):
            page.page.locator(f'[data-action="{act}"]').first.evaluate("button => button.click()")
            axe_free(page.page, f"{language}, {theme}, {act}")


def test_the_whole_graph_is_walked_by_keyboard(explorer: Opener) -> None:
    """From the first card the arrow keys reach every card."""
    page = explorer()
    names = set(page.read().nodes)
    keyboard = page.page.keyboard
    reached, frontier = {"x"}, ["x"]
    while frontier:
        name = frontier.pop()
        for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"):
            page.node(name).focus()
            keyboard.press(key)
            found = page.focused().partition(",")[0]
            if found in names - reached:
                reached.add(found)
                frontier.append(found)
    assert reached == names


def test_the_focused_card_says_its_numbers_and_what_just_happened(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}&step=2")
    card = page.node("z")
    card.focus()
    said = "value −0.35; −0.45; 1.1; 0.75. gradient not computed yet. just now: h is the logistic sigmoid of z"
    expect(card).to_have_attribute("aria-description", re.compile(re.escape(said)))
    page.page.keyboard.press("End")
    expect(card).to_have_attribute("aria-description", re.compile(r"gradient −0\.07476; .*stale"))
    expect(card).not_to_have_attribute("aria-description", re.compile("just now"))
    page.node("h").focus()
    expect(card).to_have_attribute("aria-description", "value stale, gradient stale")


def test_the_loss_says_its_mean_over_the_batch_and_the_probabilities_inside(explorer: Opener) -> None:
    page = explorer("lesson=mlp/bce_mlp_batch&step=4&fuse=1")
    card = page.node("loss")
    card.focus()
    loss, mean, inside = (page.cell("loss", name).text_content() for name in ("value:0", "mean:0", "inside:0"))
    assert loss != mean
    said = f"value {loss}. mean over the batch {mean}. probabilities inside {inside}. gradient not computed yet"
    expect(card).to_have_attribute("aria-description", re.compile(re.escape(said)))
    page.page.keyboard.press("End")
    stale = f"mean over the batch {mean}, stale. probabilities inside {inside}, stale"
    expect(card).to_have_attribute("aria-description", re.compile(re.escape(stale)))
    page.page.keyboard.press("Home")
    expect(card).to_have_attribute("aria-description", re.compile("^value not computed yet. gradient not computed yet"))


# Everything that a single key can change and the page itself knows of.
_AFFECTED = """root => JSON.stringify([
  root.querySelector("#choose-speed").value, root.querySelector(".pass").textContent, root.dataset.theme,
  root.querySelector(".stage").className, root.querySelector(".help").open, document.fullscreenElement !== null,
  root.querySelector(".derivation:not([hidden]) .progress").textContent])"""
_CHANGED = f"([root, before]) => ({_AFFECTED})(root) !== before"


def test_every_single_key_that_the_help_lists_acts_while_they_are_switched_on(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}&step=3&theme=light")
    page.show("z", "Derivation")
    keyboard, root = page.page.keyboard, page.page.locator(".explorer").element_handle()
    panel, dialog = page.inspector.get_by_role("tabpanel"), page.page.get_by_role("dialog", name="Help")
    switch = page.page.get_by_role("switch", name=re.compile("Single keys act"))
    rows = page.page.locator(".help [data-single]").evaluate_all(
        "rows => rows.map(row => [row.dataset.single.split(' '), row.cells[0].textContent])"
    )
    assert ["".join(keys) for keys, _ in rows] == ["123456789", "nN", "g", "p", "s", "f", "?", "nar"]

    def focus(keys: list[str]) -> None:
        (panel if keys == ["n", "a", "r"] else page.button("Next step")).focus()

    keyboard.press("?")
    for _, told in rows:
        expect(switch.locator("..")).to_contain_text(told)
    switch.uncheck()
    keyboard.press("Escape")
    before = root.evaluate(_AFFECTED)
    for keys, _ in rows:
        for key in keys:
            focus(keys)
            keyboard.press(key)
            assert root.evaluate(_AFFECTED) == before, key  # a later key could take it back
    # A clicker's keys are not single letters: it comes after all of the others.
    keyboard.press("PageDown")
    page.at(4)
    assert root.evaluate(_AFFECTED) == before
    assert len(page.page.context.pages) == 1

    page.button("Help").click()
    switch.check()
    keyboard.press("Escape")
    page.chooser("Speed").select_option("9")
    for keys, _ in rows:
        for key in keys:
            focus(keys)
            if key == "s":
                with page.page.expect_popup() as popup:
                    keyboard.press(key)
                popup.value.close()
                continue
            before = root.evaluate(_AFFECTED)
            keyboard.press(key)
            page.page.wait_for_function(_CHANGED, arg=[root, before])
            if key in "pf":
                keyboard.press(key)
            elif key == "?":
                expect(dialog).to_be_visible()
                keyboard.press("Escape")


def test_narration_is_announced(explorer: Opener) -> None:
    page = explorer()
    expect(page.narration).to_have_attribute("aria-live", "polite")


def test_dark_and_light_differ(explorer: Opener) -> None:
    ink = "sentence => getComputedStyle(sentence).color"
    shades = {explorer(color_scheme=scheme).narration.evaluate(ink) for scheme in ("light", "dark")}
    assert len(shades) == 2
