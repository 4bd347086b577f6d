"""The properties that every op and its Jacobians have, as plain functions for pytest and for tests.mutate."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import array_api_compat.numpy as xp
import numpy as np

from explorer.engine.check import central_differences, complex_step
from explorer.engine.ops import Op
from explorer.engine.ops.kernels import Workbench
from tests.engine.cases import Case

Batches = tuple[int, ...]


def close(found: Any, expected: Any, rtol: float, what: str) -> None:
    """Equal within rtol of the largest number, in shape too."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape, f"{what}: shape {found.shape}, expected {expected.shape}"
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    worst = float(np.abs(found - expected).max(initial=0))
    assert worst <= rtol * scale, f"{what}: off by {worst:.3g}\nfound {found}\nexpected {expected}"


def numerical(op: Op, primals: list[np.ndarray], slot: int) -> np.ndarray:
    """The Jacobian by operand `slot` from values of the op alone, (m, n, B)."""

    def function(primal: np.ndarray) -> np.ndarray:
        return np.asarray(op.forward(xp, *primals[:slot], primal, *primals[slot + 1 :]))

    return (complex_step if op.analytic else central_differences)(function, primals[slot])


def accuracy(op: Op) -> float:
    return 1e-13 if op.analytic else 1e-10


def random_like(shape: tuple[int, ...], seed: int = 5) -> np.ndarray:
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def check_shapes(case: Case, batches: Batches) -> None:
    """The shape rule tells the truth, a line that only shared operands enter is shared, and pullbacks fit operands."""
    op, primals = case.op(), case.primals(batches)
    out = op.forward(xp, *primals)
    batch = next((n for n in batches if n != 1), 1)
    assert out.shape == (*op.shape(*case.shapes), batch)
    jacobians = op.jacobians(xp, out, *primals)
    assert len(jacobians) == len(primals)
    for jacobian, primal in zip(jacobians, primals, strict=True):
        assert (jacobian.out_shape, jacobian.in_shape) == (out.shape, primal.shape)
        assert jacobian.pullback(xp, random_like(out.shape)).shape == primal.shape
        assert jacobian.pushforward(xp, random_like(primal.shape)).shape == out.shape
        m, n, samples = jacobian.dense(xp).shape
        assert (m, n) == jacobian.size == (math.prod(out.shape[:-1]), math.prod(primal.shape[:-1]))
        assert samples in (1, batch)


def check_jacobian(case: Case, batches: Batches) -> None:
    """dense() is the derivative of the values; pullback and pushforward are its products, summed over the batch."""
    op, primals = case.op(), case.primals(batches)
    out = op.forward(xp, *primals)
    jacobians = op.jacobians(xp, out, *primals)
    for slot, jacobian in enumerate(jacobians):
        expected = numerical(op, primals, slot) if jacobian.structure != "zero" else np.zeros((*jacobian.size, 1))
        expected = np.broadcast_to(expected, (*jacobian.size, out.shape[-1]))
        found = np.broadcast_to(jacobian.dense(xp), expected.shape)
        close(found, expected, accuracy(op), f"dense of operand {slot}")
        against_matrix(jacobian, expected, accuracy(op))


def against_matrix(jacobian: Any, matrix: np.ndarray, rtol: float) -> None:
    """Pullback and pushforward against the same products with a dense (m, n, B) matrix, whatever gave it."""
    cotangent, tangent = random_like(jacobian.out_shape), random_like(jacobian.in_shape, 6)
    m, n, batch = matrix.shape
    back = np.einsum("mnb,mb->nb", matrix, cotangent.reshape(m, batch))
    if jacobian.in_shape[-1] == 1:
        back = back.sum(axis=-1, keepdims=True)
    ahead = np.einsum("mnb,nb->mb", matrix, np.broadcast_to(tangent.reshape(n, -1), (n, batch)))
    close(jacobian.pullback(xp, cotangent), back.reshape(jacobian.in_shape), rtol, "pullback")
    close(jacobian.pushforward(xp, tangent), ahead.reshape(jacobian.out_shape), rtol, "pushforward")


def check_adjoint(case: Case, batches: Batches) -> None:
    """⟨Jv, u⟩ = ⟨v, Jᵀu⟩."""
    op, primals = case.op(), case.primals(batches)
    out = op.forward(xp, *primals)
    for slot, jacobian in enumerate(op.jacobians(xp, out, *primals)):
        u, v = random_like(out.shape), random_like(primals[slot].shape, 6)
        ahead, back = np.sum(jacobian.pushforward(xp, v) * u), np.sum(v * jacobian.pullback(xp, u))
        close(ahead, back, 1e-13, f"adjoint of operand {slot}")


def check_repeated(case: Case, batches: Batches) -> None:
    """One array in every slot, as in x * x: the pullbacks add up to the derivative by that array."""
    if len(case.shapes) < 2 or len(set(case.shapes)) > 1 or len(set(case.draws)) > 1 or len(set(batches)) > 1:
        return
    op, primal = case.op(), case.primals(batches)[0]
    count = len(case.shapes)

    def function(same: np.ndarray) -> np.ndarray:
        return np.asarray(op.forward(xp, *[same] * count))

    out = function(primal)
    matrix = (complex_step if op.analytic else central_differences)(function, primal)
    cotangent = random_like(out.shape)
    expected = np.einsum("mnb,mb->nb", matrix, cotangent.reshape(matrix.shape[0], -1)).reshape(primal.shape)
    found = sum(jacobian.pullback(xp, cotangent) for jacobian in op.jacobians(xp, out, *[primal] * count))
    close(found, expected, accuracy(op), "sum over the repeats")


def check_kernels(case: Case, batches: Batches) -> None:
    """In-place kernels against the rule, run twice on the same buffers with different numbers."""
    op, primals = case.op(), [array.copy() for array in case.primals(batches)]
    out = np.full(op.forward(xp, *primals).shape, 99.0)
    cotangent = np.empty_like(out)
    bench = Workbench(xp, out.dtype)
    forward = op.forward_kernel(bench, out, *primals)
    pullbacks = []
    for slot, primal in enumerate(primals):
        into = np.full(primal.shape, 99.0)
        pullbacks.append((into, op.pullback_kernel(bench, slot, cotangent, into, out, *primals)))
    for seed in (1, 2):
        for buffer, fresh in zip(primals, case.primals(batches, seed), strict=True):
            buffer[...] = fresh
        cotangent[...] = random_like(out.shape, seed)
        expected = op.forward(xp, *primals)
        if forward is None:
            out[...] = expected
        else:
            run(forward)
            close(out, expected, 1e-14, "forward kernel")
        for slot, (into, calls) in enumerate(pullbacks):
            if calls is not None:
                run(calls)
                exact = op.jacobians(xp, out, *primals)[slot].pullback(xp, cotangent)
                close(into, exact, 1e-14, f"pullback kernel of operand {slot}")


def run(calls: list[Callable[[], object]]) -> None:
    for call in calls:
        call()


CHECKS: tuple[Callable[[Case, Batches], None], ...] = (
    check_shapes, check_jacobian, check_adjoint, check_repeated, check_kernels,
)


def quietly(check: Callable[[Case, Batches], None], case: Case, batches: Batches) -> None:
    """Floating-point events are values here, as in the passes: no warning may escape."""
    with np.errstate(all="ignore"):
        check(case, batches)


def everything(case: Case) -> Iterator[Callable[[], None]]:
    """All checks of a case on all batches, cheapest batches first."""
    for batches, check in itertools.product(case.batches(), CHECKS):
        yield partial(quietly, check, case, batches)
