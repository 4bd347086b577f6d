"""The races of one session: the pass on show, timed in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from explorer.engine.trace import Trace
from explorer.locale import N_, _
from explorer.timing.messages import Limits, read_event
from explorer.timing.worker import encode
from explorer.views.apart import Apart, Kind, Send
from explorer.workers.process import Errand

KIND = Kind(
    name="timing",
    busy=N_("timing: one is running already."),
    failed=N_("The measuring could not be done. The server's log says why."),
)


class Ask(BaseModel):
    """Start the session's race, or cancel it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    type: Literal["timing"]
    action: Literal["start", "cancel"]
    request: int


class Timing:
    """What a browser may ask about the timings. `send` tells it something, `trace` is the pass that it shows."""

    def __init__(self, send: Send, trace: Callable[[], Trace | None], limits: Limits) -> None:
        self._apart, self._trace, self._limits = Apart(KIND, send), trace, limits

    def receive(self, message: dict[str, Any]) -> None:
        """Answer one message of type "timing"."""
        asked = self._apart.read(Ask, message)
        if asked is None:
            return
        trace = self._trace()
        if asked.action == "cancel":
            self._apart.cancel(asked.request)
        elif trace is None:
            self._apart.refuse(asked.request, _("timing: nothing is open yet."))
        else:
            lost = _("The measuring ended unexpectedly. The server's log says why. Start it again.")
            self._apart.start(asked.request, partial(_errand, trace, self._limits, lost))

    def end(self) -> None:
        """The session is over."""
        self._apart.end()


def _errand(trace: Trace, limits: Limits, lost: str) -> Errand:
    graph = trace.graph
    data = {name: np.asarray(trace.values[name]) for name in (*graph.inputs, *graph.targets)}
    params = {name: np.asarray(trace.values[name]) for name in graph.parameters}
    # Twice the time that the worker allows itself: only one that hangs is stopped.
    seconds = 2 * limits.total_seconds
    return Errand("explorer.timing.worker", encode(graph, data, params, limits), read_event, seconds, lost)
