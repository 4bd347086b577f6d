"""Find a browser for the tests, or get one.

What is here comes first, and is launched to be sure that it works; then Playwright's own download,
which a closed network refuses; then the distribution's package. `python -m tests.browser` does all
of that before the tests, which themselves only look.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Playwright, sync_playwright

# No sandbox: containers run as root. The rest keeps a browser from talking to its maker.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The headless shell is the same Chromium without the window that nobody sees: pages open in two thirds of the time.
_SHELL = "chromium-headless-shell"
_COMMANDS = (_SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
_CHANNELS = ("chrome", "msedge")  # Playwright knows where these are installed, on every system
_LAUNCH_SECONDS = 30
_DOWNLOAD_SECONDS = 300
_PACKAGE_SECONDS = 600

Launch = dict[str, Any]


def candidates(playwright: Playwright) -> Iterator[tuple[str, Launch]]:
    """Every browser that may be here, best first: a name to print and the arguments that launch it."""
    own = playwright.chromium.executable_path
    if Path(own).exists():
        yield f"Playwright's Chromium, {own}", {}
    for command in _COMMANDS:
        path = shutil.which(command)
        if path:
            yield path, {"executable_path": path}
    for channel in _CHANNELS:
        yield f"the installed {channel}", {"channel": channel}


def works(playwright: Playwright, launch: Launch) -> bool:
    """Whether the browser starts and runs a script: one that is there may lack libraries, or be a stub."""
    try:
        browser = playwright.chromium.launch(**launch, args=ARGUMENTS, timeout=_LAUNCH_SECONDS * 1000)
        try:
            return bool(browser.new_page().evaluate("1 + 1") == 2)
        finally:
            browser.close()
    except Error:
        return False


def find(playwright: Playwright) -> tuple[str, Launch] | None:
    """The first browser that works, or None."""
    return next((found for found in candidates(playwright) if works(playwright, found[1])), None)


def _attempt(command: list[str], seconds: int, environment: dict[str, str]) -> bool:
    """Run a command to its end or to its time limit; say what became of it."""
    print("+", *command, flush=True)
    try:
        code = subprocess.run(
            command, env=os.environ | environment, timeout=seconds, stdin=subprocess.DEVNULL, check=False
        ).returncode
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error, flush=True)
        return False
    return code == 0


def download() -> bool:
    """Playwright's own Chromium. A network that is closed is given up on soon."""
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    return _attempt(command, _DOWNLOAD_SECONDS, {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000"})


def install_package(name: str) -> bool:
    """A package of the distribution, where apt is: as root, or through sudo."""
    if shutil.which("apt-get") is None:
        return False
    apt = ["apt-get"] if os.geteuid() == 0 else ["sudo", "apt-get"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    commands = ([*apt, "update"], [*apt, "install", "-y", name])
    return all(_attempt(command, _PACKAGE_SECONDS, quiet) for command in commands)


def main() -> None:
    """Make sure that a browser is here and print which; exit with a message when there is none to be had."""
    # Playwright's driver is a Node program; a minimal Debian lacks the one library that it is linked to.
    if not _attempt([sys.executable, "-m", "playwright", "--version"], _LAUNCH_SECONDS, {}):
        install_package("libatomic1")
    with sync_playwright() as playwright:
        for get in (lambda: True, download, lambda: install_package(_SHELL), lambda: install_package("chromium")):
            found = find(playwright) if get() else None
            if found:
                print(f"Browser for the tests: {found[0]}", flush=True)
                return
    sys.exit("No browser could be started or installed. One is expected. Install Chromium or Chrome and try again.")


if __name__ == "__main__":
    main()
