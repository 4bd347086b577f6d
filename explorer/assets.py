"""The browser's files: where they lie, and how they travel inside a page that fetches nothing from elsewhere.

In a checkout `static/` lies beside the package, in an installation inside it; nothing else in the
project needs to know. The modules travel as one script: a browser fetches, keeps and compiles it in
one go, and it needs no folder that its imports could be relative to.
"""

import base64
import re
from collections.abc import Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent
# Spelled out: the operating system's own table differs from machine to machine.
_MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}

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
    "exports.css",
    "projector.css",
    "presenter.css",
)
_SERIF = "STIX Two Text"
# Signs that STIX Two Text lacks, by the letters for which a browser looks into them.
_SIGNS = {"file": "stix-two-symbols", "family": _SERIF, "unicodeRange": "U+302, U+304, U+2070-209C, U+2190-22A5"}
# The page's typefaces; what else they are is as CSS calls it. `shown`: they stand on the stage, so pictures carry them.
FACES: tuple[dict[str, str | bool], ...] = (
    {"file": "inter-400", "family": "Inter", "weight": "400", "shown": True},
    {"file": "inter-600", "family": "Inter", "weight": "600", "shown": True},
    {"file": "stix-two-text-italic", "family": _SERIF, "style": "italic", "shown": True},
    {**_SIGNS, "style": "italic", "shown": True},
    {"file": "stix-two-text-normal", "family": _SERIF, "style": "normal", "shown": True},
    {**_SIGNS, "style": "normal", "shown": True},
    {"file": "dejavu-sans-mono", "family": "DejaVu Sans Mono", "shown": True},
    {"file": "stix-two-math", "family": "STIX Two Math", "shown": False},
)


def folder() -> Path:
    """The folder of the browser's files: the installed package's own, else the checkout's.

    Raises: FileNotFoundError when there is neither, which a broken build alone can cause.
    """
    places = (_PACKAGE / "static", _PACKAGE.parent / "static")
    for place in places:
        if place.is_dir():
            return place
    looked = " or ".join(str(place) for place in places)
    raise FileNotFoundError(f"static files: no folder {looked}. One is expected. Install the package again.")


def application() -> Path:
    """The script that `panel serve` runs: the installed package's `app.py`, else the checkout's."""
    return folder().parent / "app.py"


def read_text(name: str) -> str:
    """The text of a file of `static/`, named by its path inside it ("stage.css")."""
    return (folder() / name).read_text(encoding="utf-8")


def data_url(name: str) -> str:
    """A file of `static/` as a `data:` URL, so that a page or a style sheet can carry it.

    Raises: ValueError for a kind of file that the page is not known to use.
    """
    path = folder() / name
    if path.suffix not in _MEDIA_TYPES:
        known = ", ".join(sorted(_MEDIA_TYPES))
        raise ValueError(f"{name}: no media type for '{path.suffix}'. Known are {known}. Add it to assets.py.")
    content = base64.b64encode(path.read_bytes()).decode("ascii")
    return f"data:{_MEDIA_TYPES[path.suffix]};base64,{content}"


def look() -> dict[str, Any]:
    """What the page wears: `styles`, one sheet, and `faces`, with each font's file as its `source`."""
    styles = "\n".join(read_text(name) for name in STYLES)
    faces = [{**face, "source": data_url(f"fonts/{face['file']}.woff2")} for face in FACES]
    return {"styles": styles, "faces": faces}


def script() -> str:
    """Every module of `static/` in one script; `$main` then holds what `main.js` exports, and so on.

    Raises: ValueError for an import or export that is not written as those of the project are, CycleError.
    """
    return join({path.stem: path.read_text(encoding="utf-8") for path in folder().glob("*.js")})


# The two ways to import and to export that the project uses, one statement a line.
_IMPORT = re.compile(r'^import \{ (\w+(?:, \w+)*) \} from "explorer/(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:function|const) (\w+))", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def join(modules: Mapping[str, str]) -> str:
    """Modules by name, each as a function that is called once, after those that it imports. Raises: as `script`."""
    imports = {name: _IMPORT.findall(text) for name, text in modules.items()}
    exports = {name: _EXPORT.findall(text) for name, text in modules.items()}
    for name, statements in imports.items():
        for wanted, other in statements:
            missing = set(wanted.split(", ")) - set(exports.get(other, ()))
            if missing:
                raise ValueError(f"{name}.js: {other}.js exports no {', '.join(sorted(missing))}.")
    needs = {name: sorted({other for _, other in statements}) for name, statements in sorted(imports.items())}
    return "".join(_part(name, modules[name], exports[name]) for name in TopologicalSorter(needs).static_order())


def _part(name: str, text: str, exports: list[str]) -> str:
    body = _EXPORT.sub("", _IMPORT.sub(r"const { \1 } = $\2;", text))
    odd = _OTHER.search(body)
    if odd:
        raise ValueError(f"{name}.js: {odd[0]!r}. Expected a named import or export, on one line.")
    return f"const ${name} = (() => {{\n{body}\nreturn {{ {', '.join(exports)} }};\n}})();\n"
