"""Walks through the inspector's blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

INNER = ("blocks", "sheets", "full", "shortcut", "summed")


def every(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All blocks, those inside sections, Jacobians and derivations too."""
    for block in blocks:
        yield block
        for inner in INNER:
            yield from every(block.get(inner) or [])
        for step in block.get("steps", []):
            yield from every(step.get("blocks", []))
        yield from every([block["formula"]] if "formula" in block else [])
