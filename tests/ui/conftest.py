"""A real server, a real browser, and a page that fails its test when it misbehaves."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.page import Explorer, Watch
from tests.server import Server, serving

Opener = Callable[..., Explorer]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """`panel serve app.py`, one for all the tests of a process."""
    with serving() as running:
        yield running


@pytest.fixture
def explorer(server: Server, browser: Browser) -> Iterator[Opener]:
    """Opens the page, in a fresh browser context each; fails on errors of browser or server and foreign requests.

    Motion is reduced unless the test asks for it, so that a step is shown as soon as it is taken.
    """
    logged = len(server.log)
    watches: list[Watch] = []
    contexts = []

    def opener(fragment: str = "", size: tuple[int, int] = (1366, 768), **options: Any) -> Explorer:
        settings: dict[str, Any] = {"reduced_motion": "reduce", "color_scheme": "light"} | options
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **settings)
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(page))
        return Explorer(page, server.url).open(fragment)

    yield opener
    for context in contexts:
        context.close()
    complaints = [complaint for watch in watches for complaint in watch.complaints]
    assert not complaints, "\n".join(complaints)
    trouble = server.trouble(logged)
    assert not trouble, trouble
