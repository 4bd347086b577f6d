"""Devices that are none, for recipes: kernels taken in NumPy, or the very text of a kernel compiled for the CPU."""

from __future__ import annotations

import math
from typing import Any

import array_api_compat.numpy as numpy_xp
import numpy as np

from explorer.engine.device.expression import BATCH, Expression, holds_batch, real_shape
from explorer.engine.device.forms import Form
from explorer.engine.device.grouping import Kernel
from explorer.engine.device.namespace import Namespace
from explorer.engine.device.plan import DevicePlan
from explorer.engine.device.recipe import Recipe, assembled, recipe
from explorer.engine.device.recording import Recording
from explorer.engine.schedule import schedule
from tests.engine.cases import Case

FUNCTIONS: dict[str, Any] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "neg": np.negative, "abs": np.abs,
    "fma": lambda a, b, c: a * b + c, "exp": np.exp, "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt, "sin": np.sin,
    "cos": np.cos, "tanh": np.tanh, "pow": np.power, "sign": np.sign, "maximum": np.maximum, "where": np.where,
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
    "&": np.logical_and, "|": np.logical_or, "~": np.logical_not, "isnan": np.isnan, "isinf": np.isinf,
    "isfinite": np.isfinite,
}


class Place:
    """A place in NumPy's memory."""

    def __init__(self, whole: np.ndarray, first: int = 0) -> None:
        self.whole, self.first, self.bytes = whole, first, whole[first:]

    def __add__(self, further: int) -> Place:
        return Place(self.whole, self.first + further)

    def entries(self, dtype: Any) -> np.ndarray:
        """All from here on."""
        kind = np.dtype(dtype)
        return self.bytes[: len(self.bytes) // kind.itemsize * kind.itemsize].view(kind)


class HostMemory:
    """The memory of a device that is none. Nothing in it is a number before it is written; arrays stay within it."""

    def __init__(self) -> None:
        self.allocated: list[int] = []

    def memory(self, array: Any) -> Any:
        return Place(np.ascontiguousarray(array).reshape(-1).view(np.uint8))

    def allocate(self, size: int) -> Any:
        self.allocated.append(size)
        return Place(np.full(size, 255, np.uint8))

    def array(self, memory: Any, dtype: Any, shape: tuple[int, ...], strides: tuple[int, ...]) -> Any:
        return np.ndarray(shape, dtype, memory.whole, memory.first, strides)


class NumpyDevice(HostMemory):
    """Every expression of a kernel as an array over the kernel's space."""

    xp = numpy_xp

    def __init__(self, dtype: Any, free: int = 2**40) -> None:
        super().__init__()
        self.dtype, self._free, self.launches = np.dtype(dtype), free, 0

    def free_bytes(self) -> int:
        return self._free

    def fetch(self, memory: Any) -> np.ndarray:
        return memory.entries(self.dtype)[:2]

    def product(self, left: Form, right: Form) -> Any:
        return None

    def row_sums(self, shape: tuple[int, ...]) -> Any:
        def run(rows: Any, sums: Any) -> None:
            self.launches += 1
            of, out = rows.entries(self.dtype)[: math.prod(shape)], sums.entries(self.dtype)
            out[: math.prod(shape[:-1])] = of.reshape(shape).sum(axis=-1).reshape(-1)

        return run

    def kernel(self, kernel: Kernel, bools: frozenset[int], rows: int, count: int, largest: int) -> Any:
        def run(*memories: Any) -> None:
            slots = (*kernel.operands, *kernel.outputs)
            self.launches += 1
            self._launch(kernel, {slot: memory.entries(bool if slot in bools else self.dtype)
                                  for slot, memory in zip(slots, memories, strict=True)}, rows, count)

        return run

    def _launch(self, kernel: Kernel, arrays: dict[int, Any], rows: int, count: int) -> None:
        shape, values = real_shape(kernel.space, rows), dict[Expression, Any]()
        size = math.prod(shape)
        with np.errstate(all="ignore"):
            for expression in kernel.code:
                values[expression] = self._value(kernel, expression, arrays, values, rows, count)
            for store in kernel.stores:
                target = arrays[store.slot][store.cell * size : (store.cell + 1) * size]
                target[...] = np.broadcast_to(values[store.expression], shape).reshape(-1)
            for place, total in enumerate(kernel.sums):
                assert kernel.totals is not None
                arrays[kernel.totals][place] = np.broadcast_to(values[total.operands[0]], shape).sum()

    def _value(
        self, kernel: Kernel, expression: Expression, inputs: dict[int, Any], values: dict[Expression, Any],
        rows: int, count: int,
    ) -> Any:
        if expression in kernel.reads:
            slot, cell, space = kernel.reads[expression]
            shape = real_shape(space, rows)
            points = int(np.prod(shape))
            return inputs[slot][cell * points : (cell + 1) * points].reshape(shape)
        operands = [values[operand] for operand in expression.operands]
        match expression.operation:
            case "number":
                return self.dtype.type(expression.value)
            case "count":
                return self.dtype.type(count)
            case "real":
                return operands[0].astype(self.dtype)
        return FUNCTIONS[expression.operation](*operands)


def host_plan(graph: Any, wrt: Any, size: int, count: int, dtype: str = "float64", device: Any = None) -> DevicePlan:
    """The plan of a graph's gradients on a device that is the CPU."""
    of = graph.program.of
    needs = schedule(graph.program, graph.fusions, of[graph.objective], [of[name] for name in wrt])
    return DevicePlan(recipe(needs, np.dtype(dtype)), device or NumpyDevice(dtype), size, count)


def op_recipe(case: Case, shared: tuple[bool, ...], dtype: str = "float64") -> Recipe:
    """One op recorded, forward and every pullback. Given: its operands, then a cotangent of its result's shape."""
    recording = Recording(dtype)
    shapes = [(*shape, 1 if alone else BATCH) for shape, alone in zip(case.shapes, shared, strict=True)]
    slots = [recording.slot(shape, 0, given=True) for shape in shapes]
    primals, xp, op = [recording.array(slot) for slot in slots], Namespace(recording), case.op()
    out = op.forward(xp, *primals)
    slots.append(recording.slot(out.shape, 0, given=True))
    cotangent = recording.array(slots[-1])
    sent = [jacobian.pullback(xp, cotangent) for jacobian in op.jacobians(xp, out, *primals)]
    results = [recording.slot_of(array) for array in (out, *sent)]
    batched = [any(map(holds_batch, recording.slots[slot].shape)) for slot in results]
    return assembled(recording, dict(enumerate(slots)), results[0], results, batched)


def run_op(case: Case, plan: DevicePlan, primals: list[np.ndarray], cotangent: np.ndarray) -> list[np.ndarray]:
    """The result and what each operand is sent, as engine arrays."""
    rows = max((primal.shape[-1] for primal in primals if primal.shape[-1] != 1), default=1)
    if any(primal.shape[-1] == 0 for primal in primals):
        rows = 0
    with np.errstate(all="ignore"):
        found = plan.block(dict(enumerate([*primals, cotangent])), 0, rows)[1]
    return [np.moveaxis(np.asarray(array), 0, -1) if batched else np.asarray(array)[..., None]
            for array, batched in zip(found, plan.recipe.batched, strict=True)]
