"""The recipe's device where there is CUDA: kernels compiled by CuPy at run time, once for each text."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from explorer.engine.arrays import Array, Namespace
from explorer.engine.device.emit import BLOCK, finish_text, kernel_text
from explorer.engine.device.grouping import Kernel
from explorer.engine.jacobians.base import Shape

# A fixed number, so that sums come in one order on every device; a thousand blocks of 128 threads fill today's largest.
MOST_BLOCKS = 1024
# Contracted to a multiply-add only where a rule's sum of products says so: elsewhere the arithmetic is NumPy's.
OPTIONS = ("--fmad=false",)
REAL = {"float64": "double", "float32": "float"}


@lru_cache(maxsize=512)
def compiled(text: str) -> Any:
    """The kernel of a text; CuPy also keeps it on disk."""
    import cupy

    return cupy.RawKernel(text, "run", options=OPTIONS)


class CudaDevice:
    """See plan.Device. `compile` makes of a kernel's text what runs it: (grid, block, arguments)."""

    def __init__(self, xp: Namespace, dtype: np.dtype, compile: Callable[[str], Any] = compiled) -> None:
        self.xp, self._real, self._scalar, self._compile = xp, REAL[dtype.name], dtype.type, compile
        self._texts: dict[tuple[Kernel, str], Any] = {}

    def launch(
        self, kernel: Kernel, bools: frozenset[int], operands: list[Array], stored: list[Array],
        totals: Array | None, size: int, rows: int, count: int,
    ) -> None:
        blocks = min(-(-size // BLOCK), MOST_BLOCKS)
        partial = [] if totals is None else [
            totals if blocks == 1 else self.empty((totals.size * blocks,), totals.dtype)]
        small = max(size, rows, *(array.size for array in (*operands, *stored)), 0) < 2**31
        number = np.uint32 if small else np.int64
        if blocks:
            run = self._kernel(kernel, bools, "unsigned int" if small else "long long")
            run((blocks,), (1 if size == 1 and totals is None else BLOCK,),
                (*operands, *stored, *partial, number(size), number(rows), self._scalar(count)))
        if totals is not None and blocks != 1:
            finish = self._compile(finish_text(self._real))
            finish((totals.size,), (BLOCK,), (*partial, np.uint32(blocks), totals))

    def empty(self, shape: Shape, dtype: Any) -> Array:
        return self.xp.ndarray(shape, dtype)    # without the detours of `empty`

    def free_bytes(self) -> int:
        return int(self.xp.cuda.Device().mem_info[0]) + int(self.xp.get_default_memory_pool().free_bytes())

    def _kernel(self, kernel: Kernel, bools: frozenset[int], index: str) -> Any:
        key = (kernel, index)
        if key not in self._texts:
            self._texts[key] = self._compile(kernel_text(kernel, self._real, index, bools))
        return self._texts[key]
