"""What a session costs the server: `python -m benchmarks.sessions [--growth 500]`.

Raw clients open the page by the messages that a browser sends, up to its film and its inspector's first explanation.
They run in one process, the server in another: on two cores each has its own. CPU time and memory are the server's, as
Linux counts them; bytes are those of messages, uncompressed.
"""

import argparse
import asyncio
import html
import json
import os
import platform
import re
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from urllib.parse import urljoin

from benchmarks.raw_client import Session, get_bytes, get_page, open_session
from tests.server import PANEL_SERVE, Server, serving

WARMING = 5
HELD = 50
AT_ONCE = 50
TOGETHER = 10  # of those whose traces are looked for
COUNTED = [*PANEL_SERVE[:-3], "tests/counted_app.py", "--port", "0", "--unused-session-lifetime", "1000",
           "--check-unused-sessions", "200"]  # fmt: skip
_FILES = re.compile(r'<script[^>]* src="([^"]+)"|<link rel="stylesheet" href="([^"]+)"')
_TITLE = re.compile(r"<title>(.*?)</title>")


def cpu_seconds(server: Server) -> float:
    """What the server's process has used, both in its own code and in the kernel's for it."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(server: Server) -> float:
    """Megabytes of memory that the server's process has."""
    return int(Path(f"/proc/{server.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def report(name: str, measured: str, bar: str, *, kept: bool) -> None:
    print(f"{name:<44} {measured:<26} bar {bar:<12} {'kept' if kept else 'MISSED'}", flush=True)


def close(sessions: Sequence[Session]) -> None:
    for session in sessions:
        session.close()


async def one_by_one(server: Server) -> None:
    """CPU time, bytes and memory of sessions that come one after another and stay."""
    close([await open_session(server.url) for _ in range(WARMING)])
    cpu, memory = cpu_seconds(server), resident(server)
    sessions = [await open_session(server.url) for _ in range(HELD)]
    cpu, memory = (cpu_seconds(server) - cpu) / HELD, (resident(server) - memory) / HELD
    last = sessions[-1]
    told = (last.page_bytes + last.socket_bytes) / 1e6
    report("CPU time a session", f"{1000 * cpu:.0f} ms", "60 ms", kept=cpu <= 0.060)
    report("memory a held session", f"{memory:.2f} MB", "0.5 MB", kept=memory <= 0.5)
    report(
        "sent to a ready page (HTML + socket)",
        f"{told:.3f} MB ({last.page_bytes / 1e3:.0f} + {last.socket_bytes / 1e3:.0f} kB)",
        "0.5 MB",
        kept=told <= 0.5,
    )
    close(sessions)


async def once_a_browser(server: Server) -> None:
    """The files that a page asks for beside its own messages, the same for every session."""
    found = [one or other for one, other in _FILES.findall(await get_page(server.url))]
    sizes = [len(await get_bytes(urljoin(server.url, html.unescape(address)))) for address in found]
    print(f"{'fetched once a browser, then kept':<44} {sum(sizes) / 1e6:.1f} MB in {len(sizes)} files", flush=True)


async def at_once(server: Server) -> None:
    """The time until the last of many that come together is ready."""
    start, cpu = time.perf_counter(), cpu_seconds(server)
    sessions = await asyncio.gather(*(open_session(server.url) for _ in range(AT_ONCE)))
    seconds, cpu = time.perf_counter() - start, (cpu_seconds(server) - cpu) / AT_ONCE
    report(f"{AT_ONCE} at once, the last one ready", f"{seconds:.2f} s", "4 s", kept=seconds <= 4)
    report("CPU time a session of these", f"{1000 * cpu:.0f} ms", "60 ms", kept=cpu <= 0.060)
    close(sessions)


async def held(server: Server) -> dict[str, int]:
    """How many of the objects that a session is made of are alive, once the server has had time to let go of them."""
    found = {"all": 1}
    for _ in range(100):
        await asyncio.sleep(0.2)
        title = _TITLE.search(await get_page(f"{server.url}?count"))
        assert title
        found = json.loads(html.unescape(title[1]))
        if not any(found.values()):
            break
    return found


async def growth(server: Server, sessions: int) -> None:
    """What sessions leave when they are over. As many before them fill caches and the allocator's pools."""
    memory: list[float] = []
    for number in range(2 * sessions):
        if number % TOGETHER == 0:
            close(await asyncio.gather(*(open_session(server.url) for _ in range(TOGETHER))))
        if (number + 1) % max(TOGETHER, sessions // 2) == 0:
            left = await held(server)
            memory.append(resident(server))
    alive = ", ".join(f"{count} {name}" for name, count in left.items())
    report(f"left after {2 * sessions} sessions", alive, "none", kept=not any(left.values()))
    grown = (memory[-1] - memory[len(memory) // 2 - 1]) * 1000 / sessions
    course = " ".join(f"{megabytes:.0f}" for megabytes in memory)
    report(f"memory grown, of the last {sessions} each", f"{grown:.1f} kB ({course} MB)", "5 kB", kept=grown <= 5)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.sessions", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--growth", type=int, default=500, help="sessions that come and go, 0 for none (500)")
    options = parser.parse_args()
    if not Path("/proc/self/statm").exists():
        sys.exit("CPU time and memory of another process are read from /proc, which is Linux's. Run this on Linux.")
    cores = len(os.sched_getaffinity(0))
    print(f"{date.today()}, {platform.platform()}, {cores} cores, Python {platform.python_version()}", flush=True)
    with serving() as server:
        asyncio.run(one_by_one(server))
        asyncio.run(once_a_browser(server))
        asyncio.run(at_once(server))
    if options.growth:
        with serving(COUNTED) as server:
            asyncio.run(growth(server, options.growth))


if __name__ == "__main__":
    main()
