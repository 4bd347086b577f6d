"""Tests that every op gets by being registered: derivatives, shapes, batches, kernels, dtypes, namespaces, texts."""

from __future__ import annotations

from unittest.mock import patch

import array_api_compat.numpy as xp
import array_api_strict
import numpy as np
import pytest

from explorer.engine import jacobians as structures
from explorer.engine.arrays import namespace, to_host
from explorer.engine.ops import REGISTRY
from explorer.engine.ops.kernels import Workbench
from tests.engine import checks
from tests.engine.cases import CASES, NAMES, Case, cases_of

STRUCTURES = {
    "identity", "diagonal", "matrix", "outer", "diagonal-minus-outer", "broadcast", "row", "selection", "zero", "dense",
}
LONE = [case for name in NAMES for case in cases_of(name)[:1] + cases_of(name)[-1:]]
everywhere = pytest.mark.parametrize("case", CASES, ids=str)


def mixed(case: Case, batch: int = 7) -> tuple[int, ...]:
    """The first operand batched, the others shared."""
    return (batch,) + (1,) * (len(case.shapes) - 1)


@pytest.mark.parametrize("name", NAMES)
def test_every_op_is_tried(name: str) -> None:
    assert cases_of(name), f"{name}: no case. Give it shapes in tests/engine/cases.py."


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@everywhere
def test_derivatives(case: Case, check) -> None:
    for batches in case.batches():
        checks.quietly(check, case, batches)


@everywhere
def test_a_pass_never_builds_a_dense_matrix(case: Case) -> None:
    refuse = AssertionError("a pullback asked for the dense matrix")
    kinds = [kind for kind in vars(structures).values() if isinstance(kind, type)]
    op, primals = case.op(), case.primals(mixed(case))
    out = op.forward(xp, *primals)
    for jacobian in op.jacobians(xp, out, *primals):
        with patch.multiple(structures.Jacobian, dense=None):
            patches = [patch.object(kind, "dense", side_effect=refuse) for kind in kinds if "dense" in vars(kind)]
            for one in patches:
                one.start()
            try:
                jacobian.pullback(xp, checks.random_like(out.shape))
                jacobian.pushforward(xp, checks.random_like(jacobian.in_shape))
            finally:
                for one in patches:
                    one.stop()


@everywhere
def test_the_structure_is_named_and_true(case: Case) -> None:
    op, primals = case.op(), case.primals(mixed(case))
    for jacobian in op.jacobians(xp, op.forward(xp, *primals), *primals):
        assert jacobian.structure in STRUCTURES
        dense = jacobian.dense(xp)
        m, n = jacobian.size
        if jacobian.structure == "identity":
            assert np.array_equal(dense[..., 0], np.eye(m))
        elif jacobian.structure == "diagonal":
            assert m == n and not dense[~np.eye(m, dtype=bool)].any()
        elif jacobian.structure == "zero":
            assert not dense.any()
        elif jacobian.structure == "selection":
            assert set(np.unique(dense)) <= {0.0, 1.0} and dense.sum() == min(m, n)
        elif jacobian.structure == "broadcast":
            assert (np.count_nonzero(dense, axis=1) == 1).all() and n < m


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@everywhere
def test_the_dtype_stays(case: Case, dtype: str) -> None:
    op = case.op()
    for batches in (mixed(case), (1,) * len(case.shapes), (7,) * len(case.shapes)):
        primals = [array.astype(dtype) for array in case.primals(batches)]
        with np.errstate(all="ignore"):
            out = op.forward(xp, *primals)
            assert out.dtype == dtype
            for jacobian in op.jacobians(xp, out, *primals):
                assert jacobian.dtype == dtype
                assert jacobian.pullback(xp, np.ones(out.shape, dtype)).dtype == dtype
                assert jacobian.pushforward(xp, np.ones(jacobian.in_shape, dtype)).dtype == dtype
                assert jacobian.dense(xp).dtype == dtype


@everywhere
def test_kernels_in_single_precision(case: Case) -> None:
    op, primals = case.op(), [array.astype("float32") for array in case.primals((7,) * len(case.shapes))]
    expected = op.forward(xp, *primals)
    out, cotangent = np.empty_like(expected), checks.random_like(expected.shape).astype("float32")
    bench = Workbench(xp, out.dtype)
    checks.run(op.forward_kernel(bench, out, *primals) or [lambda: np.copyto(out, expected)])
    checks.close(out, expected, 1e-6, "forward kernel")
    for slot, jacobian in enumerate(op.jacobians(xp, out, *primals)):
        into = np.empty_like(primals[slot])
        calls = op.pullback_kernel(bench, slot, cotangent, into, out, *primals)
        if calls is not None:
            checks.run(calls)
            checks.close(into, jacobian.pullback(xp, cotangent), 1e-6, "pullback kernel")


def same_on(their_xp, convert, case: Case, rtol: float = 1e-13) -> None:
    """Values, pullbacks, pushforwards and matrices on another namespace equal NumPy's."""
    op = case.op()
    for batches in (mixed(case), (1,) * len(case.shapes), (7,) * len(case.shapes), mixed(case, 0)):
        primals = case.primals(batches)
        out = op.forward(xp, *primals)
        theirs = [convert(array) for array in primals]
        their_out = op.forward(their_xp, *theirs)
        checks.close(to_host(their_out), out, rtol, "forward")
        u, pairs = checks.random_like(out.shape), zip(
            op.jacobians(xp, out, *primals), op.jacobians(their_xp, their_out, *theirs), strict=True
        )
        for ours, other in pairs:
            v = checks.random_like(ours.in_shape)
            assert ours.structure == other.structure
            checks.close(to_host(other.pullback(their_xp, convert(u))), ours.pullback(xp, u), rtol, "pullback")
            ahead = to_host(other.pushforward(their_xp, convert(v)))
            checks.close(ahead, ours.pushforward(xp, v), rtol, "pushforward")
            checks.close(to_host(other.dense(their_xp)), ours.dense(xp), rtol, "dense")


@everywhere
def test_the_same_on_the_strict_array_api(case: Case) -> None:
    same_on(array_api_strict, array_api_strict.asarray, case)


def kernels_on(their_xp, convert, case: Case) -> None:
    """Kernels over another namespace's buffers equal NumPy's rule."""
    op, primals = case.op(), case.primals(mixed(case))
    out = op.forward(xp, *primals)
    cotangent, theirs, their_out = checks.random_like(out.shape), [convert(array) for array in primals], convert(out)
    bench = Workbench(their_xp, out.dtype)
    forward = op.forward_kernel(bench, their_out, *theirs)
    if forward is not None:
        checks.run(forward)
        checks.close(to_host(their_out), out, 1e-13, "forward kernel")
    for slot, jacobian in enumerate(op.jacobians(xp, out, *primals)):
        into = convert(np.empty_like(primals[slot]))
        calls = op.pullback_kernel(bench, slot, convert(cotangent), into, their_out, *theirs)
        if calls is not None:
            checks.run(calls)
            checks.close(to_host(into), jacobian.pullback(xp, cotangent), 1e-13, "pullback kernel")


@everywhere
def test_kernels_by_namespace(case: Case) -> None:
    kernels_on(xp, np.array, case)


@pytest.mark.gpu
def test_the_same_on_a_gpu() -> None:
    """The rules; the kernels are NumPy's, a GPU's are made of the rules."""
    _, gpu = namespace("cupy")
    with np.errstate(all="ignore"):
        for case in CASES:
            same_on(gpu, gpu.asarray, case, 1e-12)


EXTREMES = (1e308, -1e308, np.inf, -np.inf, np.nan, 0.0, 1.0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@everywhere
def test_extreme_numbers_are_values_not_errors(case: Case, dtype: str) -> None:
    """Overflow and NaN never raise; a NaN among the operands shows in the values and in some gradient."""
    op = case.op()
    largest = np.finfo(dtype).max
    for extreme in EXTREMES:
        primals = [array.astype(dtype) for array in case.primals((3,) * len(case.shapes))]
        for primal in primals:
            primal[..., 1] = np.clip(extreme, -largest, largest) if np.isfinite(extreme) else extreme
        with np.errstate(all="ignore"):
            out = op.forward(xp, *primals)
            jacobians = op.jacobians(xp, out, *primals)
            pulled = [jacobian.pullback(xp, np.ones_like(out)) for jacobian in jacobians]
            dense = [jacobian.dense(xp) for jacobian in jacobians]
        assert np.isfinite(out[..., [0, 2]]).all(), "one sample's extremes reached another"
        for part in pulled:
            assert np.isfinite(part[..., [0, 2]]).all(), "one sample's extremes reached another"
        assert all(part.ndim == 3 for part in dense)
        if np.isnan(extreme):
            assert np.isnan(out[..., 1]).all()
            known = {"identity", "selection", "zero", "broadcast"}
            moving = [part for part, jacobian in zip(pulled, jacobians, strict=True) if jacobian.structure not in known]
            constant = op.name in {"-", "-x", "sum", "mean"}
            assert constant or all(np.isnan(part[..., 1]).any() for part in moving)


@everywhere
def test_kernels_follow_the_rule_at_the_extremes(case: Case) -> None:
    for extreme in EXTREMES:
        op, primals = case.op(), case.primals((3,) * len(case.shapes))
        for primal in primals:
            primal[..., 1] = extreme
        with np.errstate(all="ignore"):
            expected = op.forward(xp, *primals)
            out, cotangent = np.empty_like(expected), np.ones_like(expected)
            bench = Workbench(xp, out.dtype)
            calls = op.forward_kernel(bench, out, *primals)
            if calls is not None:
                checks.run(calls)
                np.testing.assert_allclose(out, expected, rtol=1e-13, atol=1e-15)
            for slot, jacobian in enumerate(op.jacobians(xp, expected, *primals)):
                into = np.empty_like(primals[slot])
                calls = op.pullback_kernel(bench, slot, cotangent, into, expected, *primals)
                if calls is not None:
                    checks.run(calls)
                    np.testing.assert_allclose(into, jacobian.pullback(xp, cotangent), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("case", LONE, ids=str)
def test_texts_can_be_filled_in(case: Case) -> None:
    op = case.op()
    operands = ["α", "β", "γ"][: len(case.shapes)]
    for template in (op.pattern, op.says_forward):
        text = template.format(*operands, all=", ".join(operands), out="ω", op=op)
        assert "α" in text and "{" not in text and text.strip() == text
    said = op.says_forward
    assert said.startswith("**") and said.count("**") == 2 and said.endswith("."), "a key clause in a whole sentence"
    assert said.count("[[") == said.count("]]") <= 1
    assert op.symbol and op.__class__.__doc__
    assert all(op.identity_of(slot, *case.shapes) in {"", "(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"}
               for slot in range(len(case.shapes)))


def test_names_are_unique_and_documented() -> None:
    kinds = {kind for kind in REGISTRY.values()}
    names = [name for kind in kinds for name in (kind.name, *kind.aliases)]
    assert sorted(names) == sorted(REGISTRY)
