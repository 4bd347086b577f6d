"""Start a real server for a test and wait until it can be used."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# As the README starts it, on whichever port is free.
PANEL_SERVE = (sys.executable, "-m", "panel", "serve", "app.py", "--port", "0")
_ANNOUNCED = re.compile(r"Bokeh app running at: (http://\S+)")
# A page that is closed while the server speaks to it, or before the server has read all that it said: Tornado and Bokeh
# log it, nothing went wrong.
_HUNG_UP = re.compile(
    r"Traceback(?:(?!^\d{4}-).)*?"
    r'(?:WebSocketClosedError|bokeh/server/connection\.py", line \d+, in session$(?:(?!^\d{4}-).)*?AssertionError)',
    re.DOTALL | re.MULTILINE,
)
_TROUBLE = re.compile(r"\b(ERROR|CRITICAL|Traceback)\b")


class Server:
    """A server in a process of its own, what it said so far, and its address once it listens."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None) -> None:
        self.url = ""
        self.log: list[str] = []
        self._settled = threading.Event()
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        """Follow the log to its end: a pipe that fills up would stop the server."""
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                self.log.append(line)
                announced = _ANNOUNCED.search(line)
                if announced:
                    self.url = announced[1]
                    self._settled.set()
        self._settled.set()

    def wait(self, seconds: float) -> None:
        """Until it listens. Raises: RuntimeError, with its log, when it ends first or takes longer."""
        settled = self._settled.wait(seconds)
        if not self.url:
            state = "ended" if settled else f"was not ready in {seconds} s"
            raise RuntimeError(f"{self._process.args!r} {state}:\n{''.join(self.log)}")

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def trouble(self, since: int = 0) -> str:
        """What it logged from its first error on, looking from line `since`; empty when all went well."""
        log = _HUNG_UP.sub("", "".join(self.log[since:]))
        first = _TROUBLE.search(log)
        return log[first.start() :] if first else ""

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()


@contextmanager
def serving(
    command: Sequence[str] = PANEL_SERVE,
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    seconds: float = 60.0,
) -> Iterator[Server]:
    """Run a server until the block ends."""
    server = Server(command, folder, environment)
    try:
        server.wait(seconds)
        yield server
    finally:
        server.stop()
