"""The conventions that formulas leave open: kinks, ties, saturation, limits at infinity, empty terms."""

from __future__ import annotations

import math
from typing import Any

import array_api_compat.numpy as xp
import mpmath
import numpy as np
import pytest

from explorer.engine import Graph
from explorer.engine.ops import REGISTRY
from explorer.engine.ops.kernels import Workbench

INF, NAN, BIG = np.inf, np.nan, 1e308


def column(*numbers: float) -> np.ndarray:
    """A vector that all samples share."""
    return np.asarray(numbers, dtype=float)[:, None]


def values(name: str, *operands: np.ndarray, **options: Any) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.asarray(REGISTRY[name](**options).forward(xp, *operands))


def gradient(name: str, slot: int, *operands: np.ndarray, **options: Any) -> list[float]:
    """What operand `slot` receives for a gradient of ones."""
    op = REGISTRY[name](**options)
    with np.errstate(all="ignore"):
        out = op.forward(xp, *operands)
        return list(op.jacobians(xp, out, *operands)[slot].pullback(xp, np.ones_like(out)).ravel())


def slopes(name: str, *numbers: float) -> list[float]:
    return gradient(name, 0, column(*numbers))


def same(found: Any, expected: Any) -> None:
    np.testing.assert_array_equal(np.asarray(found, dtype=float).ravel(), np.asarray(expected, dtype=float).ravel())


def test_kinks() -> None:
    same(slopes("relu", -1, 0, 2, INF, -INF, NAN), [0, 0, 1, 1, 0, NAN])
    same(slopes("abs", -1, 0, 2, INF, -INF, NAN), [-1, 0, 1, 1, -1, NAN])
    same(slopes("leaky_relu", -1, 0, 2, INF, -INF, NAN), [0.01, 0.01, 1, 1, 0.01, NAN])
    same(values("leaky_relu", column(-1, 0, 2, -INF, NAN)), [-0.01, 0, 2, -INF, NAN])
    same(values("relu", column(-1, 0, 2, NAN, INF, -INF)), [0, 0, 2, NAN, INF, 0])


def test_ties_in_max_share_equally() -> None:
    same(slopes("max", 3, 1, 3, 2), [0.5, 0, 0.5, 0])
    same(slopes("max", 2, 2, 2, 2), [0.25] * 4)
    same(slopes("max", -INF, INF, 0), [0, 1, 0])
    assert all(map(math.isnan, slopes("max", NAN, 1)))


def test_powers_at_zero() -> None:
    zero = column(0, 0, 0, 0)
    exponents = column(0, 1, 2, 0.5)
    same(values("**", zero, exponents), [1, 0, 0, 0])
    same(gradient("**", 0, zero, exponents), [0, 1, 0, INF])
    same(gradient("**", 1, zero, exponents), [0, 0, 0, 0])
    same(gradient("**", 0, column(-2, -2), column(2, 3)), [-4, 12])
    same(gradient("**", 0, column(0, 3), np.array([2.0])), [0, 6])
    same(values("**", column(-1), column(0.5)), [NAN])
    same(gradient("**", 0, column(NAN, 2), column(2, NAN)), [NAN, NAN])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sigmoid_warns_of_nothing_and_is_exact_in_both_tails(dtype: str) -> None:
    largest = np.finfo(dtype).max
    z = np.asarray([-largest, largest, -INF, INF, -80, 80, 0], dtype=dtype)[:, None]
    out = REGISTRY["sigmoid"]().forward(xp, z)
    assert out.dtype == dtype
    same(out[[0, 1, 2, 3, 6]], [0, 1, 0, 1, 0.5])
    tiny = float(1 / (1 + mpmath.exp(80)))
    np.testing.assert_allclose(out[4, 0], tiny, rtol=1e-6 if dtype == "float32" else 1e-15)


def test_smooth_activations_reach_their_limits() -> None:
    z = (BIG, -BIG, INF, -INF, NAN)
    same(values("gelu", column(*z)), [BIG, 0, INF, 0, NAN])
    same(values("silu", column(*z)), [BIG, 0, INF, 0, NAN])
    same(values("softplus", column(*z)), [BIG, 0, INF, 0, NAN])
    for name in ("gelu", "silu", "softplus"):
        same(slopes(name, *z), [1, 0, 1, 0, NAN])
    same(values("tanh", column(*z)), [1, -1, 1, -1, NAN])


def test_softmax_at_the_extremes() -> None:
    same(values("softmax", column(BIG, -BIG, 0)), [1, 0, 0])
    same(values("softmax", column(INF, BIG, 0)), [1, 0, 0])
    same(values("softmax", column(INF, INF, 0)), [0.5, 0.5, 0])
    same(values("softmax", column(-INF, 0, 0)), [0, 0.5, 0.5])
    same(values("softmax", column(NAN, 0, 1)), [NAN] * 3)
    same(values("log_softmax", column(BIG, -BIG)), [0, -INF])
    same(values("log_softmax", column(INF, 0)), [0, -INF])
    same(values("logsumexp", column(BIG, BIG)), [BIG])
    same(values("logsumexp", column(INF, 0)), [INF])
    same(values("logsumexp", column(-INF, -INF)), [-INF])
    same(slopes("logsumexp", BIG, -BIG, BIG), [0.5, 0, 0.5])


def test_bce_skips_terms_of_weight_zero() -> None:
    same(values("bce", column(1), column(1)), [0])
    same(values("bce", column(0), column(0)), [0])
    same(gradient("bce", 0, column(1), column(1)), [-1])
    same(gradient("bce", 0, column(0), column(0)), [1])
    same(gradient("bce", 0, column(1, 0, 0.5), column(1, 0, 1)), [-1 / 3, 1 / 3, -2 / 3])
    same(values("bce", column(0), column(1)), [INF])
    same(gradient("bce", 0, column(0), column(1)), [-INF])
    same(values("bce", column(NAN), column(1)), [NAN])


def test_cross_entropy_skips_terms_of_weight_zero() -> None:
    same(values("cross_entropy", column(1, 0, 0), column(1, 0, 0)), [0])
    same(gradient("cross_entropy", 0, column(1, 0, 0), column(1, 0, 0)), [-1, 0, 0])
    same(values("cross_entropy", column(NAN, 0.5), column(0, 1)), [NAN])
    same(values("cross_entropy", column(0, 1), column(1, 0)), [INF])


def test_logits_stay_exact_where_probabilities_saturate() -> None:
    same(values("bce_with_logits", column(BIG), column(0)), [BIG])
    same(values("bce_with_logits", column(BIG), column(1)), [0])
    same(values("bce_with_logits", column(INF), column(1)), [0])
    same(values("bce_with_logits", column(-BIG), column(0.5)), [BIG / 2])
    tail = float(mpmath.log1p(mpmath.exp(-50)))
    np.testing.assert_allclose(values("bce_with_logits", column(50), column(1)), [tail], rtol=1e-15)
    np.testing.assert_allclose(gradient("bce_with_logits", 0, column(50), column(1)), [-math.exp(-50)], rtol=1e-14)
    same(gradient("bce_with_logits", 0, column(BIG, -BIG), column(0, 1)), [0.5, -0.5])
    same(values("cross_entropy_with_logits", column(BIG, -BIG), column(1, 0)), [0])
    same(values("cross_entropy_with_logits", column(800, 0), column(0, 1)), [800])
    same(gradient("cross_entropy_with_logits", 0, column(800, 0), column(0, 1)), [1, -1])


def test_the_kernel_of_bce_with_logits_keeps_tiny_gradients() -> None:
    op, z, t = REGISTRY["bce_with_logits"](), column(50, -50, 50, -50), column(1, 0, 0, 1)
    into, out, cotangent = np.empty_like(z), np.empty(1), np.ones(1)
    bench = Workbench(xp, out.dtype)
    for calls in (op.forward_kernel(bench, out, z, t), op.pullback_kernel(bench, 0, cotangent, into, out, z, t)):
        for call in calls or []:
            call()
    np.testing.assert_allclose(into.ravel() * 4, [-math.exp(-50), math.exp(-50), 1, -1], rtol=1e-14)


def test_means_overflow_only_where_they_are_infinite() -> None:
    same(values("mean", column(BIG, BIG, -BIG)), [BIG / 3])
    same(values("mean", column(INF, BIG, BIG)), [INF])
    same(values("bce_with_logits", column(BIG, BIG), column(0, 0)), [BIG])
    same(values("hinge", column(BIG, BIG), column(-1, -1)), [BIG])
    graph = Graph.parse("x = input(2)\nloss = mean(x)")
    data = {"x": [[BIG, BIG], [BIG, BIG]]}
    assert graph.trace(data, {}).loss == graph.gradients(data)[0] == BIG
    assert graph.trace(data, {}, reduction="sum").loss == graph.gradients(data, reduction="sum")[0] == INF


def test_hinge_has_no_slope_at_the_margin() -> None:
    same(values("hinge", column(1, -2, 0.5), column(1, 1, -1)), [(0 + 3 + 1.5) / 3])
    same(gradient("hinge", 0, column(1, -2, 0.5), column(1, 1, -1)), [0, -1 / 3, 1 / 3])


def test_stop_gradient_stops() -> None:
    same(values("stop_gradient", column(1, 2)), [1, 2])
    same(gradient("stop_gradient", 0, column(1, NAN)), [0, 0])


def test_empty_batches_give_zero_parameter_gradients() -> None:
    op, weights, x = REGISTRY["@"](), np.ones((4, 3, 1)), np.ones((3, 0))
    out = op.forward(xp, weights, x)
    by_weights, by_x = op.jacobians(xp, out, weights, x)
    assert out.shape == (4, 0) and by_x.pullback(xp, out).shape == (3, 0)
    same(by_weights.pullback(xp, out), np.zeros(12))
