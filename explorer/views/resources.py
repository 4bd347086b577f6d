"""Panel serves component files by a module name taken from the address; only Panel's modules and ours may be named."""

from __future__ import annotations

from panel.io.server import ComponentResourceHandler
from tornado.web import HTTPError

OURS = ("panel", "explorer")

_panels_own = ComponentResourceHandler.parse_url_path


def _checked(handler: ComponentResourceHandler, path: str) -> str:
    """Answer 404 for a foreign module before it is imported: importing runs its code."""
    if path.split("/")[0].split(".")[0] not in OURS:
        raise HTTPError(404, "Module not found")
    return _panels_own(handler, path)


def close_foreign_resources() -> None:
    """Put the check before Panel's own handler; doing it twice changes nothing."""
    ComponentResourceHandler.parse_url_path = _checked
