"""The explorer in a frame of a notebook's cell, served by the kernel itself: for VS Code, which carries no messages.

One server a kernel, on a thread of its own and for this machine alone; it ends with the kernel. Every address begins
with a secret, so that no other page and no other user of the machine finds it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from threading import Thread
from typing import Any

from panel import state
from panel.io.resources import DIST_DIR
from panel.io.server import get_server
from tornado.ioloop import IOLoop
from tornado.web import StaticFileHandler

from explorer.locale import ENGLISH, LANGUAGES, N_, _, speaking
from explorer.views.resources import TITLE, whole_window

Make = Callable[[], Any]

SENTENCE = N_("The explorer is computed by this notebook's kernel. Run the cell to see it.")

_makes: dict[str, Make] = {}  # the explorer of each cell, by the name in its address

# A frame whose server's icon does not come is hidden: by then the port may be somebody else's, and where the kernel
# runs on another machine, VS Code takes some seconds to forward it. Meanwhile a sentence stands there.
_CELL = """<div>
<p style="margin: 0"></p>
<iframe id="explorer-{cell}" title="{title}" allow="clipboard-write; fullscreen"
  style="width: 100%; height: {height}px; border: 0"></iframe>
<script>
((frame, sentences, tries) => {{
  const sentence = frame.previousElementSibling;
  const language = navigator.languages.map((tag) => tag.slice(0, 2)).find((code) => code in sentences);
  // VS Code's, whatever the system's may be.
  const theme = document.body.dataset.vscodeThemeKind;
  const look = theme ? `#theme=${{theme.endsWith("light") ? "light" : "dark"}}` : "";
  const show = (there) => {{
    frame.src = there ? `{address}/explorer?cell={cell}${{look}}` : "about:blank";
    frame.hidden = !there;
    sentence.textContent = there ? "" : sentences[language ?? "{english}"];
  }};
  const knock = () => Object.assign(new Image(), {{
    onload() {{
      if (frame.hidden) show(true);
    }},
    onerror() {{
      show(false);
      setTimeout(() => {{ if (frame.isConnected && tries--) knock(); }}, 1000);
    }},
    src: `{address}/favicon.ico?${{Math.random()}}`,
  }});
  show(true);
  knock();
}})(document.getElementById("explorer-{cell}"), {sentences}, 20);
</script>
</div>"""


def framed(make: Make, height: int) -> str:
    """A cell's HTML: a frame around the explorer that `make` gives, anew for each time that the page is loaded."""
    cell = secrets.token_hex(8)
    _makes[cell] = make
    return _CELL.format(
        title=TITLE, height=height, address=_address(), cell=cell, sentences=json.dumps(_sentences()), english=ENGLISH
    )


def _sentences() -> dict[str, str]:
    """What stands in place of the frame, by language: the browser knows its reader's, the kernel does not."""
    said = {}
    for language in LANGUAGES:
        with speaking(language):
            said[language] = _(SENTENCE)
    return said


@cache
def _address() -> str:
    """Where the kernel's server listens. Starts it."""
    listening: Future[str] = Future()
    # A daemon: the kernel's end waits for nothing.
    Thread(target=_serve, args=[listening], name="backprop-explorer", daemon=True).start()
    return listening.result()


def _serve(listening: Future[str]) -> None:
    loop = IOLoop(make_current=False)
    secret = secrets.token_urlsafe(24)
    try:
        # On localhost, Bokeh lets pages of this very port open sockets, and no other.
        server = get_server(
            {"explorer": _page},
            loop=loop,
            address="localhost",
            port=0,
            prefix=secret,
            # Bokeh has its own outside of the prefix.
            extra_patterns=[(r"/(favicon\.ico)", StaticFileHandler, {"path": DIST_DIR / "images"})],
            title=TITLE,
            location=False,
        )
        server.start()
    except BaseException as error:
        listening.set_exception(error)
        return
    loop.add_callback(listening.set_result, f"http://localhost:{server.port}/{secret}")
    loop.start()


def _page() -> Any:
    """The session's explorer; None, an empty page, where the address names no cell."""
    whole_window()
    [cell] = state.session_args.get("cell", [b""])
    make = _makes.get(cell.decode(errors="replace"))
    return make() if make else None
