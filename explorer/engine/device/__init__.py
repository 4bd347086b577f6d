"""The engine's fast pass on a GPU: the ops' own rules, recorded once and run as few kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from explorer.engine.arrays import Namespace
from explorer.engine.device.cuda import CudaDevice
from explorer.engine.device.plan import DevicePlan
from explorer.engine.device.recipe import recipe
from explorer.engine.schedule import Schedule


def device_plan(schedule: Schedule, xp: Namespace, dtype: Any, size: int, count: int) -> DevicePlan:
    """The plan of a schedule on CuPy's current device; its `run` is that of `Plan`."""
    kind = np.dtype(dtype)
    return DevicePlan(recipe(schedule, kind), CudaDevice(xp, kind), size, count)


__all__ = ["DevicePlan", "device_plan"]
