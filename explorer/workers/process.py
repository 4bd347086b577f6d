"""A worker followed from the event loop: nothing waits for it, and none outlives whoever follows it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from explorer.locale import spoken, tell
from explorer.workers.messages import Ended, Failed, Message

# Where `explorer` lies, in a checkout and in an installation alike: `python -m` looks there first.
FOLDER = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m")
LONGEST = 1 << 28  # bytes of one line: a whole file may be one

# Workers at once, over all sessions of this server: more of them would leave no core for the pages.
TURNS = asyncio.Semaphore(max(1, (os.cpu_count() or 1) // 2))


@dataclass(frozen=True)
class Errand:
    """What a worker is sent for: its module, the job it reads, how its lines are read, and how long it may take.

    `lost` is what is said, in the reader's language, of a worker that ends without a word.
    """

    module: str
    job: bytes
    read: Callable[[bytes], Message]
    seconds: float
    lost: str


async def follow(errand: Errand, hear: Callable[[Message], None]) -> None:
    """Send a worker and `hear` what it says; at last, when it is gone, an Ended.

    After `errand.seconds` it is stopped. What else ends this coroutine, a cancellation too, ends the worker as well.
    """
    worker = await asyncio.create_subprocess_exec(
        *COMMAND, errand.module, spoken(),
        cwd=FOLDER, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LONGEST,
    )  # fmt: skip
    try:
        async with asyncio.timeout(errand.seconds):
            last = await _listen(worker, errand, hear)
    except TimeoutError:
        seconds = f"{errand.seconds:.0f}"
        last = Failed(reason=tell("It took longer than {seconds} seconds and was stopped.", seconds=seconds))
    finally:
        if worker.returncode is None:
            worker.kill()
        await worker.wait()
    hear(last)


async def _listen(worker: asyncio.subprocess.Process, errand: Errand, hear: Callable[[Message], None]) -> Ended:
    assert worker.stdin is not None and worker.stdout is not None
    try:
        worker.stdin.write(errand.job)
        await worker.stdin.drain()
    except OSError:  # a broken pipe: the worker is gone, and may have said why
        worker.stdin.close()
    # Else the input stays open: its end would tell the worker that nobody listens any more.
    while line := await worker.stdout.readline():
        event = errand.read(line)
        if isinstance(event, Ended):
            return event
        hear(event)
    return Failed(reason=errand.lost)
