"""Values of every op against plain loops in 40-digit arithmetic: nothing of NumPy's, and no array rule, is trusted."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import array_api_compat.numpy as xp
import mpmath
import numpy as np
import pytest

from explorer.engine.ops import REGISTRY
from tests.engine.cases import CASES, NAMES, Case

mp = mpmath.mp.clone()
mp.dps = 40


def sigmoid(z):
    return 1 / (1 + mp.exp(-z))


def gelu(z):
    return z / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (z + mp.mpf("0.044715") * z**3)))


ENTRYWISE: dict[str, Callable] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "**": lambda a, b: a**b, "-x": lambda a: -a, "=": lambda a: a, "stop_gradient": lambda a: a,
    "exp": mp.exp, "log": mp.log, "sqrt": mp.sqrt, "abs": abs, "sin": mp.sin, "cos": mp.cos, "square": lambda a: a * a,
    "sigmoid": sigmoid, "tanh": mp.tanh, "relu": lambda z: max(z, 0), "leaky_relu": lambda z: z if z > 0 else z / 100,
    "softplus": lambda z: mp.log(1 + mp.exp(z)), "silu": lambda z: z * sigmoid(z), "gelu": gelu,
}
REDUCTIONS: dict[str, Callable] = {
    "sum": mp.fsum, "mean": lambda x: mp.fsum(x) / len(x), "max": max,
    "logsumexp": lambda x: mp.log(mp.fsum(mp.exp(a) for a in x)),
}
RUNS: dict[str, Callable] = {
    "softmax": lambda x: [mp.exp(a) / mp.fsum(mp.exp(b) for b in x) for a in x],
    "log_softmax": lambda x: [a - mp.log(mp.fsum(mp.exp(b) for b in x)) for a in x],
}


def bce(p, t):
    return -mp.fsum(b * mp.log(a) + (1 - b) * mp.log(1 - a) for a, b in zip(p, t, strict=True)) / len(p)


def cross_entropy(s, t):
    return -mp.fsum(b * mp.log(a) for a, b in zip(s, t, strict=True))


LOSSES: dict[str, Callable] = {
    "sqerr": lambda o, t: mp.fsum((b - a) ** 2 for a, b in zip(o, t, strict=True)) / 2,
    "mse": lambda o, t: mp.fsum((a - b) ** 2 for a, b in zip(o, t, strict=True)) / len(o),
    "hinge": lambda o, t: mp.fsum(max(0, 1 - a * b) for a, b in zip(o, t, strict=True)) / len(o),
    "bce": bce, "bce_with_logits": lambda z, t: bce([sigmoid(a) for a in z], t), "cross_entropy": cross_entropy,
    "dot": lambda a, b: mp.fsum(x * y for x, y in zip(a, b, strict=True)),
}


def exact(array: np.ndarray) -> np.ndarray:
    return np.vectorize(mp.mpf, otypes=[object])(array)


def along_axis(function: Callable, x: np.ndarray, axis: int) -> np.ndarray:
    """The function of every run along one axis; its results (numbers, or runs as long) in place of the run."""
    lanes = np.moveaxis(x, axis, -1)
    first = function(list(lanes[(0,) * (lanes.ndim - 1)]))
    out = np.empty(lanes.shape if isinstance(first, list) else lanes.shape[:-1], dtype=object)
    for place in np.ndindex(lanes.shape[:-1]):
        out[place] = function(list(lanes[place]))
    return np.moveaxis(out, -1, axis) if isinstance(first, list) else out


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    left, right = np.atleast_2d(a), b if b.ndim == 2 else b[:, None]
    out = np.empty((left.shape[0], right.shape[1]), dtype=object)
    for i, j in np.ndindex(out.shape):
        out[i, j] = mp.fsum(left[i, k] * right[k, j] for k in range(right.shape[0]))
    return out.reshape(a.shape[:-1] + b.shape[1:])


def reference(case: Case, samples: list[np.ndarray]) -> np.ndarray:
    """The op on one sample's exact numbers."""
    name, axis = case.name, case.options.get("axis")
    first = samples[0]
    if name in ENTRYWISE:
        stretched = np.broadcast_arrays(*samples)
        return np.frompyfunc(ENTRYWISE[name], len(samples), 1)(*stretched)
    if name in REDUCTIONS:
        if axis is None:
            return np.asarray(REDUCTIONS[name](list(first.ravel())), dtype=object)
        return along_axis(REDUCTIONS[name], first, axis)
    if name in RUNS:
        return along_axis(RUNS[name], first, -1 if axis is None else axis)
    if name in LOSSES:
        return np.asarray(LOSSES[name](*(list(sample.ravel()) for sample in samples)), dtype=object)
    match name:
        case "cross_entropy_with_logits":
            shares = along_axis(RUNS["softmax"], first, -1)
            return np.asarray(cross_entropy(list(shares.ravel()), list(samples[1].ravel())), dtype=object)
        case "@":
            return matmul(*samples)
        case "transpose":
            return first.T
        case "reshape":
            return first.reshape(case.options["shape"])
        case "[]":
            return np.asarray(first[case.options["key"]], dtype=object)
        case "concat":
            return np.concatenate(samples, axis=axis or 0)
        case "stack":
            return np.stack(samples, axis=axis or 0)
    raise KeyError(name)


KNOWN = set(ENTRYWISE) | set(REDUCTIONS) | set(RUNS) | set(LOSSES) | {
    "cross_entropy_with_logits", "@", "transpose", "reshape", "[]", "concat", "stack",
}


def test_all_built_in_ops_have_a_reference() -> None:
    assert set(NAMES) == KNOWN


@pytest.mark.parametrize("case", [case for case in CASES if case.name in KNOWN], ids=str)
def test_values(case: Case) -> None:
    every = itertools.product((1, 3), repeat=len(case.shapes))
    for batches in every:
        primals = case.primals(batches)
        out = np.asarray(REGISTRY[case.name](**case.options).forward(xp, *primals))
        for sample in range(out.shape[-1]):
            samples = [exact(array[..., min(sample, array.shape[-1] - 1)]) for array in primals]
            expected = np.asarray(reference(case, samples)).astype(float)
            np.testing.assert_allclose(out[..., sample], expected, rtol=1e-13, atol=1e-14)
