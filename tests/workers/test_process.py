"""A worker that is followed: nothing blocks, everything is told, and it is gone whenever the following ends."""

import asyncio
import os
import sys

import pytest

from explorer import lessons
from explorer.timing.messages import Finished, Limits, Progress, Started, read_event
from explorer.timing.worker import encode
from explorer.workers import process
from explorer.workers.messages import Failed, Message
from explorer.workers.process import Errand
from tests.workers.stories import run

QUICK = Limits(sizes=(1, 3), rounds=1, batch_seconds=0.001, slice_seconds=0.001)
ENDLESS = Limits(sizes=(1, 10), batch_seconds=3600.0, total_seconds=36000.0)
PATIENCE = 60.0


def errand(limits, seconds=PATIENCE):
    lesson = lessons.load("mlp")
    job = encode(lesson.graph, lesson.data, lesson.params, limits)
    return Errand("explorer.timing.worker", job, read_event, seconds, "It ended unexpectedly.")


@pytest.fixture
def workers(monkeypatch):
    """The processes that are started, as they are started."""
    started = []
    start = asyncio.create_subprocess_exec

    async def record(*command, **options):
        started.append(await start(*command, **options))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", record)
    return started


def gone(worker):
    """Not even a zombie is left: its number is nobody's any more."""
    try:
        os.kill(worker.pid, 0)
    except ProcessLookupError:
        return worker.returncode is not None
    return False


def test_everything_is_told_and_the_loop_stays_free(workers):
    told: list[Message] = []
    beats: list[int] = []

    async def beat():
        while not told or not isinstance(told[-1], Finished):
            beats.append(len(told))
            await asyncio.sleep(0)  # no time: only lets the loop turn

    async def both():
        await asyncio.gather(process.follow(errand(QUICK), told.append), beat())

    run(both())
    assert isinstance(told[0], Started) and isinstance(told[-1], Finished)
    assert len(beats) > 100  # the loop went round and round while the worker measured
    assert gone(workers[0])


def test_a_cancelled_follower_takes_its_worker_along(workers):
    async def cancelled():
        running = asyncio.Event()

        def tell(event):
            if isinstance(event, Progress):
                running.set()

        task = asyncio.create_task(process.follow(errand(ENDLESS), tell))
        await asyncio.wait_for(running.wait(), PATIENCE)
        assert workers[0].returncode is None
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(cancelled())
    assert gone(workers[0])


def test_a_worker_that_takes_too_long_is_stopped(workers):
    told: list[Message] = []
    run(process.follow(errand(ENDLESS, 0.5), told.append))
    assert isinstance(told[-1], Failed) and "was stopped" in told[-1].reason
    assert gone(workers[0])


@pytest.mark.parametrize("script", ["pass", "print('{}')", "import sys; sys.stdin.close(); print('{', flush=True)"])
def test_a_worker_that_fails_is_told_of_or_raised(workers, monkeypatch, script):
    monkeypatch.setattr(process, "COMMAND", (sys.executable, "-c", script))
    told: list[Message] = []
    try:
        run(process.follow(errand(QUICK), told.append))
    except ValueError:
        assert not told  # a line that is no message
    else:
        assert isinstance(told[-1], Failed) and "ended unexpectedly" in told[-1].reason
    assert gone(workers[0])


def test_a_worker_that_leaves_before_it_has_read_its_job_is_heard(workers, monkeypatch):
    script = "print('{\"kind\": \"failed\", \"reason\": \"no room\"}', flush=True)"
    monkeypatch.setattr(process, "COMMAND", (sys.executable, "-c", script))
    told: list[Message] = []
    longer_than_a_pipe = Errand("a module", b" " * 10_000_000, read_event, PATIENCE, "It ended unexpectedly.")
    run(process.follow(longer_than_a_pipe, told.append))
    assert told == [Failed(reason="no room")]
    assert gone(workers[0])
