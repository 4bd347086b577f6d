"""The array namespace that rules are given while a pass is recorded: as much of the standard as rules use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from explorer.engine.device import recorded
from explorer.engine.device.expression import BATCH, holds_batch, width
from explorer.engine.device.operations import folded, mapped, moved
from explorer.engine.device.recorded import NotRecordable, Recorded, cell_shape, constant
from explorer.engine.device.recording import Recording
from explorer.engine.jacobians.base import Shape


def _elementwise(operation: str) -> Callable[..., Recorded]:
    return staticmethod(lambda *operands: mapped(operation, *operands))


class Namespace:
    """Functions of the array-API standard over recorded arrays."""

    __name__ = "explorer.engine.device.namespace"

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def __getattr__(self, name: str) -> Any:
        raise NotRecordable(f"{name}: a function of no recording yet. Expected one of this namespace. Add it here.")

    abs, exp, log, log1p, sqrt = map(_elementwise, ("abs", "exp", "log", "log1p", "sqrt"))
    sin, cos, tanh, sign = map(_elementwise, ("sin", "cos", "tanh", "sign"))
    isnan, isinf, isfinite = map(_elementwise, ("isnan", "isinf", "isfinite"))
    where, maximum, pow = map(_elementwise, ("where", "maximum", "pow"))

    def full(self, shape: Shape, value: Any, dtype: Any = None) -> Recorded:
        value = value.cells.flat[0] if isinstance(value, Recorded) else value
        return constant(self._recording, tuple(shape), value)

    def zeros(self, shape: Shape, dtype: Any = None) -> Recorded:
        return self.full(shape, 0.0)

    def ones(self, shape: Shape, dtype: Any = None) -> Recorded:
        return self.full(shape, 1.0)

    def zeros_like(self, array: Recorded) -> Recorded:
        return self.full(array.shape, 0.0)

    def ones_like(self, array: Recorded) -> Recorded:
        return self.full(array.shape, 1.0)

    def astype(self, array: Recorded, dtype: Any) -> Recorded:
        return mapped("real", array) if array.dtype == np.dtype(bool) else array

    def asarray(self, array: Recorded, copy: bool = False) -> Recorded:
        return Recorded(self._recording, array.cells.copy(), array.shape, array.wide)

    def sum(self, array: Recorded, axis: Any = None, keepdims: bool = False) -> Recorded:
        return folded(array, "+", axis, keepdims)

    def max(self, array: Recorded, axis: Any = None, keepdims: bool = False) -> Recorded:
        return folded(array, "maximum", axis, keepdims)

    def reshape(self, array: Recorded, shape: Shape) -> Recorded:
        shape = tuple(shape)
        if shape == array.shape:
            return array
        if array.wide:
            return self._recording.reshaped(array, shape)
        if any(holds_batch(length) for length in (*array.shape[:-1], *shape[:-1])):
            raise NotRecordable(f"reshape from {array.shape} to {shape}: the batch is not innermost.")
        return Recorded(self._recording, array.cells.reshape(cell_shape(shape)), shape, False)

    def broadcast_to(self, array: Recorded, shape: Shape) -> Recorded:
        shape = tuple(shape)
        if array.wide or width(shape) > recorded.NARROW:
            return Recorded(self._recording, self._recording.entry(array), shape, True)
        return Recorded(self._recording, np.broadcast_to(array.cells, cell_shape(shape)).copy(), shape, False)

    def permute_dims(self, array: Recorded, axes: Sequence[int]) -> Recorded:
        return moved(array, lambda whole: whole.transpose(tuple(axes)))

    def moveaxis(self, array: Recorded, source: int, destination: int) -> Recorded:
        order = list(range(array.ndim))
        order.insert(destination % array.ndim, order.pop(source))
        return self.permute_dims(array, order)

    def expand_dims(self, array: Recorded, axis: int) -> Recorded:
        at = axis % (array.ndim + 1)
        return moved(array, lambda whole: whole[(slice(None),) * at + (None,)])

    def squeeze(self, array: Recorded, axis: int) -> Recorded:
        at = axis % array.ndim
        return moved(array, lambda whole: whole[(slice(None),) * at + (0,)])

    def concat(self, arrays: Sequence[Recorded], axis: int = 0) -> Recorded:
        return self._joined("concat", np.concatenate, arrays, axis)

    def stack(self, arrays: Sequence[Recorded], axis: int = 0) -> Recorded:
        return self._joined("stack", np.stack, arrays, axis)

    def _joined(self, name: str, join: Callable[..., Any], arrays: Sequence[Recorded], axis: int) -> Recorded:
        # Dummies without memory, of one entry for each of the batch's, tell the shape.
        shape = list(join([np.empty(cell_shape(array.shape), dtype=bool) for array in arrays], axis=axis).shape)
        if any(holds_batch(length) for length in arrays[0].shape):
            shape[-1] *= BATCH
        if any(array.wide for array in arrays) or width(tuple(shape)) > recorded.NARROW:
            return self._recording.step(
                lambda xp, rows, *parts: getattr(xp, name)(parts, axis=axis), (name, axis), tuple(shape), *arrays)
        return Recorded(self._recording, join([array.cells for array in arrays], axis=axis), tuple(shape), False)
