"""A parameter's update: a weight is chosen on its card or beside its rule, and the rule ends where the card does."""

import pytest
from playwright.sync_api import Locator, expect

from tests.page import Explorer
from tests.ui.conftest import Opener
from tests.ui.golden import Golden

LECTURE = "lecture20/lecture20_network"


def section(page: Explorer, title: str) -> Locator:
    heading = page.page.get_by_role("heading", name=title, exact=True)
    return page.inspector.locator("section", has=heading).last


def result(part: Locator) -> float:
    """The number that the last calculation of a section comes to."""
    return float(part.locator(".line.result mn[data-number]").last.get_attribute("data-number") or "nan")


def first_line(part: Locator) -> str:
    return part.locator(".line").first.get_attribute("aria-label") or ""


def test_a_click_on_a_cell_chooses_the_weight(explorer: Opener) -> None:
    page = explorer(f"lesson={LECTURE}")
    updated = page.last().nodes["W1"].cells
    page.show("W1", "Backward")
    part = section(page, "Entry by entry")
    for cell in ("value:2,1", "gradient:1,0", "value:0,0"):
        page.cell("W1", cell).click()
        chosen = cell.partition(":")[2]
        expect(part.locator(f'[data-entry="{chosen}"]')).to_have_attribute("aria-pressed", "true")
        number = float(updated[f"value:{chosen}"].number)
        assert result(part.locator(".formula").first) == number


def test_the_buttons_choose_too_and_keep_the_focus(explorer: Opener) -> None:
    page = explorer(f"lesson={LECTURE}&step=9")
    page.show("W2", "Backward")
    part = section(page, "Entry by entry")
    rule = first_line(part)
    assert rule == "wᵢ,ⱼ⁽²⁾ ← wᵢ,ⱼ⁽²⁾ + η·(tⱼ − oⱼ⁽²⁾)·oⱼ⁽²⁾·(1 − oⱼ⁽²⁾)·oᵢ⁽¹⁾"
    button = part.locator('[data-entry="1,2"]')
    button.focus()
    page.page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    expect(part.locator(".line").nth(1)).to_have_attribute(
        "aria-label", "w₃,₂⁽²⁾ ← w₃,₂⁽²⁾ + η·(t₂ − o₂⁽²⁾)·o₂⁽²⁾·(1 − o₂⁽²⁾)·o₃⁽¹⁾"
    )


def test_every_factor_lights_its_card(explorer: Opener) -> None:
    page = explorer(f"lesson={LECTURE}")
    page.last()
    page.show("W1", "Backward")
    part = section(page, "The factors, one by one")
    signal = part.locator('[data-link="x|value:0"]').last
    signal.hover()
    expect(page.stage.locator('[data-node="x"] [data-cell="value:0"].lit')).to_have_count(1)


@pytest.mark.parametrize("case", ["matrix-language/matrix_language", "batch/batch_softmax"])
def test_all_updates_of_the_pass_are_those_of_the_cards(explorer: Opener, case: str) -> None:
    page = explorer(f"lesson={case}")
    updated = Golden(case).values(0, updated=True)
    names = sorted(Golden(case).parameters)
    page.show(names[0], "Backward")
    part = section(page, "All updates of this pass")
    expect(part.locator(".formula")).to_have_count(len(names))
    for name in names:
        shown = part.locator(f'.line.result mn[data-link^="{name}|value"]')
        numbers = [float(mn.get_attribute("data-number") or "nan") for mn in shown.all()]
        assert numbers == pytest.approx(updated[name].reshape(-1).tolist(), rel=1e-12, abs=1e-15)


def test_the_rule_follows_the_learning_rate_and_the_pass(explorer: Opener) -> None:
    page = explorer(f"lesson={LECTURE}")
    page.show("W2", "Backward")
    part = section(page, "Entry by entry")
    before = result(part.locator(".formula").first)
    rate = page.page.get_by_label("Learning rate")
    rate.fill("2")
    rate.press("Enter")
    numbers = part.locator(".line.numbers").first
    expect(numbers).to_have_attribute("aria-label", "= 0.3 + 2·(1 − 0.6703)·0.6703·(1 − 0.6703)·0.3318")
    after = result(part.locator(".formula").first)
    assert after - 0.3 == pytest.approx(4 * (before - 0.3))
    page.button("Next pass").click()
    expect(numbers).not_to_have_attribute("aria-label", "= 0.3 + 2·(1 − 0.6703)·0.6703·(1 − 0.6703)·0.3318")
    page.until("W2", "value:0,0", after)
