"""One HTML file that plays a pass without a server: the page's own script, and the answers that a server would give.

    text = html_page("Batch", "en", book, {"film": [first, second]})

It asks nobody for anything, which its policy enforces. Answers are bytes as a server sends them, by question; those to
one question, for sample after sample, are packed together, as they differ in a few numbers.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from explorer import assets

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>html, body {{ margin: 0; height: 100%; overflow: hidden; }} #explorer {{ height: 100%; }}</style>
</head>
<body>
<div id="explorer"></div>
<script type="application/json" id="book">{book}</script>
<script>{script}</script>
</body>
</html>
"""
# Styles are set on elements as they are drawn, pictures are drawn from memory; everything else has to be in the file.
_POLICY = (
    "default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; font-src data:; img-src data: blob:"
)


def html_page(title: str, language: str, book: Mapping[str, Any], answers: Mapping[str, Sequence[bytes]]) -> str:
    """The file's text. `title` and `language` are the document's own; `book` is JSON that `static/replay.js` reads.

    `answers` to each question, one for every sample held, or a single one for all.
    """
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    told = {**book, "answers": {question: _packed(group) for question, group in answers.items()}}
    return _PAGE.format(
        language=escape(language),
        policy=_POLICY.format(digest=digest),
        title=escape(title),
        book=_inert(json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)),
        script=script,
    )


def _script() -> str:
    """The page's modules and what it wears. Raises: ValueError where its text would end the element around it."""
    look = _inert(json.dumps(assets.look(), ensure_ascii=False))
    text = f"\n{assets.script()}$replay.replay({look});\n"
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError("static/*.js: '</script' or '<!--' would end the script of an HTML file. Write it in parts.")
    return text


def _inert(text: str) -> str:
    """JSON as it may stand in a script element, whoever wrote its texts."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _packed(group: Sequence[bytes]) -> list[Any]:
    """[lengths of the answers, the answers in one run, deflated, in base 64]."""
    return [[len(answer) for answer in group], base64.b64encode(zlib.compress(b"".join(group), 9)).decode("ascii")]
