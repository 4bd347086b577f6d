"""Arrays that record what rules do to them: no number is computed, and none can be asked for.

An array with few entries for a sample is taken apart into one expression for each (`cells`), so that sums and products
along its axes become part of a kernel; a wide one is a single expression, true for every entry. What is neither, such
as a product of large matrices, is a step of its own, done by the device's library on arrays in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from explorer.engine.device.expression import BATCH, DEEPEST, Expression, broadcast, holds_batch, width
from explorer.engine.device.recording import Recording
from explorer.engine.jacobians.base import Shape

NARROW = 32         # entries of a sample that are taken one by one
FEW_PRODUCTS = 1024     # products of two entries that a matrix product may have to be taken one by one

Cells = np.ndarray


class Recorded:
    """An array of a recording. Its shape has BATCH where the batch will be; cells have length 1 there."""

    __slots__ = ("cells", "recording", "shape", "wide")

    def __init__(self, recording: Recording, cells: Cells, shape: Shape, wide: bool) -> None:
        self.recording, self.cells, self.shape, self.wide = recording, cells, shape, wide

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def dtype(self) -> Any:
        return np.dtype(bool) if self.cells.flat[0].is_bool else self.recording.dtype

    @property
    def T(self) -> Recorded:
        return moved(self, lambda array: array.T, "T")

    def __bool__(self) -> bool:
        raise TypeError("A recorded array has no numbers yet: a rule must not branch on them.")

    __float__ = __int__ = __index__ = __iter__ = __array__ = __bool__  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]

    def __getitem__(self, key: Any) -> Recorded:
        return moved(self, lambda array: array[key], ("[]", repr(key)))

    def __setitem__(self, key: Any, value: Recorded) -> None:
        if not self.wide and not value.wide:
            self.cells[key] = value.cells
            return
        shape = self.shape

        def placed(xp: Any, rows: int, whole: Any, part: Any) -> Any:
            whole = xp.asarray(whole, copy=True)
            whole[key] = part
            return whole

        changed = self.recording.step(placed, ("placed", repr(key)), shape, self, value)
        self.cells, self.wide = changed.cells, changed.wide

    def __matmul__(self, other: Recorded) -> Recorded:
        return matmul(self, other)

    def __neg__(self) -> Recorded:
        return mapped("neg", self)

    def __invert__(self) -> Recorded:
        return mapped("~", self)


def _operator(name: str, mirrored: bool) -> Callable[[Recorded, Any], Recorded]:
    def method(self: Recorded, other: Any) -> Recorded:
        return mapped(name, other, self) if mirrored else mapped(name, self, other)

    return method


for _name, _symbol in {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "and": "&", "or": "|"}.items():
    setattr(Recorded, f"__{_name}__", _operator(_symbol, False))
    setattr(Recorded, f"__r{_name}__", _operator(_symbol, True))
for _name, _symbol in {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}.items():
    setattr(Recorded, f"__{_name}__", _operator(_symbol, False))


def constant(recording: Recording, shape: Shape, value: Expression | float) -> Recorded:
    """One value everywhere."""
    entry = value if isinstance(value, Expression) else recording.number(value)
    wide = width(shape) > NARROW
    cells = np.full(() if wide else cell_shape(shape), entry, dtype=object)
    return Recorded(recording, cells, shape, wide)


def cell_shape(shape: Shape) -> Shape:
    return tuple(length // BATCH if holds_batch(length) else length for length in shape)


def mapped(operation: str, *operands: Any) -> Recorded:
    """An element-wise operation, with NumPy's broadcasting; Python's numbers are constants."""
    recording = next(operand.recording for operand in operands if isinstance(operand, Recorded))
    arrays = [operand if isinstance(operand, Recorded) else constant(recording, (), operand) for operand in operands]
    shape = broadcast(*(array.shape for array in arrays))
    wide = any(array.wide for array in arrays) or width(shape) > NARROW
    sources = [recording.entry(array) if wide else array.cells for array in arrays]
    cells = np.empty(() if wide else cell_shape(shape), dtype=object)
    for index, entries in zip(np.ndindex(cells.shape), zip(*(
        np.broadcast_to(source, cells.shape).flat for source in sources), strict=True), strict=True):
        cells[index] = recording.apply(operation, *entries)
    found = Recorded(recording, cells, shape, wide)
    deep = max(cell.depth for cell in cells.flat) > DEEPEST
    return recording.kept(found) if deep else found


def moved(array: Recorded, move: Callable[[Any], Any], name: Any) -> Recorded:
    """The same entries at other places, as a view of NumPy or CuPy would have them."""
    shape = move(np.broadcast_to(np.empty((), dtype=bool), array.shape)).shape
    if not array.wide:
        return Recorded(array.recording, move(array.cells), shape, False)
    return array.recording.view(array, lambda xp, rows, whole: move(whole), name, shape)


def matmul(left: Recorded, right: Recorded) -> Recorded:
    """left @ right: entry by entry where both are small, otherwise a step."""
    lead = broadcast(left.shape[:-2], right.shape[:-2])
    shape = (*lead, left.shape[-2], right.shape[-1])
    inner = left.shape[-1]
    products = width(shape) * width((inner,))
    if left.wide or right.wide or width(shape) > NARROW or products > FEW_PRODUCTS:
        return left.recording.step(lambda xp, rows, a, b: a @ b, "@", shape, left, right)
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
        return array.recording.step(
            lambda xp, rows, whole: getattr(xp, name)(whole, axis=axes, keepdims=keepdims), (name, axes, keepdims), shape,
            array)
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
