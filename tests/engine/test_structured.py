"""Structured Jacobians stay structured: no pass ever builds a matrix of one, which is counted."""

import math
from collections import Counter

import numpy as np
import pytest

from explorer import lessons
from explorer.engine import Graph
from explorer.engine.jacobians import Diagonal, Jacobian
from tests.engine.cases import CASES, Case

WRITTEN = {
    "+": "{0} + {1}", "-": "{0} - {1}", "*": "{0} * {1}", "/": "{0} / {1}", "**": "{0} ** {1}", "-x": "-{0}",
    "@": "{0} @ {1}", "=": "{0}",
}
LESSONS = lessons.catalogue().lessons


def structures(kind: type[Jacobian] = Jacobian) -> list[type[Jacobian]]:
    return [kind, *(deeper for one in kind.__subclasses__() for deeper in structures(one))]


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each structure was asked for its matrix."""
    counter: Counter[str] = Counter()

    def counted(kind, dense):
        def wrapper(self, namespace):
            counter[kind.__name__] += 1
            return dense(self, namespace)

        return wrapper

    for kind in structures():
        if "dense" in vars(kind):
            monkeypatch.setattr(kind, "dense", counted(kind, vars(kind)["dense"]))
    return counter


def run_all_passes(graph: Graph, data, params) -> None:
    """Every gradient that there is, by both passes, by the kernels and by the rules alone."""
    names = [name for name, node in graph.nodes.items() if node.kind != "target"]
    for backend in ("numpy", "array_api_strict"):
        for fuse in (False, True):
            trace = graph.trace(data, params, fuse=fuse, backend=backend)
            assert all(math.prod(trace.gradients[name].shape) for name in names)
            assert all(math.prod(trace.contributions[edge].shape) for edge in trace.contributions)
        graph.gradients(data, params, wrt=names, backend=backend)


def text_of(case: Case) -> str:
    """A graph that is this op and little else."""
    names = "abc"[: len(case.shapes)]
    lines = [f"{name} = input({', '.join(map(str, shape))})" for name, shape in zip(names, case.shapes, strict=True)]
    if case.name == "[]":
        call = f"a[{', '.join(_index(key) for key in case.options['key'])}]"
    elif case.name == "reshape":
        call = f"reshape(a, {', '.join(map(str, case.options['shape']))})"
    else:
        call = f"{case.name}({', '.join([*names, *(f'{key}={value}' for key, value in case.options.items())])})"
    return "\n".join([*lines, f"r = {WRITTEN.get(case.name, call).format(*names)}", "loss = sum(r * r)"])


def _index(key: int | slice) -> str:
    if isinstance(key, int):
        return str(key)
    return ":".join("" if part is None else str(part) for part in (key.start, key.stop, key.step))


@pytest.mark.parametrize("name", LESSONS)
def test_no_lesson_s_pass_builds_a_matrix(name: str, built: Counter[str]) -> None:
    lesson = LESSONS[name]
    run_all_passes(lesson.graph, lesson.data, lesson.params)
    assert not built


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_op_s_pass_builds_a_matrix(case: Case, built: Counter[str]) -> None:
    graph = Graph.parse(text_of(case))
    assert case.name in {instruction.op.name for instruction in graph.program.code}
    primals = case.primals((3,) * len(case.shapes))
    run_all_passes(graph, {name: np.moveaxis(array, -1, 0) for name, array in zip("abc", primals, strict=False)}, {})
    assert not built


def test_a_matrix_that_is_built_is_counted(built: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = lessons.load("mlp/bce_mlp_batch")
    trace = lesson.graph.trace(lesson.data, lesson.params)
    trace.jacobian("h", "z").stack()
    trace.jacobian("h", "z").dense(0)
    assert built == {"Diagonal": 2}
    # Where no kernel stands in for it, a pullback that goes by the matrix is noticed.
    monkeypatch.setattr(Diagonal, "pullback", lambda self, xp, cotangent: xp.sum(
        self.dense(xp) * cotangent[:, None, :], axis=0))
    slow = lesson.graph.trace(lesson.data, lesson.params, backend="array_api_strict")
    np.testing.assert_allclose(np.asarray(slow.gradients["x"]), trace.gradients["x"], rtol=1e-12)
    assert built["Diagonal"] > 2
