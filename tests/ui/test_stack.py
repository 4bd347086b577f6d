"""Stack: every tab shows all samples of a batch along an axis of their own, with the handout's shapes."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.page import Explorer
from tests.ui.conftest import Opener
from tests.ui.golden import Golden

BATCH, MLP = "batch/batch_softmax", "mlp/bce_mlp_batch"
TABS = ("Forward", "Jacobian", "Backward", "Batch")
_NUMBERS = "all => all.map(one => Number(one.dataset.number) * Number(one.dataset.sign ?? 1))"


def stacked(explorer: Opener, case: str, line: str = "", tab: str = "Forward") -> Explorer:
    page = explorer(f"lesson={case}")
    page.button("Stack").click()
    expect(page.button("Stack")).to_have_attribute("aria-pressed", "true")
    page.told()
    if line:
        page.show(line, tab)
    return page


def ledgers(page: Explorer) -> list[str]:
    return page.inspector.locator(".ledger").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")


def axis(found: Locator) -> list[str]:
    """The samples' names beside the rows of a matrix."""
    return found.locator(".axis .sample").all_inner_texts()


def numbers(found: Locator) -> np.ndarray:
    return np.array(found.evaluate_all(_NUMBERS))


def gradients(case: str, name: str) -> np.ndarray:
    """All samples' golden gradients. Shape: (B, n)."""
    golden = Golden(case)
    return np.stack([golden.gradients(sample)[name].reshape(-1) for sample in range(golden.batch)])


def test_there_is_nothing_to_stack_with_one_sample(explorer: Opener) -> None:
    page = explorer("lesson=mlp/bce_mlp")
    expect(page.button("Stack")).to_have_count(0)


def test_forward_is_one_product_with_the_batch_axis_in_its_shapes(explorer: Opener) -> None:
    page = stacked(explorer, BATCH, "a1")
    expect(page.inspector.locator(".ledger").first).to_have_attribute("aria-label", "shapes (B,4) = (B,5)·(5,4) + (4,)")
    result = page.inspector.locator(".line.result")
    assert axis(result) == ["b = 1◂", "b = 2", "b = 3", "b = 4"]
    golden = Golden(BATCH)
    wanted = np.stack([golden.values(sample)["a1"] for sample in range(golden.batch)])
    np.testing.assert_allclose(numbers(result.locator("mn")), wanted.reshape(-1), rtol=1e-12)


def test_the_axis_stands_beside_the_rows(explorer: Opener) -> None:
    page = stacked(explorer, BATCH, "a1")
    middle = "all => all.map(one => { const box = one.getBoundingClientRect(); return box.top + box.height / 2; })"
    result = page.inspector.locator(".line.result")
    names, rows = result.locator(".axis .sample").evaluate_all(middle), result.locator("mtr").evaluate_all(middle)
    assert names == pytest.approx(rows, abs=4)


def test_another_sample_is_marked_when_it_is_chosen(explorer: Opener) -> None:
    page = stacked(explorer, BATCH, "z")
    page.chooser("Sample").select_option("2")
    expect(page.inspector.locator(".line.result .axis .chosen")).to_have_text(re.compile("^b = 3"))


def test_a_column_lesson_says_it_for_every_sample_and_lists_them_in_rows(explorer: Opener) -> None:
    page = stacked(explorer, MLP, "z")
    said = page.inspector.locator(".line.symbols").first.get_attribute("aria-label") or ""
    assert "z_b = W·x_b + b₁" in said
    rows = page.inspector.locator(".samples table").last.locator("tbody tr")
    expect(rows).to_have_count(5)
    expect(rows.first).to_have_class(re.compile("chosen"))


@pytest.mark.parametrize(("line", "wrt"), [("s", "a2"), ("z", "a1")])
def test_jacobians_are_a_sheet_for_each_sample(explorer: Opener, line: str, wrt: str) -> None:
    page = stacked(explorer, BATCH, line, "Jacobian")
    golden = Golden(BATCH)
    block = page.inspector.locator(f'[data-wrt="{wrt}"]')
    for sample in range(golden.batch):
        cells = block.locator(f'.sheet[data-sample="{sample}"] [data-jacobian]')
        matrix = next(found for of, by, found in golden.jacobians(sample) if (of, by) == (line, wrt))
        expect(cells).to_have_count(matrix.size)
        np.testing.assert_allclose(numbers(cells), matrix.reshape(-1), rtol=1e-12, atol=1e-15)
        places = cells.evaluate_all("all => all.map(one => one.dataset.jacobian)")
        assert places == [f"{i},{j}" for i, j in np.ndindex(*matrix.shape)]
    expect(block.locator(".sheet.chosen")).to_have_attribute("data-sample", "0")
    expect(block.locator(".check")).to_have_text("✓ same answer both ways")


def test_a_matrix_that_all_samples_share_is_shown_once(explorer: Opener) -> None:
    page = stacked(explorer, BATCH, "a2", "Jacobian")
    block = page.inspector.locator('[data-wrt="z"]')
    expect(block.locator("[data-jacobian]")).to_have_count(12)
    expect(block).to_contain_text("The same matrix for every sample.")
    assert page.inspector.locator(".check").all_inner_texts() == ["✓ same answer both ways"] * 3


@pytest.mark.parametrize(("line", "wrt"), [("s", "a2"), ("z", "a1")])
def test_backward_goes_row_by_row_each_with_its_own_jacobian(explorer: Opener, line: str, wrt: str) -> None:
    """003 ② and ⑥: row(∂L/∂s_b) dot J_b = row(∂L/∂a_b), as displayed and to the last digit."""
    page = stacked(explorer, BATCH, line, "Backward")
    upstream, sent = gradients(BATCH, line), gradients(BATCH, wrt)
    for sample in range(4):
        row = page.inspector.locator(f'.rowwise[data-sample="{sample}"]')
        boxes = row.locator(".box")
        first, matrix, last = (numbers(boxes.nth(place).locator("td")) for place in range(3))
        np.testing.assert_allclose(first, upstream[sample], rtol=1e-12)
        np.testing.assert_allclose(last, sent[sample], rtol=1e-12)
        np.testing.assert_allclose(first @ matrix.reshape(len(first), -1), last, rtol=1e-9, atol=1e-15)
        shown = [float(text.replace("−", "-")) for text in boxes.first.locator("td").all_inner_texts()]
        assert shown == [float(f"{number:.4g}") for number in first]
        expect(row).to_contain_text("dot")
    expect(page.inspector.locator(".rowwise.chosen")).to_have_attribute("data-sample", "0")


def test_the_second_way_is_element_by_element(explorer: Opener) -> None:
    page = stacked(explorer, BATCH, "z", "Backward")
    second = page.inspector.locator("section", has_text="Second way").last
    expect(second.locator(".ledger").first).to_have_attribute("aria-label", "shapes (B,4) = (B,4) ∘ (B,4) ∘ (B,4)")
    np.testing.assert_allclose(
        numbers(second.locator(".line.result mn")), gradients(BATCH, "a1").reshape(-1), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("case", "line", "shapes"),
    [
        (BATCH, "W2", "(4,3) = (4,B)·(B,3)"),
        (BATCH, "b2", "(3,) = (B,)·(B,3)"),
        (BATCH, "W1", "(5,4) = (5,B)·(B,4)"),
        (BATCH, "b1", "(4,) = (B,)·(B,4)"),
        (BATCH, "z", "(B,4) = (B,3)·(3,4)"),
        (MLP, "W", "(4,3) = (4,B)·(B,3)"),
        (MLP, "b1", "(4,1) = ((1,B)·(B,4))ᵀ"),
    ],
)
def test_every_product_of_the_handout_has_its_shapes(explorer: Opener, case: str, line: str, shapes: str) -> None:
    reader = {"W2": "a2", "b2": "a2", "W1": "a1", "b1": "a1" if case == BATCH else "z", "z": "a2", "W": "z"}[line]
    page = stacked(explorer, case, reader, "Backward")
    expect(page.inspector.locator(".ledger").first).to_be_attached()
    assert f"shapes {shapes}" in ledgers(page)
    assert not page.inspector.locator(".ledger.misfit").count()


def test_one_over_b_is_a_step_of_its_own_and_gone_with_the_sum(explorer: Opener) -> None:
    page = stacked(explorer, BATCH, "loss", "Backward")
    panel = page.inspector.get_by_role("tabpanel")
    spoken = panel.locator(".line.symbols").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
    assert spoken[0] == "∂L/∂L_b = 1/B"
    assert "∂L/∂s = 1/B·(−t/s)" in spoken
    first = panel.locator("section").first
    np.testing.assert_allclose(numbers(first.locator(".line.result mn")), [0.25] * 4)
    shown = panel.locator("section", has_text="Second way").last.locator(".line.result mn")
    np.testing.assert_allclose(numbers(shown), gradients(BATCH, "s").reshape(-1), rtol=1e-12, atol=1e-15)
    page.page.goto(f"{page.url}#lesson={BATCH}&reduction=sum&node=loss&tab=backward")
    page.page.reload()
    page.ready()
    page.button("Stack").click()
    expect(panel).to_contain_text("There is no 1/B.")
    assert "1/B·" not in " ".join(
        panel.locator(".line.symbols").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
    )
    np.testing.assert_allclose(numbers(first.locator(".line.result mn")), [1.0] * 4)


def test_softmax_and_cross_entropy_leave_one_over_b_times_the_difference(explorer: Opener) -> None:
    page = stacked(explorer, BATCH, "s", "Backward")
    together = page.inspector.locator("section", has_text="Together with the loss").last
    assert together.locator(".line.symbols").first.get_attribute("aria-label") == "∂L/∂a₂ = 1/B·(s − t)"
    np.testing.assert_allclose(
        numbers(together.locator(".line.result mn")), gradients(BATCH, "a2").reshape(-1), rtol=1e-9
    )


@pytest.mark.parametrize(
    ("case", "wide"),
    [
        (BATCH, False),
        pytest.param(BATCH, True, marks=pytest.mark.exhaustive),
        pytest.param(MLP, False, marks=pytest.mark.exhaustive),
        (MLP, True),
    ],
)
def test_nothing_is_wider_than_its_place(explorer: Opener, case: str, wide: bool) -> None:
    """Every tab of every node, stacked and not, at 1366 px: no panel and no table scrolls sideways."""
    page = explorer(f"lesson={case}")
    if wide:
        page.button("Wider").click()
    for along in (False, True):
        if along:
            page.button("Stack").click()
        for name in page.read().nodes:
            page.show(name)
            for tab in TABS:
                page.tab(tab).click()
                panel = page.inspector.get_by_role("tabpanel")
                text = panel.text_content() or ""
                assert text.strip() and not re.search(r"undefined|NaN|\[object|cannot be shown", text), (name, tab)
                over = panel.evaluate(
                    "panel => [panel, ...panel.querySelectorAll('.matrix, .samples, .scrolls, .sheet')]"
                    ".map(box => [box.className, box.scrollWidth - box.clientWidth]).filter(([, more]) => more > 1)"
                )
                assert not over, (name, tab, along, over)
