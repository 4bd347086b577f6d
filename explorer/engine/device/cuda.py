"""The recipe's device where there is CUDA: kernels compiled by CuPy at run time, once for each text.

CuPy has float32 numbers below 1.2e-38 be zero on the device, in whatever it compiles.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from explorer.engine.arrays import Array, Namespace
from explorer.engine.device.emit import BLOCK, ROW_BLOCK, kernel_text, row_sums_text
from explorer.engine.device.expression import real_shape
from explorer.engine.device.forms import Form
from explorer.engine.device.grouping import Kernel
from explorer.engine.device.plan import Memory, Run
from explorer.engine.jacobians.base import Shape

# A fixed number, so that sums come in one order on every device; a thousand blocks of 128 threads fill today's largest.
MOST_BLOCKS = 1024
MOST_SPREAD = 8192      # blocks of a kernel without sums
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
        self.xp, self._dtype, self._compile = xp, dtype, compile
        self._factors = np.array([1, 0], dtype=dtype)
        self._pinned: tuple[Any, np.ndarray] | None = None

    def memory(self, array: Array) -> Memory:
        return (array if array.flags.c_contiguous else self.xp.ascontiguousarray(array)).data

    def allocate(self, size: int) -> Memory:
        return self.xp.cuda.alloc(size)

    def array(self, memory: Memory, dtype: Any, shape: Shape, strides: Shape) -> Array:
        return self.xp.ndarray(shape, dtype, memory, strides)

    def kernel(self, kernel: Kernel, bools: frozenset[int], rows: int, count: int, largest: int) -> Run:
        size, sums = math.prod(real_shape(kernel.space, rows)), len(kernel.sums)
        blocks = min(-(-size // BLOCK), MOST_BLOCKS if sums else MOST_SPREAD)
        small = max(size, rows, largest) < 2**31
        number = np.uint32 if small else np.int64
        numbers = number(size), number(rows), self._dtype.type(count)
        grid, block = (blocks,), (1 if size == 1 and not sums else BLOCK,)
        launch = self._kernel(kernel, bools, "unsigned int" if small else "long long") if blocks else _nothing
        if not sums or blocks == 1:
            return lambda *memories: launch(grid, block, (*memories, *numbers))
        finish, space = self._row_sums(sums, blocks), max(sums * blocks, 1) * self._dtype.itemsize

        def run(*memories: Memory) -> None:
            partial = self.allocate(space)
            launch(grid, block, (*memories[:-1], partial, *numbers))
            finish(partial, memories[-1])

        return run

    def product(self, left: Form, right: Form) -> Run | None:
        if len(left.shape) != 2 or len(right.shape) != 2:
            return None
        (m, k), n = left.shape, right.shape[1]
        first, second = leading(left), leading(right)
        if first is None or second is None or not m * n * k:
            return None
        multiply, (left_turned, left_lead), (right_turned, right_lead) = self._multiply(), first, second
        # cuBLAS counts column by column: in its eyes every matrix is transposed, and the product is right · left.
        return lambda a, b, out: multiply(right_turned, left_turned, n, m, k, b, right_lead, a, left_lead, out, n)

    def row_sums(self, shape: Shape) -> Run:
        return self._row_sums(math.prod(shape[:-1]), shape[-1])

    def fetch(self, memory: Memory) -> np.ndarray:
        if self._pinned is None:
            pinned = self.xp.cuda.alloc_pinned_memory(2 * self._dtype.itemsize)
            self._pinned = pinned, np.frombuffer(pinned, self._dtype, 2)
        pinned, pair = self._pinned
        stream = self.xp.cuda.get_current_stream()
        memory.copy_to_host_async(pinned.ptr, pair.nbytes, stream)
        stream.synchronize()
        return pair

    def free_bytes(self) -> int:
        return int(self.xp.cuda.Device().mem_info[0]) + int(self.xp.get_default_memory_pool().free_bytes())

    def _kernel(self, kernel: Kernel, bools: frozenset[int], index: str) -> Any:
        return self._compile(kernel_text(kernel, REAL[self._dtype.name], index, bools))

    def _row_sums(self, rows: int, length: int) -> Run:
        launch, long = self._compile(row_sums_text(REAL[self._dtype.name])), np.uint32(length)
        return lambda matrix, sums: launch((rows,), (ROW_BLOCK,), (matrix, long, sums))

    def _multiply(self) -> Callable[..., None]:
        """cuBLAS's gemm, without what CuPy's own functions look at in every call."""
        from cupy_backends.cuda.libs import cublas

        gemm = {"float64": cublas.dgemm, "float32": cublas.sgemm}[self._dtype.name]
        handle, one = self.xp.cuda.device.get_cublas_handle, self._factors.ctypes.data
        zero = one + self._dtype.itemsize

        def multiply(
            a_turned: int, b_turned: int, m: int, n: int, k: int, a: Memory, a_lead: int, b: Memory, b_lead: int,
            out: Memory, lead: int,
        ) -> None:
            gemm(handle(), a_turned, b_turned, m, n, k, one, a.ptr, a_lead, b.ptr, b_lead, zero, out.ptr, lead)

        return multiply


def leading(form: Form) -> tuple[int, int] | None:
    """Whether a matrix lies column by column, and how far apart columns or rows are; None where neither is dense."""
    (rows, columns), (down, across) = form.shape, form.strides
    if columns == 1 or across == 1:
        if rows == 1 or down >= columns:
            return 0, max(down, columns)
    if rows == 1 or down == 1:
        if columns == 1 or across >= rows:
            return 1, max(across, rows)
    return None


def _nothing(*_: Any) -> None:
    """A kernel over no point."""
