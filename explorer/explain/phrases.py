"""Pieces of sentences: key clauses, symbols, lists, and the ops' own texts with the lesson's symbols in them."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence

from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part, merged
from explorer.locale import _, pgettext, plural

STRONG = "**"

COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def say(message: str, /, **fields: Part | Sequence[Part]) -> list[Part]:
    """A sentence in the language that is spoken; `{field}` is a part or several, between ** stands its key clause.

    say("**{z} receives {sent}**, a row for each sample.", z=symbol(scene, "z"), sent=parts(formula))
    """
    return _filled(_(message), fields)


def say_many(one: str, many: str, n: int, /, **fields: Part | Sequence[Part]) -> list[Part]:
    """A sentence about `n` things, in the language's own plural form; `{n}` is their number."""
    return _filled(plural(one, many, n), {"n": str(n), **fields})


def _filled(text: str, fields: Mapping[str, Part | Sequence[Part]]) -> list[Part]:
    """The text with its fields filled in. Raises: KeyError for a field that nobody gave."""
    said: list[Part] = []
    for place, piece in enumerate(text.split(STRONG)):
        filled: list[Part] = []
        for literal, field, *_rest in string.Formatter().parse(piece):
            filled += [literal] if literal else []
            if field is not None:
                given = fields[field]
                filled += [given] if isinstance(given, str | dict) else given
        said += [{"strong": merged(filled)}] if place % 2 else filled
    return merged(said)


def sentences(*said: Sequence[Part]) -> list[Part]:
    """Sentences one after the other, with what stands between two of them in the language that is spoken."""
    between = pgettext("between sentences", " ")
    kept = [one for one in said if one]
    return merged([part for place, one in enumerate(kept) for part in ((between, *one) if place else one)])


def strong(*said: Part) -> Part:
    """The key clause of a sentence."""
    return {"strong": list(said)}


def symbol(scene: Scene, name: str) -> Part:
    return label_part(scene.label(name), name)


def listed(items: Sequence[Sequence[Part]], word: str = "and") -> list[Part]:
    """a, b and c."""
    said: list[Part] = []
    for position, item in enumerate(items):
        said += [] if not position else [f" {word} " if position == len(items) - 1 else ", "]
        said += item
    return said


def count(number: int) -> str:
    return COUNTS[number] if number < len(COUNTS) else str(number)


def template(scene: Scene, text: str, position: int, out: Part, operands: list[list[Part]]) -> list[Part]:
    """One of an op's own texts with the lesson's symbols in it."""
    said: list[Part] = []
    op = scene.node.code[position].op
    for literal, field, *_rest in string.Formatter().parse(text):
        said += [literal] if literal else []
        if field is None:
            continue
        if field == "out":
            said.append(out)
        elif field == "all":
            said += listed(operands, "and")
        elif field.isdigit():
            said += operands[int(field)]
        else:
            said.append(str(getattr(op, field.partition(".")[2])))
    return said
