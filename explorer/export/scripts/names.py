"""Names of a script: the graph's own wherever they can stay, others that clash with none."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable

from explorer.engine.graph import Graph
from explorer.export.scripts.library import NUMPY, TORCH

OWN = {"np", "torch", "B", "objective", "learning_rate", "gradient", "leaf", "name", *NUMPY.own, *TORCH.own}
RESERVED = OWN | set(keyword.kwlist) | set(dir(builtins))


class Names:
    """Gives every line, intermediate result and gradient its name in the script."""

    def __init__(self, graph: Graph) -> None:
        self._taken = set(RESERVED)
        lines = [name for name in graph.nodes if name not in RESERVED]
        self._taken.update(lines)
        self.lines = {name: name if name in lines else self.fresh(name) for name in graph.nodes}
        self.gradients = {name: self.fresh(f"d_{name}") for name in graph.nodes}

    def fresh(self, wanted: str) -> str:
        """The name that is wanted, or with an underline or more after it."""
        while wanted in self._taken:
            wanted += "_"
        self._taken.add(wanted)
        return wanted

    def inside(self, line: str, count: int) -> list[str]:
        """Names of a line's intermediate results."""
        return [self.fresh(f"{self.lines[line]}_{place}") for place in range(1, count + 1)]


def one_line(words: str) -> str:
    """A reader's words as part of a comment: they end no line and begin no other."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())


def comment(words: Iterable[str]) -> list[str]:
    """Lines of comment."""
    return [f"# {one_line(line)}".rstrip() for line in words]
