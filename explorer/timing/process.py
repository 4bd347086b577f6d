"""A worker followed from the event loop: nothing waits for it, and none outlives whoever follows it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from explorer.locale import spoken, tell
from explorer.timing.messages import Event, Failed, Finished, read_event

# Where `explorer` lies, in a checkout and in an installation alike: `python -m` looks there first.
FOLDER = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "explorer.timing.worker")

# Races at once, over all sessions of this server: more of them would time each other, and leave no core for the pages.
TURNS = asyncio.Semaphore(max(1, (os.cpu_count() or 1) // 2))


async def follow(job: bytes, hear: Callable[[Event], None], seconds: float) -> None:
    """Give a worker its job and `hear` what it says; at last, when it is gone, Finished or Failed.

    After `seconds` it is stopped. Whatever else ends this coroutine, a cancellation too, ends the worker as well.
    """
    worker = await asyncio.create_subprocess_exec(
        *COMMAND, spoken(), cwd=FOLDER, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(seconds):
            last = await _listen(worker, job, hear)
    except TimeoutError:
        last = Failed(reason=tell("It took longer than {seconds} seconds and was stopped.", seconds=f"{seconds:.0f}"))
    finally:
        if worker.returncode is None:
            worker.kill()
        await worker.wait()
    hear(last)


async def _listen(worker: asyncio.subprocess.Process, job: bytes, hear: Callable[[Event], None]) -> Finished | Failed:
    assert worker.stdin is not None and worker.stdout is not None
    try:
        worker.stdin.write(job)
        await worker.stdin.drain()
        # The input stays open: its end would tell the worker that nobody listens any more.
        while line := await worker.stdout.readline():
            event = read_event(line)
            if isinstance(event, Finished | Failed):
                return event
            hear(event)
    except OSError:  # a broken pipe: the worker is gone
        worker.stdin.close()
    return Failed(reason=tell("The measuring ended unexpectedly. The server's log says why. Start it again."))
