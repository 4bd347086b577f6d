"""One HTML file, written in a process of its own: `python -m explorer.session.recorder el`.

Its job is a line of JSON that holds the picture as it is saved; it tells how far it is, and at last the file.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, BinaryIO, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from explorer.explain.known import remembering
from explorer.locale import spoken
from explorer.session.conversation import talk
from explorer.session.document import Document, Refused
from explorer.session.recording import Recorded, recorded
from explorer.session.saving import restore
from explorer.workers.lifeline import serve
from explorer.workers.messages import Ended, Failed, Message

SHARES = 100  # that are told of, at most
POLITE = 5  # pages come first, three to one


class Progress(Message):
    """`done` of the file, from 0 to 1."""

    kind: Literal["progress"] = "progress"
    done: Annotated[float, Field(ge=0, le=1)]


class Written(Ended):
    """The file."""

    kind: Literal["written"] = "written"
    text: str


Event: TypeAlias = Progress | Written | Failed
_EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def read_event(line: bytes) -> Event:
    """One line of the recorder's. Raises: pydantic.ValidationError (a ValueError)."""
    return _EVENTS.validate_json(line)


def encode(saved: str) -> bytes:
    """A job as the recorder reads it: the text of the file that `saving.save` makes of a document."""
    return json.dumps(saved).encode() + b"\n"


def decode(stream: BinaryIO) -> Document:
    """The document of a job, in the language that is spoken later. Raises: ValueError, Refused."""
    document, _view = restore(json.loads(stream.readline()))
    return document


def work(document: Document) -> Iterator[Event]:
    """Everything that the recorder says about a document, in order."""
    shown = document.with_settings(language=spoken())
    told = 0
    try:
        with remembering():
            for part in recorded(shown, talk(shown)):
                if isinstance(part, Recorded):
                    yield Written(text=part.text)
                elif (share := int(part * SHARES)) > told:
                    told = share
                    yield Progress(done=share / SHARES)
    except Refused as error:
        yield Failed(reason=str(error))


def main() -> None:
    with suppress(AttributeError, OSError):  # where there is no such thing
        os.nice(POLITE)
    gc.disable()  # there is little rubbish, and the process soon ends
    serve(decode, work)


if __name__ == "__main__":
    main()
