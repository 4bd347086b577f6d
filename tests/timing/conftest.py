"""Tests marked gpu run where there is one; stories of a loop have a loop of their own."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from explorer.engine.arrays import namespace
from explorer.engine.errors import DataError

Told = TypeVar("Told")


def run(story: Coroutine[Any, Any, Told]) -> Told:
    """A story told to its end in a thread of its own: the tests' own may have Playwright's loop running in it."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, story).result()


@pytest.fixture(autouse=True)
def _gpu_where_it_is_needed(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("gpu"):
        try:
            namespace("cupy")
        except DataError as error:
            pytest.skip(str(error))
