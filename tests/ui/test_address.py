"""The fragment of the address says what is on the page, and a link reopens it."""

import re

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import Opener
from tests.ui.golden import CASES, DEFAULT, Golden, cells


def test_a_bare_address_opens_the_default_lesson(explorer: Opener) -> None:
    page = explorer()
    assert page.chooser("Lesson").input_value() == DEFAULT
    expect(page.alert).to_have_count(0)


def test_every_case_is_a_choice_and_opens(explorer: Opener) -> None:
    page = explorer()
    values = page.chooser("Lesson").locator("option").evaluate_all("all => all.map(option => option.value)")
    assert set(values) >= set(CASES)
    for case in CASES:
        page.chooser("Lesson").select_option(case)
        golden = Golden(case)
        for name in golden.data:
            for key, number in cells("value", golden.values(0)[name]).items():
                page.until(name, key, number)
        page.at(0)
        assert page.read().nodes.keys() == golden.nodes
        expect(page.page).to_have_url(re.compile("lesson=" + re.escape(case)))
        samples = page.chooser("Sample").locator("option")
        assert samples.evaluate_all("all => all.map(o => o.value)") == [str(s) for s in range(golden.batch)]


def test_a_link_reopens_the_picture(explorer: Opener) -> None:
    page = explorer("lesson=mlp/bce_mlp_batch&step=7&node=h&sample=2")
    page.at(7)
    assert page.chooser("Lesson").input_value() == "mlp/bce_mlp_batch"
    assert page.chooser("Sample").input_value() == "2"
    expect(page.inspector).to_have_attribute("data-node", "h")
    values = Golden("mlp/bce_mlp_batch").values(2)
    assert page.number("x", "value:0") == values["x"][0]
    expect(page.alert).to_have_count(0)


def test_the_address_follows_what_is_done_and_reopens_it(explorer: Opener) -> None:
    page = explorer("lesson=batch/batch_softmax")
    page.chooser("Sample").select_option("3")
    page.until("x", "value:0", Golden("batch/batch_softmax").values(3)["x"][0])
    for step in (1, 2, 3):
        page.button("Next step").click()
        page.at(step)
    page.show("z")
    for part in ("lesson=batch/batch_softmax", "step=3", "sample=3", "node=z"):
        expect(page.page).to_have_url(re.compile(r"[#&]" + part + r"(&|$)"))
    again = explorer(page.page.url.partition("#")[2])
    again.at(3)
    assert again.read() == page.read()
    expect(again.inspector).to_have_attribute("data-node", "z")


@pytest.mark.parametrize(
    ("fragment", "key"),
    [
        ("lesson=nowhere/nothing&step=2", "lesson"),
        ("lesson=mlp/bce_mlp&step=banana", "step"),
        ("lesson=mlp/bce_mlp&step=9999", "step"),
        ("lesson=mlp/bce_mlp&step=2&node=nobody", "node"),
        ("lesson=mlp/bce_mlp_batch&step=2&sample=99", "sample"),
        ("lesson=mlp/bce_mlp&step=2&sample=-1", "sample"),
        ("lesson=mlp/bce_mlp&step=2&colour=red", "colour"),
        ("lesson=mlp/bce_mlp&step=2&%3Cimg%20src=x", "img"),
    ],
)
def test_a_bad_key_is_named_and_the_rest_still_loads(explorer: Opener, fragment: str, key: str) -> None:
    page = explorer(fragment)
    expect(page.alert.first).to_be_visible()
    expect(page.alert.first).to_contain_text(key)
    if key not in {"step", "lesson"}:
        page.at(2)
    assert page.read().nodes


def test_a_changed_fragment_changes_the_page(explorer: Opener) -> None:
    page = explorer("lesson=mlp/bce_mlp")
    page.page.evaluate("location.hash = 'lesson=gates/add_gate&step=1'")
    expect(page.node("a")).to_be_visible()
    page.at(1)
    assert page.chooser("Lesson").input_value() == "gates/add_gate"


def test_back_returns_to_the_address_that_was_typed_before(explorer: Opener) -> None:
    page = explorer(f"lesson={DEFAULT}&step=2")
    page.at(2)
    page.page.evaluate("location.hash = '#lesson=gates/add_gate&step=1'")
    expect(page.node("s")).to_be_visible()
    page.page.go_back()
    expect(page.node("y_hat")).to_be_visible()
    page.at(2)
