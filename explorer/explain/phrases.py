"""Pieces of sentences: key clauses, symbols, lists, and the ops' own texts with the lesson's symbols in them."""

from __future__ import annotations

import string
from collections.abc import Sequence

from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part

COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


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
    for literal, field, _, _ in string.Formatter().parse(text):
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
