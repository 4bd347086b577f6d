"""The golden cases: numbers made to 60 digits by perturbation, independent of any backpropagation code."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "golden"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


@cache
def case(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def assert_close(found: Any, expected: Any, tolerance: float = 1e-12) -> None:
    """Equal to a relative 1e-12, with an absolute floor far below any number of the cases."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=1e-15)
