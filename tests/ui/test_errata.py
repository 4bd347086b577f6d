"""Slips of the handouts: the steps that meet one are marked, and the lines concerned say what is right."""

import pytest
from playwright.sync_api import expect

from explorer import lessons
from explorer.explain.text import as_text
from tests.page import Explorer
from tests.ui.conftest import Opener
from tests.ui.golden import DEFAULT, mostly

TABS = ("Forward", "Jacobian", "Backward", "Batch", "Check", "Derivation")
MARK = "in the handout: see the footnote in the inspector"


def footnotes(page: Explorer) -> list[str]:
    """The footnotes of the tab on show, scripts as plain figures."""
    return [note.inner_text().replace("* ", "", 1) for note in page.inspector.locator("[data-erratum]").all()]


@pytest.mark.parametrize("case", mostly("mlp/bce_mlp", "batch/batch_softmax", "lecture20/lecture20_network"))
def test_the_steps_of_a_slip_are_marked_and_no_others(explorer: Opener, case: str) -> None:
    page = explorer(f"lesson={case}")
    slips = lessons.load(case).errata
    kinds = {"forward": "Forward", "seed": "Loss", "backward": "Backward", "accumulate": "Backward", "update": "Update"}
    expected = {(kinds[kind], node) for erratum in slips for kind, node in erratum.steps}
    for step in range(1, page.steps + 1):
        page.page.keyboard.press("ArrowRight")
        page.at(step)
        phase = (page.narration.locator(".count").text_content() or "").split(" ")[0]
        node = page.stage.locator("[data-node][data-selected]").get_attribute("data-node")
        expect(page.narration.get_by_role("img", name=MARK)).to_have_count(1 if (phase, node) in expected else 0)


def test_a_footnote_stands_at_the_end_of_the_tabs_that_it_is_about(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}")
    for tab in TABS:
        page.show("W", tab)
        note = page.inspector.locator("[data-erratum]")
        panel = page.inspector.get_by_role("tabpanel")
        if tab not in ("Backward", "Derivation"):
            expect(panel).to_have_attribute("data-tab", tab.lower(), timeout=20_000)
            expect(note).to_have_count(0)
            continue
        expect(note).to_have_count(1, timeout=20_000)
        expect(note).to_have_text("* In the handout, equation (6), last row: printed σ′(z1); it is σ′(z4).")
        expect(note.locator("sub")).to_have_text(["1", "4"])
        assert panel.evaluate("panel => panel.lastElementChild.matches('aside[aria-label=\"Slips in the handout\"]')")


def test_other_lines_have_no_footnote(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}")
    page.show("x", "Forward")
    expect(page.inspector.get_by_role("tabpanel")).to_contain_text("Data of the only sample")
    expect(page.inspector.locator("[data-erratum]")).to_have_count(0)


@pytest.mark.parametrize("case", mostly("mlp/bce_mlp", "batch/batch_softmax"))
def test_every_slip_is_told_at_all_its_lines(explorer: Opener, case: str) -> None:
    page = explorer(f"lesson={case}")
    slips = lessons.load(case).errata
    for node in dict.fromkeys(node for erratum in slips for node in erratum.nodes):
        page.show(node, "Derivation")
        told = [as_text(erratum.parts) for erratum in slips if node in erratum.nodes]
        expect(page.inspector.locator("[data-erratum]")).to_have_count(len(told))
        assert [len(one) > 20 for one in footnotes(page)] == [True] * len(told)
        for text, place in zip(footnotes(page), told, strict=True):
            assert text.startswith(place.partition(":")[0][:16])


def test_a_fused_loss_keeps_the_slips_of_its_activation(explorer: Opener) -> None:
    page = explorer("lesson=batch/batch_softmax&fuse=1")
    page.show("loss", "Backward")
    expect(page.inspector.locator("[data-erratum]").first).to_contain_text("In the handout")
