"""The timings as a Bokeh figure: both axes logarithmic, one line for each contender."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from bokeh.models import ColumnDataSource, FixedTicker, HoverTool, Legend, LegendItem, Range1d
from bokeh.plotting import figure
from panel.layout import Column
from panel.pane import Bokeh

from explorer.locale import N_, _, tell
from explorer.views.figures import Palette, make_figure, paint

# Told apart by colour, marker and dash.
LOOKS = {
    "loops": (N_("Python loops"), "backward", "circle", "solid"),
    "numpy": ("NumPy", "forward", "square", "dashed"),
    "cupy": ("CuPy", "update", "triangle", "dotted"),
}
COLUMNS = ("size", "seconds", "pass", "sample")
SIZES = tuple(10**power for power in range(9))
UNITS = ((N_("{n} s"), 1.0), (N_("{n} ms"), 1e-3), (N_("{n} µs"), 1e-6), (N_("{n} ns"), 1e-9))
# The axes until there is something to show: samples, and seconds.
ACROSS = (1, 100_000)
UP = (1e-5, 1e-3)
LABEL_SIZE = "14px"
ROOM = 1.6  # beside the first and the last size
SECONDS = tuple(float(f"1e{power}") for power in range(-9, 4))


def in_words(seconds: float) -> str:
    """A time with three significant digits, in the unit that fits it: 24.7 µs, 1.99 ms, 2 s."""
    message, unit = next((pair for pair in UNITS if seconds >= 0.9995 * pair[1]), UNITS[-1])
    return tell(message, n=f"{float(f'{seconds / unit:.3g}'):g}")


class TimingPlot:
    """The figure in its pane; it grows with the results that the browser is told."""

    def __init__(self) -> None:
        self.pane = Column(sizing_mode="stretch_both")
        self._sources = {name: ColumnDataSource(_no_points(), name=name) for name in LOOKS}
        self._across, self._up = ACROSS, UP
        self._present: tuple[str, ...] = ()
        self._case: str | None = None
        self._plot: figure | None = None

    def paint(self, colours: Palette) -> None:
        """Draw in these colours from now on."""
        self._plot = self._figure(colours)
        self._fit()  # before it is in the page: its arrival there may come after changes made at the same time
        self.pane[:] = [Bokeh(self._plot, sizing_mode="stretch_both")]

    def hear(self, reply: Mapping[str, Any]) -> None:
        """A race that starts takes the old lines away, and so does another lesson; a result is one point more."""
        if reply["type"] == "film" and reply["film"]["case"] != self._case:
            self._case, self._present = reply["film"]["case"], ()
            self._clear()
        elif reply["type"] != "timing":
            return
        elif reply["kind"] == "started":
            self._clear()
            self._present = tuple(entrant["name"] for entrant in reply["entrants"] if entrant["absent"] is None)
            self._across, self._up = (min(reply["sizes"]), max(reply["sizes"])), UP
        elif reply["kind"] == "timed":
            size, seconds = reply["size"], reply["seconds"]
            row = (size, seconds, in_words(seconds), in_words(seconds / size))
            points = self._sources[reply["name"]]
            points.data = {column: [*points.data[column], new] for column, new in zip(COLUMNS, row, strict=True)}
            self._up = min(self._up[0], _decade(seconds, math.floor)), max(self._up[1], _decade(seconds, math.ceil))
        self._fit()

    def _clear(self) -> None:
        for source in self._sources.values():
            source.data = _no_points()

    def _fit(self) -> None:
        """The axes about what there is, and a legend of those who take part."""
        if self._plot is None:
            return
        self._plot.x_range.update(start=self._across[0] / ROOM, end=self._across[1] * ROOM)
        self._plot.y_range.update(start=self._up[0], end=self._up[1])
        # Bokeh would heap the labels of what lies beyond a logarithmic axis at its end.
        self._plot.xaxis[0].ticker.ticks = [size for size in SIZES if size <= self._across[1] * ROOM]
        self._plot.yaxis[0].ticker.ticks = [at for at in SECONDS if self._up[0] <= at <= self._up[1]]
        for name, item in zip(LOOKS, self._plot.legend[0].items, strict=True):
            item.visible = name in self._present

    def _figure(self, colours: Palette) -> figure:
        plot = make_figure(
            x_axis_type="log",
            y_axis_type="log",
            x_axis_label=_("samples in the batch"),
            y_axis_label=_("time of one pass"),
            x_range=Range1d(),  # its own: a figure does not share its ranges with the next
            y_range=Range1d(),
        )
        items = [self._line(plot, name, colours) for name in LOOKS]
        plot.add_layout(Legend(items=items, location="top_left"))
        labelled = ({size: f"{size:,}" for size in SIZES}, {seconds: in_words(seconds) for seconds in SECONDS})
        for axis, labels in zip((plot.xaxis[0], plot.yaxis[0]), labelled, strict=True):
            axis.ticker = FixedTicker()
            axis.major_label_overrides = labels
            axis.axis_label_text_font_size = axis.major_label_text_font_size = LABEL_SIZE
        paint(plot, colours)
        return plot

    def _line(self, plot: figure, name: str, colours: Palette) -> LegendItem:
        """One contender's line and markers, and what hovering over these says."""
        title, token, marker, dash = LOOKS[name]
        title = _(title)
        source, colour = self._sources[name], getattr(colours, token)
        line = plot.line("size", "seconds", source=source, line_width=2.5, line_dash=dash, color=colour)
        dots = plot.scatter("size", "seconds", source=source, marker=marker, size=10, color=colour)
        plot.add_tools(HoverTool(renderers=[dots], tooltips=_tip(title, colours)))
        return LegendItem(label=title, renderers=[line, dots])


def _tip(title: str, colours: Palette) -> str:
    """What a point says, as Bokeh's template; it covers the padding of Bokeh's own box, which is always light."""
    lines = (
        f"<b>{title}</b>",
        _("samples: {size}").replace("{size}", "@size{0,0}"),
        tell("one pass: {time}", time="@pass"),
        tell("one sample: {time}", time="@sample"),
    )
    look = f"margin: -5px; padding: 6px 10px; background: {colours.card}; color: {colours.ink}; font-size: 14px"
    return f'<div style="{look}">{"<br>".join(lines)}</div>'


def _no_points() -> dict[str, list[Any]]:
    return {column: [] for column in COLUMNS}


def _decade(seconds: float, whole: Callable[[float], int]) -> float:
    """The power of ten below a time, or above it."""
    return float(f"1e{whole(math.log10(seconds))}")
