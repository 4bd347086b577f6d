"""The engine's fast pass on a GPU: the ops' own rules, recorded once and run as few kernels."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from explorer.engine.arrays import Array, Namespace
from explorer.engine.data import Batch
from explorer.engine.device.cuda import CudaDevice
from explorer.engine.device.plan import DevicePlan
from explorer.engine.device.recipe import Recipe, recipe
from explorer.engine.device.recorded import NotRecordable
from explorer.engine.plan import Found, Plan, Runs
from explorer.engine.program import Program
from explorer.engine.schedule import Schedule

_recipes: WeakKeyDictionary[Program, dict[Hashable, Recipe]] = WeakKeyDictionary()


def device_plan(
    schedule: Schedule, names: Sequence[str], xp: Namespace, dtype: Any, size: int, count: int
) -> Runs:
    """The plan of a schedule on CuPy's current device.

    It is a `Plan`, which runs every rule as it stands, where one of them cannot be recorded.
    """
    kind = np.dtype(dtype)
    known, key = _recipes.setdefault(schedule.program, {}), (schedule.objective, schedule.wanted, kind)
    try:
        if key not in known:
            known[key] = recipe(schedule, kind)
    except NotRecordable:
        return Plan(schedule, names, xp, getattr(xp, kind.name), size, count)
    return DeviceGradients(schedule, names, DevicePlan(known[key], CudaDevice(xp, kind), size, count))


class DeviceGradients:
    """A device's plan, called as every plan is."""

    nbytes = 0      # a run's arrays are its own

    def __init__(self, schedule: Schedule, names: Sequence[str], plan: DevicePlan) -> None:
        program, self._names = schedule.program, names
        self.plan = plan
        self._data = [(program.of[name], name) for name in program.data]
        self._parameters = [program.of[name] for name in program.parameters]

    def run(self, batch: Batch, shared: Sequence[Array]) -> Found:
        """See Runs."""
        given = {register: batch.arrays[name] for register, name in self._data}
        given.update(zip(self._parameters, shared, strict=True))
        loss, found = self.plan.run(given)
        return loss, {name: array for name, array in zip(self._names, found, strict=True) if array is not None}


__all__ = ["DeviceGradients", "DevicePlan", "device_plan"]
