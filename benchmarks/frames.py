"""Frame times while a film plays: `python -m benchmarks.frames [--lines 1000] [--seconds 6]`.

In headless Chromium without a GPU, which is the least that any user has.
"""

import argparse

from benchmarks.measure import opened, summary
from tests.page import Explorer

_RECORD = """milliseconds => new Promise(done => {
  const times = [];
  const frame = time => {
    times.push(time);
    if (time - times[0] < milliseconds) requestAnimationFrame(frame); else done(times);
  };
  requestAnimationFrame(frame);
})"""


def frame_times(page: Explorer, seconds: float) -> list[float]:
    """Milliseconds between frames while a film that was just opened plays."""
    page.button("Play").click()
    times: list[float] = page.page.evaluate(_RECORD, seconds * 1000)
    return [after - before for before, after in zip(times, times[1:], strict=False)]


def report(name: str, page: Explorer, seconds: float) -> None:
    times = frame_times(page, seconds)
    print(f"{name:<24} {1000 * len(times) / sum(times):5.1f} fps   {summary(times)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.frames", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lines", type=int, default=1000, help="lines of the generated graph (1000)")
    parser.add_argument("--seconds", type=float, default=6.0, help="of play, for each (6)")
    options = parser.parse_args()
    with opened() as page:
        report("default lesson", page, options.seconds)
    with opened("benchmarks/big_graph.py", str(options.lines)) as page:
        nodes, edges = (page.stage.locator(f"[data-{what}]").count() for what in ("node", "edge"))
        report(f"{nodes} nodes, {edges} edges", page, options.seconds)


if __name__ == "__main__":
    main()
