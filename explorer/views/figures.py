"""Bokeh figures in the page's own colours. They are drawn on a canvas, where no style sheet reaches."""

from __future__ import annotations

from typing import Annotated, Any

from bokeh.plotting import figure
from pydantic import BaseModel, ConfigDict, Field

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?$")]
FONT = '"Inter", "Noto Sans", "Segoe UI", system-ui, "DejaVu Sans", sans-serif'
LABEL_SIZE = "12px"


class Palette(BaseModel):
    """The page's colours by the names of its tokens, as the browser sees them: light, dark or any other theme."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    ink: Colour
    mute: Colour
    line: Colour
    card: Colour
    forward: Colour
    backward: Colour
    update: Colour


def make_figure(**options: Any) -> figure:
    """A figure that fills its box, without a toolbar and without colours: `paint` gives it those."""
    plot = figure(
        toolbar_location=None, tools="", sizing_mode="stretch_both", background_fill_color=None,
        border_fill_color=None, outline_line_color=None, min_border=4, **options,
    )  # fmt: skip
    for axis in plot.axis:
        axis.axis_label_text_font = axis.major_label_text_font = FONT
        axis.axis_label_text_font_size = axis.major_label_text_font_size = LABEL_SIZE
        axis.axis_label_text_font_style = "normal"
        axis.axis_label_standoff = 4
        axis.minor_tick_line_color = None
    return plot


def paint(plot: figure, colours: Palette) -> None:
    """Axes, grids, legend and tooltips in these colours; what is drawn between them is its maker's business."""
    for axis in plot.axis:
        axis.axis_line_color = axis.major_tick_line_color = colours.mute
        axis.major_label_text_color = axis.axis_label_text_color = colours.ink
    for grid in plot.grid:
        grid.grid_line_color = colours.line
    for legend in plot.legend:
        legend.background_fill_color = colours.card
        legend.border_line_color = colours.line
        legend.label_text_color = colours.ink
        legend.label_text_font = FONT
