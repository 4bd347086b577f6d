"""The checkout's files on a server of their own, and one page that imports them."""

import json
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

_ROOT = Path(__file__).parent.parent.parent
_IMPORTS = {"imports": {"explorer/": "/static/", "tests/": "/tests/js/"}}
_BASE = ("tokens", "page", "stage", "inspector")
_PANELS = sorted({path.stem for path in (_ROOT / "static").glob("*.css")} - set(_BASE))
_STYLES = "".join(f'<link rel="stylesheet" href="/static/{name}.css">' for name in (*_BASE, *_PANELS))
_PAGE = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Tests</title><link rel="icon" href="data:,">
<script type="importmap">{json.dumps(_IMPORTS)}</script>
{_STYLES}<style>html, body, #root {{ height: 100%; margin: 0 }}</style>
<div id="root"></div></html>"""


class _Files(SimpleHTTPRequestHandler):
    """The checkout's files, and one page to run tests in."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript"}

    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        content = _PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: pytest's output is for failures."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(_ROOT))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
