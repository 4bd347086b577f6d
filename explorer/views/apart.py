"""A session's work in processes of its own: one of a kind at a time, by turns with others, none after the session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from panel import state
from pydantic import BaseModel, ValidationError

from explorer.locale import _, speaking, spoken
from explorer.workers.messages import Message
from explorer.workers.process import TURNS, Errand, follow

Send = Callable[[dict[str, Any]], None]
Asked = TypeVar("Asked", bound=BaseModel)


@dataclass(frozen=True)
class Kind:
    """One kind of work: what its messages are called, and what is said where it is on already, or could not be done."""

    name: str
    busy: str
    failed: str


class Apart:
    """One kind of work of one session; `send` tells its browser something."""

    def __init__(self, kind: Kind, send: Send) -> None:
        self._kind, self._send = kind, send
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running = self._cancelled = self._watched = self._over = False

    def read(self, asked: type[Asked], message: dict[str, Any]) -> Asked | None:
        """A message of this kind; None for what is none, which is refused."""
        try:
            return asked.model_validate(message)
        except ValidationError as error:
            self.refuse(message.get("request"), f"message: {error.errors()[0]['msg']}")
            return None

    def start(self, request: object, errand: Callable[[], Errand], **heard: Any) -> None:
        """Send a worker when there is a turn; `errand` is made on another thread. `heard` is told at once."""
        if self._running:
            self.refuse(request, _(self._kind.busy))
            return
        self._running, self._cancelled, language = True, False, spoken()
        if state.curdoc is not None and not self._watched:
            self._watched = True
            state.on_session_destroyed(lambda session_context: self.end())
        self._say(request, kind="heard", **heard)

        async def begin() -> None:
            self._loop = asyncio.get_running_loop()
            with speaking(language):  # which the task keeps
                self._task = asyncio.create_task(self._work(errand))

        state.execute(begin)

    def cancel(self, request: object) -> None:
        """End the work, if there is any, as a message asks."""
        self._say(request, kind="heard")
        self._end()

    def _end(self) -> None:
        self._cancelled = True
        if self._loop is not None and self._task is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._task.cancel)

    def end(self) -> None:
        """The session is over: its work ends, and there is nobody left to tell."""
        self._over = True
        self._end()

    def refuse(self, request: object, reason: str) -> None:
        self._send({"type": "refused", "request": request, "reason": reason})

    async def _work(self, errand: Callable[[], Errand]) -> None:
        """Wait for a turn, follow a worker, and say how it ended."""
        try:
            if self._cancelled:
                raise asyncio.CancelledError
            if TURNS.locked():
                self._say(kind="waiting")
            async with TURNS:
                await follow(await asyncio.to_thread(errand), self._tell)
        except asyncio.CancelledError:
            self._say(kind="cancelled")
        except Exception:
            self._say(kind="failed", reason=_(self._kind.failed))
            raise
        finally:
            self._running, self._task = False, None

    def _tell(self, event: Message) -> None:
        self._say(**event.model_dump())

    def _say(self, request: object = None, **said: Any) -> None:
        if not self._over:
            self._send({"type": self._kind.name, "request": request, **said})
