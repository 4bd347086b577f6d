"""The HTML file as text: whoever wrote its words, it holds what was put in, and only its own script may run."""

import base64
import hashlib
import json
import re
import zlib
from html.parser import HTMLParser

import pytest

from explorer import assets
from explorer.export.html import html_page

EVIL = "</script><script>alert(1)</script><!--"


class _Scripts(HTMLParser):
    """The script elements of a page, with what stands in them, and its title and policy."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.policy = self.title = self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        found = dict(attrs)
        if tag == "script":
            self.scripts.append((found, ""))
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = str(found["content"])

    def handle_data(self, data: str) -> None:
        if self._inside == "script" and self.scripts:
            attributes, text = self.scripts.pop()
            self.scripts.append((attributes, text + data))
        if self._inside == "title":
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


def test_words_of_users_stay_words() -> None:
    answers = {json.dumps(["film"]): [EVIL.encode(), b"two"], EVIL: [b""]}
    page = _Scripts(html_page(EVIL, "en", {"about": EVIL + "\u2028"}, answers))
    assert page.title == EVIL
    (data, book), (code, script) = page.scripts
    assert (data["type"], code) == ("application/json", {})
    told = json.loads(book)
    assert told["about"] == EVIL + "\u2028"
    lengths, packed = told["answers"]['["film"]']
    assert zlib.decompress(base64.b64decode(packed)) == EVIL.encode() + b"two" and lengths == [len(EVIL), 3]
    assert EVIL in told["answers"]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page.policy and page.policy.startswith("default-src 'none'")
    assert not re.search(r"(?:https?|ws):", page.policy)


def test_a_module_that_would_end_the_script_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "script", lambda: 'const a = "</script>";')
    with pytest.raises(ValueError, match="would end the script"):
        html_page("", "en", {}, {})
