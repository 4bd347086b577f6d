"""The served page: the explorer over the whole window, its maths font, and no door to other modules' files."""

from __future__ import annotations

from typing import Any

import panel as pn

from explorer import assets
from explorer.views.explorer import Explorer
from explorer.views.resources import close_foreign_resources

TITLE = "Backprop Explorer"
# @font-face counts only at document level; the component's own style sheet lives in a shadow root.
STYLE = f"""
@font-face {{
  font-family: "STIX Two Math";
  src: url("{assets.data_url("fonts/stix-two-math.woff2")}") format("woff2");
}}
html, body {{ margin: 0; height: 100%; overflow: hidden; }}
"""


def serve_page(**options: Any) -> Any:
    """Make this session's page servable; call it from the script that `panel serve` runs. `options` as of Explorer."""
    close_foreign_resources()
    pn.config.raw_css = [STYLE]
    return Explorer(**options).servable(title=TITLE, location=False)
