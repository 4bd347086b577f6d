"""The Jacobian tab: for every line that is read, the whole matrix beside the shortcut that is used instead of it."""

from __future__ import annotations

import numpy as np

from explorer.explain import formula as f
from explorer.explain.blocks import Block, flat_numbers, formula, line, note
from explorer.explain.narration import upstream_of
from explorer.explain.notes import why
from explorer.explain.numbers import json_number
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.text import label_part
from explorer.notation import Label

LARGEST = 250_000  # entries of a matrix that is still laid out in full
NAMED = 256  # rows or columns that are named one by one
CLOSE = 1e-9
J: Label = (("J", ""),)


def jacobian_tab(scene: Scene) -> list[Block]:
    """One block for each distinct line that this line reads and that is no target."""
    if scene.node.kind != "op":
        what = {"input": "data", "target": "a target", "param": "a parameter"}[scene.node.kind]
        return [
            note(f"No Jacobian: the line is {what} and computes nothing. Open a line that reads it: ", *_readers(scene))
        ]
    kinds = scene.graph.nodes
    read = [name for name in dict.fromkeys(scene.node.inputs) if kinds[name].kind != "target"]
    if not read:
        return [note("No Jacobian: the line reads targets only, and they are never differentiated.")]
    blocks = [_block(scene, name) for name in read]
    targets = [name for name in dict.fromkeys(scene.node.inputs) if kinds[name].kind == "target"]
    blocks += [
        note("None by the target ", label_part(scene.label(name), name), ": it is never updated.") for name in targets
    ]
    return blocks


def _readers(scene: Scene) -> list[str | dict[str, object]]:
    said: list[str | dict[str, object]] = []
    for reader, _ in scene.graph.readers(scene.node.name):
        part = label_part(scene.label(reader), reader)
        said += [", "] * bool(said) + [part]
    return [*said, "."] if said else ["none does."]


def _block(scene: Scene, name: str) -> Block:
    jacobian = scene.trace.jacobian(scene.node.name, name)
    nodes = scene.graph.nodes
    m, n = (int(np.prod(nodes[line].shape, dtype=int)) for line in (scene.node.name, name))
    block: Block = {
        "kind": "jacobian",
        "wrt": name,
        "of": scene.node.name,
        "structure": jacobian.structure,
        "shape": [m, n],
        "out_shape": list(scene.node.shape),
        "in_shape": list(nodes[name].shape),
        "title": [label_part((("∂", ""), *scene.label(scene.node.name), ("/∂", ""), *scene.label(name)))],
    }
    if m * n > LARGEST:
        return {
            **block,
            "numbers": None,
            "note": [f"{m} × {n} numbers are too many to lay out. ", *why(scene, name, jacobian.structure)],
        }
    matrix = np.asarray(jacobian.dense(scene.sample), dtype=np.float64)
    rules = Rules(scene)
    return {
        **block,
        "formula": _definition(scene, name, matrix, rules),
        "numbers": flat_numbers(matrix),
        "rows": _names(scene, scene.node.name, m),
        "columns": _names(scene, name, n),
        **_two_ways(scene, name, matrix, rules),
        "note": why(scene, name, jacobian.structure),
    }


def _names(scene: Scene, name: str, count: int) -> list[Label] | None:
    """The names of all entries, in C order; None where there are too many to name in full."""
    if count > NAMED:
        return None
    shape = scene.graph.nodes[name].shape
    return [scene.entry_label(name, index) for index in np.ndindex(*shape)]


def _definition(scene: Scene, name: str, matrix: f.Array, rules: Rules) -> Block:
    """J = ∂h/∂z = diag(h ∘ (1 − h))."""
    own, read = scene.label(scene.node.name), scene.label(name)
    quotient = f.Symbol((("∂", ""), *own), matrix, under=(("∂", ""), *read))
    written = rules.jacobian(name)
    lines = [line(f.Symbol(J, matrix), quotient)]
    if written is None:
        written = f.Number(0.0)
    if not (isinstance(written, f.Symbol) and written.label == J):
        lines[0] = _joined(lines[0], line(None, written))
    return formula(*lines)


def _joined(first: Block, second: Block) -> Block:
    """a = b and = c as one line, a = b = c."""
    return {
        **first,
        "chunks": [*first["chunks"], ["mo", {}, "="], *second["chunks"]],
        "text": f"{first['text']} {second['text']}",
    }


def _two_ways(scene: Scene, name: str, matrix: f.Array, rules: Rules) -> Block:
    """Upstream times the whole matrix, the shortcut, and whether they agree."""
    own = scene.node.name
    if own not in scene.graph.reached:
        return {"full": [], "shortcut": [note("The objective does not depend on this line: nothing comes back.")]}
    upstream = scene.gradient(own)
    short = rules.sent_back(name, upstream_of(scene))
    g = scene.gradient_of(own).reshape(-1)
    with np.errstate(all="ignore"):
        product = matrix.T @ g
    value = short.evaluate() if short is not None else np.zeros(len(product))
    result = _result(scene, name, value)
    return {
        "full": [_full(scene, name, matrix, upstream, product)],
        "shortcut": []
        if short is None
        else [
            formula(line(result, short, shapes=True), *_numbers(short), line(None, result, numbers=True, role="result"))
        ],
        "check": _check(product, value.reshape(-1)),
    }


def _numbers(short: f.Formula) -> list[Block]:
    return [] if isinstance(short, f.Symbol) else [line(None, short, numbers=True)]


def _result(scene: Scene, name: str, value: f.Array) -> f.Symbol:
    """The symbol of what goes back, holding what the shortcut gave."""
    nodes = scene.graph.nodes
    if scene.node.batched and not nodes[name].batched and scene.batch > 1:
        return scene.share(name, value.reshape(nodes[name].shape))
    given = scene.contribution(scene.node.name, name)
    return f.Symbol(given.label, value.reshape(given.value.shape), given.cells, given.under, given.note)


def _full(scene: Scene, name: str, matrix: f.Array, upstream: f.Symbol, product: f.Array) -> Block:
    """Jᵀ · upstream, or upstream · J where gradients are rows, tensors as one long vector."""
    rows = scene.gradient_rows
    long = len(scene.node.shape) > 1
    label: Label = (("vec ", ""), *upstream.label) if long else upstream.label
    g = f.Symbol(
        label,
        f.orient(scene.gradient_of(scene.node.name).reshape(-1), rows),
        upstream.cells if not long else None,
        upstream.under,
    )
    jacobian = f.Symbol(J, matrix)
    written = f.Product((g, jacobian) if rows else (f.Transpose(jacobian), g))
    tensor = len(scene.graph.nodes[name].shape) > 1
    into = _result(scene, name, product)
    label = (("vec ", ""), *into.label) if tensor else into.label
    left = f.Symbol(label, f.orient(product, rows), None, into.under, into.note)
    return formula(
        line(left, written, shapes=True),
        line(None, written, numbers=True),
        line(None, left, numbers=True, role="result"),
    )


def _check(product: f.Array, short: f.Array) -> Block:
    """Whether the matrix and the shortcut give one answer, to rounding; how far apart they are."""
    both_finite = bool(np.all(np.isfinite(product)) and np.all(np.isfinite(short)))
    difference = float(np.max(np.abs(product - short), initial=0.0)) if both_finite else float("nan")
    size = float(np.max(np.abs(short), initial=0.0)) if both_finite else 0.0
    return {"same": both_finite and difference <= CLOSE * max(size, 1e-300), "difference": json_number(difference)}
