"""Editing a number recomputes everything from it; a text that is no number is refused where it stands."""

from collections.abc import Mapping

import numpy as np
import pytest
from playwright.sync_api import expect

from explorer import Trace, lessons
from tests.page import Explorer
from tests.ui.conftest import Opener
from tests.ui.golden import DEFAULT, Golden, cells, mostly


def traced(case: str, edits: Mapping[tuple[str, tuple[int, ...]], float], sample: int = 0) -> Trace:
    """The engine's own trace of a case with some numbers changed; an edit of data is of one sample."""
    lesson = lessons.load(case)
    data = {name: np.array(array, dtype=float) for name, array in lesson.data.items()}
    params = {name: np.array(array, dtype=float) for name, array in lesson.params.items()}
    for (name, index), number in edits.items():
        if name in data:
            data[name][(sample, *index)] = number
        else:
            params[name][index] = number
    return lesson.graph.trace(data, params)


def assert_matches(page: Explorer, trace: Trace, case: str, sample: int = 0) -> None:
    """Values and gradients on the stage are the trace's. Go to the last step before the update first."""
    golden, picture = Golden(case), page.read()
    for name, node in picture.nodes.items():
        for prefix, arrays in (("value", trace.values), ("gradient", trace.gradients)):
            if name in golden.targets and prefix == "gradient":
                continue
            array = np.asarray(arrays[name])
            tensor = array if name in golden.parameters else array[sample]
            for key, number in cells(prefix, tensor).items():
                assert float(node.cells[key].number) == pytest.approx(number, rel=1e-12, abs=1e-15), (name, key)


def before_the_update(page: Explorer, case: str) -> None:
    """Go to the last step at which the parameters still have the numbers that everything was computed with."""
    page.last()
    for undone in range(1, len(Golden(case).parameters) + 1):
        page.button("Previous step").click()
        page.at(page.steps - undone)


EDITS = [
    ("mlp/bce_mlp", 0, "x", (1,), "-2.25"),
    ("mlp/bce_mlp", 0, "y", (0,), "0"),
    ("mlp/bce_mlp", 0, "W", (2, 1), "1e-3"),
    ("mlp/bce_mlp_batch", 3, "x", (0,), "0.125"),
    ("mlp/bce_mlp_batch", 1, "b1", (2,), "−1.5"),  # a real minus, as the page itself writes it
    ("batch/batch_softmax", 2, "W1", (4, 3), "+0.75"),
    ("gates/fan_out", 0, "s", (1,), "3"),
    ("matrix-language/matrix_language", 0, "v", (0,), "0.5"),
]


@pytest.mark.parametrize(("case", "sample", "node", "index", "text"), EDITS)
def test_an_edit_recomputes_everything(
    explorer: Opener, case: str, sample: int, node: str, index: tuple[int, ...], text: str
) -> None:
    page = explorer(f"lesson={case}&sample={sample}")
    number = float(text.replace("−", "-"))
    cell = f"value:{','.join(map(str, index))}"
    page.edit(node, cell, text)
    page.until(node, cell, number)
    before_the_update(page, case)
    assert_matches(page, traced(case, {(node, index): number}, sample), case, sample)


def test_an_edit_in_mid_film_keeps_the_step(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}&step=6")
    before = page.number("h", "value:0")
    page.edit("x", "value:0", "2")
    page.until("x", "value:0", 2.0)
    page.at(6)
    expect(page.stage.locator('[data-state-value="stale"]')).to_have_count(0)
    assert page.number("h", "value:0") != before
    trace = traced(DEFAULT, {("x", (0,)): 2.0})
    page.until("h", "value:0", float(np.asarray(trace.values["h"])[0, 0]))


@pytest.mark.parametrize("text", ["abc", "", "0x10", "1e999", "nan", "inf", "2+2", "<b>1</b>"])
def test_a_bad_text_is_refused_in_place_with_the_reason(explorer: Opener, text: str) -> None:
    page = explorer()
    before = page.serialise()
    page.edit("W", "value:0,0", text)
    editor = page.page.get_by_role("textbox")
    expect(page.alert).to_be_visible()
    expect(page.alert).not_to_be_empty()
    expect(editor).to_have_attribute("aria-invalid", "true")
    assert page.number("W", "value:0,0") == 0.5
    page.page.keyboard.press("Escape")
    expect(editor).to_have_count(0)
    expect(page.alert).to_have_count(0)
    page.page.keyboard.press("Tab")  # the focus ring moves on
    assert page.number("W", "value:0,0") == 0.5
    assert len(page.serialise()) == pytest.approx(len(before), abs=200)


def test_reset_returns_to_the_lessons_numbers(explorer: Opener) -> None:
    page = explorer()
    original = page.last()
    page.button("First step").click()  # after the update a parameter shows its new number
    page.edit("x", "value:0", "7")
    page.until("x", "value:0", 7.0)
    page.edit("b2", "value:0", "-3")
    page.until("b2", "value:0", -3.0)
    page.button("Reset").click()
    page.until("x", "value:0", 1.0)
    assert page.last() == original


def test_keys_edit_and_nudge_a_cell(explorer: Opener) -> None:
    page = explorer()
    keyboard = page.page.keyboard
    cell = page.cell("W", "value:0,0")
    cell.focus()
    keyboard.press("Enter")
    expect(page.page.get_by_role("textbox")).to_be_focused()
    page.page.get_by_role("textbox").fill("0.25")
    keyboard.press("Enter")
    page.until("W", "value:0,0", 0.25)
    cell.focus()
    keyboard.press("ArrowUp")
    page.page.wait_for_function("cell => Number(cell.dataset.number) > 0.25", arg=cell.element_handle())
    above = page.number("W", "value:0,0")
    keyboard.press("ArrowDown")
    page.page.wait_for_function(
        "([cell, above]) => Number(cell.dataset.number) < above", arg=[cell.element_handle(), above]
    )
    page.at(0)


def test_text_in_an_editor_steals_no_keys(explorer: Opener) -> None:
    page = explorer()
    page.cell("x", "value:0").dblclick()
    editor = page.page.get_by_role("textbox")
    expect(editor).to_be_focused()
    editor.press("Home")
    editor.press("ArrowRight")
    editor.press(" ")
    page.at(0)


def test_an_edit_survives_in_a_link(explorer: Opener) -> None:
    page = explorer()
    page.edit("x", "value:2", "0.625")
    page.until("x", "value:2", 0.625)
    page.page.wait_for_function("() => location.hash.includes('0.625')")
    again = explorer(page.page.url.partition("#")[2])
    again.until("x", "value:2", 0.625)


@pytest.mark.parametrize("case", mostly("mlp/bce_mlp", "batch/batch_softmax", "gates/fan_out"))
def test_what_can_be_edited(explorer: Opener, case: str) -> None:
    """Inputs, targets and parameters, and nothing that is computed."""
    page, golden = explorer(f"lesson={case}"), Golden(case)
    computed = next(iter(golden.nodes - golden.data - golden.parameters - {"loss"}), "loss")
    page.last()
    page.cell(computed, next(iter(cells("value", golden.values(0)[computed])))).dblclick()
    expect(page.page.get_by_role("textbox")).to_have_count(0)
    for name in sorted(golden.data | golden.parameters):
        page.cell(name, next(iter(cells("value", golden.values(0)[name])))).dblclick()
        expect(page.page.get_by_role("textbox")).to_be_focused()
        page.page.keyboard.press("Escape")
        expect(page.page.get_by_role("textbox")).to_have_count(0)


def test_after_the_update_an_edit_is_of_the_number_that_the_pass_started_with(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}")
    page.last()
    updated = page.number("b2", "value:0")
    page.cell("b2", "value:0").dblclick()
    field = page.page.get_by_role("textbox")
    expect(field).to_have_value("0.2")
    field.press("Enter")  # unchanged: nothing is sent, nothing trains once more
    expect(field).to_have_count(0)
    assert page.number("b2", "value:0") == updated
    page.edit("b2", "value:0", "0.5")
    trace = traced(DEFAULT, {("b2", (0,)): 0.5})
    page.until("b2", "value:0", 0.5 - lessons.load(DEFAULT).learning_rate * float(trace.gradients["b2"][0]))
