"""A kernel as the text of a CUDA kernel. T is the number's type, I that of indices; n is the number of samples."""

from __future__ import annotations

import math

from explorer.engine.device.expression import BATCH, Expression, holds_batch
from explorer.engine.device.grouping import Kernel
from explorer.engine.jacobians.base import Shape

BLOCK = 128         # threads of a block
ROW_BLOCK = 512     # of one that adds up a row
WARP = 32
MOST_KEPT = 96      # numbers that a thread keeps while it goes from sample to sample

# NaN goes through comparisons as it does in NumPy; no function here needs a header.
TEXTS = {
    "+": "{0} + {1}", "-": "{0} - {1}", "*": "{0} * {1}", "/": "{0} / {1}", "neg": "-{0}",
    "fma": "fma({0}, {1}, {2})", "abs": "fabs({0})", "exp": "exp({0})", "log": "log({0})", "log1p": "log1p({0})",
    "sqrt": "sqrt({0})", "sin": "sin({0})", "cos": "cos({0})", "tanh": "tanh({0})", "pow": "pow({0}, {1})",
    "sign": "{0} != {0} ? {0} : (T)(({0} > (T)0) - ({0} < (T)0))",
    "maximum": "{0} >= {1} || {0} != {0} ? {0} : {1}", "where": "{0} ? {1} : {2}", "real": "(T){0}",
    "<": "{0} < {1}", "<=": "{0} <= {1}", ">": "{0} > {1}", ">=": "{0} >= {1}", "==": "{0} == {1}",
    "!=": "{0} != {1}", "&": "{0} && {1}", "|": "{0} || {1}", "~": "!{0}",
    "isnan": "{0} != {0}", "isinf": "{0} == {0} && {0} - {0} != {0} - {0}", "isfinite": "{0} - {0} == {0} - {0}",
}


def kernel_text(kernel: Kernel, real: str, index: str, bools: frozenset[int] = frozenset()) -> str:
    """The whole text: extern "C" run(inputs…, outputs…, partial sums, size, n, count).

    `size` is the number of points of the space. `bools` are the slots that hold truth values. Kernels that do the same
    have the same text, whatever slots they do it to.
    """
    names = Names(kernel)
    inputs = [f"const {_type(slot, bools)}* __restrict__ {name}" for slot, name in names.inputs.items()]
    outputs = [f"{_type(slot, bools)}* __restrict__ {name}" for slot, name in names.outputs.items()]
    partial = ["T* __restrict__ partial"] if kernel.sums else []
    before, within = _body(kernel, names)
    return "\n".join([
        f"typedef {real} T;", f"typedef {index} I;",
        f'extern "C" __global__ void __launch_bounds__({BLOCK}) run(',
        "    " + ",\n    ".join([*inputs, *outputs, *partial, "const I size", "const I n", "const T count"]) + ")", "{",
        *(f"    {line}" for line in before), *(f"    T sum{place} = (T)0;" for place in range(len(kernel.sums))),
        "    for (I i = blockIdx.x * (I)blockDim.x + threadIdx.x; i < size; i += (I)gridDim.x * (I)blockDim.x) {",
        *(f"        {line}" for line in within),
        "    }",
        *(_across_the_block(len(kernel.sums)) if kernel.sums else ()), "}", "",
    ])


class Names:
    """What a kernel's arrays and expressions are called in its text."""

    def __init__(self, kernel: Kernel) -> None:
        self.inputs = {slot: f"in{place}" for place, slot in enumerate(kernel.operands)}
        self.outputs = {slot: f"out{place}" for place, slot in enumerate(kernel.stored)}
        self._values = {expression: f"v{place}" for place, expression in enumerate(kernel.code)}

    def __call__(self, expression: Expression) -> str:
        if expression.operation == "count":
            return "count"
        return number_text(expression.value) if expression.operation == "number" else self._values[expression]


def row_sums_text(real: str) -> str:
    """The sum of each row of a matrix in C order, one block for each: run(matrix, length of a row, sums)."""
    return "\n".join([
        f"typedef {real} T;",
        f'extern "C" __global__ void __launch_bounds__({ROW_BLOCK}) run(',
        "    const T* __restrict__ rows, const unsigned int length, T* __restrict__ partial)", "{",
        "    const T* row = rows + blockIdx.x * (size_t)length;", "    T sum0 = (T)0;",
        "    for (unsigned int i = threadIdx.x; i < length; i += blockDim.x)", "        sum0 += row[i];",
        *_across_the_block(1, ROW_BLOCK), "}", "",
    ])


def _type(slot: int, bools: frozenset[int]) -> str:
    return "bool" if slot in bools else "T"


def _body(kernel: Kernel, names: Names) -> tuple[list[str], list[str]]:
    """Statements before the loop and within it: each expression that is no number, then the stores and the sums."""
    shared = [one for one in kernel.code if one.space == ()]
    keep = len(shared) + len(kernel.sums) <= MOST_KEPT
    before, lines = list[str](), list[str]()
    for expression in kernel.code:
        if expression.operation in ("number", "count"):
            continue
        if expression in kernel.reads:
            slot, cell, space = kernel.reads[expression]
            value = f"{names.inputs[slot]}[{address(cell, space, kernel.space)}]"
        else:
            value = TEXTS[expression.operation].format(*map(names, expression.operands))
        kind = "bool" if expression.is_bool else "T"
        (before if keep and expression.space == () else lines).append(f"const {kind} {names(expression)} = {value};")
    for store in kernel.stores:
        place = address(store.cell, store.space, kernel.space)
        lines.append(f"{names.outputs[store.slot]}[{place}] = {names(store.expression)};")
    lines += [f"sum{place} += {names(total.operands[0])};" for place, total in enumerate(kernel.sums)]
    return before, lines


def number_text(value: float) -> str:
    """A number to its last digit; what has none is computed."""
    if math.isnan(value):
        return "sqrt((T)-1)"
    if math.isinf(value):
        return f"({'' if value > 0 else '-'}-log((T)0))".replace("--", "")
    return f"((T){value!r})"


def address(cell: int, space: Shape, within: Shape) -> str:
    """Where the cell-th entry lies for point i of the space `within`, to which `space` is stretched."""
    aligned = (1,) * (len(within) - len(space)) + tuple(space)
    points = product_text(space)
    terms = [str(cell) if points == "1" else f"{cell} * ({points})"] if cell else []
    if aligned == tuple(within) and any(length != 1 for length in within):
        terms.append("i")
    else:
        for axis, length in enumerate(aligned):
            if length == 1:
                continue
            inner, stride = product_text(within[axis + 1 :]), product_text(aligned[axis + 1 :])
            whole = f"i / ({inner})" if inner != "1" else "i"
            outermost = all(earlier == 1 for earlier in within[:axis])
            coordinate = whole if outermost else f"{whole} % ({product_text((length,))})"
            terms.append(coordinate if stride == "1" else f"({coordinate}) * ({stride})")
    return " + ".join(terms) or "0"


def product_text(shape: Shape) -> str:
    """The number of points of a space, in terms of n."""
    batches, entries = 0, 1
    for length in shape:
        batches, entries = batches + holds_batch(length), entries * (length // BATCH if holds_batch(length) else length)
    return " * ".join([*([str(entries)] if entries != 1 or not batches else []), *["n"] * batches])


def _across_the_block(sums: int, threads: int = BLOCK) -> list[str]:
    """Sums of the threads' sums: within each warp by shuffles, then over the warps, in the same order every time."""
    warps = threads // WARP
    lines = [f"    __shared__ T shared[{sums}][{warps}];"]
    for place in range(sums):
        lines += [f"    sum{place} += __shfl_down_sync(0xffffffffu, sum{place}, {step});" for step in (16, 8, 4, 2, 1)]
        lines.append(f"    if (threadIdx.x % {WARP} == 0) shared[{place}][threadIdx.x / {WARP}] = sum{place};")
    return [
        *lines, "    __syncthreads();",
        f"    for (unsigned int j = threadIdx.x; j < {sums}; j += blockDim.x)",
        f"        partial[j * (size_t)gridDim.x + blockIdx.x] = {' + '.join(f'shared[j][{w}]' for w in range(warps))};",
    ]
