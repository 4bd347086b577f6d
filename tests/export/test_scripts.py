"""The scripts, run by themselves, print the engine's loss and gradients, for every lesson and for every op."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import Graph, lessons
from explorer.engine.ops import REGISTRY
from explorer.export.scripts import numpy_script, torch_script
from explorer.export.scripts.backward import BACKWARD
from explorer.export.scripts.forward import FORWARD
from explorer.lessons.fused import fused
from explorer.lessons.own import own_lesson
from explorer.notation import Notation
from tests.export.graphs import everything
from tests.export.scripts import printed, same

torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
WRITERS = [pytest.param(numpy_script, id="numpy"), pytest.param(torch_script, id="torch", marks=torch)]


def test_every_op_has_a_value_and_a_way_back_in_scripts() -> None:
    names = {op.name for op in REGISTRY.values()}
    for table in (FORWARD, BACKWARD):
        assert set(table) == names, "give the op a line in explorer/export/scripts"


@pytest.mark.parametrize("write", WRITERS)
def test_every_lesson(write: Any, tmp_path: Path) -> None:
    cases = []
    for lesson in lessons.catalogue().lessons.values():
        for shown in filter(None, (lesson, fused(lesson))):
            for reduction in ("mean", "sum"):
                cases.append((shown, shown.graph.trace(shown.data, shown.params, reduction=reduction)))
    found = printed([write(shown, trace) for shown, trace in cases], tmp_path)
    assert len(found) == len(cases) > 20
    for numbers, (_, trace) in zip(found, cases, strict=True):
        same(numbers, trace)


@pytest.mark.parametrize("batch", [7, 3])  # 3 is many an axis's length, too
def test_every_op_by_hand_with_its_operands_shared_and_not(batch: int, tmp_path: Path) -> None:
    lesson, trace = own(*everything(batch))
    [found] = printed([numpy_script(lesson, trace)], tmp_path)
    same(found, trace)


@torch
def test_every_op_in_pytorch(tmp_path: Path) -> None:
    lesson, trace = own(*everything(7, most=2))
    [found] = printed([torch_script(lesson, trace)], tmp_path)
    same(found, trace)


def own(text: str, data: dict[str, Any], params: dict[str, Any], **options: Any) -> tuple[Any, Any]:
    lesson = own_lesson(text, data, params, **options)
    return lesson, lesson.graph.trace(lesson.data, lesson.params)


RNG = np.random.default_rng(5)
SHARED = {"a": RNG.normal(size=3), "b": RNG.normal(size=())}
BATCH = {"x": RNG.normal(size=(4, 3)), "y": RNG.integers(0, 2, size=(4, 3)).astype(float)}
DECLARED = "x = input(3)\ny = target(3)\na = param(3)\nb = param()\n"
ODD = {
    "names that a script has already": (
        "x = input(3)\nB = param(3)\nnp = param(3)\ntorch = x * B + np\nlearning_rate = tanh(torch)\n"
        "len = learning_rate * B\nobjective = mean(len)"
    ),
    "a gradient's name": DECLARED + "d_a = a * x\nd_a_1 = tanh(d_a * 2 + x)\nloss = sum(d_a_1 * d_a)",
    "letters of other alphabets": "x = input(3)\nθ = param(3)\nŷ = σ(θ * x)\nпотеря = mean(ŷ)",
    "read twice": DECLARED + "s = x * x + x\nloss = sqerr(s * s, y + 0 * a)",
    "read by nobody": DECLARED + "t = a * b\nloss = mse(x, y)",
    "taken as a constant": DECLARED + "loss = sum(stop_gradient(a) * tanh(b)) + 0 * mean(x * stop_gradient(x))",
    "all constant": DECLARED + "loss = sum(stop_gradient(a))",
    "targets that are computed": DECLARED + "t = 1 - y * b\nloss = bce(sigmoid(x), sigmoid(t)) + mse(a * x, t)",
    "no batch in the objective": DECLARED + "loss = sum(a * a) * b ** 3",
    "one entry": DECLARED + "loss = (x * a)[0:1]",
    "numbers alone": DECLARED + "c = 2 * 3\nd = exp(-1)\nk = reshape(c, 1)\nloss = sum(k * d * x) / 2 ** -1 - -b",
    "powers": DECLARED + "loss = sum(square(a) ** b + x ** 2 + (x - x) ** 0 + (x - x) ** 1 + 2 ** x)",
    "deep inside a line": DECLARED + "loss = sum(tanh(sigmoid(x * a + b) * x - relu(a) / (1 + x * x))) - max(x) * b",
    "saturated": DECLARED + "loss = bce(sigmoid(1000 * y - 500 * (1 - y) - 300 + 0 * x * a), y)",
    "hard targets": DECLARED + "loss = cross_entropy(softmax(900 * y + x * a), y)",
}


@pytest.mark.parametrize("write", WRITERS)
def test_odd_graphs(write: Any, tmp_path: Path) -> None:
    cases = []
    for name, text in ODD.items():
        graph = Graph.parse(text)
        data = {one: BATCH.get(one, BATCH["x"]) for one in (*graph.inputs, *graph.targets)}
        params = {one: SHARED["b"] if one == "b" else SHARED["a"] for one in graph.parameters}
        cases.append((name, *own(text, data, params)))
    found = printed([write(lesson, trace) for _, lesson, trace in cases], tmp_path)
    for numbers, (name, _, trace) in zip(found, cases, strict=True):
        try:
            same(numbers, trace)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


@pytest.mark.parametrize("write", WRITERS)
def test_a_readers_words_stay_comments(write: Any, tmp_path: Path) -> None:
    evil = "s\nraise SystemExit(3)\x0craise SystemExit(4)\rraise SystemExit(5)\u2028\0\"\"\""
    lesson, trace = own(
        "x = input(3)\na = param(3)\ns = sum(  # raise\n  x * a\n)\nloss = tanh(s)",
        {"x": BATCH["x"]},
        {"a": SHARED["a"]},
        notation=Notation(symbols={"s": evil, "a": evil, "x": evil}, gradients={"s": evil}, learning_rate=evil),
    )
    [found] = printed([write(lesson, trace)], tmp_path)
    same(found, trace)
