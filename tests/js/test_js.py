"""The browser's own unit tests: every `*.test.js` beside this file, run in the test browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.page import Watch

_HERE = Path(__file__).parent
_RUN = """async file => {
  await import(`/tests/js/${file}`);
  return (await import("tests/harness.js")).runAll();
}"""


@pytest.mark.parametrize("file", sorted(path.name for path in _HERE.glob("*.test.js")))
def test_file(page: Page, address: str, file: str) -> None:
    watch = Watch(page)
    page.goto(address)
    failures = page.evaluate(_RUN, file)
    assert not failures, "\n".join(failures)
    assert watch.complaints == []
