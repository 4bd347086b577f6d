"""The Check tab holds every gradient against numbers that know no rule; a fan-out shows what goes wrong without it."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.page import Explorer
from tests.ui.conftest import Opener
from tests.ui.golden import DEFAULT, Golden, mostly

_ROWS = """table => [...table.querySelectorAll('tbody tr')].map(row => ({
  label: row.querySelector('th').textContent, chosen: row.classList.contains('chosen'),
  link: row.querySelector('th').dataset.link ?? '', verdict: row.querySelector('.verdict').title,
  numbers: Object.fromEntries([...row.querySelectorAll('[data-method]')].map(
    cell => [cell.dataset.method, Number(cell.dataset.number)])),
}))"""

_NUMBERS = """line => [...line.querySelectorAll('mn[data-number]')].map(
  leaf => [Number(leaf.dataset.number), leaf.textContent])"""


def table(page: Explorer) -> Locator:
    return page.inspector.locator(".checked table")


def rows(page: Explorer) -> list[dict]:
    expect(table(page)).to_be_visible()
    return table(page).evaluate(_ROWS)


def show_check(page: Explorer, node: str) -> None:
    """Open the tab and wait for the answer about this very node."""
    page.show(node, "Check")
    expect(page.inspector).not_to_have_attribute("aria-busy", "true")
    expect(page.inspector.get_by_role("tabpanel")).to_have_attribute("data-tab", "check")


@pytest.mark.parametrize("case", mostly("batch/batch_softmax", "gates/fan_out", "lecture20/lecture20_network"))
def test_every_line_of_every_case_agrees(explorer: Opener, case: str) -> None:
    page = explorer(f"lesson={case}")
    picture = page.last()
    golden = Golden(case)
    for name, gradient in golden.gradients(0).items():
        show_check(page, name)
        expect(page.inspector.locator(".check.same")).to_have_text(re.compile("agree"))
        found = rows(page)
        for row in found:
            node, cell = row["link"].split("|")
            index = tuple(map(int, cell.partition(":")[2].split(","))) if gradient.shape else ()
            assert node == name and row["verdict"] == "agrees"
            assert row["numbers"]["analytic"] == pytest.approx(gradient[index], rel=1e-12, abs=1e-15)
            assert row["numbers"]["central"] == pytest.approx(gradient[index], rel=1e-7, abs=1e-12)
            assert row["numbers"]["complex"] == pytest.approx(gradient[index], rel=1e-12, abs=1e-15)
            shown = picture.nodes[name].cells.get(cell.replace("value", "gradient"))
            assert shown is None or float(shown.number) == row["numbers"]["analytic"]
        assert len(found) == min(12, gradient.size)
        assert [row["chosen"] for row in found].count(True) == 1


def test_a_target_has_nothing_to_check(explorer: Opener) -> None:
    page = explorer()
    show_check(page, "y")
    expect(page.inspector.get_by_role("tabpanel")).to_contain_text("a target has no gradient")
    expect(table(page)).to_have_count(0)


def test_a_click_on_the_stage_chooses_the_entry(explorer: Opener) -> None:
    page = explorer("lesson=batch/batch_softmax")
    page.last()
    show_check(page, "W1")
    assert rows(page)[0]["label"].endswith("1,1")
    page.cell("W1", "value:4,3").click()
    expect(table(page).locator("tr.chosen th")).to_have_text(re.compile("5,4$"))
    assert len(rows(page)) == 12 and rows(page)[-1]["chosen"]
    expect(page.inspector.get_by_role("tabpanel")).to_contain_text("12 of 20 entries")
    expect(page.inspector.locator("h3", has_text="A central difference at")).to_contain_text("5,4")


def test_the_keyboard_chooses_the_entry(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}")
    page.last()
    show_check(page, "W")
    table(page).get_by_role("button").nth(7).focus()
    page.page.keyboard.press("Enter")
    expect(table(page).locator("tr.chosen th")).to_have_text("w3,2")
    expect(page.inspector.locator("h3", has_text="A central difference at")).to_contain_text("w3,2")


def test_the_difference_can_be_taken_again_from_the_numbers_on_the_page(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}")
    page.last()
    show_check(page, "U")
    page.cell("U", "value:0,2").click()
    section = page.inspector.locator("section", has=page.page.locator("h3", has_text="A central difference at"))
    expect(section.locator("h3")).to_contain_text("u1,3")
    lines = section.locator(".formula").first.locator(".line")
    step, inside, ahead, _, behind, _, difference, slope = (line.evaluate(_NUMBERS) for line in lines.all())
    assert all(float(text.replace("−", "-")) == number for number, text in [*inside, *ahead, *behind, *difference]), (
        "every digit"
    )
    (_, moved), (plus,), (minus,) = ([number for number, _ in line] for line in (inside, ahead, behind))
    assert moved == step[0][0] and [number for number, _ in difference] == [plus, minus, 2, moved]
    assert slope[0][0] == pytest.approx((plus - minus) / (2 * moved), rel=1e-12)
    chosen = next(row for row in rows(page) if row["chosen"])
    assert slope[0][0] == pytest.approx(chosen["numbers"]["analytic"], rel=1e-4)
    last = section.locator(".formula").last.locator(".line.result").evaluate(_NUMBERS)
    assert last[0][0] == chosen["numbers"]["central"]


def test_numbers_light_their_cells_on_the_stage(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}")
    page.last()
    show_check(page, "z")
    table(page).locator('td[data-method="analytic"]').nth(2).hover()
    expect(page.cell("z", "gradient:2")).to_have_class(re.compile(r"\blit\b"))
    page.cell("z", "value:1").hover()
    expect(table(page).locator("th.lit")).to_have_text("z2")


def test_a_batch_can_be_checked_sample_by_sample(explorer: Opener) -> None:
    page = explorer("lesson=mlp/bce_mlp_batch&sample=2")
    page.last()
    show_check(page, "h")
    page.inspector.get_by_role("button", name="Stack", exact=True).click()
    expect(table(page).locator("thead th").first).to_have_text("sample")
    golden = Golden("mlp/bce_mlp_batch")
    assert [row["numbers"]["analytic"] for row in rows(page)] == pytest.approx(
        [golden.gradients(sample)["h"][0] for sample in range(golden.batch)], rel=1e-12
    )
    assert [row["chosen"] for row in rows(page)].index(True) == 2


def test_an_edit_is_checked_too(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}")
    show_check(page, "b1")
    first = table(page).locator('td[data-method="analytic"]').first
    before, number = rows(page)[0]["numbers"], first.get_attribute("data-number") or ""
    page.edit("b1", "value:0", "2")
    page.until("b1", "value:0", 2.0)
    expect(first).not_to_have_attribute("data-number", number)
    after = rows(page)[0]
    assert after["verdict"] == "agrees" and after["numbers"]["central"] != before["central"]


def test_at_a_fan_out_contributions_arrive_one_by_one_and_the_sum_is_written_out(explorer: Opener) -> None:
    page = explorer("lesson=gates/fan_out")
    page.last()
    page.button("First step").click()
    page.at(0)
    seen = []
    for step in range(1, page.steps + 1):
        page.button("Next step").click()
        page.at(step)
        s = page.read().nodes["s"]
        seen.append((s.gradient, s.contributions))
        if s.gradient == "done":
            break
    assert list(dict.fromkeys(seen)) == [
        ("waiting", "0/2"),
        ("partial", "1/2"),
        ("partial", "2/2"),
        ("done", "2/2"),
    ]
    told = [float(text.replace("−", "-")) for text in page.narration.locator(".figure").all_text_contents()]
    first, second, total = told[0:2], told[2:4], told[4:6]
    assert np.add(first, second) == pytest.approx(total, abs=1e-3)
    assert total == pytest.approx(Golden("gates/fan_out").gradients(0)["s"], rel=1e-3)


def test_what_goes_wrong_when_the_sum_is_overwritten(explorer: Opener) -> None:
    page = explorer("lesson=gates/fan_out")
    page.last()
    page.show("s", "Backward")
    stage = page.serialise()
    button = page.inspector.get_by_role("button", name="What if it were overwritten?")
    told = page.inspector.locator(".mistake .told")
    expect(told).to_be_hidden()
    button.click()
    expect(told).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(told.locator('[data-method="summed"] .verdict')).to_have_text(["✓agrees"] * 2)
    expect(told.locator('[data-method="overwritten"] .verdict')).to_have_text(["✗disagrees"] * 2)
    found = told.locator("[data-method]").evaluate_all("all => all.map(one => Number(one.dataset.number))")
    gradient = Golden("gates/fan_out").gradients(0)["s"]
    assert found[0::3] == pytest.approx(gradient, rel=1e-12) and found[2::3] == pytest.approx(gradient, rel=1e-8)
    assert all(abs(wrong - right) > 0.1 for wrong, right in zip(found[1::3], gradient, strict=True))
    page.chooser("Digits").select_option("6")
    expect(told).to_be_visible()
    page.chooser("Digits").select_option("4")
    assert page.serialise() == stage, "the stage stays as it was"
    button.focus()
    page.page.keyboard.press("Space")
    expect(told).to_be_hidden()
