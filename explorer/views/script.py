"""The page's modules, styles and fonts as one script. It is the same for every session, so it is told once.

Where a server serves it, a browser gets it by its address and keeps it; where nobody does (a notebook), or where the
address does not answer (another process of the same server), the browser asks for the text itself, by a message.
"""

import atexit
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

from bokeh.embed.bundle import extension_dirs
from panel import state

from explorer import assets


def _script() -> str:
    """Modules, styles and fonts; `$show` puts the page into a Panel component."""
    look = json.dumps(assets.look(), ensure_ascii=False)
    return f"{assets.script()}const $look = {look};\nconst $show = (...place) => $panel.show(...place, $look);\n"


_BODY = _script()
VERSION = hashlib.sha256(_BODY.encode()).hexdigest()[:16]
# A document has it once, however many explorers a notebook shows; those of two versions stand side by side.
_NAME = json.dumps(f"backprop-explorer {VERSION}")
TEXT = f"{_BODY}globalThis[{_NAME}] = $show;\n"

# Bokeh's servers look this table up at every request, and let a file be kept for good if its address has a `v`.
_SERVED = Path(tempfile.mkdtemp(prefix="backprop-explorer-"))
atexit.register(shutil.rmtree, _SERVED, ignore_errors=True)
(_SERVED / "page.js").write_bytes(TEXT.encode())
extension_dirs["backprop-explorer"] = _SERVED
ADDRESS = f"static/extensions/backprop-explorer/page.js?v={VERSION}"

# What Panel runs as a component's module it compiles anew for every page; a script element's the browser keeps.
LOADER = f"""
const NAME = {_NAME};

const run = (src) => new Promise((resolve, reject) => {{
  const script = document.createElement("script");
  document.head.append(Object.assign(script, {{ type: "module", src, onload: resolve, onerror: reject }}));
}});

const told = (model) => new Promise((resolve) => {{
  const hear = ({{ type, text }}) => {{
    if (type !== "script") return;
    model.off("msg:custom", hear);
    resolve(URL.createObjectURL(new Blob([text], {{ type: "text/javascript" }})));
  }};
  model.on("msg:custom", hear);
  model.send_msg({{ type: "script" }});
}});

export async function render({{ model, el }}) {{
  const ending = new AbortController();
  model.on("remove", () => ending.abort());
  if (!globalThis[NAME] && model.script) await run(model.script).catch(() => {{}});
  if (!globalThis[NAME]) await run(await told(model));
  if (!ending.signal.aborted) globalThis[NAME](model, el, ending.signal);
}}
"""


def address() -> str:
    """Where this session's page finds the script, relative to itself; empty outside of a server's session."""
    if state.curdoc is None or state.curdoc.session_context is None:
        return ""
    return f"{state.rel_path}/{ADDRESS}" if state.rel_path else ADDRESS
