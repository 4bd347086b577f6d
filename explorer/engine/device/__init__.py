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
from explorer.engine.device.recorded import NotRecordable
from explorer.engine.plan import Plan
from explorer.engine.pool import Runs
from explorer.engine.program import Program
from explorer.engine.schedule import Schedule

_recipes: WeakKeyDictionary[Program, dict[Hashable, Recipe]] = WeakKeyDictionary()


def device_plan(schedule: Schedule, xp: Namespace, dtype: Any, size: int, count: int) -> Runs:
    """The plan of a schedule on CuPy's current device; its `run` is that of `Plan`.

    It is a `Plan`, which runs every rule as it stands, where one of them cannot be recorded.
    """
    kind = np.dtype(dtype)
    known, key = _recipes.setdefault(schedule.program, {}), (schedule.objective, schedule.wanted, kind)
    try:
        if key not in known:
            known[key] = recipe(schedule, kind)
    except NotRecordable:
        return Plan(schedule, xp, getattr(xp, kind.name), size, count)
    return DevicePlan(known[key], CudaDevice(xp, kind), size, count)


__all__ = ["DevicePlan", "device_plan"]
