"""A graph's text up to its grammar: limits, characters and indentation checked, then Python's `ast` as a parser only.

Everything that could make `ast` warn, exhaust memory or count differently from the reader (strings, odd numbers, bytes
instead of characters) is refused or translated here, before it sees the text; what is still too much for it becomes a
ParseError like any other. Nothing is ever evaluated.
"""

from __future__ import annotations

import ast
import keyword
import math
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypedDict

from explorer.engine.errors import Message, ParseError

MAX_BYTES = 1_000_000
MAX_LINES = 100_000
MAX_DEPTH = 50

# One character for one, so that columns stay what they are. The look-alikes of · are what keyboards and papers give;
# Python would take the Greek one for a letter.
SYMBOLS = str.maketrans({"·": "@", "\u0387": "@", "⋅": "@", "⊙": "*", "∘": "*", "−": "-"})
TOKEN = re.compile(
    r"(?P<space>[ \t]+)|(?P<end>\r\n|\r|\n)|(?P<comment>\#[^\r\n]*)"
    r"|(?P<number>(?:[0-9]|\.[0-9])(?:[eE][-+−](?=[0-9])|[.\w]|[^\x00-\x7f·\u0387⋅⊙∘−])*)"
    r"|(?P<operator>\*\*|[-+*/@=·\u0387⋅⊙∘−])|(?P<open>[(\[])|(?P<close>[)\]])|(?P<mark>[.,:;])"
    r"|(?P<name>(?:\w|[^\x00-\x7f·\u0387⋅⊙∘−])+)|(?P<other>.)",
    re.DOTALL,
)
DIGITS = r"[0-9]+(?:_[0-9]+)*"
NUMBER = re.compile(rf"(?:{DIGITS}(?:\.(?:{DIGITS})?)?|\.{DIGITS})(?:[eE][+-]?{DIGITS})?\Z")


class Place(TypedDict):
    """Where something stands in the text as it was given, from 1."""

    line: int
    column: int


@dataclass
class Source:
    """The text in the form that `ast` reads, and where each of its lines stood in the text as it was given."""

    given: list[str]
    lines: list[str] = field(default_factory=list)
    indents: list[int] = field(default_factory=list)
    longest: int = 1  # the line on which the statement of most tokens begins: what is too deep is that one

    def column(self, line: int, offset: int) -> int:
        """Characters from 1, in the given text, of an offset that `ast` counts in UTF-8 bytes of the read text."""
        return len(self.lines[line - 1].encode()[:offset].decode(errors="ignore")) + self.indents[line - 1] + 1

    def text(self, node: ast.AST) -> str:
        """The given text of a piece of the grammar; of one that spans lines, joined into one."""
        first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        start = self.column(first, node.col_offset) - 1  # type: ignore[attr-defined]
        end = self.column(last, node.end_col_offset) - 1  # type: ignore[attr-defined]
        if first == last:
            return self.given[first - 1][start:end]
        pieces = [self.given[first - 1][start:], *self.given[first : last - 1], self.given[last - 1][:end]]
        return " ".join(piece.partition("#")[0].strip() for piece in pieces)

    def place(self, node: ast.AST) -> Place:
        """`line` and `column` of a piece of the grammar, for an error."""
        line = node.lineno  # type: ignore[attr-defined]
        return {"line": line, "column": self.column(line, node.col_offset)}  # type: ignore[attr-defined]


def read(text: str) -> tuple[Source, list[ast.stmt]]:
    """The statements of a graph's text, in order.

    Raises: ParseError, with line and column, for everything that is no such text.
    """
    if not isinstance(text, str):
        raise ParseError(Message("The graph is a {kind}. Expected text. Pass a str.", kind=type(text).__name__))
    size = len(text.encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        raise ParseError(
            Message(
                "The text has {size} bytes. Expected at most {max_bytes}. Shorten it.",
                size=f"{size:,}",
                max_bytes=f"{MAX_BYTES:,}",
            ),
            line=1,
            column=1,
        )
    source = _check(text)
    try:
        tree = ast.parse("\n".join(source.lines) + "\n")
    except SyntaxError as error:
        raise _syntax_error(error, source) from None
    except (RecursionError, MemoryError, ValueError):
        line = source.longest
        raise ParseError(
            Message(
                "Line {line} is too long or too deep to read. Expected at most some hundred operations in a "
                "line. Split it into several lines with names.",
                line=line,
            ),
            line=line,
            column=source.indents[line - 1] + 1,
        ) from None
    if not tree.body:
        raise ParseError(
            Message("The text has no lines. Expected name = expression. Start with x = input(3)."), line=1, column=1
        )
    return source, tree.body


def _check(text: str) -> Source:
    """One scan over the characters: what they are, how deep brackets go, and that all lines begin in one column."""
    given = re.split(r"\r\n|\r|\n", text)
    count = len(given) - (not given[-1])  # the last line's end begins no other
    if count > MAX_LINES:
        raise ParseError(
            Message(
                "The text has {count} lines. Expected at most {max_lines}. Shorten it.",
                count=f"{count:,}",
                max_lines=f"{MAX_LINES:,}",
            ),
            line=MAX_LINES + 1,
            column=1,
        )
    source = Source(given)
    indent: str | None = None
    depth = statement = tokens = most = 0
    for number, (line, pieces) in enumerate(zip(given, _by_line(text), strict=True), 1):
        code = [piece for piece in pieces if piece.lastgroup not in ("space", "comment")]
        start = pieces[0].start() if pieces else 0
        margin = line[: code[0].start() - start] if code else line
        if depth == 0:
            statement, tokens = number, 0
            indent = margin if code and indent is None else indent
            if code and margin != indent:
                raise ParseError(
                    Message(
                        "Line {number} is indented differently from the lines above. Expected one margin for "
                        "all lines. Align them.",
                        number=number,
                    ),
                    line=number,
                    column=len(margin) + 1,
                )
        for piece in code:
            depth = _check_token(piece, depth, number, piece.start() - start + 1)
        tokens += len(code)
        if tokens > most:
            most, source.longest = tokens, statement
        source.lines.append(line[len(margin) :].partition("#")[0].translate(SYMBOLS))
        source.indents.append(len(margin))
    return source


def _by_line(text: str) -> Iterator[list[re.Match[str]]]:
    """The tokens of each physical line; the last line has no end, and may be empty."""
    line: list[re.Match[str]] = []
    for token in TOKEN.finditer(text):
        if token.lastgroup == "end":
            yield line
            line = []
        else:
            line.append(token)
    yield line


def _check_token(token: re.Match[str], depth: int, line: int, column: int) -> int:
    """Refuse what is no token of the language; the bracket depth after it."""
    kind, text = token.lastgroup, token.group()
    if kind == "close":
        return max(depth - 1, 0)
    depth += kind == "open"
    if kind == "name" and not text.isidentifier():
        # A name is spoilt from its first bad character on, so that one can be found by halving.
        bad = bisect_left(range(1, len(text) + 1), True, key=lambda length: not text[:length].isidentifier())
        _refuse_character(text[bad], line, column + bad)
    if kind == "other" and text != ";":
        _refuse_character(text, line, column)
    wrong = _wrong_depth(depth, line) if kind == "open" else _wrong_token(token, line)
    if wrong is not None:
        raise ParseError(wrong, line=line, column=column)
    return depth


def _wrong_depth(depth: int, line: int) -> Message | None:
    if depth <= MAX_DEPTH:
        return None
    return Message(
        "Brackets (line {line}) are nested {depth} deep. Expected at most {max_depth}. Give the "
        "inner parts lines of their own.",
        line=line,
        depth=depth,
        max_depth=MAX_DEPTH,
    )


def _wrong_token(token: re.Match[str], line: int) -> Message | None:
    kind, text = token.lastgroup, token.group()
    if kind == "number":
        return _wrong_number(text, line)
    if kind == "operator":
        return _wrong_operator(token, line)
    if kind == "name" and keyword.iskeyword(text):
        return Message(
            "'{text}' (line {line}) is a word that Python keeps for itself. Expected a name. Write "
            "{text}_, or another one.",
            text=text,
            line=line,
        )
    if text == ";":
        return Message(
            "';' (line {line}) is no part of a graph's text. Expected one definition on a line. Begin a new line.",
            line=line,
        )
    return None


def _wrong_number(text: str, line: int) -> Message | None:
    number = text.translate(SYMBOLS)
    if not NUMBER.match(number):
        return Message(
            "'{text}' (line {line}) is no number. Expected digits, as 2, 0.5 or 1e-3. Put a space or "
            "an operator between a number and a name.",
            text=clip(text, 30),
            line=line,
        )
    if not math.isfinite(float(number)):
        return Message(
            "'{text}' (line {line}) is too large. Expected a finite number. Write a smaller one.",
            text=clip(text, 30),
            line=line,
        )
    return None


def _wrong_operator(token: re.Match[str], line: int) -> Message | None:
    text, follows = token.group(), token.string[token.end() : token.end() + 1]
    if not follows or text + follows == "**" or (text + follows).translate(SYMBOLS) not in ("**", "@=", "*=", "-="):
        return None
    return Message(
        "'{text}{follows}' (line {line}) is no operator. Expected one of + − * / ** @. Remove one.",
        text=text,
        follows=follows,
        line=line,
    )


def _refuse_character(character: str, line: int, column: int) -> None:
    name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    raise ParseError(
        Message(
            "'{shown}' ({name}, line {line}) is no part of a graph's text. Expected names, numbers, brackets "
            "and + − * / ** @ · ⊙. Remove it.",
            shown=shown,
            name=name,
            line=line,
        ),
        line=line,
        column=column,
    )


def clip(text: str, length: int = 60) -> str:
    """A piece of the text, short enough for a message."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _syntax_error(error: SyntaxError, source: Source) -> ParseError:
    line = min(max(error.lineno or 1, 1), len(source.lines))
    offset = min(max(error.offset or 1, 1), len(source.lines[line - 1]) + 1)
    found = re.sub(r"[.\s]*\Z", "", str(error.msg).replace(";", ". ").partition(". ")[0])
    return ParseError(
        Message(
            "Line {line}: {found}. Expected name = expression, as z = W @ x + b. Mend the expression.",
            line=line,
            found=_python_says(found),
        ),
        line=line,
        column=offset + source.indents[line - 1],
    )


def _python_says(found: str) -> Message | str:
    """Python's commonest complaints as messages, which have translations; any other is quoted."""
    if found == "invalid syntax":
        return Message("invalid syntax")
    if never := re.fullmatch(r"'(.)' was never closed", found):
        return Message("'{bracket}' was never closed", bracket=never[1])
    if alone := re.fullmatch(r"unmatched '(.)'", found):
        return Message("unmatched '{bracket}'", bracket=alone[1])
    return found
