"""Where several contributions meet: in the order in which they arrive, and written out as a sum."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from explorer.engine.arrays import to_host
from explorer.engine.steps import arrivals
from explorer.explain.formula import Array
from explorer.explain.outer import gradient_entry
from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part, number_part, parts

MOST_ENTRIES = 3  # of a vector that a sentence writes out whole
MOST_TERMS = 4


def arriving(scene: Scene, name: str) -> list[tuple[str, Array]]:
    """What each reading sends back to a line, and which line reads: for this sample, to a parameter for all."""
    found = []
    for reader, slot in arrivals(scene.graph, name):
        host = np.asarray(to_host(scene.trace.contributions[reader, name, slot]), dtype=np.float64)
        found.append((reader, host[scene.sample] if scene.graph.nodes[name].batched else host))
    return found


class Written(NamedTuple):
    """A sum in numbers; `of_largest`: of the largest entry alone."""

    equation: list[Part]
    of_largest: bool


def summed(scene: Scene) -> Written | None:
    """∂E/∂s = [0.625, −4.375] + [−0.096, 0.036] = [0.5286, −4.339]; of a long one, its largest entry alone.

    None where there are too many terms.
    """
    name = scene.node.name
    terms, total = [array for _, array in arriving(scene, name)], scene.gradient_of(name)
    if len(terms) > MOST_TERMS:
        return None
    negated = scene.notation.negated(name)
    left = parts(scene.gradient(name))
    of_largest = total.size > MOST_ENTRIES or total.ndim > 1
    if of_largest:
        index = tuple(int(i) for i in np.unravel_index(int(np.argmax(np.abs(total))), total.shape))
        terms, total = [array[index] for array in terms], total[index]
        left = [label_part(gradient_entry(scene, name, index), name)]
    said: list[Part] = [*left, " = "]
    for place, term in enumerate(terms):
        said += [" + "] if place else []
        said += _numbers(term, negated, apart=place > 0)
    return Written([*said, " = ", *_numbers(total, negated, apart=False)], of_largest)


def _numbers(array: Array, negated: bool, apart: bool) -> list[Part]:
    """A number, in parentheses if it is `apart` and has a sign, or a few in brackets."""
    flat = np.asarray(array).reshape(-1)
    if flat.size == 1:
        number = number_part(float(flat[0]), negated)
        return ["(", number, ")"] if apart and (flat[0] < 0) != negated else [number]
    listed = [part for x in flat for part in (", ", number_part(float(x), negated))][1:]
    return ["[", *listed, "]"]
