"""The browser's files: where they lie, and how they travel inside a page that fetches nothing.

In a checkout `static/` lies beside the package, in an installation inside it; nothing else in the
project needs to know. Modules reach the browser as an import map of `data:` URLs, because a
component's code is loaded from a Blob, where relative imports have no folder to be relative to.
"""

import base64
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# Spelled out: the operating system's own table differs from machine to machine.
_MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


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


def import_map() -> dict[str, dict[str, str]]:
    """An import map in which `explorer/x.js` is `static/x.js`, for every module in the folder."""
    names = sorted(path.relative_to(folder()).as_posix() for path in folder().rglob("*.js"))
    return {"imports": {f"explorer/{name}": data_url(name) for name in names}}
