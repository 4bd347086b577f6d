"""The served page: the explorer over the whole window."""

from __future__ import annotations

from typing import Any

from explorer.views.explorer import Explorer
from explorer.views.resources import TITLE, whole_window


def serve_page(**options: Any) -> Any:
    """Make this session's page servable; call it from the script that `panel serve` runs. `options` as of Explorer."""
    whole_window()
    return Explorer(**{"alone": True, **options}).servable(title=TITLE, location=False)
