"""A real server and raw clients: what a session is sent, what may be kept, what is left when it is over."""

import asyncio
import html
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from benchmarks.raw_client import connect, get_page, open_session
from explorer.views import script
from tests.server import Server, serving
from tests.workers.stories import run

SESSIONS = 20
LIFETIME = 1500  # milliseconds that the server waits for a socket
PATIENCE = 60
_TITLE = re.compile(r"<title>(.*?)</title>")
COMMAND = [sys.executable, "-m", "panel", "serve", "tests/counted_app.py", "--port", "0", "--unused-session-lifetime",
           str(LIFETIME), "--check-unused-sessions", "200"]  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(COMMAND) as running:
        yield running
        assert not running.trouble()


def get(url):
    with urllib.request.urlopen(url, timeout=PATIENCE) as response:
        return response.headers, response.read().decode()


def held(server):
    """How many objects of each kind the server's process has."""
    title = _TITLE.search(get(f"{server.url}?count")[1])
    assert title
    return json.loads(html.unescape(title[1]))


def test_what_is_the_same_for_all_is_not_told_to_each(server):
    async def visit():
        session = await open_session(server.url)
        session.close()
        return session

    session = run(visit())
    assert session.page_bytes < 10_000
    assert session.socket_bytes < 100_000


def test_the_script_has_an_address_and_may_be_kept_for_good(server):
    _, page = get(server.url)
    assert script.ADDRESS in page
    headers, text = get(f"{server.url.rpartition('/')[0]}/{script.ADDRESS}")
    assert text == script.TEXT
    assert headers["Content-Type"].startswith(("text/javascript", "application/javascript"))
    assert int(headers["Cache-Control"].removeprefix("max-age=")) > 31_000_000


def test_a_plot_is_made_when_it_is_opened(server):
    """A fresh session's document: the component, and no figure or pane that nobody has looked at."""

    async def visit():
        session, document = await connect(server.url, await get_page(server.url))
        session.close()
        return document

    models = re.findall(r'"name":"([\w.]+)","id"', run(visit()))
    assert models.count("panel.models.esm.ReactiveESM") == 1
    assert not [name for name in models if "Figure" in name or "Column" in name or "layout" in name.lower()]
    assert len(models) <= 12


@pytest.mark.parametrize("path", ["../explorer.py", "%2e%2e/page.js", "nothing.js", ""])
def test_nothing_else_is_served_beside_it(server, path):
    with pytest.raises(urllib.error.HTTPError, match="40[034]"):
        get(f"{server.url.rpartition('/')[0]}/static/extensions/backprop-explorer/{path}")


@pytest.mark.parametrize(
    ("component", "status"),
    [("os/path", 404), ("json.tool/main", 404), ("bokeh.models/Model", 404), ("tests.server/Server", 404),
     ("panel.pane/Markdown", 403), ("explorer.views.explorer/Explorer", 403)],
)  # fmt: skip
def test_no_foreign_module_may_be_named(server, component, status):
    """Panel's route imports the module that an address names, which runs its code. 403: it was looked into."""
    get(server.url)
    with pytest.raises(urllib.error.HTTPError, match=str(status)):
        get(f"{server.url.rpartition('/')[0]}/components/{component}/nothing/x.css")


async def left(server):
    """What the process still holds when nobody is there: nothing, in the end."""
    found = await asyncio.to_thread(held, server)
    async with asyncio.timeout(PATIENCE):
        while any(found.values()):
            await asyncio.sleep(0.1)
            found = await asyncio.to_thread(held, server)


def test_sessions_that_are_over_leave_nothing(server):
    async def visits():
        sessions = await asyncio.gather(*(open_session(server.url) for _ in range(SESSIONS)))
        there = await asyncio.to_thread(held, server)
        assert min(there.values()) >= SESSIONS
        for session in sessions:
            session.close()
        await left(server)

    run(visits())


@pytest.mark.parametrize("given_up", [False, True])
def test_the_document_names_no_other_machine(server, given_up):
    """The server gives up a page whose socket is long in coming, and makes a fresh session when it comes."""

    async def story():
        page = await get_page(server.url)
        if given_up:
            await left(server)
        session, document = await connect(server.url, page)
        session.close()
        return document

    document = run(story())
    assert "page.js" in document and "loading.css" in document
    assert not re.findall(r"https?://[^\"]*", document)
