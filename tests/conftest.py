"""Which browser the tests use, how many run at once, and that tests marked gpu run where there is a device."""

import os
from typing import Any

import pytest
from playwright.sync_api import Playwright

from explorer.engine import DataError
from explorer.engine.arrays import namespace
from tests import browser


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a test that drives a browser often waits for it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 1


@pytest.fixture(autouse=True)
def _gpu_where_it_is_needed(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("gpu"):
        try:
            namespace("cupy")
        except DataError as missing:
            pytest.skip(str(missing))


@pytest.fixture(scope="session")
def browser_type_launch_args(playwright: Playwright) -> dict[str, Any]:
    """The browser that `python -m tests.browser` finds too; without one there is nothing to test with."""
    found = browser.find(playwright)
    if found is None:
        pytest.exit("No browser works here. Run 'python -m tests.browser', which gets one.", returncode=3)
    return found[1] | {"args": browser.ARGUMENTS}
