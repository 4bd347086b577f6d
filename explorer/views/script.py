"""The page's modules, styles and maths font as one script. It is the same for every session, so it is told once.

Where a server serves it, a browser gets it by its address and keeps it; where nobody does (a notebook), or where the
address does not answer (another process of the same server), the browser asks for the text itself, by a message.
"""

import hashlib
import json
import tempfile
from pathlib import Path

from bokeh.embed.bundle import extension_dirs
from panel import state

from explorer import assets

STYLES = (
    "tokens.css",
    "page.css",
    "stage.css",
    "conventions.css",
    "inspector.css",
    "ledger.css",
    "outer.css",
    "stack.css",
    "check.css",
    "compare.css",
    "derivation.css",
    "passes.css",
    "errata.css",
    "why.css",
)
_FONT = "fonts/stix-two-math.woff2"


def _script() -> str:
    styles = "\n".join(assets.read_text(name) for name in STYLES)
    host = f"dress: (root) => $dress.dress(root, {json.dumps(styles)}, {json.dumps(assets.data_url(_FONT))})"
    return f"{assets.script()}const $page = {{ ...$main, ...$plots, {host} }};\n"


_BODY = _script()
VERSION = hashlib.sha256(_BODY.encode()).hexdigest()[:16]
# A page has it once, however many explorers a notebook shows; those of two versions may stand side by side.
NAME = f"backprop-explorer {VERSION}"
TEXT = f"{_BODY}globalThis[{json.dumps(NAME)}] = $page;\n"

# Bokeh's servers look this table up at every request. Its files are kept for good where their address has a `v`.
_SERVED = tempfile.TemporaryDirectory(prefix="backprop-explorer-")
(Path(_SERVED.name) / "page.js").write_text(TEXT, encoding="utf-8")
extension_dirs["backprop-explorer"] = Path(_SERVED.name)
ADDRESS = f"static/extensions/backprop-explorer/page.js?v={VERSION}"


def address() -> str:
    """Where this session's page finds the script, relative to itself; empty outside of a server's session."""
    if state.curdoc is None or state.curdoc.session_context is None:
        return ""
    return f"{state.rel_path}/{ADDRESS}" if state.rel_path else ADDRESS
