"""The served page: the explorer over the whole window, and no door to other modules' files."""

from __future__ import annotations

from typing import Any

import panel as pn

from explorer.views import script
from explorer.views.explorer import Explorer
from explorer.views.resources import close_foreign_resources

TITLE = "Backprop Explorer"
STYLE = "html, body { margin: 0; height: 100%; overflow: hidden; }"


def serve_page(**options: Any) -> Any:
    """Make this session's page servable; call it from the script that `panel serve` runs. `options` as of Explorer."""
    close_foreign_resources()
    pn.config.raw_css = [STYLE]
    pn.config.js_modules = {"explorer": script.ADDRESS}  # on its way before the session asks for it
    return Explorer(**{"alone": True, **options}).servable(title=TITLE, location=False)
