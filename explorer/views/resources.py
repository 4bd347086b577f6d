"""What Panel fetches and serves for a page: files of this server alone, and of no module but Panel's and ours.

Panel serves component files by a module name taken from the address; only Panel's modules and ours may be named.
"""

from __future__ import annotations

from panel import config, state
from panel.io.resources import get_dist_path
from panel.io.server import ComponentResourceHandler
from tornado.web import HTTPError

from explorer.views import script

OURS = ("panel", "explorer")
TITLE = "Backprop Explorer"
_STYLE = "html, body { margin: 0; height: 100%; overflow: hidden; }"

_panels_own = ComponentResourceHandler.parse_url_path


def _checked(handler: ComponentResourceHandler, path: str) -> str:
    """Answer 404 for a foreign module before it is imported: importing runs its code."""
    if path.split("/")[0].split(".")[0] not in OURS:
        raise HTTPError(404, "Module not found")
    return _panels_own(handler, path)


def whole_window() -> None:
    """Let this session's page be the explorer's alone, with no door to other modules' files."""
    # Before Panel's own handler; doing it twice changes nothing.
    ComponentResourceHandler.parse_url_path = _checked
    config.raw_css = [_STYLE]
    config.js_modules = {"explorer": script.ADDRESS}  # on its way before the session asks for it


def stay_here() -> None:
    """Let this session's style sheets come from this server.

    Panel notes where they lie when it renders the page. A session that is made for a socket alone, because the page's
    own was given up or the server was started anew, never gets that far, and would ask a foreign host for them.
    """
    if state.curdoc is not None and state.curdoc.session_context is not None:
        state.curdoc.template_variables.setdefault("dist_url", get_dist_path())
