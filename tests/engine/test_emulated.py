"""The very text of a GPU's kernels, compiled for the CPU and run there, against the rules it was made from."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

import array_api_compat.numpy as xp
import numpy as np
import pytest

from explorer.engine import Graph
from explorer.engine.device.cuda import OPTIONS, REAL, CudaDevice
from explorer.engine.device.emit import kernel_text, row_sums_text
from explorer.engine.device.grouping import Kernel
from explorer.engine.device.plan import DevicePlan
from explorer.engine.device.recipe import Recipe, recipe
from explorer.engine.ops import REGISTRY
from tests.engine import checks
from tests.engine.cases import NAMES as OPS
from tests.engine.cases import cases_of
from tests.engine.emulator import COMPILER, Emulator
from tests.engine.golden import NAMES
from tests.engine.golden import case as golden_case
from tests.engine.host_device import HostMemory, host_plan, op_recipe, run_op
from tests.engine.test_device import assert_same, by_rule, in_form, same_at_extremes, sharings, wide_net
from tests.engine.test_gradients import everything

pytestmark = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler here: none of g++, clang++ is on the path")
CASES = [case for name in OPS for case in cases_of(name)[:1] + cases_of(name)[-1:]]
NVCC = shutil.which("nvcc")


class EmulatedDevice(HostMemory, CudaDevice):
    """The device as it is, but for its memory, who compiles and runs the text, and who multiplies matrices."""

    def __init__(self, xp: Any, dtype: np.dtype, compile: Any) -> None:
        HostMemory.__init__(self)
        CudaDevice.__init__(self, xp, dtype, compile)

    def fetch(self, memory: Any) -> np.ndarray:
        return memory.entries(self._dtype)[:2]

    def free_bytes(self) -> int:
        return 2**40

    def _multiply(self) -> Any:
        def column_by_column(memory: Any, rows: int, columns: int, lead: int) -> np.ndarray:
            assert lead >= rows
            item = self._dtype.itemsize
            return np.ndarray((rows, columns), self._dtype, memory.bytes, strides=(item, lead * item))

        def gemm(a_turned: int, b_turned: int, m: int, n: int, k: int, a: Any, a_lead: int, b: Any, b_lead: int,
                 out: Any, lead: int) -> None:
            left = column_by_column(a, *((k, m) if a_turned else (m, k)), a_lead)
            right = column_by_column(b, *((n, k) if b_turned else (k, n)), b_lead)
            with np.errstate(all="ignore"):
                column_by_column(out, m, n, lead)[...] = (left.T if a_turned else left) @ (
                    right.T if b_turned else right)

        return gemm


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Emulator:
    return Emulator(tmp_path_factory.mktemp("kernels"))


def texts(recipes: Iterable[Recipe], dtype: str, index: str = "unsigned int") -> list[str]:
    found = []
    for one in recipes:
        bools = frozenset(place for place, slot in enumerate(one.slots) if slot.is_bool)
        found += [kernel_text(step, REAL[dtype], index, bools) for step in one.steps if isinstance(step, Kernel)]
    return found


@pytest.mark.parametrize(("form", "dtype"), [((32, 128), "float64"), ((0, 128), "float64"), ((32, 128), "float32")])
def test_every_op_s_text_is_its_rule(emulator: Emulator, form: Any, dtype: str, monkeypatch: Any) -> None:
    in_form(monkeypatch, form)
    tolerance, device = {"float64": 1e-12, "float32": 2e-5}[dtype], EmulatedDevice(xp, np.dtype(dtype), emulator)
    tried = [(case, shared, op_recipe(case, shared, dtype)) for case in CASES for shared in sharings(case)]
    emulator.prepare(texts((recorded for _, _, recorded in tried), dtype))
    for case, shared, recorded in tried:
        plan = DevicePlan(recorded, device, 7, 1)
        for batch in (0, 1, 7):
            primals = [array.astype(dtype) for array in case.primals(tuple(1 if alone else batch for alone in shared))]
            cotangent, expected = by_rule(case, primals)
            for found, wanted in zip(run_op(case, plan, primals, cotangent), expected, strict=True):
                checks.close(found, wanted, tolerance, f"{case} {shared} {batch}")
        same_at_extremes(case, shared, plan, dtype)


@pytest.mark.parametrize("blocks", [1, 3, 2048])
@pytest.mark.parametrize("name", ["bce_mlp", "batch_softmax", "fan_out"])
def test_sums_over_threads_warps_and_blocks(emulator: Emulator, name: str, blocks: int, monkeypatch: Any) -> None:
    monkeypatch.setattr("explorer.engine.device.cuda.MOST_BLOCKS", blocks)
    golden = golden_case(name)
    graph, rng = Graph.parse(golden["source"]), np.random.default_rng(blocks)
    for size in (0, 1, 31, 128, 129, 1000):
        data = {name: rng.random((size, *graph.nodes[name].shape)) for name in (*graph.inputs, *graph.targets)}
        device = EmulatedDevice(xp, np.dtype("float64"), emulator)
        assert_same(graph, data, golden["params"], 1e-12, device=device)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_wide_network(emulator: Emulator, dtype: str) -> None:
    graph, data, params = wide_net(50, 40, 36, 10)
    tolerance = {"float64": 1e-12, "float32": 1e-4}[dtype]
    assert_same(graph, data, params, tolerance, dtype=dtype, device=EmulatedDevice(xp, np.dtype(dtype), emulator))


def test_the_door(emulator: Emulator, monkeypatch: Any) -> None:
    """`gradients` of any batch size runs one recipe; a rule that cannot be recorded is run as it stands."""
    monkeypatch.setattr("explorer.engine.data.namespace", lambda backend: ("cupy", xp))
    monkeypatch.setattr("explorer.engine.device.CudaDevice", partial(EmulatedDevice, compile=emulator))
    recorded = Mock(side_effect=recipe)
    monkeypatch.setattr("explorer.engine.device.recipe", recorded)
    golden = golden_case("bce_mlp_batch")
    graph = Graph.parse(golden["source"])
    for size in (0, 1, 5, 200):
        data = {name: np.random.default_rng(size).random((size, *graph.nodes[name].shape)) for name in golden["data"]}
        loss, found = graph.gradients(data, golden["params"])
        expected = graph.trace(data, golden["params"])
        assert abs(loss - expected.loss) < 1e-12
        for name, array in found.items():
            checks.close(array, expected.gradients[name], 1e-12, name)
    assert recorded.call_count == 1
    batch, params = graph.batch(data), {name: np.array(value, dtype=float) for name, value in golden["params"].items()}
    with patch("explorer.engine.data.lay_out_parameters", Mock(side_effect=AssertionError)):
        checks.close(graph.gradients(batch, params)[1]["W"], found["W"], 0.0, "arrays as they should be, read at once")
    branching = patch.object(REGISTRY["sigmoid"], "forward", lambda self, xp, z: 1 / (1 + xp.exp(-z)) if z.any() else z)
    again = Graph.parse(golden["source"])
    with branching:
        checks.close(again.gradients(data, golden["params"])[1]["W"], found["W"], 1e-12, "W")


def test_indices_beyond_32_bits_give_the_same(emulator: Emulator) -> None:
    """The text for large arrays, run on small ones."""
    class Large(EmulatedDevice):
        def _kernel(self, kernel: Kernel, bools: frozenset[int], index: str) -> Any:
            run = super()._kernel(kernel, bools, "long long")
            return lambda grid, block, arguments: run(
                grid, block, tuple(np.int64(one) if isinstance(one, np.uint32) else one for one in arguments))

    graph, data, params = wide_net(50, 40, 36, 10)
    assert_same(graph, data, params, device=Large(xp, np.dtype("float64"), emulator))


@pytest.mark.skipif(NVCC is None, reason="no CUDA toolkit here: nvcc is not on the path")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_cuda_s_own_compiler_takes_the_text(dtype: str, tmp_path: Path) -> None:
    graphs = [Graph.parse(golden_case(name)["source"]) for name in NAMES] + [wide_net(50, 40, 36, 10)[0]]
    recipes = [host_plan(graph, everything(graph), 4, 4, dtype).recipe for graph in graphs]
    # In single precision, CUDA's own sin and cos reduce large angles by a double.
    plain = [case for case in CASES if case.name not in ("sin", "cos")]
    recipes += [op_recipe(case, (False,) * len(case.shapes), dtype) for case in plain]
    large = texts(recipes[: len(graphs)], dtype, "long long")
    kernels = dict.fromkeys([*texts(recipes, dtype), *large, row_sums_text(REAL[dtype])])
    source = "".join(f"namespace k{place} {{\n{text.replace(' run(', f' run{place}(')}}}\n"
                     for place, text in enumerate(kernels))
    file = tmp_path / "kernels.cu"
    file.write_text(source, encoding="utf-8")
    command = [str(NVCC), "-ptx", "-arch=compute_80", *OPTIONS, "-Werror", "all-warnings", "-Xcudafe",
               "--diag_suppress=declared_but_not_referenced", str(file), "-o", str(tmp_path / "kernels.ptx")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    ptx = (tmp_path / "kernels.ptx").read_text(encoding="utf-8")
    assert (".f64" in ptx) is (dtype == "float64")      # single precision stays single throughout
