"""Stories of an event loop have a loop of their own."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Told = TypeVar("Told")


def run(story: Coroutine[Any, Any, Told]) -> Told:
    """A story told to its end in a thread of its own: the tests' own may have Playwright's loop running in it."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, story).result()
