"""The one file while it is written: nobody waits for it, it can be called off, and it leaves nothing behind."""

import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.page import Explorer, Watch
from tests.server import Server, serving
from tests.ui.test_exports import dialog
from tests.workers.processes import needs_proc, wait_for_end, workers

# Sessions end soon after their page is closed.
SERVE = (sys.executable, "-m", "panel", "serve", "tests/ui/many_app.py", "--port", "0",
         "--unused-session-lifetime", "5000", "--check-unused-sessions", "500")  # fmt: skip
START = 60_000  # milliseconds within which a worker has started, on a busy machine too
Opener = Callable[[Server], Explorer]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opener]:
    """Opens pages, each in a context of its own; fails on errors and on foreign requests."""
    watches, contexts = [], []

    def opener(server: Server) -> Explorer:
        contexts.append(browser.new_context(reduced_motion="reduce"))
        page = contexts[-1].new_page()
        watches.append(Watch(page))
        return Explorer(page, server.url).open()

    yield opener
    for context in contexts:
        context.close()
    complaints = [complaint for watch in watches for complaint in watch.complaints]
    assert not complaints, "\n".join(complaints)


def record(page: Explorer, server: Server) -> int:
    """Ask for the file; the worker's number, once it has told how far it is."""
    dialog(page).get_by_role("button", name="HTML", exact=True).click()
    bar = dialog(page).get_by_role("progressbar")
    page.page.wait_for_function("bar => bar.value > 0", arg=bar.element_handle(), timeout=START)
    (worker,) = workers(server)
    return worker


@needs_proc
def test_a_long_recording_holds_nobody_up_and_leaves_nothing(opened: Opener) -> None:
    with serving(SERVE) as server:
        writer, other = opened(server), opened(server)
        first = record(writer, server)

        # Somebody else steps and edits meanwhile; so does whoever waits for the file.
        other.button("Next step").click()
        other.at(1)
        other.edit("W", "value:0,0", "0.75")
        other.until("W", "value:0,0", 0.75)
        other.show("z", "Derivation")
        assert workers(server) == {first}
        expect(dialog(writer).get_by_role("status")).to_have_text("Making the file …")

        dialog(writer).get_by_role("button", name="Cancel").click()
        expect(dialog(writer).get_by_role("status")).to_have_text("Cancelled.")
        expect(dialog(writer).get_by_role("button", name="HTML", exact=True)).to_be_focused()
        assert not workers(server)

        # A dialog that is left calls it off, and so does a page that is closed.
        second = record(writer, server)
        writer.page.keyboard.press("Escape")
        wait_for_end(second)
        third = record(writer, server)
        writer.page.close()
        wait_for_end(third)

        fourth = record(other, server)
        trouble = server.trouble()
    wait_for_end(fourth)
    assert not trouble, trouble
