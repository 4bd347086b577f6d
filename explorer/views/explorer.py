"""The explorer as one Panel component: it hands the browser's messages to the conversation and replies back."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Mapping
from functools import partial
from typing import Any

import param
from panel import state
from panel.custom import Child, JSComponent
from pydantic import ValidationError

from explorer.engine.errors import DataError, Message
from explorer.engine.graph import Graph
from explorer.lessons.lesson import Lesson
from explorer.lessons.own import own_lesson
from explorer.locale import speaking
from explorer.notation import Notation
from explorer.session.conversation import Conversation, Later, Reply
from explorer.session.document import Document
from explorer.session.message import encode
from explorer.timing.messages import Limits
from explorer.views.framed import framed
from explorer.views.notebook import in_vscode, prepare
from explorer.views.plots import Plots
from explorer.views.resources import stay_here
from explorer.views.script import LOADER, TEXT, address
from explorer.views.socket import send_at_once
from explorer.views.timing import Timing

HEIGHT = 760  # of a notebook's cell, in pixels


class Explorer(JSComponent):
    """The whole explorer: choosers, stage, inspector, transport. A Panel Viewable like any other.

    `home` is the graph that it opens with; without one it opens the default lesson. `limits` bound its timings.
    """

    losses = Child(default=None, allow_None=True, doc="The loss of every pass, once the page has asked for it.")
    timings = Child(default=None, allow_None=True, doc="How long one pass takes, once the page has asked for it.")

    alone = param.Boolean(default=False, doc="Whether nothing else is on the page: it may be loaded anew.")

    script = param.String(default="", doc="Where the browser finds the page's script; empty: it asks for it.")

    _esm = LOADER
    _render_policy = "manual"  # a plot that arrives must not make the page anew

    def __init__(self, home: Lesson | None = None, *, limits: Limits | None = None, **params: Any) -> None:
        super().__init__(**{"sizing_mode": "stretch_both", "script": address(), **params})
        send_at_once()
        stay_here()
        self._again = partial(Explorer, home, limits=limits, alone=True)
        self._conversation = Conversation(home)
        self._plots = Plots()
        self._timing = Timing(self._tell, lambda: self._conversation.trace, limits or Limits())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """What a notebook's cell shows."""
        if in_vscode():
            return {"text/html": framed(self._again, self.height or HEIGHT)}
        return super()._repr_mimebundle_(include, exclude)

    def _handle_msg(self, data: Any) -> None:
        if isinstance(data, dict) and data.get("type") == "script":
            self._send_msg({"type": "script", "text": TEXT})
            return
        if isinstance(data, dict) and data.get("type") == "plot":
            self._show_plot(data)
            return
        if isinstance(data, dict) and data.get("type") == "timing":
            with speaking(self._conversation.language):
                self._timing.receive(data)
            return
        for reply in self._conversation.receive(data):
            if isinstance(reply, Later):
                self._send_later(reply)
            else:
                self._send_all([reply])

    def _show_plot(self, message: Any) -> None:
        try:
            with speaking(self._conversation.language):
                name, pane = self._plots.ask(message)
        except ValidationError as error:
            self._send_all([{"type": "refused", "reason": f"plot: {error.errors()[0]['msg']}"}])
        else:
            self.param.update(**{name: pane})

    def _send_later(self, later: Later) -> None:
        """Work on another thread, so that no other page waits for it, and send what comes of it from this one."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # already on a thread of its own
            self._send_all(later.work())
            return
        context = contextvars.copy_context()  # says which session's page is meant
        working = loop.run_in_executor(None, later.work)
        working.add_done_callback(lambda done: context.run(self._send_all, done.result()))

    def _tell(self, reply: Reply) -> None:
        """Send what was not asked for just now. A plot may only be changed while its document is locked."""
        state.execute(partial(self._send_all, [reply]), schedule=True)

    def _send_all(self, replies: list[Reply]) -> None:
        for reply in replies:
            with speaking(self._conversation.language):
                self._plots.hear(reply)
            self._send_msg(encode(reply))


def explore(
    graph: Graph | str,
    data: Mapping[str, Any],
    params: Mapping[str, Any] | None = None,
    *,
    learning_rate: float = 0.1,
    notation: Notation | None = None,
) -> Explorer:
    """The explorer, open on a graph of your own: the last line of a notebook cell, which needs nothing before it.

    JupyterLab carries its messages; in VS Code the cell is a frame that the kernel serves, to its own machine alone.

    Shapes: `data` batch-first (B, …), `params` as declared. `learning_rate` is the step of the updates shown.
    Raises: GraphError (a ValueError) when the text, the data or the parameters do not fit together, or there is no
        sample to show.
    """
    prepare()
    home = own_lesson(graph, data, params or {}, learning_rate, notation)
    if not Document(home).batch:
        raise DataError(Message("Data: a batch of no samples. Expected one sample at least."))
    return Explorer(home, height=HEIGHT, sizing_mode="stretch_width")
