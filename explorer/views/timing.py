"""The races of one session: at most one at a time, none of them on the event loop, none after the session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from panel import state
from pydantic import BaseModel, ConfigDict, ValidationError

from explorer.engine.trace import Trace
from explorer.locale import _, speaking, spoken
from explorer.timing.messages import Event, Limits
from explorer.timing.process import TURNS, follow
from explorer.timing.worker import encode

Send = Callable[[dict[str, Any]], None]


class Ask(BaseModel):
    """Start the session's race, or cancel it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    type: Literal["timing"]
    action: Literal["start", "cancel"]
    request: int


class Timing:
    """What a browser may ask about the timings. `send` tells it something, `trace` is the pass that it shows."""

    def __init__(self, send: Send, trace: Callable[[], Trace | None], limits: Limits) -> None:
        self._send, self._trace, self._limits = send, trace, limits
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running = self._cancelled = self._watched = self._over = False

    def receive(self, message: dict[str, Any]) -> None:
        """Answer one message of type "timing"."""
        try:
            asked = Ask.model_validate(message)
        except ValidationError as error:
            self._refuse(message.get("request"), f"message: {error.errors()[0]['msg']}")
            return
        if asked.action == "cancel":
            self._say(asked.request, kind="heard")
            self.cancel()
        else:
            self._start(asked.request)

    def cancel(self) -> None:
        """End the race, if one is on; from any thread."""
        self._cancelled = True
        if self._loop is not None and self._task is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._task.cancel)

    def end(self) -> None:
        """The session is over: its race ends, and there is nobody left to tell."""
        self._over = True
        self.cancel()

    def _start(self, request: int) -> None:
        trace = self._trace()
        if self._running or trace is None:
            self._refuse(request, _("timing: one is running already.") if trace else _("timing: nothing is open yet."))
            return
        self._running, self._cancelled, language = True, False, spoken()
        if state.curdoc is not None and not self._watched:
            self._watched = True
            state.on_session_destroyed(lambda session_context: self.end())
        self._say(request, kind="heard")

        async def begin() -> None:
            self._loop = asyncio.get_running_loop()
            with speaking(language):  # which the task keeps
                self._task = asyncio.create_task(self._race(trace))

        state.execute(begin)

    async def _race(self, trace: Trace) -> None:
        """Wait for a turn, follow a worker, and say how it ended."""
        try:
            if self._cancelled:
                raise asyncio.CancelledError
            if TURNS.locked():
                self._say(kind="waiting")
            async with TURNS:
                job = await asyncio.to_thread(_job, trace, self._limits)
                # Twice the time that the worker allows itself: only one that hangs is stopped.
                await follow(job, self._tell, 2 * self._limits.total_seconds)
        except asyncio.CancelledError:
            self._say(kind="cancelled")
        except Exception:
            self._say(kind="failed", reason=_("The measuring could not be done. The server's log says why."))
            raise
        finally:
            self._running, self._task = False, None

    def _tell(self, event: Event) -> None:
        self._say(**event.model_dump())

    def _say(self, request: int | None = None, **said: Any) -> None:
        if not self._over:
            self._send({"type": "timing", "request": request, **said})

    def _refuse(self, request: object, reason: str) -> None:
        self._send({"type": "refused", "request": request, "reason": reason})


def _job(trace: Trace, limits: Limits) -> bytes:
    graph = trace.graph
    data = {name: np.asarray(trace.values[name]) for name in (*graph.inputs, *graph.targets)}
    return encode(graph, data, {name: np.asarray(trace.values[name]) for name in graph.parameters}, limits)
