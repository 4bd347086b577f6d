"""The loss of every pass as a Bokeh figure, the pass on show marked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from bokeh.models import BasicTicker, ColumnDataSource, HoverTool, Range1d
from bokeh.plotting import figure
from panel.layout import Column
from panel.pane import Bokeh

from explorer.locale import _
from explorer.views.figures import Palette, make_figure, paint

FEWEST = 5  # passes that the axis has room for: a single point should not fill it
LOGARITHMIC_FROM = 100.0  # largest over smallest loss
ROOM = 0.08  # of the plot's height, above and below
CROWDED = 60  # passes from which on markers are small
MARKERS = (7, 3)


class LossPlot:
    """The figure in its pane. Passes count from 1, as people count."""

    def __init__(self) -> None:
        self.pane = Column(sizing_mode="stretch_both")
        self._colours: Palette | None = None
        self._passes = ColumnDataSource({"number": [], "loss": [], "size": []})
        self._now = ColumnDataSource({"number": [], "loss": []})
        self._across, self._up = Range1d(), Range1d()
        self._logarithmic = False

    def paint(self, colours: Palette) -> None:
        """Draw in these colours."""
        self._colours = colours
        self.pane[:] = [Bokeh(self._figure(colours), sizing_mode="stretch_both")]

    def hear(self, reply: Mapping[str, Any]) -> None:
        """A film says which losses are known now, and which pass the page shows."""
        if reply["type"] != "film":
            return
        losses = [float(loss) for loss in reply["run"]["losses"]]
        at = int(reply["run"]["pass"])
        size = MARKERS[len(losses) >= CROWDED]
        self._passes.data = {"number": list(range(1, len(losses) + 1)), "loss": losses, "size": [size] * len(losses)}
        self._now.data = {"number": [at + 1], "loss": losses[at : at + 1]}
        beside = max(0.5, len(losses) / 30)
        self._across.update(start=1 - beside, end=max(len(losses), FEWEST) + beside)
        logarithmic = is_logarithmic(losses)
        start, end = bounds(losses, logarithmic)
        if logarithmic == self._logarithmic:
            self._up.update(start=start, end=end)
            return
        # The kind of an axis cannot be changed later, and a figure's ranges are its own.
        self._logarithmic, self._up = logarithmic, Range1d(start, end)
        self._across = Range1d(self._across.start, self._across.end)
        if self._colours is not None:
            self.paint(self._colours)

    def _figure(self, colours: Palette) -> figure:
        plot = make_figure(
            x_range=self._across,
            y_range=self._up,
            y_axis_type="log" if self._logarithmic else "linear",
            x_axis_label=_("pass"),
            y_axis_label=_("loss"),
        )
        plot.xaxis[0].ticker = BasicTicker(min_interval=1, num_minor_ticks=0)
        plot.line("number", "loss", source=self._passes, line_width=2, color=colours.forward)
        dots = plot.scatter("number", "loss", source=self._passes, size="size", color=colours.forward)
        plot.scatter(
            "number", "loss", source=self._now, size=15, line_width=3, line_color=colours.backward, fill_color=None
        )
        plot.add_tools(HoverTool(renderers=[dots], tooltips=[(_("pass"), "@number"), (_("loss"), "@loss{0.000000}")]))
        paint(plot, colours)
        return plot


def is_logarithmic(losses: Sequence[float]) -> bool:
    """Whether a logarithmic axis tells more: the losses are positive and of different orders of magnitude."""
    finite = [loss for loss in losses if math.isfinite(loss)]
    return bool(finite) and min(finite) > 0 and max(finite) / min(finite) >= LOGARITHMIC_FROM


def bounds(losses: Sequence[float], logarithmic: bool) -> tuple[float, float]:
    """The ends of the axis of losses: a little room about them, and never below 0 for the sake of room alone."""
    finite = [loss for loss in losses if math.isfinite(loss)]
    if not finite:
        return 0.0, 1.0
    low, high = min(finite), max(finite)
    if logarithmic:
        room = (high / low) ** ROOM
        return low / room, high * room
    room = ROOM * (high - low) or abs(high) / 2 or 1.0
    return (low - room if low < 0 else max(0.0, low - room)), high + room
