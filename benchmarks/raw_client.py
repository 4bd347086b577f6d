"""A browser reduced to its messages: it gets a page, opens its socket, pulls the document and asks for the film."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

_TOKEN = re.compile(r'"token":"([^"]+)"')
_COMPONENT = re.compile(r'"name":"panel\.models\.esm\.ReactiveESM","id":"([^"]+)"')
_MOST_BYTES = 50_000_000
_PATIENCE = 120.0
# What the page asks as soon as it has its film: the line that its inspector opens with.
_FIRST_LINE = "z"


@dataclass
class Session:
    """An open page. Bytes are those of the messages themselves, uncompressed, without headers."""

    socket: WebSocketClientConnection
    page_bytes: int
    socket_bytes: int = 0

    def close(self) -> None:
        self.socket.close()


async def open_session(url: str) -> Session:
    """A page that has its film and its inspector's first explanation, by the messages that a browser sends."""
    session, document = await connect(url, await get_page(url))
    component = _COMPONENT.search(document)
    assert component, f"{url}: no explorer in the document."
    await _send(session, "PATCH-DOC", _event("document_ready", {}))
    await _ask(session, component[1], {"type": "open", "fragment": {}, "edits": [], "request": 1})
    await _told(session, "film")
    explain = {"type": "explain", "node": _FIRST_LINE, "tab": "forward", "stacked": False, "entries": [], "request": 2}
    await _ask(session, component[1], explain)
    await _told(session, "explanation")
    return session


async def get_page(url: str) -> str:
    """The page's HTML, with the token of its session."""
    return (await get_bytes(url)).decode()


async def get_bytes(url: str) -> bytes:
    """What an address answers, whole."""
    return bytes((await AsyncHTTPClient().fetch(url, request_timeout=_PATIENCE)).body)


async def connect(url: str, page: str) -> tuple[Session, str]:
    """The socket of a page, and its session's document as JSON."""
    token = _TOKEN.search(page)
    assert token, f"{url}: no token in the page."
    request = HTTPRequest(f"ws{url.removeprefix('http')}/ws", request_timeout=_PATIENCE)
    socket = await websocket_connect(request, subprotocols=["bokeh", token[1]], max_message_size=_MOST_BYTES)
    assert socket.protocol is not None and socket.protocol.stream is not None
    socket.protocol.stream.set_nodelay(True)  # as browsers have it
    session = Session(socket, len(page.encode()))
    await _receive(session)  # the server's acknowledgement
    await _send(session, "PULL-DOC-REQ", {})
    return session, await _until(session, "PULL-DOC-REPLY")


async def _ask(session: Session, component: str, message: dict[str, Any]) -> None:
    await _send(session, "PATCH-DOC", _event("data_event", {"model": {"id": component}, "data": message}))


async def _told(session: Session, kind: str) -> None:
    """Until the component is told something of this kind, in a message of bytes."""
    while f'"type":"{kind}"' not in await _until(session, "PATCH-DOC"):
        pass


def _event(name: str, values: dict[str, Any]) -> dict[str, Any]:
    told = {"type": "event", "name": name, "values": _encoded(values)}
    return {"events": [{"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": told}]}


def _encoded(value: Any) -> Any:
    """Bokeh's JSON tells maps from references to models."""
    if isinstance(value, dict) and "id" not in value:
        return {"type": "map", "entries": [[key, _encoded(one)] for key, one in value.items()]}
    return value


async def _send(session: Session, kind: str, content: dict[str, Any]) -> None:
    for part in ({"msgid": f"{id(session)}-{kind}", "msgtype": kind}, {}, content):
        await session.socket.write_message(json.dumps(part))


async def _until(session: Session, kind: str) -> str:
    """The content of the next message of a kind, its buffers as text."""
    while True:
        header, content = await _receive(session)
        if header["msgtype"] == kind:
            return content


async def _receive(session: Session) -> tuple[dict[str, Any], str]:
    """The next message: its header, its content with the buffers behind it."""
    header = json.loads(await _part(session))
    await _part(session)
    content = await _part(session)
    buffers = [await _part(session) for _ in range(2 * header.get("num_buffers", 0))]
    return header, content + "".join(buffers)


async def _part(session: Session) -> str:
    part = await session.socket.read_message()
    if part is None:
        raise ConnectionError("The server closed the socket.")
    content = part if isinstance(part, bytes) else part.encode()
    session.socket_bytes += len(content)
    return content.decode(errors="replace")
