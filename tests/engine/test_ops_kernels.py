"""What the plan relies on: kernels allocate nothing once they are bound, and leave what they read alone."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import array_api_compat.numpy as xp
import numpy as np
import pytest

from explorer.engine.ops import REGISTRY
from tests.engine import checks
from tests.engine.cases import CASES, Case, cases_of

WANTED = {
    "@", "+", "-", "*", "-x", "sigmoid", "tanh", "relu", "square", "exp", "sqerr", "bce", "bce_with_logits", "softmax",
    "cross_entropy", "cross_entropy_with_logits", "sum", "mean",
}
BATCH = 65_536     # a row of it is far larger than the buffers that NumPy's own loops take
ROW_BYTES = 8 * BATCH
CHAINED = [case for name in sorted(WANTED) for case in cases_of(name)[1:3] if len(case.shapes[0]) < 3]


def batches(case: Case) -> tuple[int, ...]:
    """As in training: the matrix of a product and the second operand of the rest are shared, the data batched."""
    if case.name == "@":
        matrices = [len(shape) == 2 for shape in case.shapes]
        return tuple(1 if matrix and sum(matrices) == 1 else BATCH for matrix in matrices)
    if case.name in {"+", "-", "*"}:
        return BATCH, 1
    return (BATCH,) * len(case.shapes)


def buffers(case: Case) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Primals, result and a cotangent; the batch repeats a small one."""
    few = case.primals(tuple(min(batch, 8) for batch in batches(case)))
    primals = [np.tile(array, BATCH // 8) if array.shape[-1] == 8 else array for array in few]
    out = np.asarray(case.op().forward(xp, *primals))
    return primals, out, checks.random_like(out.shape)


def peak_of(calls: list[Callable[[], object]]) -> int:
    """Bytes that the calls took at most, the second time they ran."""
    checks.run(calls)
    tracemalloc.start()
    checks.run(calls)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("case", CHAINED, ids=str)
def test_kernels_allocate_nothing_in_their_calls(case: Case) -> None:
    op, (primals, out, cotangent) = case.op(), buffers(case)
    calls = list(op.forward_kernel(xp, out, *primals) or [])
    for slot, primal in enumerate(primals):
        calls += op.pullback_kernel(xp, slot, cotangent, np.empty_like(primal), out, *primals) or []
    assert peak_of(calls) < ROW_BYTES / 2


@pytest.mark.parametrize("name", sorted(WANTED))
def test_the_ops_of_training_have_kernels(name: str) -> None:
    case = next(case for case in CASES if case.name == name)
    op, (primals, out, _) = case.op(), buffers(case)
    assert op.forward_kernel(xp, out, *primals) is not None
    assert op.pullback_kernel(xp, 0, np.ones_like(out), np.empty_like(primals[0]), out, *primals) is not None


@pytest.mark.parametrize("case", CHAINED, ids=str)
def test_kernels_leave_what_they_read_alone(case: Case) -> None:
    op, (primals, out, cotangent) = case.op(), buffers(case)
    read = [*primals, out, cotangent]
    before = [array.copy() for array in read]
    for slot, primal in enumerate(primals):
        checks.run(op.pullback_kernel(xp, slot, cotangent, np.empty_like(primal), out, *primals) or [])
    checks.run(op.forward_kernel(xp, np.empty_like(out), *primals) or [])
    assert all(np.array_equal(now, then) for now, then in zip(read, before, strict=True))


def test_soft_targets_need_no_allocation_either() -> None:
    op, z, t = REGISTRY["bce_with_logits"](), checks.random_like((3, BATCH)), np.full((3, BATCH), 0.3)
    out = np.empty(BATCH)
    assert peak_of(op.forward_kernel(xp, out, z, t) or []) < ROW_BYTES / 2
    checks.close(out, op.forward(xp, z, t), 1e-14, "soft targets")
