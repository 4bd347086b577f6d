"""What `gradients` takes does not grow with the batch: rows that no memory holds are read through a memory map."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROWS = 10_000_000
MORE = 128 * 2**20      # bytes, less than a copy of the input; a block for each thread is a few MiB
SCRIPT = """
import resource, sys
import numpy as np
from explorer import lessons

folder, rows, more = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
lesson = lessons.load("mlp/bce_mlp")
graph, params = lesson.graph, lesson.params


def summed(x, y):
    return graph.gradients({"x": x, "y": y}, params, reduction="sum", backend="numpy")


# What is unlike the rest at both ends, and a row of zeros for the rest: plans and threads are there before the limit.
ends = np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 2.0]]), np.array([[1.0], [0.0]])
expected, rest = summed(*ends), summed(np.zeros((1, 3)), np.zeros((1, 1)))
summed(np.zeros((200_000, 3)), np.zeros((200_000, 1)))

used = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmData:")) * 1024
resource.setrlimit(resource.RLIMIT_DATA, (used + more, used + more))
loss, found = summed(np.load(f"{folder}/x.npy", mmap_mode="r"), np.load(f"{folder}/y.npy", mmap_mode="r"))
np.testing.assert_allclose(loss, expected[0] + (rows - 2) * rest[0], rtol=1e-9)
for name, gradient in found.items():
    np.testing.assert_allclose(gradient, expected[1][name] + (rows - 2) * rest[1][name], rtol=1e-9)
try:
    np.load(f"{folder}/x.npy")
except MemoryError:
    print("no room for a copy")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much memory a process may take")
def test_ten_million_rows_of_a_memory_map_take_no_more_than_a_block(tmp_path: Path) -> None:
    for name, width in (("x", 3), ("y", 1)):
        # A file with a hole for all rows but the ends.
        rows = np.lib.format.open_memmap(tmp_path / f"{name}.npy", mode="w+", dtype=np.float64, shape=(ROWS, width))
        rows[0] = [[1.0, 2.0, 3.0], [1.0]][width == 1]
        rows[-1] = [[-1.0, 0.5, 2.0], [0.0]][width == 1]
        del rows
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path), str(ROWS), str(MORE)],
                          cwd=Path(__file__).parents[2], capture_output=True, text=True)  # fmt: skip
    assert done.stdout == "no room for a copy\n", done.stderr
