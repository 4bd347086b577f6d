"""What a film is about: whatever has a graph, its notation and its places in a handout. A lesson has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from explorer.engine.graph import Graph
from explorer.explain.errata import Erratum
from explorer.notation import Notation


class Subject(Protocol):
    """The graph and how it is spoken of.

    `places` maps (step kind, node) to the place in the handout, `errata` are the handout's slips,
    `opening` and `notes`, by (step kind, node), are for whoever stands before the class.
    """

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def handout(self) -> str: ...
    @property
    def about(self) -> str: ...
    @property
    def graph(self) -> Graph: ...
    @property
    def notation(self) -> Notation: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def places(self) -> Mapping[tuple[str, str], str]: ...
    @property
    def errata(self) -> Sequence[Erratum]: ...
    @property
    def opening(self) -> str: ...
    @property
    def notes(self) -> Mapping[tuple[str, str], str]: ...
