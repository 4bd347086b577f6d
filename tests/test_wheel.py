"""The wheel works by itself: installed in an empty environment, it serves the same page from any folder."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.page import Explorer, Watch
from tests.server import ROOT, serving

# No index and no isolation: the build back end is one of the test requirements.
BUILD = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([*BUILD, "--wheel-dir", str(folder), str(ROOT)], check=True)
    (built,) = folder.glob("backprop_explorer-*.whl")
    return built


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel in it; what it depends on is lent by the environment of the tests."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*install, str(wheel)], check=True)
    # A path file of a lent folder is not followed, so the checkout that is installed there stays out.
    packages = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def alone() -> dict[str, str]:
    """An environment of variables that leads to no checkout."""
    return {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}


def test_the_wheel_carries_the_page_and_the_lessons_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    static = {f"explorer/static/{path.relative_to(ROOT / 'static').as_posix()}" for path in (ROOT / "static").rglob("*")
              if path.is_file()}  # fmt: skip
    assert static <= names
    assert "explorer/app.py" in names
    for path in (ROOT / "explorer" / "lessons").rglob("*.toml"):
        assert path.relative_to(ROOT).as_posix() in names
    assert all(name.startswith(("explorer/", "backprop_explorer-")) for name in names)


def test_an_installation_imports_its_own_files(installation: Path, tmp_path: Path) -> None:
    script = "import explorer, explorer.assets as a; print(explorer.__file__, a.folder(), a.application())"
    run = [str(installation / "bin" / "python"), "-c", script]
    done = subprocess.run(run, cwd=tmp_path, env=alone(), capture_output=True, text=True, check=True)
    assert all(Path(path).is_relative_to(installation) for path in done.stdout.split())


def test_the_command_serves_the_same_page_from_any_folder(installation: Path, tmp_path: Path, browser: Browser) -> None:
    seen = []
    commands = {
        "installed": ([str(installation / "bin" / "backprop-explorer"), "--port", "0"], tmp_path, alone()),
        "checkout": ([sys.executable, "-m", "panel", "serve", "app.py", "--port", "0"], ROOT, None),
    }
    for command, folder, environment in commands.values():
        with serving(command, folder, environment) as server:
            page = browser.new_page(reduced_motion="reduce")
            watch = Watch(page)
            explorer = Explorer(page, server.url).open()
            expect(page.get_by_test_id("inspector")).to_be_attached()
            seen.append((server.url.rpartition("/")[2], page.title(), explorer.last()))
            page.close()
        assert not watch.complaints
        assert not server.trouble()
    assert seen[0] == seen[1]
