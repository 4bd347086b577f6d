"""One session's races, without a browser: one at a time, by turns with others, ended whenever that is asked for."""

import asyncio
import sys

import pytest

from explorer import lessons
from explorer.locale import speaking
from explorer.timing.messages import Limits
from explorer.views import apart
from explorer.views.timing import Timing
from explorer.workers import process
from tests.workers.stories import run
from tests.workers.test_process import ENDLESS, PATIENCE, QUICK, gone, workers

__all__ = ["workers"]


class Browser:
    """What a session is told, and a way to wait for it."""

    def __init__(self, limits: Limits, case: str | None = "mlp") -> None:
        lesson = lessons.load(case) if case else None
        trace = lesson.graph.trace(lesson.data, lesson.params, backend="numpy") if lesson else None
        self.told: list[dict] = []
        self._news = asyncio.Event()
        self.timing = Timing(self._hear, lambda: trace, limits)

    def _hear(self, reply):
        self.told.append(reply)
        self._news.set()

    def ask(self, action, request=1):
        self.timing.receive({"type": "timing", "action": action, "request": request})

    def kinds(self):
        return [reply.get("kind", reply["type"]) for reply in self.told]

    async def until(self, kind):
        async with asyncio.timeout(PATIENCE):
            while kind not in self.kinds():
                self._news.clear()
                await self._news.wait()


@pytest.fixture(autouse=True)
def turns(monkeypatch):
    """Turns of the test's own loop, one at a time."""
    monkeypatch.setattr(apart, "TURNS", asyncio.Semaphore(1))


def test_a_race_is_run_and_told(workers):
    async def story():
        browser = Browser(QUICK)
        browser.ask("start", request=7)
        await browser.until("finished")
        return browser

    browser = run(story())
    assert browser.told[0] == {"type": "timing", "request": 7, "kind": "heard"}
    assert browser.kinds()[1] == "started" and browser.kinds()[-1] == "finished"
    assert {reply["type"] for reply in browser.told} == {"timing"}
    assert gone(workers[0])


def test_a_session_runs_one_race_at_a_time_and_then_another(workers):
    async def story():
        browser = Browser(ENDLESS)
        browser.ask("start")
        await browser.until("progress")
        browser.ask("start", request=2)
        assert browser.told[-1] == {"type": "refused", "request": 2, "reason": "timing: one is running already."}
        assert len(workers) == 1
        browser.ask("cancel")
        await browser.until("cancelled")
        assert gone(workers[0])
        browser.told.clear()
        browser.ask("start")
        await browser.until("progress")
        browser.ask("cancel")
        await browser.until("cancelled")

    run(story())
    assert len(workers) == 2 and gone(workers[1])


def test_a_race_that_is_cancelled_before_it_begins_starts_no_worker(workers):
    async def story():
        browser = Browser(ENDLESS)
        browser.ask("start")
        browser.ask("cancel")
        await browser.until("cancelled")

    run(story())
    assert workers == []


def test_sessions_take_turns(workers):
    async def story():
        first, second = Browser(ENDLESS), Browser(QUICK)
        first.ask("start")
        await first.until("progress")
        second.ask("start")
        await second.until("waiting")
        assert len(workers) == 1
        first.ask("cancel")
        await second.until("finished")

    run(story())
    assert all(gone(worker) for worker in workers)


def test_whoever_waits_can_cancel(workers):
    async def story():
        first, second = Browser(ENDLESS), Browser(ENDLESS)
        first.ask("start")
        await first.until("progress")
        second.ask("start")
        await second.until("waiting")
        second.ask("cancel")
        await second.until("cancelled")
        first.ask("cancel")
        await first.until("cancelled")

    run(story())
    assert len(workers) == 1 and gone(workers[0])


def test_a_session_that_ends_ends_its_race_and_is_told_nothing_more(workers):
    async def story():
        browser, next_one = Browser(ENDLESS), Browser(QUICK)
        browser.ask("start")
        await browser.until("progress")
        browser.timing.end()
        told = len(browser.told)
        next_one.ask("start")
        await next_one.until("finished")
        assert len(browser.told) == told

    run(story())
    assert all(gone(worker) for worker in workers)


@pytest.mark.parametrize(
    "message",
    [{}, {"action": "run"}, {"action": "start"}, {"action": "start", "request": 1, "source": "import os"}],
)
def test_what_is_no_such_message_is_refused(workers, message):
    browser = Browser(QUICK)
    browser.timing.receive({"type": "timing"} | message)
    assert browser.kinds() == ["refused"] and workers == []


def test_before_anything_is_open_there_is_nothing_to_time(workers):
    browser = Browser(QUICK, case=None)
    browser.ask("start")
    assert browser.told == [{"type": "refused", "request": 1, "reason": "timing: nothing is open yet."}]


def test_trouble_is_told_as_the_end_of_the_race(workers, monkeypatch, recwarn):
    async def broken(*_):
        raise OSError("no processes left")

    async def story():
        browser = Browser(QUICK)
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        browser.ask("start")
        await browser.until("failed")
        return browser

    monkeypatch.setattr(apart, "follow", broken)
    browser = run(story())
    assert "server's log" in browser.told[-1]["reason"]


def test_a_worker_gives_its_reasons_in_the_language_of_whoever_asked(monkeypatch):
    script = "import sys; print('{\"kind\": \"failed\", \"reason\": \"' + sys.argv[2] + '\"}', flush=True)"
    monkeypatch.setattr(process, "COMMAND", (sys.executable, "-c", script))

    async def story():
        browser = Browser(QUICK)
        with speaking("el"):
            browser.ask("start")
        await browser.until("failed")
        return browser

    assert run(story()).told[-1]["reason"] == "el"
