"""The projector: what the last row reads, a clicker's way through a lesson, and the presenter's window."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from explorer.lessons import load
from explorer.locale import LANGUAGES
from tests.page import Explorer
from tests.ui.conftest import Opener
from tests.ui.golden import CASES, DEFAULT

HERE = Path(__file__).parent
GEOMETRY = (HERE / "geometry.js").read_text(encoding="utf-8")
MEASURE = (HERE / "projector.js").read_text(encoding="utf-8")
SIZE = (1920, 1080)
# Where a screenshot is looked at as if from the last row.
FAR = (480, 270)
FEWEST_PIXELS = 7.0
CLEAR = 3.0  # of a symbol's darkest pixel there against its lightest

_SYMBOLS = """stage => [...stage.querySelectorAll('[data-node] .title')].map(title => {
  const {x, y, width, height} = title.getBoundingClientRect();
  const size = parseFloat(getComputedStyle(title).fontSize) * title.getScreenCTM().a;
  return [title.textContent, x, y, width, height, size];
})"""


def projected(page: Explorer) -> Explorer:
    """Until the stage is drawn for a projector."""
    expect(page.page.locator(".explorer")).to_have_attribute("data-theme", "projector")
    expect(page.button("Leave the projector")).to_be_visible()
    page.page.wait_for_function(
        "stage => [...stage.querySelectorAll('[data-node]')].every(card => !card.querySelector('.shape'))",
        arg=page.stage.element_handle(),
    )
    return page


def axe_free(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert not found, found


def luminance(colour: Any) -> float:
    """Relative, of an sRGB colour."""
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(picture: Image.Image) -> float:
    """Between the darkest and the lightest pixel."""
    shades = sorted(luminance(colour) for _, colour in picture.getcolors(picture.width * picture.height) or [])
    return (shades[-1] + 0.05) / (shades[0] + 0.05)


def from_afar(page: Explorer) -> Iterator[tuple[str, float, float]]:
    """Every card's symbol on a screenshot 480 pixels wide: its type's height there, and its contrast."""
    seen = Image.open(io.BytesIO(page.page.screenshot())).convert("RGB").resize(FAR, Image.Resampling.LANCZOS)
    share = FAR[0] / SIZE[0]
    for text, x, y, width, height, size in page.stage.evaluate(_SYMBOLS):
        box = (x * share, y * share, (x + width) * share, (y + height) * share)
        yield text, size * share, contrast(seen.crop((int(box[0]), int(box[1]), int(box[2]) + 1, int(box[3]) + 1)))


def test_every_step_of_every_case_is_read_from_the_last_row(explorer: Opener) -> None:
    page = projected(explorer(f"lesson={CASES[0]}&theme=projector", size=SIZE))
    root = page.page.locator(".explorer")
    for case in CASES:
        page.page.evaluate("address => { location.hash = address; }", f"lesson={case}&theme=projector")
        expect(page.narration).to_contain_text(load(case).title)
        projected(page)
        for step in range(page.steps + 1):
            if step:
                page.page.keyboard.press("ArrowRight")
                page.at(step)
            assert root.evaluate(MEASURE) + page.stage.evaluate(GEOMETRY) == [], f"{case}, step {step}"
            if step in (0, page.steps // 2):
                for symbol, height, ratio in from_afar(page):
                    assert height >= FEWEST_PIXELS, f"{case}, step {step}: {symbol} is {height:.1f} pixels high"
                    assert ratio >= CLEAR, f"{case}, step {step}: {symbol} has a contrast of {ratio:.1f}"


def test_other_languages_are_read_from_the_last_row_too(explorer: Opener) -> None:
    page = projected(explorer("lesson=batch/batch_softmax&theme=projector", size=SIZE))
    root = page.page.locator(".explorer")
    for language in LANGUAGES:
        for step in (9, 12, 14):  # gradients arrive; the longest words stand where parameters change
            page.page.evaluate(
                "address => { location.hash = address; }",
                f"lesson=batch/batch_softmax&step={step}&theme=projector&lang={language}",
            )
            expect(root).to_have_attribute("lang", re.compile(language))
            page.at(step)
            page.page.wait_for_function("stage => !stage.querySelector('.shape')", arg=page.stage.element_handle())
            assert root.evaluate(MEASURE) + page.stage.evaluate(GEOMETRY) == [], f"{language}, step {step}"


def test_the_projector_comes_and_goes_and_nothing_is_lost(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}&step=8&theme=dark", size=SIZE)
    page.show("h", "Jacobian")
    box = page.node("b2").bounding_box()
    assert box
    page.page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + 60, box["y"] + 80, steps=4)
    page.page.mouse.up()
    page.button("Zoom in").click()
    page.node("h").focus()
    before = page.serialise()
    for enter, leave in (("p", "p"), ("p", "Escape"), (None, "button")):
        if enter:
            page.page.keyboard.press(enter)
        else:
            page.button("Projector").click()
        projected(page)
        expect(page.page).to_have_url(re.compile(r"step=8&.*node=h&tab=jacobian&theme=projector"))
        if leave == "button":
            axe_free(page.page)
            expect(page.button("Leave the projector")).to_be_focused()
            page.button("Leave the projector").click()
            expect(page.button("Projector")).to_be_focused()
            page.node("h").focus()
        else:
            page.page.keyboard.press(leave)
        expect(page.page.locator(".explorer")).to_have_attribute("data-theme", "dark")
        expect(page.inspector).to_have_attribute("data-node", "h")
        assert page.serialise() == before


def test_the_projector_steps_without_the_server_and_follows_an_edit(explorer: Opener) -> None:
    page = projected(explorer(f"lesson={DEFAULT}&theme=projector", size=SIZE))
    page.edit("x", "value:0", "2")
    page.until("x", "value:0", 2.0)
    page.page.context.set_offline(True)
    page.page.keyboard.press("End")
    page.at(page.steps)
    assert page.page.locator(".explorer").evaluate(MEASURE) == []
    page.page.context.set_offline(False)


def test_cards_glide_and_pulses_fly_to_where_they_stand(explorer: Opener) -> None:
    page = projected(explorer(f"lesson={DEFAULT}&step=2&theme=projector", size=SIZE, reduced_motion="no-preference"))
    page.page.keyboard.press("PageDown")
    page.at(3)
    still = "stage => !stage.querySelector('.arriving') && !stage.getAnimations({subtree: true}).length"
    page.page.wait_for_function(still, arg=page.stage.element_handle())
    assert page.stage.evaluate(GEOMETRY) == []


def test_a_clicker_runs_the_whole_lesson(explorer: Opener) -> None:
    page = explorer("lesson=gates/add_gate&step=4")
    keyboard = page.page.keyboard
    page.chooser("Lesson").focus()
    expected = [("gates/add_gate", 5), ("gates/add_gate", 6), ("gates/sqerr_gate", 0), ("gates/sqerr_gate", 1)]
    for case, step in expected:
        keyboard.press("PageDown")
        expect(page.chooser("Lesson")).to_have_value(case)
        page.at(step)
    for case, step in (*reversed(expected[:-1]), ("gates/add_gate", 4)):
        keyboard.press("PageUp")
        expect(page.chooser("Lesson")).to_have_value(case)
        page.at(step)
    page.chooser("Lesson").select_option("gates/fan_out")
    expect(page.node("f2")).to_be_visible()
    page.last()
    keyboard.press("PageDown")  # the lesson's last case: there it stays
    page.at(page.steps)
    expect(page.chooser("Lesson")).to_have_value("gates/fan_out")


def opened(page: Explorer) -> Page:
    with page.page.expect_popup() as popup:
        page.page.keyboard.press("s")
    return popup.value


def test_the_presenters_window_follows_and_leads(explorer: Opener) -> None:
    page = projected(explorer(f"lesson={DEFAULT}&theme=projector", size=SIZE))
    window = opened(page)
    said, notes, coming = (window.get_by_test_id(f"presenter-{name}") for name in ("sentence", "notes", "next"))
    expect(notes).to_contain_text("3 inputs, 4 hidden units, 1 output")
    expect(coming).to_contain_text("W")
    expect(window.get_by_role("timer")).to_have_text(re.compile(r"^\d+:\d\d$"))
    for step in range(1, page.steps + 1):
        if step % 2:
            window.get_by_role("button", name="Next step").click()
        else:
            window.keyboard.press("PageDown")
        page.at(step)
        expect(window.get_by_text(f"Step {step} of {page.steps}")).to_be_visible()
        sentence = said.text_content() or ""
        assert sentence and sentence in (page.narration.text_content() or "")
        assert len(notes.text_content() or "") > 20, f"step {step} has no notes"
    window.keyboard.press("PageUp")
    page.at(page.steps - 1)
    page.page.keyboard.press("Home")
    expect(notes).to_contain_text("3 inputs, 4 hidden units, 1 output")
    axe_free(window)
    window.close()
    page.page.keyboard.press("PageDown")
    page.at(1)


def colours(page: Explorer) -> list[str]:
    return page.page.locator(".explorer").evaluate(
        "root => ['--ink', '--card', '--n4', '--forward'].map(name => getComputedStyle(root).getPropertyValue(name))"
    )


def test_a_theme_is_chosen_or_follows_the_system(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}&step=8")
    page.show("h", "Jacobian")
    theme: Locator = page.chooser("Theme")
    root = page.page.locator(".explorer")
    expect(theme).to_have_value("")
    light = colours(page)
    page.page.emulate_media(color_scheme="dark")
    expect(root).to_have_attribute("data-theme", "dark")
    dark = colours(page)
    assert all(one != other for one, other in zip(light, dark, strict=True))
    theme.select_option("light")
    assert colours(page) == light
    expect(page.page).to_have_url(re.compile("theme=light"))
    page.page.emulate_media(color_scheme="light")
    theme.select_option("dark")
    assert colours(page) == dark
    expect(page.page).to_have_url(re.compile("theme=dark"))
    page.page.reload()
    page.ready()
    expect(root).to_have_attribute("data-theme", "dark")
    expect(page.inspector).to_have_attribute("data-node", "h")
    page.at(8)
    theme.select_option("")
    expect(root).to_have_attribute("data-theme", "light")
    page.open("lesson=mlp/bce_mlp&theme=pink")
    expect(page.alert).to_contain_text("theme")
