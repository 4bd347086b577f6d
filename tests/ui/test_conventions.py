"""Conventions re-write the page and leave its numbers alone; only mean or sum is about the numbers."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from explorer import lessons
from tests.page import Explorer, Picture
from tests.ui.conftest import Opener
from tests.ui.golden import CASES, cells, mostly
from tests.ui.test_geometry import MEASURE

BATCHES = [case for case in CASES if len(next(iter(lessons.load(case).data.values()))) > 1]
NAMED = [case for case in CASES if lessons.load(case).notation.gradients]
LETTERS = {"mlp": "δ₁ = ∂L/∂θ", "matrix-language": "δₜ = ∂R/∂t", "lecture20": "δ⁽²⁾ = ∂E/∂s⁽²⁾"}

_CAPTIONS = """stage => Object.fromEntries([...stage.querySelectorAll('[data-node]')].map(node => [node.dataset.node,
  Object.fromEntries(['value', 'gradient', 'mean'].map(kind => [kind, [...node.querySelectorAll(
    `.block.${kind} .symbol, .block.${kind} .mark`)].map(text => text.textContent).join(' ')]))]))"""


def numbers(picture: Picture) -> dict[tuple[str, str], str]:
    return {(name, key): cell.number for name, node in picture.nodes.items() for key, cell in node.cells.items()}


def texts(picture: Picture, kind: str) -> dict[tuple[str, str], str]:
    shown = ((name, key, cell.text) for name, node in picture.nodes.items() for key, cell in node.cells.items())
    return {(name, key): text for name, key, text in shown if key.startswith(kind)}


def before_the_update(explorer: Opener, case: str, more: str = "") -> Explorer:
    """The page at the last step of the backward pass."""
    lesson = lessons.load(case)
    last = len(lesson.graph.trace(lesson.data, lesson.params).steps)
    page = explorer(f"lesson={case}&step={last}{more}")
    page.at(last)
    return page


def written(page: Explorer, key: str, value: str) -> None:
    """Until the address says so: the film of the choice is on the stage."""
    part = re.compile(rf"[#&]{key}=")
    if value:
        expect(page.page).to_have_url(re.compile(rf"[#&]{key}={value}(&|$)"))
    else:
        expect(page.page).not_to_have_url(part)


def told(page: Explorer, node: str, tab: str = "Backward") -> str:
    page.show(node, tab)
    expect(page.inspector).not_to_have_attribute("aria-busy", "true")
    panel = page.inspector.get_by_role("tabpanel")
    expect(panel).to_have_attribute("data-tab", tab.lower())
    return " ".join(panel.locator("[role=math]").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))"))


def opened(page: Explorer) -> Locator:
    """The Conventions popover."""
    page.button("Conventions").click()
    dialog = page.page.get_by_role("dialog", name="Conventions")
    expect(dialog).to_be_visible()
    return dialog


def choose(page: Explorer, name: str, value: str) -> None:
    page.page.get_by_role("dialog", name="Conventions").get_by_label(name, exact=True).select_option(value)


def vectors(case: str) -> list[str]:
    """Lines, parameters left out, whose gradient is a vector of several entries."""
    nodes = lessons.load(case).graph.nodes.values()
    return [n.name for n in nodes if n.kind in ("input", "op") and len(n.shape) == 1 and n.shape[0] > 1]


def test_the_header_has_one_row_and_the_notation_three_choices(explorer: Opener) -> None:
    page = explorer("lesson=mlp/bce_mlp_batch")
    header = page.page.get_by_role("banner")
    boxes = [box for one in header.locator("select:visible, button:visible").all() if (box := one.bounding_box())]
    middles = {round(box["y"] + box["height"] / 2) for box in boxes}
    assert max(middles) - min(middles) <= 2, middles
    assert all(0 <= box["x"] and box["x"] + box["width"] <= 1366 for box in boxes)
    options = page.chooser("Notation").locator("option").evaluate_all("all => all.map(one => one.value)")
    assert options == ["handout", "rows", "columns"]
    expect(page.chooser("Notation")).to_have_value("handout")


@pytest.mark.parametrize("case", mostly("matrix-language/matrix_language", "mlp/bce_mlp", "batch/batch_softmax"))
def test_rows_and_columns_change_what_is_written_and_no_number(explorer: Opener, case: str) -> None:
    page = before_the_update(explorer, case)
    picture, document = page.read(), page.serialise()
    lesson = lessons.load(case)
    products = [n.name for n in lesson.graph.nodes.values() if any(apply.op.name == "@" for apply in n.code)]
    formulas, captions = {}, {}
    for option, value in (("rows", "row"), ("columns", "column")):
        page.chooser("Notation").select_option(option)
        written(page, "gradients", value)
        expect(page.chooser("Notation")).to_have_value(option)
        assert page.read() == picture
        assert page.stage.evaluate(MEASURE) == []
        formulas[option] = {name: told(page, name) for name in products}
        captions[option] = page.stage.evaluate(_CAPTIONS)
        turned = {name for name, said in captions[option].items() if "⊤" in said["gradient"]}
        assert turned == (set(vectors(case)) if value != lesson.notation.vectors else set())
    assert captions["rows"] != captions["columns"]
    # Whatever goes through a matrix is written the other way round.
    for name in products:
        assert formulas["rows"][name] != formulas["columns"][name], name
    page.chooser("Notation").select_option("handout")
    written(page, "gradients", "")
    if products:
        page.inspector.get_by_role("button", name=re.compile("^Follow")).click()
    expect(page.stage.locator("[data-selected][data-now]")).to_have_count(1)
    assert page.serialise() == document


def test_shapes_under_factors_follow(explorer: Opener) -> None:
    page = before_the_update(explorer, "mlp/bce_mlp")
    panel = page.inspector.get_by_role("tabpanel")
    told(page, "z")
    expect(panel).to_contain_text("(1,4)")
    page.chooser("Notation").select_option("columns")
    written(page, "gradients", "column")
    expect(panel).not_to_contain_text("(1,4)")
    expect(panel).to_contain_text("(4,1)")


@pytest.mark.parametrize("case", mostly("lecture20/lecture20_network", "mlp/bce_mlp"))
def test_the_sign_of_delta_turns_what_is_shown(explorer: Opener, case: str) -> None:
    page = before_the_update(explorer, case)
    lesson, picture, document = lessons.load(case), page.read(), page.serialise()
    select = opened(page).get_by_label("Sign of δ", exact=True)
    if case not in NAMED:
        expect(select).to_be_disabled()
        expect(page.page.get_by_role("dialog")).to_contain_text("no gradient here a name of its own")
        return
    own = lesson.notation.sign
    choices = select.locator("option").all_text_contents()
    letters = LETTERS[case.partition("/")[0]]
    plus, minus = letters, letters.replace("∂", "−∂", 1)
    assert [text.removesuffix(" (handout)") for text in choices] == [plus, minus]
    other = {"plus": "minus", "minus": "plus"}[own]
    choose(page, "Sign of δ", other)
    written(page, "sign", other)
    expect(page.chooser("Notation")).to_have_value("custom")
    turned = page.read()
    assert numbers(turned) == numbers(picture)
    assert texts(turned, "value") == texts(picture, "value")
    before, after = texts(picture, "gradient"), texts(turned, "gradient")
    for (name, key), text in before.items():
        number = float(turned.nodes[name].cells[key].number)
        negated = name in lesson.notation.gradients
        assert (after[name, key] != text) == (negated and number != 0)
        assert after[name, key].lstrip("−") == text.lstrip("−")
        shown_negative = after[name, key].startswith("−")
        assert shown_negative == ((number > 0) if negated and other == "minus" else (number < 0)), (name, key)
    choose(page, "Sign of δ", own)
    written(page, "sign", "")
    page.page.keyboard.press("Escape")
    assert page.serialise() == document


def test_what_is_shown_turned_is_coloured_read_and_told_as_it_is_shown(explorer: Opener) -> None:
    page = before_the_update(explorer, "lecture20/lecture20_network")
    cell = page.cell("s2", "gradient:1")
    number = float(cell.get_attribute("data-number") or "nan")
    lesson = lessons.load("lecture20")
    assert number == lesson.graph.trace(lesson.data, lesson.params).gradients["s2"][0, 1] > 0
    assert re.match("n", cell.get_attribute("data-level") or "")
    cell.hover()
    tip = page.stage.locator(".tip")
    expect(tip).to_have_text(f"−{number!r}")
    told(page, "s2")
    leaf = page.inspector.locator('[data-link="s2|gradient:1"]').first
    expect(leaf).to_have_attribute("data-number", cell.get_attribute("data-number") or "")
    expect(leaf).to_have_text(cell.text_content() or "")
    leaf.hover()
    expect(page.inspector.locator(".tip")).to_have_text(f"−{number!r}")
    expect(cell).to_have_class(re.compile(r"\blit\b"))


def test_weights_are_named_by_row_and_column_or_from_and_to(explorer: Opener) -> None:
    page = before_the_update(explorer, "mlp/bce_mlp")
    picture = page.read()
    opened(page)
    choose(page, "Weight indices", "from-to")
    written(page, "weights", "from-to")
    assert page.read() == picture
    expect(page.cell("W", "value:2,1")).to_have_attribute("aria-label", "W, from 2 to 3")
    page.page.keyboard.press("Escape")
    told(page, "z", "Jacobian")
    corner = page.inspector.locator('[data-wrt="W"] [data-jacobian="0,0"]')
    expect(corner).to_have_attribute("data-name", "∂z₁/∂w₁,₁")
    names = page.inspector.locator('[data-wrt="W"] thead th').all_text_contents()
    assert names[:4] == ["w1,1", "w2,1", "w3,1", "w1,2"]
    opened(page)
    choose(page, "Weight indices", "row-column")
    written(page, "weights", "")
    expect(page.cell("W", "value:2,1")).to_have_attribute("aria-label", "W, row 3, column 2")
    expect(page.inspector.locator('[data-wrt="W"] thead th').nth(1)).to_have_text("w1,2")


@pytest.mark.parametrize("case", mostly("batch/batch_softmax", "mlp/bce_mlp_batch", "gates/fan_out"))
def test_mean_or_sum_over_the_batch(explorer: Opener, case: str) -> None:
    page = before_the_update(explorer, case)
    select = opened(page).get_by_label("Objective over the batch", exact=True)
    if case not in BATCHES:
        expect(select).to_be_disabled()
        expect(page.page.get_by_role("dialog")).to_contain_text("One sample: its mean and its sum are the same.")
        return
    assert page.stage.evaluate(_CAPTIONS)["loss"] == {"value": "L1", "gradient": "∂L", "mean": "L mean"}
    mean = page.number("loss", "mean:0")
    choose(page, "Objective over the batch", "sum")
    written(page, "reduction", "sum")
    assert page.stage.evaluate(_CAPTIONS)["loss"]["mean"] == "L sum"
    lesson = lessons.load(case)
    trace = lesson.graph.trace(lesson.data, lesson.params, reduction="sum")
    assert page.number("loss", "mean:0") == trace.loss == pytest.approx(mean * trace.batch, rel=1e-14)
    for name, node in page.read().nodes.items():
        if lesson.graph.nodes[name].kind == "target":
            continue
        array = np.asarray(trace.gradients[name])
        for key, number in cells("gradient", array[0] if lesson.graph.nodes[name].batched else array).items():
            assert float(node.cells[key].number) == number
    seed = next(step for step, one in enumerate(trace.steps, 1) if one.kind == "seed")
    page.page.evaluate("step => { location.hash = location.hash.replace(/step=\\d+/, `step=${step}`); }", seed)
    page.at(seed)
    expect(page.narration).to_contain_text("The objective L is the sum of")
    expect(page.narration).to_contain_text("∂L/∂L1 = 1.")
    choose(page, "Objective over the batch", "mean")
    written(page, "reduction", "")
    page.until("loss", "mean:0", mean)


def test_a_sample_s_loss_has_its_number_on_the_card_in_the_inspector_and_in_the_sentence(explorer: Opener) -> None:
    page = explorer("lesson=batch/batch_softmax&step=5&sample=2&node=loss")
    page.at(5)
    assert page.stage.evaluate(_CAPTIONS)["loss"]["value"] == "L3"
    expect(page.inspector.locator("h2")).to_contain_text("L3")
    expect(page.narration).to_contain_text("L3")
    page.chooser("Sample").select_option("0")
    expect(page.inspector.locator("h2")).to_contain_text("L1")
    assert page.stage.evaluate(_CAPTIONS)["loss"]["value"] == "L1"


def test_the_popover_is_reached_and_left_by_keyboard(explorer: Opener) -> None:
    page = explorer()
    page.button("Conventions").focus()
    page.page.keyboard.press("Enter")
    dialog = page.page.get_by_role("dialog", name="Conventions")
    expect(dialog).to_be_visible()
    expect(page.button("Conventions")).to_have_attribute("aria-expanded", "true")
    expect(dialog.get_by_label("Gradients", exact=True)).to_be_focused()
    page.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.button("Conventions")).to_be_focused()
    page.at(0)
    opened(page)
    page.stage.click(position={"x": 5, "y": 300})
    expect(dialog).to_be_hidden()


def test_the_handout_s_own_is_marked_and_taking_it_is_choosing_nothing(explorer: Opener) -> None:
    page = explorer("lesson=lecture20/lecture20_network")
    dialog = opened(page)
    for name, own in (("Gradients", "column"), ("Sign of δ", "minus"), ("Weight indices", "from-to")):
        select = dialog.get_by_label(name, exact=True)
        expect(select).to_have_value(own)
        marked = select.locator("option").filter(has_text="(handout)")
        expect(marked).to_have_count(1)
        expect(marked).to_have_attribute("value", own)
    choose(page, "Gradients", "row")
    written(page, "gradients", "row")
    expect(page.chooser("Notation")).to_have_value("rows")
    choose(page, "Gradients", "column")
    written(page, "gradients", "")
    expect(page.chooser("Notation")).to_have_value("handout")


def test_a_link_brings_the_conventions_back_a_reset_keeps_them_and_a_lesson_has_its_own(explorer: Opener) -> None:
    chosen = "gradients=row&sign=plus&weights=row-column"
    page = explorer(f"lesson=lecture20/lecture20_network&step=9&{chosen}")
    page.at(9)
    expect(page.chooser("Notation")).to_have_value("custom")
    expect(page.narration).to_contain_text("receives δ(2)·W(2)")
    assert page.cell("s2", "gradient:1").text_content() == "0.1337"
    page.button("Reset").click()
    page.edit("x", "value:0", "2")
    page.until("x", "value:0", 2.0)
    page.button("Reset").click()
    page.until("x", "value:0", 1.0)
    expect(page.page).to_have_url(re.compile(chosen))
    expect(page.chooser("Notation")).to_have_value("custom")
    page.chooser("Lesson").select_option("mlp/bce_mlp")
    expect(page.node("y_hat")).to_be_visible()
    expect(page.chooser("Notation")).to_have_value("handout")
    written(page, "gradients", "")


@pytest.mark.parametrize(
    ("case", "node", "numbered"),
    [
        ("mlp/bce_mlp", "z", ["(1)", "(3)", "(5)"]),
        ("mlp/bce_mlp", "h", ["(4)"]),
        ("batch/batch_softmax", "s", ["(7)"]),
        ("batch/batch_softmax", "a2", ["(2)", "(3)", "(6)"]),
        ("gates/sqerr_gate", "loss", []),
    ],
)
def test_backward_steps_name_the_gradient_notes(explorer: Opener, case: str, node: str, numbered: list[str]) -> None:
    lesson = lessons.load(case)
    steps = lesson.graph.trace(lesson.data, lesson.params).steps
    step = next(i for i, one in enumerate(steps, 1) if one.kind == "backward" and one.node == node)
    page = explorer(f"lesson={case}&step={step}")
    page.at(step)
    assert page.narration.locator('[title="CS224n gradient notes"]').all_text_contents() == numbered


def test_cards_stay_where_they_were_dragged_when_the_notation_changes(explorer: Opener) -> None:
    page = before_the_update(explorer, "mlp/bce_mlp")
    card = page.node("z")
    box = card.bounding_box()
    assert box
    page.page.mouse.move(box["x"] + 20, box["y"] + 12)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + 60, box["y"] + 72, steps=4)
    page.page.mouse.up()
    moved = card.get_attribute("transform")
    assert moved
    page.chooser("Notation").select_option("columns")
    written(page, "gradients", "column")
    assert page.stage.evaluate(_CAPTIONS)["z"]["gradient"] == "δ2"
    assert card.get_attribute("transform") == moved


def test_the_turned_caption_says_so_when_it_is_pointed_at(explorer: Opener) -> None:
    page = explorer("lesson=mlp/bce_mlp")
    title = page.node("z").locator(".block.gradient .caption title")
    assert title.text_content() == "δ₂ is a row (1,4)"
