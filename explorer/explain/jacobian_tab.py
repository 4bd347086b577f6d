"""The Jacobian tab: for every line that is read, the whole matrix beside the shortcut that is used instead of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.explain import formula as f
from explorer.explain.blocks import Block, calculation, flat_numbers, formula, joined, line, note, section
from explorer.explain.collapse import collapsed
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
        return {**block, **_unlaid(scene, name), "numbers": None, "note": why(scene, name, jacobian.structure)}
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


def _unlaid(scene: Scene, name: str) -> Block:
    """The shortcut alone, for a matrix that nobody could read; most of all then it is what makes the pass possible."""
    rules = Rules(scene)
    short = (
        rules.sent_back(name, scene.upstream()) if scene.readable and scene.node.name in scene.graph.reached else None
    )
    if short is None:
        return {}
    return {"full": [], "shortcut": _short(scene, name, short, short.evaluate())}


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
        lines[0] = joined(lines[0], line(None, written))
    return formula(*lines)


def _two_ways(scene: Scene, name: str, matrix: f.Array, rules: Rules) -> Block:
    """Upstream times the whole matrix, the shortcut, and whether they agree."""
    own = scene.node.name
    if own not in scene.graph.reached:
        return {"full": [], "shortcut": [note("The objective does not depend on this line: nothing comes back.")]}
    short = rules.sent_back(name, scene.upstream())
    with np.errstate(all="ignore"):
        product = matrix.T @ scene.gradient_of(own).reshape(-1)
    value = short.evaluate() if short is not None else np.zeros(len(product))
    return {
        "full": [_full(scene, name, matrix, product)],
        "shortcut": [] if short is None else _short(scene, name, short, value),
        "check": _check(product, value.reshape(-1)),
    }


def _full(scene: Scene, name: str, matrix: f.Array, product: f.Array) -> Block:
    """Jᵀ · upstream, or upstream · J where gradients are rows; matrices as one long vector."""
    rows = scene.gradient_rows
    both_scalar = not scene.node.shape and not scene.graph.nodes[name].shape
    jacobian = f.Symbol(J, matrix.reshape(()) if both_scalar else matrix)
    upstream = _long(scene.gradient(scene.node.name), scene.node.shape, rows)
    written = f.Product((upstream, jacobian) if rows else (f.Transpose(jacobian), upstream))
    into = _long(_result(scene, name, product), scene.graph.nodes[name].shape, rows)
    return calculation(into, scene.renamed(scene.node.name, name, written), shapes=True)


def _long(symbol: f.Symbol, shape: f.Shape, rows: bool) -> f.Symbol:
    """The symbol with all its numbers in one vector, marked vec if it was none."""
    value = f.orient(symbol.value.reshape(-1), rows) if shape else symbol.value.reshape(())
    if len(shape) < 2:
        return replace(symbol, value=value)
    note: Label = (*symbol.note, ("vec", "sub")) if not symbol.note else ((f"vec, {symbol.note[0][0]}", "sub"),)
    return replace(symbol, value=value, cells=None, note=note)


def _short(scene: Scene, name: str, short: f.Formula, value: f.Array) -> list[Block]:
    """The shortcut in symbols and numbers; where the line meets its loss, the shorter one too."""
    result = _result(scene, name, value)
    blocks = [calculation(result, scene.named(name, short), shapes=True)]
    collapse = collapsed(scene)
    if collapse is not None:
        shorter = calculation(result, scene.named(name, collapse), shapes=True)
        blocks.append(section(["Together with the loss"], shorter))
    return blocks


def _result(scene: Scene, name: str, value: f.Array) -> f.Symbol:
    """The symbol of what goes back, holding what one of the two ways gave."""
    nodes = scene.graph.nodes
    if scene.node.batched and not nodes[name].batched and scene.batch > 1:
        return scene.share(name, value.reshape(nodes[name].shape))
    given = scene.contribution(scene.node.name, name)
    return replace(given, value=value.reshape(given.value.shape))


def _check(product: f.Array, short: f.Array) -> Block:
    """Whether the matrix and the shortcut give one answer, to rounding; how far apart they are."""
    both_finite = bool(np.all(np.isfinite(product)) and np.all(np.isfinite(short)))
    difference = float(np.max(np.abs(product - short), initial=0.0)) if both_finite else float("nan")
    size = float(np.max(np.abs(short), initial=0.0)) if both_finite else 0.0
    return {"same": both_finite and difference <= CLOSE * max(size, 1e-300), "difference": json_number(difference)}
