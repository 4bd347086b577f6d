"""The transport: every case plays to its end, and a step is the same picture however one gets there."""

import re

import pytest
from playwright.sync_api import expect

from tests.page import Explorer
from tests.ui.conftest import Opener
from tests.ui.golden import DEFAULT, mostly

PHASES = ["idle", "forward", "loss", "backward", "update"]
MOST_TABS = 60


def walk(page: Explorer) -> list[str]:
    """Every picture from the first step to the last, as text."""
    pictures = [page.serialise()]
    for step in range(1, page.steps + 1):
        page.button("Next step").click()
        page.at(step)
        pictures.append(page.serialise())
    return pictures


@pytest.mark.parametrize("case", mostly("mlp/bce_mlp", "batch/batch_softmax", "gates/fan_out"))
def test_stepping_back_restores_every_earlier_picture(explorer: Opener, case: str) -> None:
    page = explorer(f"lesson={case}")
    pictures = walk(page)
    assert len(set(pictures)) == len(pictures), "a step that changes nothing on the stage"
    for step in range(page.steps - 1, -1, -1):
        page.button("Previous step").click()
        page.at(step)
        assert page.serialise() == pictures[step], f"step {step}"


@pytest.mark.parametrize("case", mostly("mlp/bce_mlp", "batch/batch_softmax", "gates/fan_out"))
def test_seeking_equals_stepping(explorer: Opener, case: str) -> None:
    page = explorer(f"lesson={case}")
    pictures = walk(page)
    box = page.slider.bounding_box()
    assert box
    for fraction in (0.8, 0.1, 0.5, 0.99, 0.3):
        page.page.mouse.click(box["x"] + fraction * box["width"], box["y"] + box["height"] / 2)
        expect(page.stage).to_have_attribute("data-playing", "false")
        step = int(page.stage.get_attribute("data-step") or 0)
        assert abs(step - fraction * page.steps) <= 1.5
        assert page.serialise() == pictures[step], f"step {step}"
    page.button("First step").click()
    page.at(0)
    assert page.serialise() == pictures[0]


_FITS = """sentence => sentence.getBoundingClientRect().bottom <= innerHeight
  && sentence.scrollHeight <= sentence.clientHeight + 1"""


@pytest.mark.parametrize("case", mostly("mlp/bce_mlp", "batch/batch_softmax", "gates/fan_out"))
def test_phases_come_in_order_and_every_step_has_its_sentence(explorer: Opener, case: str) -> None:
    page = explorer(f"lesson={case}")
    phases, sentences, stages = [], [], []
    for step in range(page.steps + 1):
        if step:
            page.page.keyboard.press("ArrowRight")
        page.at(step)
        phases.append(PHASES.index(page.stage.get_attribute("data-phase") or ""))
        sentences.append((page.narration.text_content() or "").strip())
        stages.append(page.stage.bounding_box())
        assert page.narration.evaluate(_FITS), f"step {step}: the sentence is cut off"
    assert all(stage == stages[0] for stage in stages), "the stage moves when a sentence grows longer"
    assert phases == sorted(phases)
    assert set(phases) >= {0, 1, 2, 3} - ({1} if case == "gates/sqerr_gate" else set())
    assert all(sentences[1:]) and len(set(sentences[1:])) == page.steps
    for sentence in sentences:
        assert not re.search(r"undefined|NaN|\{|\[object", sentence), sentence


@pytest.mark.parametrize("case", [DEFAULT, "gates/fan_out"])
def test_playing_at_top_speed_reaches_the_last_step(explorer: Opener, case: str) -> None:
    page = explorer(f"lesson={case}", reduced_motion="no-preference")
    stepped = page.last()
    page.button("First step").click()
    page.at(0)
    speeds = page.chooser("Speed").locator("option")
    page.chooser("Speed").select_option(index=speeds.count() - 1)
    page.button("Play").click()
    expect(page.button("Pause")).to_be_visible()
    expect(page.stage).to_have_attribute("data-playing", "true")
    expect(page.stage).to_have_attribute("data-step", str(page.steps), timeout=60_000)
    expect(page.stage).to_have_attribute("data-playing", "false", timeout=10_000)
    expect(page.button("Play")).to_be_visible()
    assert page.read() == stepped


def test_pause_holds_the_step(explorer: Opener) -> None:
    page = explorer(reduced_motion="no-preference")
    page.button("Play").click()
    expect(page.stage).to_have_attribute("data-step", re.compile(r"^[1-9]"))
    page.button("Pause").click()
    expect(page.stage).to_have_attribute("data-playing", "false")
    assert 0 < page.read().step < page.steps


def test_the_whole_film_is_played_without_the_server(explorer: Opener) -> None:
    """Stepping, seeking and animation never wait for the network: they work with none."""
    page = explorer()
    page.page.context.set_offline(True)
    picture = page.last()
    assert picture.step == picture.steps > 0
    page.button("Previous step").click()
    page.at(picture.steps - 1)
    page.page.context.set_offline(False)


def test_keys_of_the_transport(explorer: Opener) -> None:
    page = explorer()
    keyboard, last = page.page.keyboard, page.steps
    presses = [
        ("ArrowRight", 1), ("PageDown", 2), ("ArrowLeft", 1), ("PageUp", 0), ("PageUp", 0), ("End", last),
        ("ArrowRight", last), ("Home", 0),
    ]  # fmt: skip
    for key, step in presses:
        keyboard.press(key)
        page.at(step)
    keyboard.press("9")
    keyboard.press(" ")
    expect(page.stage).to_have_attribute("data-step", str(last), timeout=60_000)


def test_keys_belong_to_what_has_the_focus(explorer: Opener) -> None:
    page = explorer()
    keyboard = page.page.keyboard
    page.button("Next step").focus()
    keyboard.press(" ")  # presses the button once, and does not start playing as well
    page.at(1)
    page.node("x").focus()
    keyboard.press("ArrowRight")  # walks the graph
    assert page.focused().startswith("z,")
    page.at(1)
    keyboard.press("PageDown")  # a clicker steps, whatever has the focus
    page.at(2)
    page.slider.focus()
    keyboard.press("ArrowRight")
    page.at(3)
    page.chooser("Speed").focus()
    keyboard.press("ArrowDown")  # the chooser's own
    page.at(3)


def test_a_keyboard_alone_goes_from_load_to_the_last_step(explorer: Opener) -> None:
    page = explorer()
    keyboard = page.page.keyboard
    names: list[str] = []
    while "Next step" not in names and len(names) < MOST_TABS:
        keyboard.press("Tab")
        names.append(page.focused())
    assert names[-1] == "Next step", names
    assert all(names), "something that has the focus has no name"
    for step in range(1, page.steps + 1):
        keyboard.press("Enter")
        page.at(step)
    picture = page.read()
    assert picture.step == picture.steps
    assert all(node.value != "waiting" for node in picture.nodes.values())
