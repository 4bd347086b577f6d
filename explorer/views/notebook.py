"""What a notebook needs before it shows the explorer: fetched from nowhere.

JupyterLab gets Panel's scripts inside a cell. VS Code has no place for them: its cells hold a frame around a page that
the kernel serves.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from panel.config import panel_extension

_ready: set[int] = set()  # the kernels' shells that have the scripts


def _kernels_shell() -> Any | None:
    """IPython's shell where a notebook's kernel runs, else None."""
    # Nobody has imported it where there is no notebook.
    python = sys.modules.get("IPython")
    shell = python.get_ipython() if python else None
    return shell if hasattr(shell, "kernel") else None


def in_vscode() -> bool:
    """Whether VS Code shows what this process's cells give."""
    shell = _kernels_shell()
    if shell is None:
        return False
    # It tells its own kernels by their environment, those of a server elsewhere by a name.
    return bool({"VSCODE_PID", "VSCODE_CWD"} & os.environ.keys()) or "__vsc_ipynb_file__" in shell.user_ns


def prepare() -> None:
    """Put Panel's and Bokeh's scripts into the cell that runs now; once, and only where a notebook needs them.

    They are a few megabytes in the first explorer's cell.
    """
    shell = _kernels_shell()
    if shell is None or in_vscode() or id(shell) in _ready:
        return
    _ready.add(id(shell))
    panel_extension(inline=True)
