"""The golden cases: networks with numbers that no backpropagation formula was used to compute."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

_FOLDER = Path(__file__).resolve().parent.parent / "golden"
CASES = (
    "gates/add_gate",
    "gates/sqerr_gate",
    "gates/sigmoid_gate",
    "gates/matvec_gate",
    "gates/fan_out",
    "lecture20/lecture20_network",
    "matrix-language/matrix_language",
    "batch/batch_softmax",
    "mlp/bce_mlp",
    "mlp/bce_mlp_batch",
)
DEFAULT = "mlp/bce_mlp"


def mostly(*core: str) -> list[Any]:
    """All cases for a test that is long: those that every run takes, and the others marked as exhaustive."""
    return [case if case in core else pytest.param(case, marks=pytest.mark.exhaustive) for case in CASES]


class Golden:
    """One case: what every card must show, for a sample of its batch."""

    def __init__(self, case: str) -> None:
        self.name = case
        self._case: dict[str, Any] = json.loads((_FOLDER / f"{case.split('/')[1]}.json").read_text())
        self.parameters = frozenset(self._case["params"])
        self.data = frozenset(self._case["data"])
        self.nodes = frozenset(self._case["values"])
        self.targets = self.nodes - frozenset(self._case["gradients"])
        self.batch = len(next(iter(self._case["data"].values())))
        self.loss = float(self._case["loss"])

    def _of_sample(self, name: str, numbers: list, sample: int) -> np.ndarray:
        return np.asarray(numbers if name in self.parameters else numbers[sample], dtype=float)

    def values(self, sample: int, *, updated: bool = False) -> dict[str, np.ndarray]:
        """Every node's value; with `updated`, a parameter's is the one after the update."""
        source = self._case["values"] | (self._case["updated"] if updated else {})
        return {name: self._of_sample(name, numbers, sample) for name, numbers in source.items()}

    def gradients(self, sample: int) -> dict[str, np.ndarray]:
        """The gradient of every node that has one."""
        return {name: self._of_sample(name, found, sample) for name, found in self._case["gradients"].items()}

    def numbers(self) -> dict[str, np.ndarray]:
        """What may be edited without changing what the case is about: inputs, (B, …) each, and parameters."""
        given = {**self._case["data"], **self._case["params"]}
        return {name: np.asarray(array, dtype=float) for name, array in given.items() if name not in self.targets}

    def jacobians(self, sample: int) -> Iterator[tuple[str, str, np.ndarray]]:
        """Line, what it reads, and the matrix of the one by the other."""
        for found in self._case["jacobians"]:
            yield found["of"], found["wrt"], np.asarray(found["per_sample"][sample])


def cells(kind: str, tensor: np.ndarray) -> dict[str, float]:
    """The cells of a tensor by name: "value:0" of a scalar, "value:2" of a vector, "value:2,1" of a matrix."""
    if tensor.ndim == 0:
        return {f"{kind}:0": float(tensor)}
    return {f"{kind}:{','.join(map(str, index))}": float(x) for index, x in np.ndenumerate(tensor)}
