"""What every op of the registry is tried on: shapes, options, domains and batches.

An op that the table does not name is tried on whatever plain shapes it accepts, so a new op is tested from the moment
it is registered; a line here is needed only for options or for a domain that is not all of ℝ.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from explorer.engine.ops import REGISTRY, Op, OperandError

Shape = tuple[int, ...]
Draw = Callable[[np.random.Generator, Shape], np.ndarray]


def real(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Any sign, away from 0 (where some ops have a kink) and from each other (where max has one)."""
    size = math.prod(shape)
    values = 0.2 + 0.06 * np.arange(size) + 0.01 * rng.random(size)
    return (rng.permutation(values) * rng.choice([-1.0, 1.0], size)).reshape(shape)


def normal(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    return rng.normal(size=shape)


def positive(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    return rng.uniform(0.3, 2.5, size=shape)


def probability(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    return rng.uniform(0.2, 0.8, size=shape)


def hard(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    return rng.integers(0, 2, size=shape).astype(float)


def sign(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    return rng.choice([-1.0, 1.0], size=shape)


@dataclass(frozen=True)
class Case:
    """One op with its options, its operands' sample shapes and the domains that they are drawn from."""

    name: str
    shapes: tuple[Shape, ...]
    draws: tuple[Draw, ...]
    options: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        told = ",".join(f"{key}={value}" for key, value in self.options.items())
        return f"{self.name} {' '.join(map(str, self.shapes))} {told}".replace(" ", "").replace("/", "÷")

    def op(self) -> Op:
        return REGISTRY[self.name](**self.options)

    def primals(self, batches: tuple[int, ...], seed: int = 0) -> list[np.ndarray]:
        rng = np.random.default_rng([seed, *map(ord, self.name)])
        return [draw(rng, (*shape, batch)) for draw, shape, batch in zip(self.draws, self.shapes, batches, strict=True)]

    def batches(self) -> Iterator[tuple[int, ...]]:
        """Operands shared or batched in every combination; batches of 0, 1, 7 and of every width."""
        widths = {length for shape in self.shapes for length in shape}
        for shared in itertools.product((True, False), repeat=len(self.shapes)):
            if all(shared):
                yield (1,) * len(shared)
            else:
                yield from (tuple(1 if alone else n for alone in shared) for n in sorted({0, 7} | widths - {1}))


PLAIN: list[tuple[Shape, ...]] = [((),), ((3,),), ((2, 3),)]
PAIRS: list[tuple[Shape, ...]] = [
    ((), ()), ((3,), (3,)), ((2, 3), (2, 3)), ((3,), ()), ((), (3,)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 1), (1, 3)),
    ((), (2, 3)), ((1,), (3,)),
]
PRODUCTS: list[tuple[Shape, ...]] = [
    ((4, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4)), ((3,), (3,)), ((3, 3), (3,)), ((3,), (3, 3)), ((3, 3), (3, 3)),
    ((1, 3), (3,)), ((3, 1), (1,)), ((1, 1), (1,)), ((2, 1), (1, 3)), ((1, 3), (3, 1)), ((2, 1, 3), (3,)),
]
AXES: list[tuple[tuple[Shape, ...], dict[str, Any]]] = [
    (((3,),), {"axis": 0}), (((2, 3),), {"axis": 0}), (((2, 3),), {"axis": -1}), (((2, 3, 2),), {"axis": 1}),
]
DOMAINS: dict[str, tuple[Draw, ...]] = {
    "log": (positive,), "sqrt": (positive,), "**": (positive, real), "bce": (probability, probability),
    "bce_with_logits": (normal, probability), "cross_entropy": (positive, probability),
    "cross_entropy_with_logits": (normal, probability), "hinge": (real, sign),
}
MORE: dict[str, list[tuple[tuple[Shape, ...], dict[str, Any]]]] = {
    **{name: AXES for name in ("sum", "mean", "max", "logsumexp", "softmax", "log_softmax")},
    "concat": [(((2,), (3,), (1,)), {}), (((2, 3), (2, 1)), {"axis": 1}), (((3,),), {}), (((2, 2), (3, 2)), {})],
    "stack": [(((3,), (3,), (3,)), {}), (((2, 3), (2, 3)), {"axis": -1}), (((), ()), {})],
    "transpose": [(((3, 3),), {})],
    "reshape": [(((6,),), {"shape": (2, 3)}), (((2, 3),), {"shape": (6,)}), (((),), {"shape": (1, 1)})],
    "[]": [
        (((4,),), {"key": (1,)}), (((4,),), {"key": (-1,)}), (((4,),), {"key": (slice(1, 3),)}),
        (((4,),), {"key": (slice(None, None, -1),)}), (((4,),), {"key": (slice(-1, 0, -2),)}),
        (((3, 4),), {"key": (1,)}), (((3, 4),), {"key": (slice(0, 9), 2)}), (((3, 4),), {"key": (2, -1)}),
        (((3, 4),), {"key": (slice(None, None, 2), slice(1, None))}),
    ],
}
NO_PLAIN = {"reshape", "[]"}


def cases_of(name: str) -> list[Case]:
    """All cases of one registered op."""
    kind = REGISTRY[name]
    tried: list[tuple[tuple[Shape, ...], dict[str, Any]]] = []
    if name not in NO_PLAIN:
        tried = [(shapes, {}) for shapes in [*PLAIN, *PAIRS, *PRODUCTS]]
    found = []
    for shapes, options in [*tried, *MORE.get(name, [])]:
        least, most = kind.arity
        if not least <= len(shapes) <= (least if most is None and not options else most or len(shapes)):
            continue
        if accepts(kind(**options), shapes):
            draws = DOMAINS.get(name, (real,) * len(shapes))
            found.append(Case(name, shapes, draws, options))
    return found


def accepts(op: Op, shapes: tuple[Shape, ...]) -> bool:
    try:
        op.shape(*shapes)
    except OperandError:
        return False
    return True


NAMES = sorted({kind.name for kind in REGISTRY.values()})
CASES = [case for name in NAMES for case in cases_of(name)]
