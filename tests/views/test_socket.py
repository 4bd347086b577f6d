"""Sockets that do not hold back what is sent."""

from bokeh.server.views.ws import WSHandler
from panel.io.server import per_app_patterns

from explorer.views import socket


class Opening:
    """What a handler is asked while it opens."""

    def __init__(self):
        self.asked = []

    def set_nodelay(self, value):
        self.asked.append(value)


def test_a_socket_is_told_not_to_wait_before_it_opens(monkeypatch):
    monkeypatch.setattr(WSHandler, "open", WSHandler.open)
    handler = Opening()
    monkeypatch.setattr(socket, "_bokehs_own", lambda opening: opening.asked.append("opened"))
    socket.send_at_once()
    socket.send_at_once()
    WSHandler.open(handler)
    assert handler.asked == [True, "opened"]


def test_the_sockets_that_panel_serves_are_of_that_kind():
    assert [handler for path, handler in per_app_patterns if path == "/ws" and issubclass(handler, WSHandler)]
