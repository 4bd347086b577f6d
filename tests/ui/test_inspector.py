"""The inspector has something true to show for every line of every case, on every tab."""

import re

import pytest
from playwright.sync_api import expect

from tests.page import Explorer
from tests.ui.conftest import Opener
from tests.ui.golden import CASES, DEFAULT, Golden, mostly

TABS = ("Forward", "Jacobian", "Backward", "Batch")

_MATRIX = """panel => Object.fromEntries([...panel.querySelectorAll('[data-wrt]')].map(table => [table.dataset.wrt,
  [...table.querySelectorAll('[data-jacobian]')].map(cell => [cell.dataset.jacobian, Number(cell.dataset.number)])]))"""


def content(page: Explorer) -> str:
    panel = page.inspector.get_by_role("tabpanel")
    expect(panel).to_be_visible()
    expect(panel).to_have_text(re.compile(r"\S"))
    return (panel.text_content() or "").strip()


def jacobians(page: Explorer) -> dict[str, dict[str, float]]:
    """The matrices that the Jacobian tab shows, by what they are taken with respect to."""
    found = page.inspector.get_by_role("tabpanel").evaluate(_MATRIX)
    return {wrt: dict(cells) for wrt, cells in found.items()}


@pytest.mark.parametrize("case", mostly("mlp/bce_mlp_batch", "batch/batch_softmax", "gates/fan_out"))
def test_every_tab_of_every_node_has_content(explorer: Opener, case: str) -> None:
    page = explorer(f"lesson={case}")
    picture = page.last()
    for name in picture.nodes:
        page.show(name)
        for tab in TABS:
            page.tab(tab).click()
            expect(page.tab(tab)).to_have_attribute("aria-selected", "true")
            text = content(page)
            assert not re.search(r"undefined|NaN|\[object|Traceback", text), f"{name}, {tab}: {text}"
            wider = page.inspector.get_by_role("tabpanel").evaluate("panel => panel.scrollWidth - panel.clientWidth")
            assert wider == 0, f"{name}, {tab}: {wider} px wider than the inspector"


@pytest.mark.parametrize("case", [case for case in CASES if list(Golden(case).jacobians(0))])
def test_jacobian_cells_are_golden_for_every_sample(explorer: Opener, case: str) -> None:
    golden = Golden(case)
    page = explorer(f"lesson={case}")
    for sample in range(golden.batch):
        if sample:
            page.chooser("Sample").select_option(str(sample))
            first = min(golden.data)
            index = ",".join("0" for _ in golden.values(sample)[first].shape) or "0"
            page.until(first, f"value:{index}", float(golden.values(sample)[first].flat[0]))
        for of, wrt, matrix in golden.jacobians(sample):
            page.show(of, "Jacobian")
            corner = page.inspector.locator(f'[data-wrt="{wrt}"] [data-jacobian="0,0"]')
            expect(corner).to_be_attached()
            page.page.wait_for_function(
                "([cell, number]) => Math.abs(Number(cell.dataset.number) - number) < 1e-12",
                arg=[corner.element_handle(), float(matrix[0, 0])],
            )
            found = jacobians(page)[wrt]
            assert found.keys() == {f"{i},{j}" for i in range(len(matrix)) for j in range(len(matrix[0]))}
            for key, number in found.items():
                i, j = map(int, key.split(","))
                assert number == pytest.approx(matrix[i, j], rel=1e-12, abs=1e-15), (of, wrt, sample, key)


def test_it_follows_the_step_until_a_card_is_picked(explorer: Opener) -> None:
    page = explorer()
    page.button("Next step").click()
    page.at(1)
    expect(page.inspector).to_have_attribute("data-node", "z")
    page.node("U").click(position={"x": 12, "y": 12})
    expect(page.inspector).to_have_attribute("data-node", "U")
    page.button("Next step").click()
    page.at(2)
    expect(page.inspector).to_have_attribute("data-node", "U")
    page.inspector.get_by_role("button", name=re.compile("^Follow")).click()
    expect(page.inspector).to_have_attribute("data-node", "h")


def test_the_digits_chooser_serves_stage_and_inspector(explorer: Opener) -> None:
    page = explorer()
    page.last()
    whole = page.number("y_hat", "value:0")
    page.chooser("Digits").select_option("6")
    expect(page.cell("y_hat", "value:0")).to_have_text(f"{whole:.6g}")
    page.show("y_hat", "Forward")
    assert f"{whole:.6g}" in content(page)


def test_tabs_are_walked_by_arrow_keys(explorer: Opener) -> None:
    page = explorer()
    page.show("h", "Forward")
    page.tab("Forward").focus()
    page.page.keyboard.press("ArrowRight")
    expect(page.tab("Jacobian")).to_have_attribute("aria-selected", "true")
    page.at(0)


@pytest.mark.parametrize("tab", TABS)
def test_formulas_are_typeset_and_unparsed_text_is_none(explorer: Opener, tab: str) -> None:
    page = explorer(f"lesson={DEFAULT}")
    page.last()
    page.show("h", tab)
    assert content(page)
    assert page.inspector.get_by_role("tabpanel").locator("math").count() > 0
    families = page.inspector.locator("math").first.evaluate("math => getComputedStyle(math).fontFamily")
    assert "STIX Two Math" in families
    assert page.page.evaluate("document.fonts.check('16px \"STIX Two Math\"')")


def test_pointing_at_a_jacobian_entry_lights_its_two_numbers_on_the_stage_and_back(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}&step=10")
    page.show("h", "Jacobian")
    page.inspector.locator('[data-wrt="z"] [data-jacobian="2,1"]').hover()
    for name, cell in (("h", "value:2"), ("z", "value:1")):
        expect(page.stage.locator(f'[data-node="{name}"] [data-cell="{cell}"]')).to_have_class(re.compile(r"\blit\b"))
    page.tab("Forward").click()
    page.stage.locator('[data-node="z"] [data-cell="value:3"]').hover()
    lit = page.inspector.locator('[data-link="z|value:3"].lit')
    expect(lit.first).to_be_visible()
    page.stage.locator('[data-node="z"] [data-cell="value:0"]').hover()
    expect(lit).to_have_count(0)
