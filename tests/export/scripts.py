"""Running exported scripts, each by itself, and what they print."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from explorer.engine.trace import Trace

DRIVER = "import runpy, sys\nfor file in sys.argv[1:]:\n    runpy.run_path(file)\n    print('---')"
Printed = dict[str, np.ndarray]


def printed(scripts: Sequence[str], folder: Path) -> list[Printed]:
    """What each script prints, name by name, as flat numbers. They share one process, so that PyTorch loads once."""
    files = [folder / f"script_{number}.py" for number in range(len(scripts))]
    for file, text in zip(files, scripts, strict=True):
        file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", DRIVER, *map(str, files)], capture_output=True, text=True, cwd=folder
    )
    assert done.returncode == 0 and not done.stderr, done.stderr[-2000:]
    return [_read(part) for part in done.stdout.split("---\n")[:-1]]


def _read(text: str) -> Printed:
    found = {}
    for line in text.splitlines():
        name, _, numbers = line.partition(" = ")
        found[name] = np.array([float(one) for one in re.findall(r"-?(?:nan|inf|\d[\d.e+-]*)", numbers)])
    return found


def same(found: Printed, trace: Trace, rtol: float = 1e-12) -> None:
    """The printed loss and gradients are the trace's, every one of them."""
    graph = trace.graph
    named = {f"d loss / d {name}": trace.gradients[name] for name in (*graph.parameters, *graph.inputs)}
    assert found.keys() == {"loss", *named}
    np.testing.assert_allclose(found["loss"], [trace.loss], rtol=rtol, atol=1e-15)
    for name, gradient in named.items():
        scale = float(np.max(np.abs(gradient), initial=0.0))
        np.testing.assert_allclose(found[name], np.ravel(gradient), rtol=rtol, atol=rtol * scale, err_msg=name)
