"""The engine's fast pass on a GPU: the ops' own rules, recorded once and run as few kernels."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from explorer.engine.arrays import Namespace
from explorer.engine.device.cuda import CudaDevice
from explorer.engine.device.plan import DevicePlan
from explorer.engine.device.recipe import Recipe, recipe
from explorer.engine.program import Program
from explorer.engine.schedule import Schedule

_recipes: WeakKeyDictionary[Program, dict[Hashable, Recipe]] = WeakKeyDictionary()


def device_plan(schedule: Schedule, xp: Namespace, dtype: Any, size: int, count: int) -> DevicePlan:
    """The plan of a schedule on CuPy's current device; its `run` is that of `Plan`."""
    kind = np.dtype(dtype)
    known, key = _recipes.setdefault(schedule.program, {}), (schedule.objective, schedule.wanted, kind)
    if key not in known:
        known[key] = recipe(schedule, kind)
    return DevicePlan(known[key], CudaDevice(xp, kind), size, count)


__all__ = ["DevicePlan", "device_plan"]
