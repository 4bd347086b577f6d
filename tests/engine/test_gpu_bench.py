"""The benchmark of a GPU says clearly that there is none, and its table is made of what was measured."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import gpu
from benchmarks.networks import NETWORKS

ROOT = Path(__file__).resolve().parents[2]


def test_without_a_gpu_it_says_so_and_what_to_do():
    hidden = os.environ | {"CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gpu"], cwd=ROOT, env=hidden, capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout == ""
    assert "No GPU here" in done.stderr and "python -m benchmarks.gpu" in done.stderr and "Traceback" not in done.stderr


def test_the_floors_count_what_must_be_moved_and_multiplied():
    memory, products = gpu.floors(NETWORKS["3-4-1"], 1000, "float64", (8e9, 1e9))
    assert memory == pytest.approx(1000 * (3 + 3 + 1) * 8 / 8e9)
    assert products == pytest.approx(1000 * 6 * (3 * 4 + 4 * 1) / 1e9)


def test_a_row_of_the_table():
    row = {"network": "3-4-1", "dtype": "float64", "batch": 1 << 20, "gap": 0.0, "memory": 1e-3, "products": 2e-6,
           "seconds": {"ours": 2e-3, "torch": 8e-3}}
    head, rule, line = gpu.table([row], "somewhere").splitlines()[2:]
    assert line == "| 3-4-1 | float64 | 1,048,576 | 2 ms | 4.00 × | – | 1 ms | 2 µs | 2.0 × |"
    assert head.count("|") == rule.count("|") == line.count("|")
