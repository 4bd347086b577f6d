"""The one place that knows where arrays live: NumPy, CuPy or array-api-strict, and which axis is the batch.

Inside the engine the batch axis is the *last* one (length 1 for what all samples share), so that `W @ x` is the
mathematics as written and every loop is long. At the door it is the first one, or absent.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

import array_api_compat
import array_api_compat.numpy as numpy_namespace
import numpy as np

from explorer.engine.errors import DataError

Array: TypeAlias = Any      # an array of whichever namespace; there is no static type that covers them all
Namespace: TypeAlias = Any
BACKENDS = ("numpy", "cupy", "auto")


@lru_cache(maxsize=1)
def _cupy() -> Namespace | None:
    """CuPy's namespace if it imports and sees a device, else None. Asked once: probing a driver is slow."""
    try:
        import array_api_compat.cupy as xp

        return xp if xp.cuda.runtime.getDeviceCount() else None
    except Exception:  # noqa: BLE001  a broken driver raises CuPy's own errors, which cannot be named without CuPy
        return None


def namespace(backend: str = "auto") -> tuple[str, Namespace]:
    """The backend's name ("numpy", "cupy", …) and its array-API namespace.

    Raises: DataError when the backend is unknown, or is CuPy and there is no device.
    """
    if backend == "auto":
        backend = "numpy" if _cupy() is None else "cupy"
    if backend == "numpy":
        return backend, numpy_namespace
    if backend == "cupy":
        if _cupy() is None:
            raise DataError(
                "backend 'cupy': CuPy does not import or sees no device. Expected a CUDA device. "
                "Install backprop-explorer[gpu], or use backend=\"numpy\"."
            )
        return backend, _cupy()
    if backend == "array_api_strict":  # the tests hold the engine to the standard with it
        import array_api_strict

        return backend, array_api_strict
    raise DataError(f"backend {backend!r} is unknown. Expected one of {', '.join(BACKENDS)}.")


def to_host(array: Array) -> np.ndarray:
    """Any backend's array as a NumPy array; of NumPy's own, the very same object."""
    if isinstance(array, np.ndarray | np.generic):
        return np.asarray(array)
    if array_api_compat.is_cupy_array(array):
        return array.get()
    return np.from_dlpack(array)


def is_numpy(xp: Namespace) -> bool:
    """Whether the namespace makes NumPy's own arrays."""
    return xp is numpy_namespace


def library(xp: Namespace) -> Namespace:
    """The library itself behind its array-API namespace: its functions take `out`, and none is wrapped."""
    if is_numpy(xp):
        return np
    if xp is _cupy():
        import cupy

        return cupy
    return xp


def is_own(xp: Namespace, value: object) -> bool:
    """Whether a value is an array of that namespace's device already, so that it need not pass through the host."""
    if is_numpy(xp) or not array_api_compat.is_array_api_obj(value):
        return False
    return array_api_compat.array_namespace(value) is xp


def public_view(xp: Namespace, array: Array, batched: bool) -> Array:
    """An engine array as the world sees it: the batch first, or gone. A view, not a copy."""
    if not batched:
        return array[..., 0]
    return xp.permute_dims(array, (array.ndim - 1, *range(array.ndim - 1)))


def engine_view(array: np.ndarray, batched: bool) -> np.ndarray:
    """The way back: the batch axis last, of length 1 where there is none. A view, not a copy."""
    if not batched:
        return array[..., None]
    return array.T if array.ndim < 3 else array.transpose(*range(1, array.ndim), 0)


def own_engine_view(xp: Namespace, array: Array, batched: bool) -> Array:
    """The way back for an array that is of that namespace already."""
    return xp.permute_dims(array, (*range(1, array.ndim), 0)) if batched else array[..., None]


def frozen(array: Array) -> Array:
    """The same array, read-only where its library can say so (NumPy)."""
    if isinstance(array, np.ndarray):
        array.flags.writeable = False
    return array
