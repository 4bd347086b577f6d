"""Passes: each goes on with the parameters that the last one updated, and every one of them can be gone back to."""

import re
import time

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from explorer import SGD, Trace, lessons
from tests.axe import axe_free
from tests.page import Explorer
from tests.ui.conftest import Opener
from tests.ui.golden import CASES, DEFAULT, Golden, cells

TRAINED = [case for case in CASES if lessons.load(case).params]
INVITATION = "“Next pass” goes on"


def at_pass(page: Explorer, number: int) -> None:
    """Until the page shows that pass; people count from 1."""
    expect(page.page.get_by_role("group", name="Passes")).to_contain_text(f"Pass {number}")


def go_on(page: Explorer, number: int) -> None:
    """To the next pass, which is the given one."""
    page.button("Next pass").click()
    at_pass(page, number)
    page.at(0)


def rate(page: Explorer) -> Locator:
    return page.page.get_by_label("Learning rate")


def set_rate(page: Explorer, text: str) -> None:
    rate(page).fill(text)
    rate(page).press("Enter")


def traced(case: str, passes: int, learning_rate: float | None = None) -> Trace:
    """The pass after so many steps of gradient descent, by the public API."""
    lesson = lessons.load(case)
    params = dict(lesson.params)
    for _ in range(passes):
        found = lesson.graph.trace(lesson.data, params)
        gradients = {name: found.gradients[name] for name in lesson.graph.parameters}
        params = SGD(rate=learning_rate or lesson.learning_rate).step(params, gradients)
    return lesson.graph.trace(lesson.data, params)


def assert_shows(page: Explorer, case: str, trace: Trace) -> None:
    """Before the update, the stage's numbers are the trace's, to the last bit."""
    page.last()
    for undone in range(1, len(Golden(case).parameters) + 1):
        page.button("Previous step").click()
        page.at(page.steps - undone)
    for name, node in page.read().nodes.items():
        array = np.asarray(trace.values[name])
        for key, number in cells("value", array if name in trace.graph.parameters else array[0]).items():
            assert float(node.cells[key].number) == number, (name, key)


@pytest.mark.parametrize("case", [case for case in TRAINED if case in ("batch/batch_softmax", "mlp/bce_mlp")])
def test_the_next_pass_starts_with_the_very_numbers_that_the_updates_showed(explorer: Opener, case: str) -> None:
    page = explorer(f"lesson={case}")
    updated = {name: page.last().nodes[name].cells for name in Golden(case).parameters}
    expect(page.narration).to_contain_text(INVITATION)
    go_on(page, 2)
    expect(page.narration).to_contain_text("Pass 2 starts with the parameters that pass 1 has updated.")
    picture = page.read()
    for name, shown in updated.items():
        for key, cell in shown.items():
            if key.startswith("value"):
                assert picture.nodes[name].cells[key] == cell, (name, key)
    assert all(node.value == "waiting" for node in picture.nodes.values() if node.kind in ("op", "loss"))
    assert_shows(page, case, traced(case, 1))


def test_passes_add_up(explorer: Opener) -> None:
    page = explorer("lesson=mlp/bce_mlp_batch")
    for number in range(2, 6):
        go_on(page, number)
    assert_shows(page, "mlp/bce_mlp_batch", traced("mlp/bce_mlp_batch", 4))


@pytest.mark.parametrize("step", [4, None])
def test_going_back_restores_the_earlier_pass_as_it_was_left(explorer: Opener, step: int | None) -> None:
    page = explorer(f"lesson={DEFAULT}&step={step or 0}")
    if step is None:
        page.last()
    left = page.serialise()
    go_on(page, 2)
    second = page.serialise()
    assert second != left
    go_on(page, 3)
    page.button("Previous pass").click()
    at_pass(page, 2)
    page.at(0)
    assert page.serialise() == second
    page.button("Previous pass").click()
    at_pass(page, 1)
    page.at(page.steps if step is None else step)
    assert page.serialise() == left


def test_a_film_ends_with_an_invitation_and_does_not_go_on_by_itself(explorer: Opener) -> None:
    page = explorer()
    page.last()
    before = page.serialise()
    page.button("Next step").click()
    page.page.keyboard.press("ArrowRight")
    page.at(page.steps)
    at_pass(page, 1)
    assert page.serialise() == before
    page.button("Previous step").click()
    expect(page.narration).not_to_contain_text(INVITATION)


def test_the_selection_and_the_tab_stay(explorer: Opener) -> None:
    page = explorer()
    page.show("W", "Backward")
    go_on(page, 2)
    expect(page.inspector).to_have_attribute("data-node", "W")
    expect(page.tab("Backward")).to_have_attribute("aria-selected", "true")
    number = traced(DEFAULT, 1).values["W"][0, 0]
    shown = page.inspector.locator('mn[data-link="W|value:0,0"]').first
    expect(shown).to_have_attribute("data-number", re.compile(re.escape(f"{number:.12g}"[:12])))


def test_another_pass_while_playing_stops_the_film_and_starts_the_next(explorer: Opener) -> None:
    page = explorer(reduced_motion="no-preference")
    page.button("Play").click()
    expect(page.stage).to_have_attribute("data-step", re.compile(r"^[2-9]"), timeout=20_000)
    go_on(page, 2)
    page.button("Previous pass").click()
    at_pass(page, 1)
    expect(page.stage).to_have_attribute("data-step", re.compile(r"^[2-9]"))


def test_keys_go_from_pass_to_pass(explorer: Opener) -> None:
    page = explorer()
    keyboard = page.page.keyboard
    keyboard.press("n")
    at_pass(page, 2)
    keyboard.press("n")
    keyboard.press("n")  # quicker than the films come
    at_pass(page, 4)
    keyboard.press("Shift+N")
    at_pass(page, 3)
    rate(page).focus()
    keyboard.press("n")  # typed, and no step
    at_pass(page, 3)
    keyboard.press("Escape")
    page.button("Help").click()
    expect(page.page.get_by_role("row", name=re.compile("Next pass, previous pass"))).to_be_visible()


@pytest.mark.parametrize(("text", "number"), [("2", 2.0), ("0,25", 0.25), ("1e-3", 1e-3)])
def test_a_learning_rate_acts_on_the_updates_and_on_all_passes_after(
    explorer: Opener, text: str, number: float
) -> None:
    page = explorer(f"lesson={DEFAULT}")
    assert rate(page).input_value() == "0.1"
    page.last()
    set_rate(page, text)
    trace = traced(DEFAULT, 0)
    page.until("b2", "value:0", 0.2 - number * float(trace.gradients["b2"][0]))
    page.at(page.steps)
    expect(rate(page)).to_have_value(f"{number:g}")
    go_on(page, 2)
    go_on(page, 3)
    assert_shows(page, DEFAULT, traced(DEFAULT, 2, number))


def test_a_rate_holds_from_its_pass_on_and_reset_takes_all_back(explorer: Opener) -> None:
    page = explorer()
    original = page.serialise()
    go_on(page, 2)
    set_rate(page, "3")
    expect(page.page).to_have_url(re.compile(r"rate=3\.0@1"))
    page.button("Previous pass").click()
    at_pass(page, 1)
    expect(rate(page)).to_have_value("0.1")
    go_on(page, 2)
    expect(rate(page)).to_have_value("3")
    page.button("Reset").click()
    at_pass(page, 1)
    expect(rate(page)).to_have_value("0.1")
    page.button("First step").click()
    page.at(0)
    assert page.serialise() == original


@pytest.mark.parametrize("text", ["abc", "", "0", "-1", "1e999", "<b>1</b>"])
def test_a_bad_rate_is_refused_in_place_and_the_picture_stays(explorer: Opener, text: str) -> None:
    page = explorer()
    before = page.serialise()
    set_rate(page, text)
    expect(page.alert).to_have_count(1)
    expect(page.alert).not_to_be_empty()
    expect(page.alert).to_be_in_viewport()
    expect(rate(page)).to_have_attribute("aria-invalid", "true")
    expect(rate(page)).to_have_value(text)
    assert page.serialise() == before
    rate(page).press("Escape")
    expect(page.alert).to_have_count(0)
    expect(rate(page)).to_have_value("0.1")


def test_an_edit_belongs_to_its_pass(explorer: Opener) -> None:
    page = explorer()
    go_on(page, 2)
    page.edit("W", "value:0,0", "2.5")
    page.until("W", "value:0,0", 2.5)
    page.button("Previous pass").click()
    at_pass(page, 1)
    page.button("First step").click()
    assert page.number("W", "value:0,0") == 0.5
    go_on(page, 2)
    assert page.number("W", "value:0,0") == 2.5


def test_an_address_leads_to_its_pass(explorer: Opener) -> None:
    page = explorer()
    go_on(page, 2)
    set_rate(page, "2")
    go_on(page, 3)
    page.page.keyboard.press("ArrowRight")
    page.at(1)
    expect(page.page).to_have_url(re.compile(r"step=1.*pass=2.*rate=2\.0@1"))
    picture, address = page.serialise(), page.page.url
    again = explorer(address.partition("#")[2])
    at_pass(again, 3)
    again.at(1)
    assert again.serialise() == picture


def test_losses_of_all_passes_are_a_plot_and_a_list(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}")
    panel = page.page.get_by_role("region", name="Losses")
    expect(panel).to_have_count(0)
    page.button("Losses").click()
    expect(panel.get_by_role("img", name="The losses as a plot").locator("canvas").first).to_be_visible(timeout=20_000)
    for number in range(2, 5):
        go_on(page, number)
    rows = panel.locator("td[data-number]")
    expect(rows).to_have_count(4)
    losses = [float(row.get_attribute("data-number") or "nan") for row in rows.all()]
    assert losses == [traced(DEFAULT, passes).loss for passes in range(4)]
    current = panel.locator('[aria-current="true"]')
    expect(current).to_have_text("4")
    panel.get_by_role("button", name="Go to pass 2").click()
    at_pass(page, 2)
    expect(current).to_have_text("2")
    expect(rows).to_have_count(4)
    page.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    assert page.focused() == "Losses"


def differs(plot: Locator, picture: bytes, seconds: float = 10.0) -> bytes:
    """Another picture of the plot, once it is another."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        now = plot.screenshot()
        if now != picture:
            return now
    raise AssertionError("the plot has not changed")


def test_the_plot_follows_the_colours_and_the_magnitude_of_the_losses(explorer: Opener) -> None:
    page = explorer("lesson=lecture20/lecture20_network")
    page.button("Losses").click()
    plot = page.page.get_by_role("img", name="The losses as a plot")
    expect(plot.locator("canvas").first).to_be_visible(timeout=20_000)
    one = differs(plot, b"")
    page.page.emulate_media(color_scheme="dark")
    dark = differs(plot, one)
    set_rate(page, "50")  # a loss of 2.7e-5 in the next pass, after one of 0.2
    go_on(page, 2)
    two = differs(plot, dark)
    page.button("Reset").click()
    at_pass(page, 1)
    differs(plot, two)


def test_what_has_no_parameters_has_no_passes(explorer: Opener) -> None:
    page = explorer("lesson=gates/sqerr_gate")
    expect(page.page.get_by_role("group", name="Passes")).to_have_count(0)
    page.last()
    expect(page.narration).not_to_contain_text(INVITATION)
    page.page.keyboard.press("n")
    page.at(page.steps)
    page.chooser("Lesson").select_option("gates/add_gate")
    expect(page.page.get_by_role("group", name="Passes")).to_be_visible()


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
def test_the_group_stands_inside_the_transport(explorer: Opener, size: tuple[int, int]) -> None:
    page = explorer("lesson=batch/batch_softmax", size=size)
    box = page.page.get_by_role("group", name="Passes").bounding_box()
    sentence = page.narration.bounding_box()
    assert box and sentence
    assert box["x"] >= sentence["x"] + sentence["width"]
    assert box["x"] + box["width"] <= size[0] and box["y"] + box["height"] <= size[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_losses_and_in_a_refusal(explorer: Opener, scheme: str) -> None:
    page = explorer(f"lesson={DEFAULT}&pass=3", color_scheme=scheme)
    page.button("Losses").click()
    plot = page.page.get_by_role("img", name="The losses as a plot")
    expect(plot.locator("canvas").first).to_be_visible(timeout=20_000)
    set_rate(page, "fast")
    expect(page.alert).to_be_visible()
    page.show("W", "Backward")
    axe_free(page.page)
