"""What rules do to recorded arrays: element-wise operations, moving entries, products and folds.

What is neither element-wise nor small, such as a product of large matrices, is a step of its own, done by the device's
library on arrays in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from explorer.engine.device import recorded
from explorer.engine.device.expression import DEEPEST, Expression, broadcast, holds_batch, width
from explorer.engine.device.recorded import Recorded, cell_shape, constant
from explorer.engine.device.recording import Recording

PRODUCT, ROW_SUMS = "@", "row sums"     # the steps that a device may do in a way of its own
FEW_PRODUCTS = 1024     # products of two entries that a matrix product may have to be taken one by one


def mapped(operation: str, *operands: Any) -> Recorded:
    """An element-wise operation, with NumPy's broadcasting; Python's numbers are constants."""
    recording = next(operand.recording for operand in operands if isinstance(operand, Recorded))
    arrays = [operand if isinstance(operand, Recorded) else constant(recording, (), operand) for operand in operands]
    shape = broadcast(*(array.shape for array in arrays))
    wide = any(array.wide for array in arrays) or width(shape) > recorded.NARROW
    sources = [recording.entry(array) if wide else array.cells for array in arrays]
    cells = np.empty(() if wide else cell_shape(shape), dtype=object)
    for index, entries in zip(np.ndindex(cells.shape), zip(*(
        np.broadcast_to(source, cells.shape).flat for source in sources), strict=True), strict=True):
        cells[index] = recording.apply(operation, *entries)
    found = Recorded(recording, cells, shape, wide)
    deep = max(cell.depth for cell in cells.flat) > DEEPEST
    return recording.kept(found) if deep else found


def moved(array: Recorded, move: Callable[[Any], Any]) -> Recorded:
    """The same entries at other places, as a view of NumPy's would have them."""
    if array.wide:
        return array.recording.view(array, move)
    shape = move(np.broadcast_to(np.empty((), dtype=bool), array.shape)).shape
    return Recorded(array.recording, move(array.cells), shape, False)


def matmul(left: Recorded, right: Recorded) -> Recorded:
    """left @ right: entry by entry where both are small, otherwise a step."""
    lead = broadcast(left.shape[:-2], right.shape[:-2])
    shape = (*lead, left.shape[-2], right.shape[-1])
    inner = left.shape[-1]
    products = width(shape) * width((inner,))
    if left.wide or right.wide or width(shape) > recorded.NARROW or products > FEW_PRODUCTS:
        return left.recording.step(lambda xp, rows, a, b: a @ b, PRODUCT, shape, left, right)
    rows = np.broadcast_to(left.cells, (*cell_shape(lead), *left.cells.shape[-2:]))
    columns = np.broadcast_to(right.cells, (*cell_shape(lead), *right.cells.shape[-2:]))
    cells = np.empty(cell_shape(shape), dtype=object)
    for *at, row, column in np.ndindex(cells.shape):
        pairs = list(zip(rows[(*at, row)], columns[(*at, slice(None), column)], strict=True))
        cells[(*at, row, column)] = summed_pairs(left.recording, pairs, holds_batch(inner))
    return Recorded(left.recording, cells, shape, False)


def summed_pairs(recording: Recording, pairs: list[tuple[Expression, Expression]], over_batch: bool) -> Expression:
    """Σ of products; over the samples too where the axis holds them."""
    total = recording.apply("*", *pairs[0])
    for pair in pairs[1:]:
        total = recording.apply("fma", *pair, total)
    return recording.summed(total) if over_batch else total


def folded(array: Recorded, operation: str, axis: Any, keepdims: bool) -> Recorded:
    """A sum ("+") or a maximum along some axes."""
    axes = tuple(range(array.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(at % array.ndim for at in axes)
    kept = tuple(1 if at in axes else length for at, length in enumerate(array.shape))
    shape = kept if keepdims else tuple(length for at, length in enumerate(array.shape) if at not in axes)
    if array.wide:
        name = {"+": "sum", "maximum": "max"}[operation]

        def fold(xp: Any, rows: int, whole: Any) -> Any:
            return getattr(xp, name)(whole, axis=axes, keepdims=keepdims)

        rows = operation == "+" and axes == (array.ndim - 1,) and holds_batch(array.shape[-1])
        return array.recording.step(fold, ROW_SUMS if rows else (name, axes, keepdims), shape, array)
    over_batch = any(holds_batch(array.shape[at]) for at in axes)
    cells = np.empty(cell_shape(kept), dtype=object)
    runs = np.moveaxis(array.cells, axes, range(len(axes)))
    runs = runs.reshape(-1, *runs.shape[len(axes) :])
    for index, run in zip(np.ndindex(cells.shape), runs.reshape(len(runs), -1).T, strict=True):
        total = run[0]
        for entry in run[1:]:
            total = array.recording.apply(operation, total, entry)
        cells[index] = array.recording.summed(total) if over_batch else total
    return Recorded(array.recording, cells.reshape(cell_shape(shape)), shape, False)


def put(array: Recorded, key: Any, value: Recorded) -> None:
    """array[key] = value, of an array that the rule has just made."""
    if not array.wide and not value.wide:
        array.cells[key] = value.cells
        return

    def placed(xp: Any, rows: int, whole: Any, part: Any) -> Any:
        whole = xp.asarray(whole, copy=True)
        whole[key] = part
        return whole

    changed = array.recording.step(placed, ("placed", repr(key)), array.shape, array, value)
    array.cells, array.wide = changed.cells, changed.wide


def _attach() -> None:
    """Python's operators on recorded arrays."""
    def operator(name: str, mirrored: bool = False) -> Callable[[Recorded, Any], Recorded]:
        return lambda self, other: mapped(name, other, self) if mirrored else mapped(name, self, other)

    methods: dict[str, Any] = {
        "__getitem__": lambda self, key: moved(self, lambda array: array[key]), "__setitem__": put,
        "__matmul__": matmul, "__neg__": lambda self: mapped("neg", self), "__invert__": lambda self: mapped("~", self),
        "T": property(lambda self: moved(self, lambda array: array.T)),
    }
    for name, symbol in {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "and": "&", "or": "|"}.items():
        methods |= {f"__{name}__": operator(symbol), f"__r{name}__": operator(symbol, mirrored=True)}
    for name, symbol in {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}.items():
        methods[f"__{name}__"] = operator(symbol)
    for name, method in methods.items():
        setattr(Recorded, name, method)


_attach()
