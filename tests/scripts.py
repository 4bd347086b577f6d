"""Words in the browser's modules: which of them are said without the catalogue. Reads tokens, not grammar."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TABS = ("forward", "jacobian", "backward", "batch", "check", "derivation")

_TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\}|[^`\\])*`)"""
    r"""|(?<=[(,=:!&|?[])\s?(?P<pattern>/(?![*/])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\n\\[])+/[a-z]*)"""
    r"""|(?P<name>[A-Za-z_$][\w$]*)|(?P<mark>[!=]==|=>|[(){}\[\],:=])""",
    re.S,
)
_CALLS = {"t", "tn"}
_MAKERS = {"html", "svg"}
_SPOKEN = re.compile(
    r"aria-label|aria-description|aria-valuetext|aria-roledescription|title|placeholder|alt|textContent"
)
# What is not said: names of classes, styles, drawings' data, where modules and elements are found.
_SILENT = {"class", "style", "d", "id", "role", "className", "fill", "import", "from", "font"}
_NAMES = re.compile(
    r"(∂| Backprop Explorer|NumPy|CuPy|NaN|STIX Two Math|Enter|Escape|Home|End|Page(?:Up|Down)|Arrow\w*|Tab|T|ms|px|"
    r"gradient result|munder, munderover)$"
)
_WORDS = re.compile(r"[A-Za-z]{2,}")
_SENTENCE = re.compile(r"(?:^|[\s(“])[A-Z][a-z]+\b|[A-Za-z]{2,}[,:;]? +[A-Za-z]{2,}")
_CODE = re.compile(r"[\[\]<>{}|#=;_/]|px\b|serif|monospace|\(prefers-|^explorer/|\w\(")


@dataclass
class _Open:
    """A bracket: what was called with it, the place of the argument, and the first words since the last comma."""

    call: str
    argument: int = 1
    head: str = ""


def _tokens(source: str) -> Iterator[tuple[str, str, int]]:
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup
        if kind and kind != "pattern":
            yield kind, match[kind], source.count("\n", 0, match.start()) + 1


def _literals(source: str) -> Iterator[tuple[str, int, list[_Open], str]]:
    """Each text with its line, the brackets around it, and the name before it."""
    stack = [_Open("")]
    before = ""
    for kind, token, line in _tokens(source):
        here = stack[-1]
        if kind == "text":
            yield token, line, stack, before
        if kind == "mark" and token in "({[":
            stack.append(_Open(before if token == "(" else ""))
        elif kind == "mark" and token in ")}]" and len(stack) > 1:
            stack.pop()
        elif token == ",":
            here.argument += 1
            here.head = ""
        elif kind in ("name", "text") and (not here.head or before == "="):
            here.head = token.strip("\"'") if kind == "text" or not here.head else here.head
        before = token if token not in ")}]" else ""


def _said(text: str) -> str:
    """A text without its marks and, in a template, without what is filled in."""
    return re.sub(r"\$\{(?:[^{}]|\{[^{}]*\})*\}", "…", text[1:-1])


def words_said_directly(source: str) -> list[str]:
    """Texts that look as if somebody would read or hear them, outside of t() and tn()."""
    found = []
    for literal, line, stack, before in _literals(source):
        here, text = stack[-1], _said(literal)
        if (
            before in ("===", "!==")
            or any(one.call in _CALLS for one in stack)
            or not _WORDS.search(text)
            or _NAMES.match(text)
        ):
            continue
        child = here.call in _MAKERS and here.argument > 2
        spoken = bool(_SPOKEN.fullmatch(here.head)) and here.head != text
        sentence = here.head not in _SILENT and bool(_SENTENCE.search(text)) and not _CODE.search(text)
        if child or spoken or sentence:
            found.append(f"{line}: {literal} ({before})")
    return found


def messages_put_together(source: str) -> list[str]:
    """Calls of t() and tn() whose message is no plain text: nothing could gather it."""
    calls = re.finditer(r"(?<![\w.$])(t|tn)\((?!\s*[\"'])", re.sub(r"//[^\n]*|/\*.*?\*/", "", source, flags=re.S))
    return [match.string[match.start() : match.start() + 60] for match in calls]
