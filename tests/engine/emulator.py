"""CUDA kernels run on the CPU: their very text, compiled as C++, with every thread of a block a fiber.

Fibers take turns from barrier to barrier, which is what a block does; a shuffle is two of them.
"""

from __future__ import annotations

import ctypes
import hashlib
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from tests.engine.host_device import Place

COMPILER = shutil.which("g++") or shutil.which("clang++")
PRELUDE = r"""
#include <math.h>
#include <stddef.h>
#include <ucontext.h>
#include <utility>
#define __global__
#define __launch_bounds__(threads)
#define __shared__ static
struct Index { unsigned int x; };
static Index threadIdx, blockIdx, blockDim, gridDim;
static const int MOST = 512, STACK = 1 << 16;
static ucontext_t scheduler, fibers[MOST];
static char stacks[MOST][STACK];
static bool ended[MOST];
static void (*body)(void**);
static void** given;
static void __syncthreads() { swapcontext(&fibers[threadIdx.x], &scheduler); }
template <class T> static T __shfl_down_sync(unsigned int mask, T value, int by) {
    static T lanes[MOST];
    lanes[threadIdx.x] = value;
    __syncthreads();
    T found = threadIdx.x % 32 + by < 32 ? lanes[threadIdx.x + by] : value;
    __syncthreads();
    return found;
}
static void fiber() { body(given); ended[threadIdx.x] = true; }
static void block(unsigned int at) {
    blockIdx.x = at;
    for (unsigned int t = 0; t < blockDim.x; t++) {
        getcontext(&fibers[t]);
        fibers[t].uc_stack.ss_sp = stacks[t];
        fibers[t].uc_stack.ss_size = STACK;
        fibers[t].uc_link = &scheduler;
        ended[t] = false;
        makecontext(&fibers[t], fiber, 0);
    }
    for (bool going = true; going;) {
        going = false;
        for (unsigned int t = 0; t < blockDim.x; t++)
            if (!ended[t]) { going = true; threadIdx.x = t; swapcontext(&scheduler, &fibers[t]); }
    }
}
template <class A> struct Get { static A from(void* at) { return *(A*)at; } };
template <class A> struct Get<A*> { static A* from(void* at) { return (A*)at; } };
template <class... A, size_t... I> static void call(void (*run)(A...), void** at, std::index_sequence<I...>) {
    run(Get<A>::from(at[I])...);
}
template <class... A> static void spread(void (*run)(A...), void** at) {
    call(run, at, std::index_sequence_for<A...>());
}
static void launch(void (*what)(void**), unsigned int blocks, unsigned int threads, void** at) {
    body = what; given = at; gridDim.x = blocks; blockDim.x = threads;
    for (unsigned int b = 0; b < blocks; b++) block(b);
}
"""
KERNEL = """
namespace k{0} {{
{1}
static void body(void** at) {{ spread(run{0}, at); }}
extern "C" void launch{0}(unsigned int blocks, unsigned int threads, void** at) {{
    launch(body, blocks, threads, at);
}}
}}
"""
ONE_AT_A_TIME = Lock()      # as on a device's stream: the fibers are the library's own
Launch = Callable[[tuple[int], tuple[int], tuple[Any, ...]], None]


class Emulator:
    """Compiles texts of kernels, many at once where they are told beforehand, into `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._found = folder, dict[str, Launch]()

    def prepare(self, texts: Iterable[str]) -> None:
        """Compile all that are new."""
        new = [text for text in dict.fromkeys(texts) if text not in self._found]
        if not new:
            return
        source = PRELUDE + "".join(
            KERNEL.format(place, text.replace(" run(", f" run{place}(")) for place, text in enumerate(new))
        name = hashlib.sha256(source.encode()).hexdigest()[:16]
        file, library = self._folder / f"{name}.cpp", self._folder / f"{name}.so"
        file.write_text(source, encoding="utf-8")
        # -O1: the text is large; no contraction, as on the device.
        command = [str(COMPILER), "-std=c++17", "-O1", "-ffp-contract=off", "-w", "-fPIC", "-shared", str(file)]
        subprocess.run([*command, "-o", str(library)], check=True, capture_output=True)
        functions = ctypes.CDLL(str(library))
        for place, text in enumerate(new):
            self._found[text] = self._launcher(getattr(functions, f"launch{place}"))

    def __call__(self, text: str) -> Launch:
        self.prepare([text])
        return self._found[text]

    @staticmethod
    def _launcher(function: Any) -> Launch:
        def run(grid: tuple[int], block: tuple[int], arguments: tuple[Any, ...]) -> None:
            boxes = [one.bytes if isinstance(one, Place) else np.array(one) for one in arguments]
            with ONE_AT_A_TIME:
                function(grid[0], block[0], (ctypes.c_void_p * len(boxes))(*(box.ctypes.data for box in boxes)))

        return run
