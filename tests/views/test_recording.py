"""One session's recordings, without a browser: written by a process, by turns, within a time, or called off."""

import asyncio

import pytest

from explorer.lessons import load
from explorer.session.document import Document
from explorer.session.saving import save
from explorer.views import apart
from explorer.views.recording import Recording
from tests.workers.stories import run
from tests.workers.test_process import PATIENCE, gone, workers

__all__ = ["workers"]


class Browser:
    """What a session is told, and a way to wait for it."""

    def __init__(self, seconds=PATIENCE):
        self.told: list[dict] = []
        self._news = asyncio.Event()
        self.recording = Recording(self._hear, seconds)

    def _hear(self, reply):
        self.told.append(reply)
        self._news.set()

    def ask(self, request=1):
        self.recording.start(request, save(Document(load("gates/fan_out"))), "fan.html", "text/html")

    def cancel(self, request=2):
        self.recording.receive({"type": "recording", "action": "cancel", "request": request})

    async def until(self, kind):
        async with asyncio.timeout(PATIENCE):
            while kind not in [reply.get("kind", reply["type"]) for reply in self.told]:
                self._news.clear()
                await self._news.wait()


@pytest.fixture(autouse=True)
def turns(monkeypatch):
    """Turns of the test's own loop, one at a time."""
    monkeypatch.setattr(apart, "TURNS", asyncio.Semaphore(1))


def test_sessions_take_turns_and_one_of_them_calls_it_off(workers):
    async def story():
        first, second, third = Browser(), Browser(), Browser()
        first.ask(request=7)
        await first.until("progress")
        second.ask()
        third.ask()
        await third.until("waiting")
        second.ask(request=3)
        third.cancel(request=4)
        await third.until("cancelled")
        assert len(workers) == 1
        await second.until("written")
        return first.told, second.told, third.told

    first, second, third = run(story())
    name = {"name": "fan.html", "media": "text/html"}
    assert first[0] == {"type": "recording", "request": 7, "kind": "heard", **name}
    assert [reply["done"] for reply in first[1:-1]] == sorted(reply["done"] for reply in first[1:-1])
    assert first[-1]["kind"] == "written" and first[-1]["text"].startswith("<!doctype html>")
    assert [reply["reason"] for reply in second if reply["type"] == "refused"] == [
        "recording: one file is being written already."
    ]
    assert second[-1]["text"] == first[-1]["text"]
    assert {"type": "recording", "request": 4, "kind": "heard"} in third
    assert len(workers) == 2 and all(gone(worker) for worker in workers)


def test_one_that_takes_too_long_or_whose_session_ends_is_stopped(workers):
    async def story():
        late, left = Browser(seconds=0.5), Browser()
        late.ask()
        await late.until("failed")
        left.ask()
        await left.until("progress")
        left.recording.end()
        await workers[1].wait()
        return late.told, left.told

    late, left = run(story())
    assert "was stopped" in late[-1]["reason"]
    assert left[-1]["kind"] == "progress"  # there is nobody left to tell of the end
    assert all(gone(worker) for worker in workers)


@pytest.mark.parametrize("message", [{}, {"action": "start", "request": 1}, {"action": "cancel", "request": 1, "x": 2}])
def test_what_is_no_such_message_is_refused(message):
    browser = Browser()
    browser.recording.receive({"type": "recording"} | message)
    assert [reply["type"] for reply in browser.told] == ["refused"]
