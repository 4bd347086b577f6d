"""Which browser the tests use."""

from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests import browser


@pytest.fixture(scope="session")
def browser_type_launch_args(playwright: Playwright) -> dict[str, Any]:
    """The browser that `python -m tests.browser` finds too; without one there is nothing to test with."""
    found = browser.find(playwright)
    if found is None:
        pytest.exit("No browser works here. Run 'python -m tests.browser', which gets one.", returncode=3)
    return found[1] | {"args": browser.ARGUMENTS}
