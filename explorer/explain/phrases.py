"""Pieces of sentences: key clauses, symbols, lists, and the ops' own texts with the lesson's symbols in them."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import TypeAlias

from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part, merged
from explorer.locale import ENGLISH, _, pgettext, plural, spoken

Fields: TypeAlias = dict[str, Part | Sequence[Part]]

STRONG = "**"
OF_TENSORS = re.compile(r"\[\[(.*?)\]\]")

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
    between = " " if pgettext("a space between sentences", "yes") == "yes" else ""
    kept = [one for one in said if one]
    return merged([part for place, one in enumerate(kept) for part in ((between, *one) if place else one)])


def symbol(scene: Scene, name: str) -> Part:
    return label_part(scene.label(name), name)


def listed(items: Sequence[Sequence[Part]], word: str = "and") -> list[Part]:
    """a, b and c."""
    *others, last = items
    if not others:
        return list(last)
    between = pgettext("between the items of a list", ", ")
    before = [part for place, item in enumerate(others) for part in ((between, *item) if place else item)]
    if word == "or":
        return say("{items} or {last}", items=before, last=last)
    return say("{items} and {last}", items=before, last=last)


def count(number: int) -> str:
    """A small number in words in English; elsewhere in digits, for such words agree with what is counted."""
    return COUNTS[number] if spoken() == ENGLISH and number < len(COUNTS) else str(number)


def own_sentence(scene: Scene, position: int, out: Part, operands: Sequence[Sequence[Part]]) -> list[Part]:
    """What an operation of the line says of itself, with the lesson's symbols in it."""
    apply = scene.node.code[position]
    said = OF_TENSORS.sub(r"\1" if apply.shape else "", _(apply.op.says_forward))
    fields: Fields = {str(place): one for place, one in enumerate(operands)}
    for _literal, field, *_rest in string.Formatter().parse(said):
        if field is not None and "." in field:
            fields[field] = str(attrgetter(field)(apply))
    return _filled(said, {**fields, "out": out, "all": listed(operands)})
