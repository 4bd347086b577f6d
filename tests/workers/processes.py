"""The processes that a server has started, as the system knows them."""

import os
import select
from pathlib import Path

import pytest

from tests.server import Server

PATIENCE = 30.0

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are counted in /proc")


def workers(server: Server) -> set[int]:
    """Those that the server has started and that still run, by their numbers."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = entry.read_text().rpartition(")")[2].split()[:2]
        except OSError:  # it has just ended
            continue
        if int(parent) == server.pid and state != "Z":
            found.add(int(entry.parent.name))
    return found


def wait_for_end(process: int) -> None:
    """Until a process is gone."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return
    try:
        assert select.select([handle], [], [], PATIENCE)[0], "the worker runs on"
    finally:
        os.close(handle)
