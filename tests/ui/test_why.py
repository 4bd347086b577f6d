"""Why matrices? The pass on show is timed live, can be cancelled, and leaves nothing behind."""

import re
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.axe import axe_free
from tests.page import Explorer, Watch
from tests.server import Server, serving
from tests.workers.processes import needs_proc, wait_for_end, workers

# Sessions end soon after their page is closed.
SERVE = (sys.executable, "-m", "panel", "serve", "tests/ui/timing_app.py", "--port", "0",
         "--unused-session-lifetime", "5000", "--check-unused-sessions", "500")  # fmt: skip
RACE = 30_000  # milliseconds within which a worker has started, on a busy machine too

Opener = Callable[..., Explorer]


@pytest.fixture(scope="module")
def timing_server() -> Iterator[Server]:
    with serving(SERVE) as running:
        yield running


@pytest.fixture
def opened(timing_server: Server, browser: Browser) -> Iterator[Opener]:
    """Opens the page with its dialog; fails on errors of browser or server and on foreign requests."""
    logged = len(timing_server.log)
    watches, contexts = [], []

    def opener(fragment: str = "", query: str = "", scheme: str = "light") -> Explorer:
        context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(page))
        explorer = Explorer(page, timing_server.url + query).open(fragment)
        explorer.button("Why matrices?").click()
        expect(dialog(explorer)).to_be_visible()
        return explorer

    yield opener
    for context in contexts:
        context.close()
    complaints = [complaint for watch in watches for complaint in watch.complaints]
    assert not complaints, "\n".join(complaints)
    trouble = timing_server.trouble(logged)
    assert not trouble, trouble


def dialog(page: Explorer) -> Locator:
    return page.page.get_by_role("dialog", name="Why matrices?")


def status(page: Explorer) -> Locator:
    return dialog(page).get_by_role("status")


def numbers(page: Explorer) -> list[list[float]]:
    """The numbers of the table, row by row: loops, NumPy, how many times faster."""
    read = "body => [...body.rows].map(row => [...row.querySelectorAll('td')].map(cell => Number(cell.dataset.number)))"
    return dialog(page).locator("tbody").evaluate(read)


@pytest.mark.parametrize("case", ["gates/sqerr_gate", "batch/batch_softmax", "mlp/bce_mlp"])
def test_a_race_fills_the_bar_the_plot_and_the_table(opened: Opener, case: str) -> None:
    page = opened(f"lesson={case}")
    expect(page.page.get_by_role("button", name="Start")).to_be_focused()
    page.button("Start").click()
    expect(page.button("Cancel")).to_be_visible()
    expect(dialog(page).locator("tbody tr")).to_have_count(3, timeout=RACE)
    expect(status(page)).to_have_text(re.compile("^For 100 samples the loops take .* times faster"), timeout=RACE)
    expect(page.button("Start")).to_be_visible()
    assert dialog(page).get_by_role("progressbar").evaluate("bar => bar.value") == 1
    rows = numbers(page)
    assert all(number > 0 for row in rows for number in row)
    for loops, numpy, *rest in rows:
        assert rest[0] == pytest.approx(loops / numpy, rel=1e-12)
    expect(dialog(page).locator(".plot canvas").first).to_be_visible()
    expect(dialog(page)).to_contain_text(re.compile(r"Measured on \d+ cores?.*Python 3.*NumPy \d"))


@needs_proc
def test_cancelling_ends_the_worker(opened: Opener, timing_server: Server) -> None:
    page = opened(query="?endless=1")
    page.button("Start").click()
    expect(status(page)).to_have_text("Batches of 1 …", timeout=RACE)
    assert len(workers(timing_server)) == 1
    page.button("Cancel").click()
    expect(status(page)).to_have_text("Cancelled. What was measured stays.")
    expect(page.button("Start")).to_be_focused()
    assert not workers(timing_server)


def test_escape_closes_the_dialog_cancels_and_gives_the_focus_back(opened: Opener) -> None:
    page = opened(query="?endless=1")
    page.button("Start").click()
    expect(status(page)).to_have_text("Batches of 1 …", timeout=RACE)
    page.page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()
    expect(page.button("Why matrices?")).to_be_focused()
    page.button("Why matrices?").click()
    expect(status(page)).to_have_text("Cancelled. What was measured stays.")


@needs_proc
def test_the_end_of_a_session_ends_its_worker(opened: Opener, timing_server: Server) -> None:
    page = opened(query="?endless=1")
    page.button("Start").click()
    expect(status(page)).to_have_text("Batches of 1 …", timeout=RACE)
    (worker,) = workers(timing_server)
    page.page.close()
    wait_for_end(worker)


FIGURES = """() => Bokeh.documents.flatMap(document => [...document.all_models])
  .filter(model => model.type === "Figure")
  .map(({x_range, y_range, below: [axis]}) => [x_range.end, y_range.start, axis.ticker.ticks.length,
    axis.major_label_text_color])"""


def test_the_plot_follows_the_colour_scheme_and_keeps_its_axes(opened: Opener) -> None:
    page = opened()
    page.button("Start").click()
    expect(status(page)).to_have_text(re.compile("^For 100 samples"), timeout=RACE)
    ((end, start, ticks, light),) = page.page.evaluate(FIGURES)
    assert end > 100 and start <= 1e-5 and ticks == 3
    page.page.emulate_media(color_scheme="dark")
    page.page.wait_for_function(f"light => ({FIGURES})().at(-1).at(-1) !== light", arg=light)
    *axes, _ = page.page.evaluate(FIGURES)[-1]
    assert axes == [end, start, ticks]


def test_keys_are_the_dialogs_while_it_is_open(opened: Opener) -> None:
    page = opened()
    page.page.keyboard.press("ArrowRight")
    page.page.keyboard.press("End")
    assert page.stage.get_attribute("data-step") == "0"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened: Opener, scheme: str) -> None:
    page = opened(scheme=scheme)
    page.button("Start").click()
    expect(status(page)).to_have_text(re.compile("^For 100 samples"), timeout=RACE)
    axe_free(page.page)
