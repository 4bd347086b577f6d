"""A graph of a hundred lines, whose film leaves its words for later; and what a film that plays sends: nothing."""

import re
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.big_graph import with_numbers
from explorer.explain.text import as_text
from explorer.film import make_film
from explorer.lessons.own import own_lesson
from tests.page import Explorer, Watch
from tests.server import Server, serving
from tests.ui.conftest import Opener

NODES = 100


@pytest.fixture(scope="module")
def large() -> Iterator[Server]:
    script = ("benchmarks/big_graph.py", "--port", "0", "--args", str(NODES))
    with serving((sys.executable, "-m", "panel", "serve", *script)) as running:
        yield running


@pytest.fixture
def page(large: Server, browser: Browser) -> Iterator[Explorer]:
    with browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce") as context:
        opened = context.new_page()
        watch = Watch(opened)
        yield Explorer(opened, large.url).open()
        assert watch.complaints == []
    assert not large.trouble()


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    """What is to be said of every step."""
    lesson = own_lesson(*with_numbers(NODES), 0.1, None)
    film = make_film(lesson, lesson.graph.trace(lesson.data, lesson.params), complete=True)
    return [as_text(step["sentence"]) for step in film["steps"]]


def bare(text: str) -> str:
    """Letters and signs alone: subscripts are elements on the page and characters in a text, numbers are rounded."""
    return re.sub(r"[\d.₀-₉⁰-⁹\s]|e−", "", text)


def test_every_step_that_one_goes_to_has_its_own_sentence(page: Explorer, sentences: list[str]) -> None:
    assert page.steps == len(sentences) > 200
    for step in (1, 200, 64, 65, len(sentences), 128, 150):
        page.slider.fill(str(step))
        page.at(step)
        expect(page.narration.locator("strong")).not_to_have_count(0)
        said = page.narration.text_content() or ""
        assert bare(sentences[step - 1]) in bare(said), f"step {step}: {said}"
    page.slider.fill("0")
    page.at(0)
    expect(page.narration).to_contain_text("Press Play")


def test_after_an_edit_the_sentence_is_of_the_new_numbers(page: Explorer) -> None:
    page.button("Last step").click()
    page.at(page.steps)
    expect(page.narration.locator("strong")).not_to_have_count(0)
    before = page.narration.text_content() or ""
    page.edit("b9", "value:1", "0.5")
    expect(page.narration).not_to_have_text(before)
    expect(page.narration.locator("strong")).not_to_have_count(0)
    assert page.number("b9", "value:1") != 0.5  # the last step has updated it
    page.button("First step").click()
    assert page.number("b9", "value:1") == 0.5


def test_a_film_that_plays_needs_nothing_from_the_server(explorer: Opener) -> None:
    """The inspector's answers are asked for ahead; then not a byte is sent until the film is over."""
    page = explorer(reduced_motion="no-preference")
    page.told()
    socket = page.page.context.new_cdp_session(page.page)
    frames: list[str] = []
    for event in ("webSocketFrameSent", "webSocketFrameReceived"):
        socket.on(f"Network.{event}", lambda frame, event=event: frames.append(event))
    socket.send("Network.enable")
    page.chooser("Speed").select_option("4×")
    page.button("Play").click()
    page.page.wait_for_function("stage => Number(stage.dataset.step) >= 3", arg=page.stage.element_handle())
    assert set(frames) == {"webSocketFrameSent", "webSocketFrameReceived"}
    frames.clear()
    page.at(page.steps)
    assert frames == []
    expect(page.inspector).not_to_have_attribute("aria-busy", "true")
