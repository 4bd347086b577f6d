"""Derivations to look at: those of every line, their calculations, and whether each line says the same number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from explorer.engine.graph import Graph
from explorer.engine.trace import Trace
from explorer.explain.derivation.steps import Calculation, Derivation
from explorer.explain.derivation.tab import derivations
from explorer.explain.scene import Scene
from explorer.explain.text import as_text, text
from explorer.notation import Notation


@dataclass(frozen=True)
class Found:
    """A line of a derivation that does not say what the line before it said."""

    step: str
    line: str
    said: np.ndarray
    wanted: np.ndarray


def scene_of(
    graph: Graph,
    trace: Trace,
    notation: Notation,
    name: str,
    sample: int = 0,
    entries: Mapping[str, tuple[int, ...]] | None = None,
    stacked: bool = False,
) -> Scene:
    return Scene(graph, trace, notation, graph.nodes[name], sample, 0.1, entries or {}, stacked)


def reached(graph: Graph) -> list[str]:
    """Lines that have a derivation."""
    return [name for name, node in graph.nodes.items() if node.kind != "target" and name in graph.reached]


def told(scene: Scene) -> list[Derivation]:
    with np.errstate(all="ignore"):
        return derivations(scene)


def calculations(derivation: Derivation) -> Iterator[tuple[str, Calculation]]:
    """All calculations with the title of their step."""
    for step in derivation.steps:
        for piece in step.pieces:
            if isinstance(piece, Calculation):
                yield as_text(list(step.title)), piece


def wrong(derivation: Derivation) -> list[Found]:
    """The lines that differ from the left side of their calculation."""
    found = []
    with np.errstate(all="ignore"):
        for title, calculation in calculations(derivation):
            left = calculation.lines[0].left
            assert left is not None, title
            wanted = np.asarray(left.evaluate()).reshape(-1)
            for line in calculation.lines:
                said = np.asarray(line.right.evaluate()).reshape(-1)
                if said.size != wanted.size or not np.allclose(said, wanted, rtol=1e-9, atol=1e-12):
                    found.append(Found(title, text(line.right, line.numbers), said, wanted))
    return found


def results(derivation: Derivation) -> list[np.ndarray]:
    """The numbers that calculations come to."""
    return [
        np.asarray(line.right.evaluate()).reshape(-1)
        for _, calculation in calculations(derivation)
        for line in calculation.lines
        if line.result
    ]


def lines(derivation: Derivation) -> str:
    """Everything that a derivation says, a line of text for each of its lines."""
    said = []
    for _, calculation in calculations(derivation):
        for line in calculation.lines:
            left = f"{text(line.left)} " if line.left is not None else ""
            said.append(f"{left}= {text(line.right, line.numbers)}")
    return "\n".join(said)
