"""From an edit to its picture: `python -m benchmarks.edit_latency [--edits 100]`.

The time runs in the page, from the key that nudges a weight to the frame after every card has the numbers of the new
film: the socket both ways, the engine's pass, the film and the drawing, on loopback.
"""

import argparse

from benchmarks.measure import opened, summary
from tests.page import Explorer
from tests.ui.golden import DEFAULT

# The objective's number is the last to change: it is the film's, never the browser's own.
_TIME = """([weight, loss]) => new Promise(done => {
  const before = loss.dataset.number;
  const start = performance.now();
  const observer = new MutationObserver(() => {
    if (loss.dataset.number === before) return;
    observer.disconnect();
    requestAnimationFrame(() => done(performance.now() - start));
  });
  observer.observe(loss, {attributes: true});
  weight.focus();
  weight.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowUp', bubbles: true, composed: true, cancelable: true}));
})"""


def latencies(page: Explorer, node: str, cell: str, edits: int) -> list[float]:
    page.last()
    places = [page.cell(node, cell).element_handle(), page.cell("loss", "value:0").element_handle()]
    return [float(page.page.evaluate(_TIME, places)) for _ in range(edits)]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.edit_latency", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--edits", type=int, default=100, help="for each case (100)")
    options = parser.parse_args()
    for case in (DEFAULT, "mlp/bce_mlp_batch"):
        with opened(fragment=f"lesson={case}") as page:
            print(f"{case:<20} {summary(latencies(page, 'W', 'value:0,0', options.edits))}", flush=True)


if __name__ == "__main__":
    main()
