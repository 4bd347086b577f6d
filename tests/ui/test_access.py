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


def test_single_keys_can_be_switched_off(explorer: Opener) -> None:
    """They are listed in the help, where the switch is; without them no single key does anything."""
    page = explorer(f"lesson={DEFAULT}&step=3")
    keyboard, dialog = page.page.keyboard, page.page.get_by_role("dialog", name="Help")
    keyboard.press("?")
    expect(dialog).to_be_visible()
    page.page.get_by_role("switch", name=re.compile("Single keys act")).uncheck()
    keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    before = page.read(), page.page.get_by_label("Speed").input_value()
    for key in ("1", "9", "g", "n", "N", "p", "s", "f", "?"):
        keyboard.press(key)
    keyboard.press("PageDown")  # a clicker's keys are not single letters: it comes after all of the others
    expect(page.stage).to_have_attribute("data-step", "4")
    keyboard.press("PageUp")
    expect(page.stage).to_have_attribute("data-step", "3")
    assert (page.read(), page.page.get_by_label("Speed").input_value()) == before
    expect(page.page.get_by_role("button", name="Gradients")).to_have_attribute("aria-pressed", "true")
    expect(page.page.locator('.explorer[data-theme="light"]')).to_be_visible()
    expect(dialog).to_be_hidden()
    assert len(page.page.context.pages) == 1


def test_narration_is_announced(explorer: Opener) -> None:
    page = explorer()
    expect(page.narration).to_have_attribute("aria-live", "polite")


def test_dark_and_light_differ(explorer: Opener) -> None:
    ink = "sentence => getComputedStyle(sentence).color"
    shades = {explorer(color_scheme=scheme).narration.evaluate(ink) for scheme in ("light", "dark")}
    assert len(shades) == 2
