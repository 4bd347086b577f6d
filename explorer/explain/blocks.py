"""The building blocks of the inspector's tabs, as JSON-able data.

A block is a dict with its `kind`: formula, note, section, jacobian, samples or stack. Sentence parts are those of the
narration; formulas are MathML in JSON, in chunks between which the page may break a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from explorer.explain import formula as f
from explorer.explain.ledger import ledger
from explorer.explain.mathml import element, infix
from explorer.explain.numbers import json_number
from explorer.explain.printer import Printer
from explorer.explain.scene import Scene
from explorer.explain.text import Part, text
from explorer.notation import Label

Block: TypeAlias = dict[str, Any]
TIMES = "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}"  # of sizes in sentences, 2 × 3
BINARY_FROM = 2_000  # numbers; fewer travel as a plain list


def line(
    left: f.Formula | None, right: f.Formula, *, numbers: bool = False, shapes: bool = False, role: str = ""
) -> Block:
    """One line of a calculation: left = right, or a further "= right". `role` is symbols, numbers or result.

    `shapes` writes the shape of every factor under it.
    """
    spoken = text(right, numbers)
    told = ledger(left, right) if shapes else None
    return {
        "left": Printer("symbols").row(left) if left is not None else None,
        "chunks": Printer("numbers" if numbers else "symbols").chunks(right),
        "role": role or ("numbers" if numbers else "symbols"),
        "text": f"{text(left)} = {spoken}" if left is not None else f"= {spoken}",
        **({"ledger": told} if told else {}),
    }


def joined(*lines: Block) -> Block:
    """Lines of one calculation on one: a = b = c. The role is the last one's."""
    first, *others = lines
    chunks = list(first["chunks"])
    for other in others:
        head, *tail = other["chunks"]
        chunks += [element("mrow", infix("="), head), *tail]
    return {**first, "chunks": chunks, "text": " ".join(one["text"] for one in lines)}


def assignment(left: f.Formula, right: f.Formula) -> Block:
    """left ← right."""
    block, told = line(left, right), ledger(left, right, sign="←")
    spoken = block["text"].replace(" = ", " ← ", 1)
    return {**block, "sign": "←", "text": spoken, **({"ledger": told} if told else {})}


def calculation(left: f.Formula, right: f.Formula, result: f.Formula | None = None, *, shapes: bool = False) -> Block:
    """Symbols, then this sample's numbers, then the result (the left side's own numbers if none is given)."""
    lines = [line(left, right, shapes=shapes)]
    if not isinstance(right, f.Symbol):
        spelled = f.spelled_out(right)
        lines += [line(None, spelled, numbers=True)] if spelled is not right else []
        lines.append(line(None, right, numbers=True))
    lines.append(line(None, result or left, numbers=True, role="result"))
    return formula(*lines)


def formula(*lines: Block, caption: Sequence[Part] = ()) -> Block:
    """Lines of a calculation; one that says again what stands above it takes its place."""
    kept: list[Block] = []
    for one in lines:
        if kept and one["left"] is None and _right(one) == _right(kept[-1]):
            above = kept.pop()
            one = {**one, "left": above["left"], "text": above["text"]}
        kept.append(one)
    return {"kind": "formula", "lines": kept, "caption": list(caption)}


def _right(one: Block) -> str:
    return str(one["text"]).partition("= ")[2]


def note(*parts: Part) -> Block:
    """A remark in words."""
    return {"kind": "note", "parts": list(parts)}


def section(title: Sequence[Part], *blocks: Block, badge: str = "") -> Block:
    """Blocks under a heading; `badge` is small print beside it."""
    return {"kind": "section", "title": list(title), "badge": badge, "blocks": list(blocks)}


def flat_numbers(numbers: f.Array) -> Any:
    """Numbers in C order: a list where they are few, one binary leaf where they are many."""
    flat = np.ascontiguousarray(numbers, dtype=np.float64).reshape(-1)
    if flat.size >= BINARY_FROM:
        return flat
    return [json_number(x) for x in flat]


def shape_words(scene: Scene, name: str) -> str:
    """(4,3), (4,1), (4,), (): the shape of a line as it stands in formulas."""
    shape = scene.graph.nodes[name].shape
    if scene.is_flat(name):
        return f"({shape[0]},)"
    standing = shape if len(shape) != 1 else (1, *shape) if scene.rows else (*shape, 1)
    return f"({','.join(map(str, standing))})"


def columns(scene: Scene, name: str, kind: str, indices: list[tuple[int, ...]], label: Label) -> Block:
    """The names of a tensor's columns, and of the cells where the stage shows the chosen sample's numbers."""
    alone = len(indices) == 1
    own = kind == "gradient" and scene.notation.gradient_is_own(name)
    entry = scene.own_gradient_entry if own else scene.notation.element
    return {
        "columns": [label if alone else entry(name, index) for index in indices],
        "cells": [f"{kind}:{','.join(map(str, index)) or 0}" for index in indices],
    }
