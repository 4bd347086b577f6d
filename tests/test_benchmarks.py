"""The benchmarks compare like with like: every contender that needs no peer's library agrees, and bars are told."""

import numpy as np
import pytest

from benchmarks.bars import SMALL_NETS, bar
from benchmarks.engine import TOLERANCE
from benchmarks.interleave import Effort, agree, interleave
from benchmarks.networks import NETWORKS, fitting, problem
from benchmarks.ours import ours
from benchmarks.report import into, judged, report, time
from benchmarks.results import Results, Row
from benchmarks.scaling import curve
from benchmarks.tape import RowMajorTape


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", NETWORKS)
def test_ours_and_the_tape_compute_the_same(name: str, dtype: str) -> None:
    given = problem(NETWORKS[name], 5, dtype)
    assert agree({"tape": RowMajorTape(given), **ours(given)}, TOLERANCE[dtype]) > 0


def test_a_contender_that_errs_is_found() -> None:
    given = problem(NETWORKS["3-4-1"], 5, "float64")
    other = RowMajorTape(problem(NETWORKS["3-4-1"], 5, "float64", seed=1))
    with pytest.raises(AssertionError, match="ours and tape differ by"):
        agree({"tape": other, **ours(given)}, TOLERANCE["float64"])


def test_every_contender_is_called_in_every_round() -> None:
    calls = dict.fromkeys("ab", 0)

    def counting(name):
        def call():
            calls[name] += 1

        return call

    times = interleave({name: counting(name) for name in calls}, Effort(rounds=1, target=1e-4, longest=0, settle=0))
    assert list(times.seconds) == ["a", "b"] and times.quiet + times.noisy >= 1
    assert all(calls.values())


def test_a_batch_that_does_not_fit_is_cut_and_that_is_said() -> None:
    network = NETWORKS["784-256-128-10"]
    assert fitting(network, 1, "float64") == (1, "")
    size, note = fitting(network, 10**9, "float64")
    assert size < 10**9 and size & (size - 1) == 0 and f"{size:,}" in note


def test_a_table_tells_ratios_and_what_misses_its_bar() -> None:
    runs = [{"ours": 1e-5, "torch-2": ratio * 1e-5, "jax": 2e-5} for ratio in (7.0, 9.0, 30.0)]
    here = Results("a machine", "2026-01-01", "Python")
    here.join([Results("a machine", "2026-01-02", "Python", [Row("3-4-1", "float64", 1, [run], 1e-16, quiet=[quiet])])
               for run, quiet in zip(runs, (1, 2, 9), strict=True)])  # fmt: skip
    text = report(here)
    assert "a machine; 2026-01-02; Python. Median of 3 runs." in text
    assert "| 3-4-1 | 1 † | 10 µs | – | 9.00 (≥ 8) | 2.00 (≥ 1.1) |" in text
    with pytest.raises(ValueError, match="do not join"):
        here.join([Results("another machine", "2026-01-02", "Python")])


def test_bars_and_words() -> None:
    assert bar("3-4-1", "float64", 32, "jax") == SMALL_NETS[32][1] and bar("3-4-1", "float32", 32, "jax") is None
    assert judged(7.0, 8) == "**7.00** (≥ 8)" and judged(3.0, most=2) == "**3.00** (≤ 2)" and judged(None) == "–"
    assert [time(seconds) for seconds in (2.0, 2e-3, 2e-6)] == ["2 s", "2 ms", "2 µs"]


def test_a_table_goes_between_its_marks(tmp_path) -> None:
    path = tmp_path / "a.md"
    path.write_text("before\n<!-- engine -->\nold\n<!-- /engine -->\nafter\n", encoding="utf-8")
    into(path, "engine", "new")
    assert path.read_text(encoding="utf-8") == "before\n<!-- engine -->\nnew\n<!-- /engine -->\nafter\n"
    with pytest.raises(ValueError, match="no marks"):
        into(path, "other", "new")


def test_a_slope_is_that_of_the_asymptotic_part() -> None:
    linear = curve("n", "s", {10**k: 1e-3 + 1e-6 * 10**k for k in range(9)})
    assert abs(linear.slope - 1) < 0.1 and linear.start == 4
    flat = curve("n", "B", {10**k: float(min(10**k, 1000)) for k in range(9)})
    assert flat.slope == 0 and flat.start == 3
    np.testing.assert_allclose(curve("n", "s", {n: n**2.0 for n in (1, 10, 100, 1000)}).slope, 2)
