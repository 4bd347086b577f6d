"""Every mutant that tests.mutate tries: of the ops' rules and kernels, of the structures, and of their algebra."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from unittest.mock import patch

import array_api_compat.numpy as xp
import numpy as np

from explorer.engine import jacobians as structures
from explorer.engine.jacobians import Jacobian
from explorer.engine.ops import REGISTRY, Op
from tests.engine import checks, test_jacobians
from tests.engine.cases import NAMES, Case, cases_of
from tests.engine.warps import WARPS, Check, Mutant, Warped, noted


def op_mutants(name: str) -> Iterator[Mutant]:
    """Every slot of one op with a broken pullback, two slots exchanged, and broken kernels."""
    kind, cases = REGISTRY[name], cases_of(name)
    every = partial(all_checks, cases)
    for slot in range(max(len(case.shapes) for case in cases)):
        for title, warp in WARPS.items():
            bites: list[bool] = []
            warped = patch.object(kind, "jacobians", bound(partial(warped_slot, kind.jacobians, slot, warp, bites)))
            yield Mutant(f"{name} by operand {slot}", title, warped, every(), bites)
    if kind.arity[0] == 2:
        yield exchanged(name, kind, every())
    for method in ("forward_kernel", "pullback_kernel"):
        if getattr(kind, method) is getattr(Op, method):
            continue
        bites = []
        negative = bound(partial(negated_kernel, getattr(kind, method), method, bites))
        yield Mutant(f"{name} {method}", "sign", patch.object(kind, method, negative), every(), bites)


def bound(rule: Callable) -> Callable:
    """A partial as a method."""
    return lambda self, *arguments: rule(self, *arguments)


def all_checks(cases: list[Case]) -> Iterator[Check]:
    for case in cases:
        yield from checks.everything(case)


def warped_slot(
    exact: Callable, slot: int, warp: Callable, bites: list[bool], op: Op, *arguments: Any
) -> tuple[Any, ...]:
    found = list(exact(op, *arguments))
    if slot < len(found):
        found[slot] = Warped(found[slot], warp, bites)
    return tuple(found)


def exchanged(name: str, kind: type[Op], every: Iterator[Check]) -> Mutant:
    """The two Jacobians in each other's place, wherever their shapes allow it."""
    exact = kind.jacobians
    bites: list[bool] = []

    def rule(op: Op, *arguments: Any) -> tuple[Jacobian, ...]:
        first, second = exact(op, *arguments)
        if first.in_shape != second.in_shape:
            return first, second
        batch = np.zeros(first.out_shape[-1])
        noted(bites, first.dense(xp) + batch, second.dense(xp) + batch)
        return second, first

    return Mutant(name, "operands exchanged", patch.object(kind, "jacobians", rule), every, bites)


def negated_kernel(exact: Callable, method: str, bites: list[bool], op: Op, *arguments: Any) -> list[Callable] | None:
    calls = exact(op, *arguments)
    target = arguments[1] if method == "forward_kernel" else arguments[3]
    if calls is None or not target.size:
        return calls
    return [*calls, lambda: bites.append(bool(target.any())), partial(np.negative, target, target)]


def structure_mutants(kind: type[Jacobian]) -> Iterator[Mutant]:
    """One structure with a broken pullback, pushforward or matrix."""
    def every() -> Iterator[Check]:
        yield test_jacobians.test_the_three_faces_agree
        yield test_jacobians.test_chains_and_sums_equal_the_dense_algebra

    exact = kind.pullback
    for title, warp in WARPS.items():
        bites: list[bool] = []

        def pullback(
            self: Jacobian, _: Any, cotangent: np.ndarray, warp: Callable = warp, bites: list[bool] = bites
        ) -> np.ndarray:
            return noted(bites, warp(self, exact, cotangent), exact(self, xp, cotangent))

        yield Mutant(kind.__name__, f"pullback {title}", patch.object(kind, "pullback", pullback), every(), bites)
    for method in ("pushforward", "dense"):
        bites = []
        rule = partial(negated, getattr(kind, method), bites)
        yield Mutant(kind.__name__, f"{method} sign", patch.object(kind, method, bound(rule)), every(), bites)


def negated(exact: Callable, bites: list[bool], *arguments: Any) -> np.ndarray:
    found = exact(*arguments)
    return noted(bites, -found, found)


def algebra_mutants() -> Iterator[Mutant]:
    """The chain rule without its inner factor, and the sum over paths without its second path."""
    def algebra() -> Iterator[Check]:
        yield test_jacobians.test_chains_and_sums_equal_the_dense_algebra

    def inner_lost(outer: Jacobian, inner: Jacobian) -> Jacobian:
        return outer if outer.in_shape == inner.in_shape else structures.Chain(
            outer.out_shape, inner.in_shape, outer.dtype, outer, inner)

    def second_lost(first: Jacobian, second: Jacobian) -> Jacobian:
        return first

    for name, broken in (("compose", inner_lost), ("add", second_lost)):
        yield Mutant(name, "one term lost", patch.object(structures, name, broken), algebra(), [True])


def structure_kinds() -> list[type[Jacobian]]:
    kinds = [kind for kind in vars(structures).values() if isinstance(kind, type) and issubclass(kind, Jacobian)]
    return sorted((kind for kind in kinds if kind is not Jacobian), key=lambda kind: kind.__name__)


def mutants(wanted: set[str]) -> Iterator[Mutant]:
    for name in NAMES:
        if not wanted or name in wanted:
            yield from op_mutants(name)
    for kind in structure_kinds():
        if not wanted or kind.__name__ in wanted:
            yield from structure_mutants(kind)
    if not wanted or "algebra" in wanted:
        yield from algebra_mutants()
