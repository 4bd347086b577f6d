"""Undo and redo: every edit, drag and setting, in the order in which they were made, and never a step."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.page import Explorer
from tests.ui.conftest import Opener
from tests.ui.test_link import drag

Check = Callable[[], None]


def press(page: Explorer, keys: str) -> None:
    page.page.keyboard.press(keys)


def wait(page: Explorer, script: str) -> None:
    page.page.wait_for_function(script)


def chosen(page: Explorer, name: str, value: str) -> Check:
    return lambda: expect(page.chooser(name)).to_have_value(value)


def holds(page: Explorer, node: str, cell: str, number: float) -> Check:
    return lambda: page.until(node, cell, number)


def test_everything_is_taken_back_and_made_again_in_its_order(explorer: Opener) -> None:
    page = explorer("lesson=mlp/bce_mlp_batch&step=3", (1920, 1080))
    undo, redo = page.button("Undo"), page.button("Redo")
    expect(undo).to_have_attribute("data-spent", "")
    expect(redo).to_have_attribute("data-spent", "")
    rate = page.page.get_by_role("spinbutton", name="Learning rate")

    def rated(text: str) -> None:
        rate.fill(text)
        press(page, "Enter")

    def nudged() -> None:
        page.cell("b1", "value:0").focus()
        for _ in range(3):
            press(page, "ArrowUp")

    def fused() -> None:
        page.button("Fuse σ + BCE").click()

    def summed() -> None:
        page.button("Conventions").click()
        page.page.get_by_label("Objective over the batch", exact=True).select_option("sum")
        written("reduction")()
        press(page, "Escape")

    def gone(key: str) -> Check:
        return lambda: wait(page, f"!location.hash.includes('{key}=')")

    def written(key: str) -> Check:
        return lambda: wait(page, f"location.hash.includes('{key}=')")

    # What is done, how it looks before, and how after.
    done: list[tuple[Callable[[], object], Check, Check]] = [
        (lambda: page.edit("W", "value:0,1", "0.75"), holds(page, "W", "value:0,1", -0.3),
         holds(page, "W", "value:0,1", 0.75)),
        (nudged, holds(page, "b1", "value:0", 0.1), holds(page, "b1", "value:0", 0.4)),
        (lambda: drag(page, "h", 30, 50), gone("moved"), written("moved")),
        (lambda: drag(page, "h", 30, 50), written("moved"), written("moved")),
        (lambda: page.button("Tidy").click(), written("moved"), gone("moved")),
        (lambda: page.chooser("Notation").select_option("rows"), chosen(page, "Notation", "handout"),
         chosen(page, "Notation", "rows")),
        (fused, lambda: expect(page.node("y_hat")).to_have_count(1),
         lambda: expect(page.node("y_hat")).to_have_count(0)),
        (summed, gone("reduction"), written("reduction")),
        (lambda: rated("0.5"), gone("rate"), written("rate")),
        (lambda: page.chooser("Digits").select_option("8"), chosen(page, "Digits", "4"), chosen(page, "Digits", "8")),
        (lambda: page.chooser("Theme").select_option("dark"), chosen(page, "Theme", ""), chosen(page, "Theme", "dark")),
        (lambda: page.button("Gradients").click(), gone("hidden"), written("hidden")),
        (lambda: page.button("Reset").click(), holds(page, "W", "value:0,1", 0.75),
         holds(page, "W", "value:0,1", -0.3)),
    ]  # fmt: skip
    for act, _, after in done:
        act()
        after()
    page.button("Next step").click()
    page.at(4)
    page.chooser("Sample").select_option("2")
    expect(page.chooser("Sample")).to_have_value("2")
    page.page.evaluate("document.activeElement?.shadowRoot?.activeElement?.blur()")
    for _, before, _ in reversed(done):
        press(page, "Control+z")
        before()
    # Neither the step nor the sample is undone; where two cards are there again, it is one step more to the same place.
    page.at(5)
    expect(page.chooser("Sample")).to_have_value("2")
    expect(undo).to_have_attribute("data-spent", "")
    for number, (_, _, after) in enumerate(done):
        press(page, "Control+y" if number % 2 else "Control+Shift+z")
        after()
    expect(redo).to_have_attribute("data-spent", "")
    # Something else is done: what was undone is gone.
    undo.click()
    holds(page, "W", "value:0,1", 0.75)()
    page.chooser("Digits").select_option("3")
    expect(redo).to_have_attribute("data-spent", "")
    redo.click()
    expect(page.chooser("Digits")).to_have_value("3")
    holds(page, "W", "value:0,1", 0.75)()


def test_an_edit_on_its_way_is_what_is_undone_and_a_field_keeps_its_own_undo(explorer: Opener) -> None:
    page = explorer("lesson=mlp/bce_mlp&step=2")
    page.edit("W", "value:0,0", "0.7")
    page.until("W", "value:0,0", 0.7)
    # Sent, undone and made again in one go.
    page.cell("W", "value:0,1").focus()
    press(page, "ArrowUp")
    press(page, "ArrowUp")
    press(page, "Control+z")
    press(page, "Control+z")
    page.until("W", "value:0,0", 0.5)
    page.until("W", "value:0,1", -0.3)
    press(page, "Control+Shift+z")
    press(page, "Control+Shift+z")
    page.until("W", "value:0,1", -0.1)
    page.until("W", "value:0,0", 0.7)
    page.cell("W", "value:0,0").dblclick()
    field = page.page.get_by_role("textbox")
    field.press_sequentially("12")
    press(page, "Control+z")
    press(page, "Escape")
    assert page.number("W", "value:0,0") == 0.7
    # A letter of another script is where Z is.
    page.page.evaluate("""document.dispatchEvent(new KeyboardEvent("keydown",
      { key: "я", code: "KeyZ", ctrlKey: true, bubbles: true, composed: true }))""")
    page.until("W", "value:0,1", -0.3)


def test_another_lesson_is_left_again_with_all_that_was_done_there(explorer: Opener) -> None:
    page = explorer("lesson=mlp/bce_mlp_batch&step=5&sample=1&node=h&tab=backward")
    page.edit("W", "value:0,0", "0.7")
    page.until("W", "value:0,0", 0.7)
    page.chooser("Lesson").select_option("gates/add_gate")
    expect(page.node("a")).to_be_visible()
    press(page, "Control+z")
    page.until("W", "value:0,0", 0.7)
    page.at(5)
    expect(page.chooser("Sample")).to_have_value("1")
    press(page, "Control+Shift+z")
    expect(page.node("a")).to_be_visible()
    page.at(0)


def test_another_language_is_left_again(explorer: Opener) -> None:
    page = explorer("lesson=mlp/bce_mlp&step=5")
    root = page.page.locator(".explorer")
    page.chooser("Language").select_option("pl")
    expect(root).to_have_attribute("lang", "pl")
    for keys, language in (("Control+z", "en"), ("Control+Shift+z", "pl")):
        press(page, keys)
        expect(root).to_have_attribute("lang", language)
        page.at(5)


def test_a_reset_leads_back_to_its_pass(explorer: Opener) -> None:
    page = explorer("lesson=mlp/bce_mlp&step=2")
    for number in (1, 2):
        page.button("Next pass").click()
        wait(page, f"location.hash.includes('pass={number}')")
    updated = page.number("W", "value:0,0")
    page.edit("W", "value:0,0", "0.7")
    page.until("W", "value:0,0", 0.7)
    page.button("Reset").click()
    page.until("W", "value:0,0", 0.5)
    wait(page, "!location.hash.includes('pass=')")
    press(page, "Control+z")
    page.until("W", "value:0,0", 0.7)
    wait(page, "location.hash.includes('pass=2')")
    press(page, "Control+z")
    page.until("W", "value:0,0", updated)
