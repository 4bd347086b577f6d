"""A worker's own side: `python -m MODULE el` reads a job from its standard input and says what it finds.

The input stays open as a lifeline: when whoever started the worker closes it or dies, the worker ends at once. Its
reasons are in the language that it was started with.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable
from typing import BinaryIO, TypeVar

from explorer.locale import ENGLISH, speaking
from explorer.workers.messages import Message

Job = TypeVar("Job")


def serve(decode: Callable[[BinaryIO], Job], work: Callable[[Job], Iterable[Message]]) -> None:
    """Read one job and print a line for everything that is said of it."""
    job = decode(sys.stdin.buffer)
    threading.Thread(target=hold_on, args=(sys.stdin.fileno(),), daemon=True).start()
    with speaking(sys.argv[1] if sys.argv[1:] else ENGLISH):
        for event in work(job):
            print(event.model_dump_json(), flush=True)


def hold_on(descriptor: int) -> None:
    """End the process, at once, when the other end of the pipe is closed."""
    while os.read(descriptor, 4096):
        pass
    os._exit(1)
