"""The explorer in VS Code's cells: a kernel with its environment, and its output in a frame as its webview is."""

import json
import os
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import MappingProxyType
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel
from playwright.sync_api import Browser, FrameLocator, Page, Route, expect

from explorer import Explorer
from explorer.views import notebook
from tests.notebook.test_notebook import NOTEBOOK, SECONDS
from tests.page import Watch
from tests.server import ROOT

Bundles = list[dict[str, Any]]
# As VS Code makes it (webview/browser/pre/index.html); of itself it sets no policy for what a cell may load.
FRAME = """<!doctype html><iframe src="webview" style="width: 1500px; height: 2400px"
  sandbox="allow-same-origin allow-pointer-lock allow-scripts allow-downloads allow-forms"
  allow="cross-origin-isolated; autoplay; local-network-access; clipboard-read; clipboard-write;"></iframe>"""
WEBVIEW = "<!doctype html><body data-vscode-theme-kind=vscode-dark>"
# As its renderer puts text/html into a cell: scripts run at the cell's end, not where they stood.
RENDER = """outputs => outputs.forEach((html) => {
  const output = document.body.appendChild(document.createElement("div"));
  output.innerHTML = html;
  for (const script of [...output.getElementsByTagName("script")]) {
    const made = document.createElement("script");
    made.text = script.innerText;
    output.appendChild(made).remove();
  }
})"""
SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
    "Sec-WebSocket-Protocol": "bokeh",
}
# Chromium on the sandbox above.
_REMARK = "can escape its sandboxing"


class Workbench(BaseHTTPRequestHandler):
    """VS Code's page and the empty webview in it. From this machine: to others, a browser lets no page reach back."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write((WEBVIEW if self.path == "/webview" else FRAME).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def workbench() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Workbench) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    """A kernel as VS Code starts it."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "VSCODE_PID": "1", "IPYTHONDIR": str(tmp_path)}
    manager, client = start_new_kernel(startup_timeout=SECONDS, kernel_name="python3", env=environment)
    try:
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run(client: BlockingKernelClient, source: str) -> Bundles:
    """What a cell shows, output by output. Fails where it says anything else."""
    shown: Bundles = []

    def hear(message: dict[str, Any]) -> None:
        kind, content = message["msg_type"], message["content"]
        assert kind not in ("stream", "error"), content
        if "data" in content:
            shown.append(content["data"])

    reply = client.execute_interactive(source, timeout=SECONDS, output_hook=hear)
    assert reply["content"]["status"] == "ok"
    return shown


def run_example(client: BlockingKernelClient) -> list[str]:
    """The example's explorers as HTML, every cell of it run."""
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    shown = [run(client, "".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
    explorers = [bundle for bundles in shown for bundle in bundles if "text/html" in bundle]
    assert [set(bundle) for bundle in explorers] == [{"text/html", "text/plain"}] * 2  # nothing for other front ends
    return [bundle["text/html"] for bundle in explorers]


def show(page: Page, workbench: str, outputs: list[str]) -> FrameLocator:
    """VS Code's webview with these outputs."""
    page.goto(workbench)
    [webview] = [frame for frame in page.frames if frame.url == f"{workbench}webview"]
    webview.evaluate(RENDER, outputs)
    return page.frame_locator("iframe")


def status(server: str, path: str, headers: Mapping[str, str] = MappingProxyType({})) -> int:
    connection = HTTPConnection(server)
    try:
        connection.request("GET", path, headers=dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()


def test_every_cell_has_an_explorer_of_its_own_until_the_kernel_ends(
    kernel: tuple[KernelManager, BlockingKernelClient], workbench: str, browser: Browser
) -> None:
    manager, client = kernel
    outputs = run_example(client)
    context = browser.new_context(viewport={"width": 1600, "height": 1200}, reduced_motion="reduce", locale="en-US")
    page = context.new_page()
    watch = Watch(page)
    webview = show(page, workbench, outputs)
    frames = webview.locator("iframe")
    expect(frames).to_have_count(2)
    explorers = [frames.nth(n).content_frame for n in range(2)]
    stages = [explorer.get_by_test_id("stage") for explorer in explorers]
    for stage in stages:
        expect(stage).not_to_have_attribute("data-steps", "0", timeout=SECONDS * 1000)
        expect(stage.locator("xpath=ancestor::*[@data-theme]")).to_have_attribute("data-theme", "dark")
    # What is edited in one cell is computed in the kernel, and for that cell alone.
    first, second = (stage.locator('[data-node="x"] [data-cell="value:0"]') for stage in stages)
    explorers[0].locator("[data-action=next]").click()
    expect(stages[0]).to_have_attribute("data-step", "1")
    explorers[0].locator("[data-action=last]").click()
    expect(stages[0]).to_have_attribute("data-phase", "update")
    loss = stages[0].locator('[data-node="loss"] [data-cell="mean:0"]')
    before = loss.get_attribute("data-number")
    first.dblclick()
    stages[0].get_by_role("textbox").fill("0.25")
    stages[0].get_by_role("textbox").press("Enter")
    expect(first).to_have_attribute("data-number", "0.25000000000000000")
    expect(loss).not_to_have_attribute("data-number", before or "")
    expect(second).to_have_attribute("data-number", "0.0000000000000000")
    expect(stages[1]).to_have_attribute("data-step", "0")
    # The kernel is free meanwhile.
    assert run(client, "1 + 1")[0]["text/plain"] == "2"
    complaints = [complaint for complaint in watch.complaints if _REMARK not in complaint]
    assert not complaints, "\n".join(complaints)

    # Only who has the address gets in, and no other page than its own may talk to it.
    address, _, look = str(frames.first.get_attribute("src")).partition("#")
    server, path = address.removeprefix("http://").split("/", 1)
    assert look == "theme=dark"
    assert status(server, f"/{path}") == 200
    assert status(server, "/explorer") == status(server, "/static/js/bokeh.min.js") == 404
    socket = f"/{path.split('?')[0]}/ws"
    assert status(server, socket, SOCKET | {"Origin": "http://elsewhere:80"}) == 403
    # An address that names no cell shows none.
    page.goto(f"http://{server}/{path}0")
    page.wait_for_function("window.Bokeh?.documents.length === 1")
    expect(page.get_by_test_id("stage")).to_have_count(0)

    # A kernel that is started again has ended its server: a sentence says what to do.
    manager.restart_kernel(now=True)
    with pytest.raises(ConnectionRefusedError):
        status(server, f"/{path}")
    webview = show(page, workbench, outputs)
    expect(webview.get_by_text("Run the cell to see it.")).to_have_count(2)
    expect(webview.locator("iframe").first).to_be_hidden()
    client.wait_for_ready(timeout=SECONDS)
    # A port that is forwarded from another machine comes a little later.
    late: list[str] = []

    def refuse(route: Route) -> None:
        late.append(route.request.url)
        route.abort()

    page.route("**/favicon.ico?*", refuse, times=2)
    webview = show(page, workbench, run_example(client))
    expect(webview.locator("iframe").first.content_frame.get_by_test_id("stage")).to_be_visible(timeout=SECONDS * 1000)
    expect(webview.get_by_text("Run the cell to see it.")).to_have_count(0)
    assert len(late) == 2
    context.close()


def test_outside_of_a_notebook_nothing_is_different(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VSCODE_PID", "1")
    assert not notebook.in_vscode()
    assert "text/html" not in (Explorer()._repr_mimebundle_() or {})
