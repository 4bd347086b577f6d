"""The stage against its bars, in headless Chromium that draws in software: `python -m benchmarks.stage [--seconds 5]`.

Every lesson and graphs of 100, 1,000 and 5,000 nodes: frames while a film plays, the first paint cold and warm, what a
pass sends, how long an edit takes to be seen, how large a film is. Nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, sync_playwright

from benchmarks.big_graph import with_numbers
from explorer.lessons import DEFAULT, catalogue
from explorer.lessons.own import own_lesson
from explorer.session.conversation import Conversation
from explorer.session.message import encode
from tests import browser
from tests.page import Explorer
from tests.server import Server, serving

EDITED = {DEFAULT: "W", "mlp/bce_mlp_batch": "W", "lecture20/lecture20_network": "W1"}  # which weight, by case
NODES = (100, 1_000, 5_000)
BARRED = 1_000  # nodes up to which the bars hold
Options = argparse.Namespace
SIZE = {"width": 1920, "height": 1080}

_FRAMES = """milliseconds => new Promise(done => {
  const times = [];
  const frame = time => {
    times.push(time);
    if (time - times[0] < milliseconds) requestAnimationFrame(frame); else done(times);
  };
  requestAnimationFrame(frame);
})"""

# A message posted in a frame's callback is heard once that frame has been painted.
_PAINTED = "const painted = then => requestAnimationFrame(() => {\
  const { port1, port2 } = new MessageChannel(); port1.onmessage = then; port2.postMessage(0); });"

# When the first card is painted, from the start of the navigation. Shadow roots hide it from `querySelector`.
_FIRST = f"""{_PAINTED}
const holds = root => [...root.querySelectorAll('*')].some(element =>
  element.matches('[data-node]') || element.shadowRoot && holds(element.shadowRoot));
const look = () => {{
  if (document.body && holds(document)) painted(() => {{ window.firstCard = performance.now(); }});
  else requestAnimationFrame(look);
}};
requestAnimationFrame(look);"""

# The objective's number is the last to change: it is the film's, never the browser's own.
_EDIT = f"""([weight, loss]) => new Promise(done => {{
  {_PAINTED}
  const before = loss.dataset.number;
  const start = performance.now();
  const observer = new MutationObserver(() => {{
    if (loss.dataset.number === before) return;
    observer.disconnect();
    painted(() => done(performance.now() - start));
  }});
  observer.observe(loss, {{attributes: true}});
  weight.focus();
  const key = {{key: 'ArrowUp', bubbles: true, composed: true, cancelable: true}};
  weight.dispatchEvent(new KeyboardEvent('keydown', key));
}})"""


class Traffic:
    """The bytes of a page's socket, both ways, since the last reset."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        for event in ("framereceived", "framesent"):
            socket.on(event, self._count)

    def _count(self, payload: str | bytes) -> None:
        self.bytes += len(payload.encode() if isinstance(payload, str) else payload)

    def reset(self) -> None:
        self.bytes = 0


@contextmanager
def served(nodes: int | None = None) -> Iterator[Server]:
    """The lessons' page, or a page with a generated graph."""
    script, arguments = ("app.py", []) if nodes is None else ("benchmarks/big_graph.py", [str(nodes)])
    with serving([sys.executable, "-m", "panel", "serve", script, "--port", "0", "--args", *arguments]) as server:
        yield server


@contextmanager
def visited(chromium: Browser, server: Server, fragment: str = "") -> Iterator[tuple[Explorer, Traffic]]:
    """The page in a browser without a past."""
    with chromium.new_context(viewport=SIZE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(120_000)
        traffic = Traffic(page)
        explorer = Explorer(page, server.url).open(fragment)
        explorer.told()
        yield explorer, traffic


class Table:
    """Prints what was measured beside its bar."""

    missed = 0

    def row(self, what: str, measured: str, bar: str = "", holds: bool = True) -> None:
        mark = "" if not bar else "  holds" if holds else "  MISSED"
        self.missed += not holds
        print(f"{what:<64} {measured:<58} {bar}{mark}", flush=True)


def frames(table: Table, name: str, page: Explorer, seconds: float, *, barred: bool = True) -> None:
    page.button("Play").click()
    times: list[float] = page.page.evaluate(_FRAMES, seconds * 1000)
    each = np.diff(times)
    p50, p95, worst = np.percentile(each, [50, 95, 100])
    fps = 1000 / each.mean()
    measured = f"{fps:5.1f} fps   p50 {p50:5.1f}   p95 {p95:5.1f}   worst {worst:6.1f} ms"
    # A display has 60 frames a second only to within a frame or two of what was recorded.
    holds = fps > 60 - 120 / len(each) - 0.5 and p95 <= 17
    table.row(f"play, {name}", measured, *(("60 fps, p95 ≤ 17 ms", holds) if barred else ()))


def first_paint(context: BrowserContext, server: Server) -> float:
    """Milliseconds to the first card in a new tab."""
    page = context.new_page()
    page.add_init_script(_FIRST)
    page.goto(server.url)
    page.wait_for_function("window.firstCard", timeout=60_000)
    found = float(page.evaluate("window.firstCard"))
    page.close()
    return found


def paints(table: Table, chromium: Browser, options: Options) -> None:
    """The first card: in a server's very first visit, in a browser that was never here, and in one that was."""
    cold, warm = [], []
    with served() as server:
        with chromium.new_context(viewport=SIZE) as context:  # type: ignore[arg-type]
            first = first_paint(context, server)
        for _ in range(options.visits):
            with chromium.new_context(viewport=SIZE) as context:  # type: ignore[arg-type]
                cold.append(first_paint(context, server))
                warm.append(first_paint(context, server))
    table.row("first card, a new server's first visit", f"{first:6.0f} ms")
    for name, times in (("cold", cold), ("warm", warm)):
        bar = ("≤ 1500 ms", max(times) <= 1500) if name == "cold" else ()
        table.row(f"first card, {name}", f"median {np.median(times):6.0f}   worst {max(times):6.0f} ms", *bar)


def traffic_of_a_pass(table: Table, page: Explorer, traffic: Traffic) -> None:
    """What playing a lesson sends: the inspector's answers are fetched ahead, then nothing at all."""
    page.chooser("Speed").select_option("4×")
    traffic.reset()
    page.button("Play").click()
    page.page.wait_for_function("stage => Number(stage.dataset.step) >= 3", arg=page.stage.element_handle())
    ahead = traffic.bytes
    page.at(page.steps)
    later = traffic.bytes - ahead
    measured = f"{traffic.bytes:,} bytes, {traffic.bytes // page.steps:,} a step"
    table.row("a pass played, once the page is open", measured)
    table.row("   from its third step on", f"{later:,} bytes", "0 bytes a frame", later == 0)


def edits(table: Table, name: str, page: Explorer, weight: tuple[str, str], count: int, *, barred: bool = True) -> None:
    """From the key that nudges a weight to the painted picture of the new film; then with the next nudge at once."""
    page.last()
    places = [page.cell(*weight).element_handle(), page.cell("loss", "value:0").element_handle()]
    for way, rests in (("", True), (", the key held down", False)):
        times = []
        for _ in range(count):
            if rests:
                page.told()
            times.append(float(page.page.evaluate(_EDIT, places)))
        p50, p95, worst = np.percentile(times, [50, 95, 100])
        measured = f"p50 {p50:6.1f}   p95 {p95:6.1f}   worst {worst:6.1f} ms   n = {count}"
        table.row(f"edit → picture, {name}{way}", measured, *(("p95 ≤ 60 ms", p95 <= 60) if barred and rests else ()))


def film_sizes(table: Table, chromium: Browser, options: Options) -> None:
    """The message that brings a film, as it goes over the socket, and what compression would leave of it."""
    for name in (DEFAULT, *NODES):
        home = own_lesson(*with_numbers(name), 0.1, None) if isinstance(name, int) else None
        [film, *_] = Conversation(home).receive({"type": "open", "request": 1, "fragment": {}})
        message = encode(film)  # type: ignore[arg-type]
        measured = f"{message.size:9,} bytes   (deflated it would be {len(zlib.compress(message.tobytes())):,})"
        bar = ("≤ 300,000 bytes", message.size <= 300_000) if name == BARRED else ()
        table.row(f"film, {_named(name)}", measured, *bar)


def _named(name: str | int) -> str:
    return f"{name:,} nodes" if isinstance(name, int) else name


def machine(chromium: Browser) -> str:
    """Where and with what."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    models = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    processor = models[0] if models else platform.processor()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("panel", "bokeh", "tornado"))
    return (
        f"{date.today()}, {processor}, {os.cpu_count()} cores, {platform.system()}\n"
        f"Python {platform.python_version()}, {libraries}\n"
        f"Chromium {chromium.version} without a GPU; sockets are not compressed"
    )


def lessons(table: Table, chromium: Browser, options: Options) -> None:
    with served() as server:
        for case in catalogue().lessons:
            with visited(chromium, server, f"lesson={case}") as (page, _):
                frames(table, case, page, options.seconds)


def passes(table: Table, chromium: Browser, options: Options) -> None:
    with served() as server, visited(chromium, server, f"lesson={DEFAULT}") as (page, traffic):
        traffic_of_a_pass(table, page, traffic)


def edited(table: Table, chromium: Browser, options: Options) -> None:
    with served() as server:
        for case, weight in EDITED.items():
            with visited(chromium, server, f"lesson={case}") as (page, _):
                edits(table, case, page, (weight, "value:0,0"), options.edits)


def large(table: Table, chromium: Browser, options: Options) -> None:
    for nodes in options.nodes or NODES:
        barred = nodes <= BARRED
        with served(nodes) as server, visited(chromium, server) as (page, _):
            frames(table, f"{nodes:,} nodes", page, options.seconds, barred=barred)
            page.button("Pause").click()
            for _ in range(6):
                page.button("Zoom in").click()
            frames(table, f"{nodes:,} nodes, zoomed in", page, options.seconds, barred=barred)
            page.button("Pause").click()
            edits(table, f"{nodes:,} nodes", page, ("b0", "value:0"), max(5, options.edits // 10), barred=False)


PARTS: dict[str, Callable[[Table, Browser, Options], None]] = {
    "paint": paints,
    "lessons": lessons,
    "passes": passes,
    "edits": edited,
    "large": large,
    "films": film_sizes,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stage", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="of play, for each (5)")
    parser.add_argument("--edits", type=int, default=100, help="for each lesson (100)")
    parser.add_argument("--visits", type=int, default=5, help="cold and warm (5)")
    parser.add_argument("--nodes", type=int, action="append", help="of a generated graph (100, 1000, 5000)")
    parser.add_argument("--only", choices=PARTS, action="append", help="a part of it; may be repeated")
    options = parser.parse_args()
    table = Table()
    with sync_playwright() as playwright:
        found = browser.find(playwright)
        if found is None:
            sys.exit("No browser works here. Run 'python -m tests.browser', which gets one.")
        with playwright.chromium.launch(**found[1], args=browser.ARGUMENTS) as chromium:
            print(machine(chromium), flush=True)
            for part in options.only or PARTS:
                PARTS[part](table, chromium, options)
    sys.exit(f"{table.missed} bars missed" if table.missed else 0)


if __name__ == "__main__":
    main()
