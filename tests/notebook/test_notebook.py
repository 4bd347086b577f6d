"""The example notebook in JupyterLab: every cell runs, and the explorer comes alive in it, fetched from nowhere."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.page import Watch
from tests.server import ROOT

NOTEBOOK = ROOT / "explorer" / "examples" / "own_network.ipynb"
_ADDRESS = re.compile(r"(http://\S+)/lab\b")
SECONDS = 60
# JupyterLab's own remarks about itself.
_LABS = re.compile(r"Jupyter|jupyter|lumino|widget manager|yjs|Yjs|ydoc", re.IGNORECASE)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """JupyterLab over a copy of the notebook; it may be read by anybody on this machine, for as long as it runs."""
    shutil.copy(NOTEBOOK, tmp_path)
    own = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime"}
    folders = {name: str(tmp_path / folder) for name, folder in own.items()}
    environment = os.environ | folders | {"PYTHONPATH": str(ROOT)}
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port=0",
        "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=", f"--ServerApp.root_dir={tmp_path}",
        # Neither news nor updates are asked for elsewhere.
        "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    said: list[str] = []
    found: list[str] = []
    settled = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            address = _ADDRESS.search(line)
            if address:
                found.append(address[1])
                settled.set()
        settled.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        settled.wait(SECONDS)
        assert found, "".join(said)
        yield found[0]
    finally:
        process.terminate()
        process.wait(timeout=30)
        reader.join()
        assert process.stdout is not None
        process.stdout.close()


def test_every_cell_runs_and_the_explorer_comes_alive(lab: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1600, "height": 1200}, reduced_motion="reduce", locale="en-US")
    page = context.new_page()
    watch = Watch(page)
    page.goto(f"{lab}/lab/tree/{NOTEBOOK.name}?reset")
    page.get_by_text("| Idle").first.wait_for(timeout=SECONDS * 1000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    stages = page.get_by_test_id("stage")
    expect(stages).to_have_count(2, timeout=SECONDS * 1000)
    stage = stages.first
    expect(stage).not_to_have_attribute("data-steps", "0", timeout=SECONDS * 1000)
    page.locator("[data-action=last]").first.click()
    expect(stage).to_have_attribute("data-phase", "update")
    # What is edited in the cell is computed in the kernel.
    number = stage.locator('[data-node="x"] [data-cell="value:0"]')
    number.scroll_into_view_if_needed()
    number.dblclick()
    stage.get_by_role("textbox").fill("0.25")
    stage.get_by_role("textbox").press("Enter")
    expect(number).to_have_attribute("data-number", "0.25000000000000000")
    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").all_inner_texts() == []
    assert page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts() == [f"[{n}]:" for n in range(1, 6)]
    learned = page.locator(".jp-OutputArea-output[data-mime-type='text/plain']").last.inner_text()
    assert float(learned) < 0.01  # exclusive or
    context.close()
    complaints = [complaint for complaint in watch.complaints if not _LABS.search(complaint)]
    assert not complaints, "\n".join(complaints)
