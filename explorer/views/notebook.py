"""What a notebook needs before it shows the explorer: Panel's scripts inside it, fetched from nowhere."""

from __future__ import annotations

import sys

from panel.config import panel_extension

_ready: set[int] = set()  # the kernels' shells that have them


def prepare() -> None:
    """Put Panel's and Bokeh's scripts into the cell that runs now; once, and nowhere but in a notebook.

    They are a few megabytes in the first explorer's cell. VS Code has its messages carried by `jupyter_bokeh`, which
    Panel asks for where it is missing.
    """
    # Nobody has imported it where there is no notebook.
    python = sys.modules.get("IPython")
    shell = python.get_ipython() if python else None
    if shell is None or not hasattr(shell, "kernel") or id(shell) in _ready:
        return
    _ready.add(id(shell))
    panel_extension(inline=True)
