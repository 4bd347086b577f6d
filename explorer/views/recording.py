"""The HTML files of one session: each is written in a process of its own."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from explorer.locale import N_, _
from explorer.session.recorder import encode, read_event
from explorer.views.apart import Apart, Kind, Send
from explorer.workers.process import Errand

SECONDS = 600.0  # that one file may take, where pages come first
KIND = Kind(
    name="recording",
    busy=N_("recording: one file is being written already."),
    failed=N_("The file could not be written. The server's log says why."),
)


class Ask(BaseModel):
    """Cancel the file that is being written."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    type: Literal["recording"]
    action: Literal["cancel"]
    request: int


class Recording:
    """What a browser may ask about the file that is being written. `send` tells it something."""

    def __init__(self, send: Send, seconds: float = SECONDS) -> None:
        self._apart, self._seconds = Apart(KIND, send), seconds

    def receive(self, message: dict[str, Any]) -> None:
        """Answer one message of type "recording"."""
        asked = self._apart.read(Ask, message)
        if asked is not None:
            self._apart.cancel(asked.request)

    def start(self, request: object, saved: str, name: str, media: str) -> None:
        """Have a file written of a picture, which is given as `explorer.session.saving.save` writes it."""
        lost = _("The writing ended unexpectedly. The server's log says why. Start it again.")
        errand = Errand("explorer.session.recorder", encode(saved), read_event, self._seconds, lost)
        self._apart.start(request, lambda: errand, name=name, media=media)

    def end(self) -> None:
        """The session is over."""
        self._apart.end()
