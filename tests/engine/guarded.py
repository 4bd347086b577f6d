"""Arrays that refuse to be looked at, as those of a device should not be: NumPy's inside, but no number comes out.

The one exception is float(), which is allowed and noted, so that a test can say how often and when it was asked.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import array_api_compat.numpy as numpy_xp
import numpy as np

from tests.engine.host_device import NumpyDevice


class HostAccess(AssertionError):
    """A pass asked for a number, or brought an array of the host's."""


class Guarded:
    """An array on a device that is none. `events` says, for all of them, what was done and fetched."""

    events: list[str] = []
    __hash__ = None     # type: ignore[assignment]

    def __init__(self, array: Any) -> None:
        self.array = np.asarray(array)

    def __array_namespace__(self, api_version: str | None = None) -> GuardedNamespace:
        return guarded

    def __getattr__(self, name: str) -> Any:
        if name not in ("shape", "ndim", "dtype", "size", "T"):
            raise AttributeError(name)
        return outside(getattr(self.array, name))

    def __getitem__(self, key: Any) -> Any:
        return called(operator.getitem, self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        called(operator.setitem, self, key, value)

    def all(self) -> Any:
        return called(np.all, self)

    def __float__(self) -> float:
        Guarded.events.append("float")
        return float(self.array)

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise HostAccess("a pass asked an array of a device for its numbers")

    __bool__ = __int__ = __index__ = __complex__ = __iter__ = __len__ = __array__ = tolist = item = get = _refuse


def _attach() -> None:
    names = ("add", "sub", "mul", "truediv", "matmul", "and_", "or_", "lt", "le", "gt", "ge", "eq", "ne")
    for name in names:
        function = getattr(operator, name)
        forward = f"__{name.strip('_')}__"
        setattr(Guarded, forward, lambda self, other, function=function: called(function, self, other))
        if name in ("add", "sub", "mul", "truediv"):
            setattr(Guarded, f"__r{name}__", lambda self, other, function=function: called(function, other, self))
    for name in ("neg", "pos", "invert", "abs"):
        function = getattr(operator, name)
        setattr(Guarded, f"__{name}__", lambda self, function=function: called(function, self))


_attach()


def inside(value: Any) -> Any:
    """What a function of NumPy takes."""
    if isinstance(value, Guarded):
        return value.array
    if isinstance(value, np.ndarray):
        raise HostAccess("a pass brought an array from the host")
    return type(value)(map(inside, value)) if isinstance(value, list | tuple) else value


def outside(value: Any) -> Any:
    """What a function of NumPy gave, guarded again."""
    return Guarded(value) if isinstance(value, np.ndarray | np.generic) else value


def called(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """A function of NumPy on guarded arrays."""
    Guarded.events.append(function.__name__)
    with np.errstate(all="ignore"):
        return outside(function(*map(inside, arguments), **{name: inside(value) for name, value in options.items()}))


class GuardedNamespace:
    """NumPy's functions over guarded arrays."""

    __name__ = "tests.engine.guarded"

    def __getattr__(self, name: str) -> Any:
        found = getattr(numpy_xp, name)
        if isinstance(found, type) or not callable(found):
            return found
        return lambda *arguments, **options: called(found, *arguments, **options)


guarded = GuardedNamespace()


class GuardedDevice(NumpyDevice):
    """A device whose library has guarded arrays; its kernels may look, as a device's may."""

    xp = guarded

    def memory(self, array: Guarded) -> Any:
        return super().memory(array.array)

    def array(self, *seen: Any) -> Any:
        return Guarded(super().array(*seen))

    def fetch(self, memory: Any) -> np.ndarray:
        Guarded.events.append("float")
        return super().fetch(memory)
