"""What the plan relies on: kernels allocate nothing once they are bound, and leave what they read alone."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import array_api_compat.numpy as xp
import numpy as np
import pytest

from explorer.engine.ops import REGISTRY
from explorer.engine.ops.kernels import Workbench
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
    bench = Workbench(xp, out.dtype)
    calls = list(op.forward_kernel(bench, out, *primals) or [])
    for slot, primal in enumerate(primals):
        calls += op.pullback_kernel(bench, slot, cotangent, np.empty_like(primal), out, *primals) or []
    assert peak_of(calls) < ROW_BYTES / 2


@pytest.mark.parametrize("name", sorted(WANTED))
def test_the_ops_of_training_have_kernels(name: str) -> None:
    case = next(case for case in CASES if case.name == name)
    op, (primals, out, _) = case.op(), buffers(case)
    bench = Workbench(xp, out.dtype)
    assert op.forward_kernel(bench, out, *primals) is not None
    assert op.pullback_kernel(bench, 0, np.ones_like(out), np.empty_like(primals[0]), out, *primals) is not None


@pytest.mark.parametrize("case", CHAINED, ids=str)
def test_kernels_leave_what_they_read_alone(case: Case) -> None:
    op, (primals, out, cotangent) = case.op(), buffers(case)
    read = [*primals, out, cotangent]
    before = [array.copy() for array in read]
    bench = Workbench(xp, out.dtype)
    checks.run(op.forward_kernel(bench, np.empty_like(out), *primals) or [])
    for slot, primal in enumerate(primals):
        checks.run(op.pullback_kernel(bench, slot, cotangent, np.empty_like(primal), out, *primals) or [])
    assert all(np.array_equal(now, then) for now, then in zip(read, before, strict=True))


def test_soft_targets_need_no_allocation_either() -> None:
    op, z, t = REGISTRY["bce_with_logits"](), checks.random_like((3, BATCH)), np.full((3, BATCH), 0.3)
    out = np.empty(BATCH)
    assert peak_of(op.forward_kernel(Workbench(xp, out.dtype), out, z, t) or []) < ROW_BYTES / 2
    checks.close(out, op.forward(xp, z, t), 1e-14, "soft targets")


LOSSES = ["sqerr", "bce", "cross_entropy", "bce_with_logits", "cross_entropy_with_logits"]
HARD = np.array([[1.0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]])
SOFT = np.array([[0.2, 0, 0.4, 1], [0.5, 1, 0.3, 0], [0.3, 0, 0.3, 1]])


@pytest.mark.parametrize("target", [HARD, SOFT], ids=["hard", "soft"])
@pytest.mark.parametrize("extreme", [None, 0.0, 1.0, 40.0, -800.0, 1e308, np.inf, np.nan])
@pytest.mark.parametrize("name", LOSSES)
def test_what_is_known_before_the_pass_changes_no_number(name: str, extreme: float | None, target: np.ndarray) -> None:
    """Targets and cotangent as in a plan: settled, the prologue run before the data are there."""
    op, bench = REGISTRY[name](), Workbench(xp, np.dtype(float))
    p, t, out, cotangent = np.empty((3, 4)), np.empty((3, 4)), np.empty(4), np.empty(4)
    into = np.empty_like(p)
    for array in (t, cotangent):
        bench.settle(array)
    forward = op.forward_kernel(bench, out, p, t) or []
    back = op.pullback_kernel(bench, 0, cotangent, into, out, p, t) or []
    t[...], cotangent[...] = target, [0.5, 2, 0, -1]
    checks.run(bench.prologue)
    for seed in (1, 2):
        p[...] = np.random.default_rng(seed).uniform(0.1, 0.9, p.shape)
        if extreme is not None:
            p[seed - 1, 1:3] = extreme
        with np.errstate(all="ignore"):
            checks.run([*forward, *back])
            expected = op.forward(xp, p, t)
            np.testing.assert_allclose(out, expected, rtol=1e-13, atol=1e-15)
            exact = op.jacobians(xp, expected, p, t)[0].pullback(xp, cotangent)
            np.testing.assert_allclose(into, exact, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("target", [HARD, SOFT], ids=["hard", "soft"])
@pytest.mark.parametrize("name", [*LOSSES, "sum"])
def test_the_objective_may_sum_itself(name: str, target: np.ndarray) -> None:
    op, bench = REGISTRY[name](), Workbench(xp, np.dtype(float))
    primals = [np.random.default_rng(1).uniform(0.1, 0.9, (3, 4)), target.copy()][: op.arity[0]]
    out = np.empty(4)
    bench.settle(primals[-1])
    bench.objective, bench.seed = out, 0.25
    calls = op.forward_kernel(bench, out, *primals)
    assert calls is not None
    checks.run([*bench.prologue, *calls])
    found = out.sum() / 4 if bench.total is None else bench.total()
    np.testing.assert_allclose(found, op.forward(xp, *primals).mean(), rtol=1e-14)
