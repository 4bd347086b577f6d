"""What a lesson is once it has been read: one case, ready to be traced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from explorer.engine.graph import Graph
from explorer.explain.errata import Erratum
from explorer.notation import Notation


@dataclass(frozen=True, eq=False)
class Lesson:
    """One case of a lesson.

    Numbers: `data` batch-first arrays by input or target, `params` arrays by parameter, float64 and read-only.
    `places` maps (step kind, node) to the place in the handout, `errata` are the handout's slips.
    `opening` and `notes`, by (step kind, node), are for whoever stands before the class.
    """

    id: str
    title: str
    group: str
    handout: str
    about: str
    graph: Graph
    data: Mapping[str, np.ndarray]
    params: Mapping[str, np.ndarray]
    learning_rate: float
    notation: Notation
    places: Mapping[tuple[str, str], str]
    errata: tuple[Erratum, ...] = ()
    opening: str = ""
    notes: Mapping[tuple[str, str], str] = field(default_factory=dict)
