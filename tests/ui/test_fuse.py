"""Two cards become one and part again; where two lines fail the page says why, and one line is right."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from explorer import lessons
from explorer.lessons.fused import fused
from tests.axe import axe_free
from tests.page import Explorer
from tests.ui.conftest import Opener

MEASURE = (Path(__file__).parent / "geometry.js").read_text(encoding="utf-8")
_FOCUS_ROLE = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.getAttribute('role');
}"""
SIGMOID, SOFTMAX = "mlp/bce_mlp", "batch/batch_softmax"
SWITCH = {SIGMOID: "Fuse σ + BCE", SOFTMAX: "Fuse softmax + CE"}
ACTIVATION = {SIGMOID: "y_hat", SOFTMAX: "s"}
# Edits after which a probability rounds to 1, or to 0 where the target is 1.
SATURATED = {SIGMOID: "b2.0=40;y.0@0=0", SOFTMAX: "b2.1=800"}
LOGITS = {SIGMOID: "theta", SOFTMAX: "a2"}


def switch(page: Explorer, case: str) -> Locator:
    """The button under the stage, not the one that an explanation offers."""
    return page.page.locator(".tools").get_by_role("button", name=SWITCH[case], exact=True)


def turn(page: Explorer, case: str, fuse: bool) -> None:
    """Press the switch, and wait until its picture rests."""
    switch(page, case).click()
    expect(page.node(ACTIVATION[case])).to_have_count(0 if fuse else 1)
    rests(page)
    expect(switch(page, case)).to_have_attribute("aria-pressed", str(fuse).lower())


def rests(page: Explorer) -> None:
    """Until nothing moves on the stage any more."""
    expect(page.stage.locator(".ghosts")).to_have_count(0)


def linked(page: Explorer, pattern: str) -> str:
    """The address, once it says so."""
    page.page.wait_for_function("pattern => new RegExp(pattern).test(location.hash)", arg=pattern)
    return str(page.page.evaluate("location.hash")).lstrip("#")


@pytest.mark.parametrize("case", SWITCH)
def test_the_switch_makes_one_card_of_two_with_the_same_numbers(explorer: Opener, case: str) -> None:
    page = explorer(f"lesson={case}")
    apart = page.last()
    probability = apart.nodes[ACTIVATION[case]].cells
    turn(page, case, True)
    page.at(apart.steps - 2)
    together = page.read()
    lesson = fused(lessons.load(case))
    assert lesson is not None
    trace = lesson.graph.trace(lesson.data, lesson.params)
    assert set(together.nodes) == set(apart.nodes) - {ACTIVATION[case]}
    assert f"{LOGITS[case]}->loss" in together.edges
    for name, node in together.nodes.items():
        for cell, (number, _) in node.cells.items():
            if cell.startswith("inside"):
                assert float(number) == pytest.approx(float(probability[cell.replace("inside", "value")].number))
            elif name in apart.nodes and number:
                assert float(number) == pytest.approx(float(apart.nodes[name].cells[cell].number), rel=1e-12, abs=1e-15)
    assert len([cell for cell in together.nodes["loss"].cells if cell.startswith("value")]) == 1
    delta = np.asarray(trace.contributions["loss", LOGITS[case]])[0]
    for k, number in enumerate(delta):
        assert page.number(LOGITS[case], f"gradient:{k}") == pytest.approx(number, rel=1e-12)
    turn(page, case, False)
    page.at(apart.steps)
    assert page.read() == apart


@pytest.mark.parametrize("case", SWITCH)
def test_step_selection_edits_and_sample_survive_both_ways(explorer: Opener, case: str) -> None:
    sample = len(next(iter(lessons.load(case).data.values()))) - 1
    page = explorer(f"lesson={case}&sample={sample}&step=7")
    page.edit("x", "value:0", "0.25")
    page.until("x", "value:0", 0.25)
    page.show(ACTIVATION[case], "Backward")
    before, step = page.serialise(), 7
    turn(page, case, True)
    assert page.number("x", "value:0") == 0.25
    expect(page.inspector).to_have_attribute("data-node", "loss")
    expect(page.chooser("Sample")).to_have_value(str(sample))
    assert int(page.stage.get_attribute("data-step") or 0) == step - 1  # two forward steps are one
    address = linked(page, "fuse=1")
    assert f"sample={sample}" in address and "node=loss" in address and "x.0" in address
    turn(page, case, False)
    page.at(step)
    assert page.number("x", "value:0") == 0.25
    expect(page.inspector).to_have_attribute("data-node", ACTIVATION[case])
    page.page.mouse.move(1, 1)
    assert page.serialise() == before
    assert "fuse" not in linked(page, f"node={ACTIVATION[case]}")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
@pytest.mark.parametrize("case", SWITCH)
def test_the_link_opens_the_very_picture(explorer: Opener, case: str, motion: str) -> None:
    page = explorer(f"lesson={case}&step=8", reduced_motion=motion)
    turn(page, case, True)
    page.page.mouse.move(1, 1)
    address = linked(page, "fuse=1")
    other = explorer(address, reduced_motion=motion)
    expect(other.stage).to_have_attribute("data-step", page.stage.get_attribute("data-step") or "")
    assert other.serialise() == page.serialise()
    turn(page, case, False)
    page.page.mouse.move(1, 1)
    page.at(8)
    other = explorer(linked(page, "step=8"), reduced_motion=motion)
    other.at(8)
    assert other.serialise() == page.serialise()


def test_the_cards_are_seen_to_move(explorer: Opener) -> None:
    page = explorer(f"lesson={SIGMOID}", reduced_motion="no-preference")
    page.page.evaluate("""stage => {
      window.seen = 0;
      new MutationObserver(() => { window.seen += stage.querySelectorAll(".ghosts").length; })
        .observe(stage, {subtree: true, attributes: true, childList: true});
    }""", arg=page.stage.element_handle())  # fmt: skip
    turn(page, SIGMOID, True)
    assert page.page.evaluate("window.seen") > 1
    still = explorer(f"lesson={SIGMOID}")
    switch(still, SIGMOID).click()
    expect(still.node("y_hat")).to_have_count(0)
    assert still.stage.locator(".ghosts").count() == 0


def test_no_switch_where_there_is_no_pair(explorer: Opener) -> None:
    page = explorer("lesson=gates/sqerr_gate")
    expect(page.page.locator(".tools").get_by_role("button", name=re.compile("^Fuse"))).to_have_count(0)


# -- saturation --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("case", SWITCH)
def test_two_lines_fail_and_say_why_and_one_line_is_right(explorer: Opener, case: str) -> None:
    page = explorer(f"lesson={case}&edits={SATURATED[case]}&node={ACTIVATION[case]}&tab=backward")
    alert = page.alert
    expect(alert).to_contain_text("In double precision" if case == SIGMOID else "in double precision")
    expect(alert).to_contain_text(re.compile("rounds to exactly [01]"))
    expect(alert).to_contain_text(f"{SWITCH[case].replace('Fuse', 'fuse')} to get them.")
    lost = page.last()
    assert lost.nodes["loss"].cells["value:0"] == ("Infinity", "∞")
    assert lost.nodes[LOGITS[case]].cells["gradient:0"] == ("NaN", "NaN")
    expect(page.cell("loss", "value:0")).to_have_attribute("data-level", "bad")
    # The step that loses it says so.
    seed = next(k for k in range(lost.steps) if page_phase(page, k + 1) == "loss")
    page.slider.fill(str(seed + 3))
    expect(page.narration).to_contain_text("is not a number")
    expect(page.narration).to_contain_text("The right answer")
    # Beside what is right, with the button that does it.
    table = page.inspector.locator(".compare")
    expect(table.locator("td.bad").first).to_contain_text("∞")
    right = float(
        table.locator("tbody tr").first.locator("td").nth(1).locator("[data-number]").get_attribute("data-number") or ""
    )
    assert math.isfinite(right)
    page.inspector.get_by_role("button", name=SWITCH[case], exact=True).click()
    expect(page.node(ACTIVATION[case])).to_have_count(0)
    expect(page.alert).to_have_count(0)
    rests(page)
    found = page.last()
    assert float(found.nodes["loss"].cells["value:0"].number) == right
    assert all(
        math.isfinite(float(cell.number))
        for node in found.nodes.values()
        for cell in node.cells.values()
        if cell.number
    )
    expect(page.inspector).to_have_attribute("data-node", "loss")
    expect(page.inspector.get_by_role("heading", name=re.compile("Saturated"))).to_be_visible()


def page_phase(page: Explorer, step: int) -> str:
    page.slider.fill(str(step))
    expect(page.stage).to_have_attribute("data-step", str(step))
    return page.stage.get_attribute("data-phase") or ""


def test_saturation_is_one_press_away_and_reset_undoes_it(explorer: Opener) -> None:
    page = explorer(f"lesson={SIGMOID}&node=y_hat&tab=backward")
    page.inspector.get_by_role("button", name="Try saturation", exact=True).click()
    page.until("y", "value:0", 0.0)
    page.until("b2", "value:0", 40.0)
    expect(page.alert).to_contain_text("rounds to exactly 1")
    assert page.page.evaluate(_FOCUS_ROLE) == "tabpanel"  # the button is gone, the focus is not
    page.button("Reset").click()
    page.until("b2", "value:0", 0.2)
    expect(page.alert).to_have_count(0)


@pytest.mark.parametrize(("tab", "said"), [
    ("Forward", "As it is computed, on θ itself"), ("Jacobian", "∂L/∂θ"), ("Backward", "What has cancelled"),
    ("Batch", "one sample"),
])  # fmt: skip
def test_the_tabs_of_one_line(explorer: Opener, tab: str, said: str) -> None:
    page = explorer(f"lesson={SIGMOID}&fuse=1&node=loss&tab={tab.lower()}")
    expect(page.inspector.get_by_role("tabpanel")).to_contain_text(said)
    assert "cannot be shown" not in (page.inspector.text_content() or "")


def test_pointing_at_the_probability_lights_it_inside_the_card(explorer: Opener) -> None:
    page = explorer(f"lesson={SIGMOID}&fuse=1&step=6&node=loss&tab=backward")
    page.inspector.locator('[data-link="loss|inside:0"]').first.hover()
    expect(page.cell("loss", "inside:0")).to_have_class(re.compile("lit"))


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("case", ["mlp/bce_mlp_batch", SOFTMAX, "matrix-language/matrix_language"])
def test_the_fused_stage_is_laid_out_well(explorer: Opener, case: str, size: tuple[int, int]) -> None:
    page = explorer(f"lesson={case}&fuse=1", size=size)
    assert page.stage.evaluate(MEASURE) == [], "at the start"
    page.last()
    assert page.stage.evaluate(MEASURE) == [], "at the end"
    tools, lowest = page.page.locator(".tools").bounding_box(), page.stage.locator(".cards").bounding_box()
    assert tools and lowest and lowest["y"] + lowest["height"] <= tools["y"] + 1, "cards under the tools"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("fuse", ["", "&fuse=1"])
def test_axe_finds_nothing_where_it_saturates(explorer: Opener, fuse: str, scheme: str) -> None:
    node = "loss" if fuse else "y_hat"
    page = explorer(f"lesson={SIGMOID}&edits={SATURATED[SIGMOID]}&node={node}&tab=backward{fuse}", color_scheme=scheme)
    page.last()
    expect(page.inspector.locator(".compare")).to_be_visible()
    axe_free(page.page)
