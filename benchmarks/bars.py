"""What the engine is held to: the least ratios peer ÷ ours in float64, and the most that a trace may cost."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.networks import NETWORKS

# (torch on 2 threads, jax.jit) by batch.
SMALL_NETS: Mapping[int, tuple[float, float]] = {
    1: (8, 1.1), 32: (10, 4), 1024: (6, 3.5), 65_536: (2.5, 2.5), 1_048_576: (4, 4),
}
WIDE, DEEP = "784-256-128-10", "200x16"
DEEP_UP_TO = 32
DICTS = 0.8         # jax ÷ ours from plain dicts, small nets at B = 1
TRACE = 2.0         # trace ÷ gradients, up to B = 1024


def bar(network: str, dtype: str, batch: int, peer: str) -> float | None:
    """The least that a peer ÷ ours shall be, or None where nothing is asked."""
    if dtype != "float64" or peer not in ("torch-2", "jax"):
        return None
    column = 0 if peer == "torch-2" else 1
    if network == WIDE:
        return (1.1, None)[column]
    if network == DEEP:
        return (11.0, 2.0)[column] if batch <= DEEP_UP_TO else None
    return SMALL_NETS[batch][column] if batch in SMALL_NETS and network in NETWORKS else None


def dicts_bar(network: str, dtype: str, batch: int) -> float | None:
    """The least that jax ÷ ours from plain dicts shall be."""
    return DICTS if dtype == "float64" and batch == 1 and network not in (WIDE, DEEP) else None
