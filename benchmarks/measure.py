"""What the benchmarks of the page share: a browser, a page on a served script, and percentiles."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from playwright.sync_api import sync_playwright

from tests import browser
from tests.page import Explorer
from tests.server import serving


@contextmanager
def opened(script: str = "app.py", *arguments: str, fragment: str = "") -> Iterator[Explorer]:
    """A page that a script serves, in a window of 1920 × 1080, with motion."""
    command = [sys.executable, "-m", "panel", "serve", script, "--port", "0"]
    with serving([*command, "--args", *arguments]) as server, sync_playwright() as playwright:
        found = browser.find(playwright)
        if found is None:
            sys.exit("No browser works here. Run 'python -m tests.browser', which gets one.")
        with playwright.chromium.launch(**found[1], args=browser.ARGUMENTS) as chromium:
            page = chromium.new_page(viewport={"width": 1920, "height": 1080})
            yield Explorer(page, server.url).open(fragment)


def summary(milliseconds: Sequence[float]) -> str:
    """Median, 95th percentile and worst of a list of durations."""
    p50, p95, worst = np.percentile(milliseconds, [50, 95, 100])
    return f"p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   worst {worst:6.1f} ms   n = {len(milliseconds)}"
