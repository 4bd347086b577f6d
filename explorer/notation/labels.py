"""Labels: short pieces of mathematics with subscripts and superscripts, and their markup in lesson files.

A label is a tuple of (text, script) parts, script being "", "sub" or "sup": b₁ is (("b", ""), ("1", "sub")).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

Label = tuple[tuple[str, str], ...]

SCRIPTS = {"_": "sub", "^": "sup"}
SUBSCRIPTS = str.maketrans("0123456789+-=()aehijklmnoprstuvxβγρφχ−", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ₋")
SUPERSCRIPTS = str.maketrans("0123456789+-=()abcdefghijklmnoprstuvwxyzT−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ⁻")


def parse_label(markup: str) -> Label:
    """Read compact markup: "W^{(1)}", "b_1", "ŷ", "w_{i,j}".

    A script holds one character, or what stands between braces. Scripts do not nest.
    Raises: ValueError that quotes the markup and gives the character, counted from 1, where it goes wrong.
    """
    text = unicodedata.normalize("NFC", markup)
    if not text.strip():
        raise _malformed(markup, 1, "there is nothing to show", "Write a symbol, such as W or b_1")
    parts: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character in SCRIPTS:
            if not parts:
                raise _malformed(markup, position + 1, f"'{character}' has no symbol before it", "Write it as in b_1")
            script, position = _read_script(markup, text, position + 1)
            parts.append((script, SCRIPTS[character]))
        elif character in "{}":
            raise _malformed(markup, position + 1, f"'{character}' belongs to no script", "Write braces after _ or ^")
        else:
            start = position
            while position < len(text) and text[position] not in "_^{}":
                position += 1
            parts.append((text[start:position], ""))
    return tuple(parts)


@lru_cache(maxsize=4_096)
def plain(label: Label) -> str:
    """A label as one line of text, with Unicode scripts where they all exist (b₁, W⁽¹⁾), else as w_{i,q}."""
    return "".join(_plain_part(text, script) for text, script in label)


def _plain_part(text: str, script: str) -> str:
    if not script:
        return text
    table, sign = (SUBSCRIPTS, "_") if script == "sub" else (SUPERSCRIPTS, "^")
    if all(ord(character) in table or (script == "sub" and character == ",") for character in text):
        return text.translate(table)
    return sign + (text if len(text) == 1 else f"{{{text}}}")


def _read_script(markup: str, text: str, position: int) -> tuple[str, int]:
    """The script that starts at `position`, and the position after it."""
    if position >= len(text):
        raise _malformed(markup, position, f"'{text[-1]}' ends the symbol", "Write a script after it, as in b_1")
    if text[position] != "{":
        if text[position] in "_^}":
            raise _malformed(markup, position + 1, f"'{text[position]}' is no script", "Write it as in b_1 or w_{i,j}")
        return text[position], position + 1
    end = text.find("}", position)
    if end < 0:
        raise _malformed(markup, position + 1, "this '{' is never closed", "Add '}'")
    inner = text[position + 1 : end]
    if not inner:
        raise _malformed(markup, position + 1, "the braces are empty", "Write the script between them")
    for offset, character in enumerate(inner):
        if character in "_^{":
            raise _malformed(markup, position + 2 + offset, "scripts do not nest", "Write one script in each braces")
    return inner, end + 1


def _malformed(markup: str, character: int, wrong: str, remedy: str) -> ValueError:
    return ValueError(f"symbol '{markup}' (character {character}): {wrong}. {remedy}.")
