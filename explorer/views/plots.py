"""The plots of one page: each is made when the browser first asks for it, and hears what the browser is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from panel.viewable import Viewable
from pydantic import BaseModel, ConfigDict

from explorer.session.conversation import Reply
from explorer.views.figures import Palette
from explorer.views.losses import LossPlot
from explorer.views.timing_plot import TimingPlot


class Plot(Protocol):
    """A pane that is empty until it is painted: a figure that is laid out before it stands in the page fails."""

    pane: Viewable

    def paint(self, colours: Palette) -> None:
        """Draw in these colours from now on."""

    def hear(self, reply: Reply) -> None:
        """Take from a reply to the browser what concerns the plot."""


MAKERS: Mapping[str, Callable[[], Plot]] = {"losses": LossPlot, "timings": TimingPlot}


class PlotRequest(BaseModel):
    """The browser shows a plot for the first time; has put its pane into the page; has other colours than before."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    type: Literal["plot"]
    plot: Literal["losses", "timings"]
    colours: Palette


class Plots:
    """Those that have been asked for, by name."""

    def __init__(self) -> None:
        self._made: dict[str, Plot] = {}
        self._film: Reply | None = None

    def ask(self, message: Any) -> tuple[str, Viewable]:
        """The name and the pane of the plot that a message asks for. Raises: pydantic.ValidationError."""
        request = PlotRequest.model_validate(message)
        plot = self._made.get(request.plot)
        if plot is not None:
            plot.paint(request.colours)
            return request.plot, plot.pane
        plot = self._made[request.plot] = MAKERS[request.plot]()
        if self._film is not None:
            plot.hear(self._film)
        return request.plot, plot.pane

    def hear(self, reply: Reply) -> None:
        """Pass on a reply that the browser gets."""
        if reply["type"] == "film":
            self._film = reply
        for plot in self._made.values():
            plot.hear(reply)
