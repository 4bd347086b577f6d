"""Log-log plots as one SVG: Bokeh draws them in the tests' browser, which needs no other machine."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from bokeh.embed import file_html
from bokeh.layouts import gridplot
from bokeh.plotting import figure
from bokeh.resources import INLINE
from playwright.sync_api import sync_playwright

from benchmarks.scaling import Curve
from tests import browser

WIDTH, HEIGHT = 320, 260
BLUE, ORANGE = "#2166ac", "#d6604d"
_EXPORT = """async () => {
  const [root] = [...Bokeh.index];
  const blob = await root.export("svg").to_blob();
  return blob.text();
}"""


def draw(curves: Sequence[Curve]) -> str:
    """The curves side by side, two in a row, each with the line of its slope."""
    grid = gridplot([_plot(one) for one in curves], ncols=2, toolbar_location=None)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "plots.html"
        page_file.write_text(file_html(grid, INLINE), encoding="utf-8")
        found = browser.find(playwright)
        if found is None:
            sys.exit("No browser works here. Run 'python -m tests.browser', which gets one.")
        with playwright.chromium.launch(**found[1], args=browser.ARGUMENTS) as chromium:
            page = chromium.new_page()
            page.goto(page_file.as_uri())
            page.wait_for_function("window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].is_idle")
            return str(page.evaluate(_EXPORT)) + "\n"


def _plot(one: Curve) -> figure:
    plot = figure(
        width=WIDTH, height=HEIGHT, x_axis_type="log", y_axis_type="log", output_backend="svg", title=f"{one.name}: "
        f"slope {one.slope:.2f}", x_axis_label=one.name.partition(" ")[0].rstrip(","),
        y_axis_label={"s": "seconds", "B": "bytes"}[one.unit], toolbar_location=None,
    )  # fmt: skip
    sizes, costs = np.array(one.sizes[one.start :], float), np.array(one.costs[one.start :])
    level = np.exp(np.mean(np.log(costs)) - one.slope * np.mean(np.log(sizes)))
    plot.line(sizes, level * sizes**one.slope, color=ORANGE, line_width=2)
    plot.scatter(list(one.sizes), list(one.costs), color=BLUE, size=6)
    plot.y_range.start, plot.y_range.end = min(one.costs) / 2, max(one.costs) * 2
    if one.unit == "B":
        plot.y_range.start, plot.y_range.end = min(one.costs) / 4, 1e10
    return plot
