"""Graphs to explain: the golden cases in their lessons' notation, and one small graph for every op and oddity."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from explorer import lessons
from explorer.engine.graph import Graph
from explorer.engine.steps import Step
from explorer.engine.trace import Trace
from explorer.explain.scene import Scene
from explorer.lessons.lesson import Lesson
from explorer.notation import Notation

CASES = tuple(lessons.catalogue().lessons)

VECTORS = "x = input(3)\nv = param(3)\nW = param(2, 3)\nM = param(3, 2)\nA = input(2, 3)\nc = param()\n"
LINES = {
    **{name: f"{name}(x)" for name in ("sigmoid", "tanh", "relu", "leaky_relu", "softplus", "gelu", "silu")},
    **{name: f"{name}(x)" for name in ("exp", "abs", "sin", "cos", "square", "softmax", "log_softmax")},
    **{name: f"{name}(x)" for name in ("logsumexp", "sum", "mean", "max", "stop_gradient")},
    "log": "log(square(x))",
    "sqrt": "sqrt(exp(x))",
    "add": "x + v",
    "subtract": "x - v",
    "multiply": "x * v",
    "divide": "x / (v * v + 1)",
    "power": "x ** 2",
    "negative": "-x",
    "matvec": "W @ x",
    "vecmat": "x @ M",
    "matmat": "A @ M",
    "inner": "x @ v",
    "dot": "dot(x, v)",
    "transposed": "M.T @ x",
    "index": "x[1:]",
    "one entry": "x[0]",
    "reshape": "reshape(A, 3, 2)",
    "concat": "concat(x, v)",
    "stack": "stack(x, v)",
    "second name": "x",
    "literal": "2 * x - 1",
    "scalar": "c * x",
    "scalar plus": "x + c",
    "row stretched": "A + v",
    "row scaled": "A * v",
    "column stretched": "A * reshape(v[0:2], 2, 1)",
    "column-wise sum": "sum(A, axis=0)",
    "softmax of rows": "softmax(A, axis=0)",
    "twice": "x * x",
    "both sides": "x * sigmoid(x)",
    "affine": "W @ x + sum(v)",
    "deep": "sigmoid(W @ tanh(x * v) + c)",
    "row affine": "tanh(x @ M) * 3",
    "tensor scaled": "T * v",
    "tensor and matrix": "T + A",
    "tensors alike": "sigmoid(T * T)",
    "tensor summed": "sum(T * c, axis=1)",
    "tensor's matrix": "T[0] * A",
    "softmax of a tensor": "softmax(T)",
    "long": " + ".join(["x"] * 40),
}
LOSSES = ("sqerr", "mse", "hinge", "bce", "bce_with_logits", "cross_entropy", "cross_entropy_with_logits")
NOTATIONS = {
    "columns": Notation(),
    "rows": Notation(vectors="row"),
    "rows of gradients": Notation(deltas="row"),
}


def tensor(expression: str) -> str:
    """Three axes, where they are asked for."""
    return "T = input(2, 2, 3)\n" if "T" in expression.replace(".T", "") else ""


def line_graph(expression: str) -> Graph:
    """y = expression, then enough of a loss to send something back to it."""
    return Graph.parse(f"{VECTORS}{tensor(expression)}y = {expression}\nloss = sum(y * y) + sum(y)")


def loss_graph(loss: str) -> Graph:
    head = {"bce": "p = sigmoid(x)", "cross_entropy": "p = softmax(x)"}.get(loss, "p = 2 * x")
    return Graph.parse(f"x = input(3)\nt = target(3)\n{head}\nloss = {loss}(p, t)")


def run(graph: Graph, batch: int = 2, seed: int = 0) -> Trace:
    """A trace with numbers of no importance; targets are shares, which every loss accepts."""
    random = np.random.default_rng(seed)
    data = {}
    for name in (*graph.inputs, *graph.targets):
        array = random.normal(size=(batch, *graph.nodes[name].shape))
        data[name] = np.abs(array) / np.abs(array).sum() * batch if name in graph.targets else array
        if name in graph.targets:
            data[name] /= data[name].sum(axis=-1, keepdims=True)
    return graph.trace(data, {name: random.normal(size=graph.nodes[name].shape) for name in graph.parameters})


def traced(case: str) -> tuple[Lesson, Trace]:
    lesson = lessons.load(case)
    return lesson, lesson.graph.trace(lesson.data, lesson.params)


def all_steps(graph: Graph, trace: Trace) -> list[Step]:
    """The steps of a film: the trace's own, then an update of every parameter."""
    return [*trace.steps, *(Step("update", name, (name,)) for name in graph.parameters)]


def scenes(graph: Graph, trace: Trace, notation: Notation, sample: int = 0) -> Iterator[Scene]:
    """Every computed line."""
    for node in graph.nodes.values():
        if node.code:
            yield Scene(graph, trace, notation, node, sample, 0.1)
