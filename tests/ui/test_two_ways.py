"""The full Jacobian product and the shortcut side by side, with a mark that can fail; outer products that fill."""

import re
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.page import Explorer
from tests.server import Server, serving
from tests.ui.conftest import Opener
from tests.ui.golden import DEFAULT, Golden, mostly

SAME = "✓ same answer both ways"
# A server whose Jacobians are twice what they should be: the shortcut knows nothing of it.
BROKEN = """
import sys
from explorer.engine.line_jacobian import LineJacobian
right = LineJacobian.dense
LineJacobian.dense = lambda self, sample=0: 2 * right(self, sample)
from panel.command import main
sys.argv = ["panel", "serve", "app.py", "--port", "0"]
main()
"""

_ALL_SEEN = """stage => {
  const box = stage.getBoundingClientRect();
  return [...stage.querySelectorAll('[data-node]')].map(card => card.getBoundingClientRect()).every(card =>
    card.left >= box.left && card.right <= box.right && card.top >= box.top && card.bottom <= box.bottom);
}"""


def block(page: Explorer, wrt: str) -> Locator:
    return page.inspector.locator(f'[data-wrt="{wrt}"]')


@pytest.mark.parametrize("case", mostly("mlp/bce_mlp", "batch/batch_softmax", "gates/matvec_gate"))
def test_every_step_back_has_both_ways_and_they_agree(explorer: Opener, case: str) -> None:
    golden, page = Golden(case), explorer(f"lesson={case}")
    for of, wrt, _ in golden.jacobians(0):
        if wrt in golden.targets:
            continue
        page.show(of, "Jacobian")
        found = block(page, wrt)
        expect(found.locator(".way")).to_have_count(2)
        for way in (found.locator(".way.full"), found.locator(".way.short")):
            expect(way).to_be_visible()
            expect(way.locator(".line.result").first).to_be_visible()
        expect(found.locator(".check")).to_have_text(SAME)


@pytest.mark.parametrize(("line", "wrt"), [("a1", "b1"), ("a2", "W2")])
def test_what_a_batch_shares_is_summed_in_a_line_of_its_own(explorer: Opener, line: str, wrt: str) -> None:
    page = explorer("lesson=batch/batch_softmax")
    page.show(line, "Jacobian")
    summed = block(page, wrt).locator("section", has_text="Summed over the 4 samples")
    total = Golden("batch/batch_softmax").gradients(0)[wrt].reshape(-1)
    shown = summed.locator(".line.result mn").evaluate_all("all => all.map(one => Number(one.dataset.number))")
    assert shown == pytest.approx(list(total), abs=1e-12)


@pytest.fixture(scope="module")
def broken() -> Iterator[Server]:
    with serving((sys.executable, "-c", BROKEN)) as running:
        yield running


def test_the_mark_fails_where_a_rule_is_broken(explorer: Opener, broken: Server) -> None:
    page = explorer()
    page.page.goto(f"{broken.url}#lesson={DEFAULT}")
    page.ready()
    for of, wrt in (("h", "z"), ("z", "W"), ("loss", "y_hat")):
        page.show(of, "Jacobian")
        expect(block(page, wrt).locator(".check.different")).to_have_text(
            re.compile(r"^✗ the two ways differ by \d\.\d+$")
        )


# -- room --------------------------------------------------------------------------------------------------------------
def tops(page: Explorer, wrt: str) -> list[float]:
    return [way.bounding_box()["y"] for way in block(page, wrt).locator(".way").all()]  # type: ignore[index]


def test_wider_puts_the_ways_side_by_side_and_the_stage_refits(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}")
    page.show("z", "Jacobian")
    first, second = tops(page, "x")
    assert first < second
    narrow = page.inspector.bounding_box()
    page.button("Wider").click()
    expect(page.button("Wider")).to_have_attribute("aria-pressed", "true")
    wide = page.inspector.bounding_box()
    assert narrow and wide and narrow["width"] < 0.35 * 1366 and wide["width"] == pytest.approx(683, abs=2)
    first, second = tops(page, "x")
    assert first == pytest.approx(second, abs=1)
    page.page.wait_for_function(_ALL_SEEN, arg=page.stage.element_handle())
    page.chooser("Lesson").select_option("gates/matvec_gate")
    expect(page.node("o")).to_be_visible()
    expect(page.button("Wider")).to_have_attribute("aria-pressed", "true")


def test_there_is_no_wider_where_the_inspector_is_below_the_stage(explorer: Opener) -> None:
    page = explorer(size=(390, 844))
    expect(page.inspector.get_by_role("tab", name="Forward")).to_be_attached()
    expect(page.button("Wider")).to_have_count(0)


@pytest.mark.parametrize(("case", "line", "wrt"), [("mlp/bce_mlp", "z", "W"), ("batch/batch_softmax", "a1", "W1")])
def test_the_mostly_zero_matrix_is_seen_whole(explorer: Opener, case: str, line: str, wrt: str) -> None:
    """k × km cells with the zeros pale, every row and column named, and none of it out of sight."""
    page = explorer(f"lesson={case}")
    page.show(line, "Jacobian")
    k, m = (len(Golden(case).values(0)[name].reshape(-1)) for name in (line, "x"))
    found = block(page, wrt)
    expect(found.locator("[data-jacobian]")).to_have_count(k * k * m)
    assert found.locator('[data-jacobian][data-level="zero"]').count() >= k * k * m - k * m
    matrix = found.locator(".matrix").first
    assert matrix.locator("th").count() == k + k * m
    assert matrix.evaluate("box => box.scrollWidth - box.clientWidth") == 0
    filled = matrix.locator("tr").evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('[data-number]')].flatMap(cell =>"
        " Number(cell.dataset.number) ? [Number(cell.dataset.jacobian.split(',')[1])] : []))"
    )
    x = Golden(case).values(0)["x"]
    own = [[row * m + j if line == "z" else j * k + row for j in range(m) if x[j]] for row in range(k)]
    assert filled[1:] == own


# -- outer products ----------------------------------------------------------------------------------------------------
def outer(page: Explorer) -> Locator:
    return page.inspector.locator(".outer")


def test_an_outer_product_fills_cell_by_cell(explorer: Opener) -> None:
    page = explorer("lesson=gates/matvec_gate", reduced_motion="no-preference", size=(1920, 1080))
    page.show("W", "Backward")
    cells = outer(page).locator("[data-product]")
    expect(cells).to_have_count(6)
    outer(page).scroll_into_view_if_needed()
    expect(outer(page).locator(".waiting")).to_have_count(0, timeout=10_000)
    page.button("Replay").click()
    expect(outer(page).locator(".waiting").first).to_be_attached()
    expect(outer(page).locator(".waiting")).to_have_count(0, timeout=10_000)
    shown = cells.evaluate_all("all => all.map(one => Number(one.dataset.number))")
    gradient = Golden("gates/matvec_gate").gradients(0)["W"].reshape(-1)
    assert shown == pytest.approx(list(gradient), abs=1e-12)


def test_with_reduced_motion_it_is_filled_at_once(explorer: Opener) -> None:
    page = explorer("lesson=gates/matvec_gate")
    page.show("W", "Backward")
    expect(outer(page).locator("[data-product]")).to_have_count(6)
    outer(page).scroll_into_view_if_needed()
    expect(outer(page).locator(".waiting")).to_have_count(0)
    expect(page.button("Replay")).to_be_hidden()


def test_pointing_at_a_cell_lights_its_factors_everywhere(explorer: Opener) -> None:
    page = explorer("lesson=mlp/bce_mlp&step=99")
    page.last()
    page.show("W", "Backward")
    outer(page).locator('[data-product="0,2"]').hover()
    lit = re.compile(r"\blit\b")
    for node, cell in (("z", "gradient:0"), ("x", "value:2"), ("W", "gradient:0,2")):
        expect(page.cell(node, cell)).to_have_class(lit)
    for side in ('[data-left="0"]', '[data-top="2"]'):
        expect(outer(page).locator(side)).to_have_class(lit)
    delta, x, product = (
        outer(page).locator(one).inner_text() for one in ('[data-left="0"]', '[data-top="2"]', '[data-product="0,2"]')
    )
    assert outer(page).locator("output").inner_text() == f"(δ2)1 · x3 = {delta} · ({x}) = {product}"


def test_the_arrow_keys_walk_it(explorer: Opener) -> None:
    page = explorer("lesson=batch/batch_softmax")
    page.show("a1", "Jacobian")
    grid = page.inspector.get_by_role("group", name=re.compile("^Outer product, 5 by 4"))
    grid.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowUp"):
        page.page.keyboard.press(key)
    expect(outer(page).locator("[data-product].current")).to_have_attribute("data-product", "0,1")
    expect(outer(page).locator("output")).to_have_text(re.compile(r"^x1 · ∂L/∂\(a1\)2 = 1 · 0\.01032 = 0\.01032$"))
    expect(page.stage.locator('[data-node="x"] [data-cell="value:0"]')).to_have_class(re.compile(r"\blit\b"))
