"""Where a value has run out of digits: then nothing that is computed from it tells a slope.

σ(36) is 1 but for its last digit. What follows it is a staircase as its operand moves, though its derivative is right.
"""

from __future__ import annotations

import numpy as np

from explorer.engine.check import STEP
from explorer.engine.ops.arithmetic import Add, Subtract
from explorer.engine.ops.base import Op
from explorer.engine.ops.transcendental import Unary
from explorer.engine.probe import Probe

MANY = 1e8  # last places by which an operand has to change for its result to be expected to change
MOVING = (Unary, Add, Subtract)  # whose results move with an operand: a product leaves out what is multiplied by 0
FEW = 1e7  # last places by which a result has to change to tell a slope to about six digits


def drowned(probe: Probe) -> Op | None:
    """The first operation on the entry's way whose result hardly changes but for rounding; None where all have digits.

    Operations with kinks are passed over: they may well not change. So are results that are 0.
    """
    before, after = probe.operations(0.0), probe.operations(3 * STEP * max(probe.scales))
    for old, new in zip(before, after, strict=True):
        if not old.op.analytic or not np.any(old.result):
            continue
        entering = max((_last_places(a, b) for a, b in zip(old.operands, new.operands, strict=True)), default=0.0)
        leaving = _last_places(old.result, new.result)
        if entering > MANY and (leaving > 0 or isinstance(old.op, MOVING)) and leaving < FEW:
            return old.op
    return None


def _last_places(a: np.ndarray, b: np.ndarray) -> float:
    """By how many units in the last place two arrays differ, at most."""
    with np.errstate(all="ignore"):
        places = np.abs(a - b) / np.spacing(np.maximum(np.abs(a), np.abs(b)))
    return float(np.nan_to_num(places, nan=0.0).max(initial=0))
