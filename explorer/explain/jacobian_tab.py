"""The Jacobian tab: for every line that is read, the whole matrix beside the shortcut that is used instead of it."""

from __future__ import annotations

import numpy as np

from explorer.explain import formula as f
from explorer.explain.any_sample import AnySample, in_general
from explorer.explain.blocks import Block, flat_numbers, formula, joined, line, note
from explorer.explain.ledger import ledger
from explorer.explain.notes import why
from explorer.explain.phrases import say, sentences
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.stack_jacobian import stacked_ways
from explorer.explain.text import Part, label_part
from explorer.explain.two_ways import J, shortcut, two_ways
from explorer.locale import N_, _
from explorer.notation import Label

LARGEST = 250_000  # entries of a matrix that is still laid out in full
NAMED = 256  # rows or columns that are named one by one


def jacobian_tab(scene: Scene) -> list[Block]:
    """One block for each distinct line that this line reads and that is no target."""
    if scene.node.kind != "op":
        what = {
            "input": N_("No Jacobian: the line is data and computes nothing."),
            "target": N_("No Jacobian: the line is a target and computes nothing."),
            "param": N_("No Jacobian: the line is a parameter and computes nothing."),
        }[scene.node.kind]
        return [note(*sentences([_(what)], _readers(in_general(scene))))]
    kinds = scene.graph.nodes
    read = [name for name in dict.fromkeys(scene.node.inputs) if kinds[name].kind != "target"]
    if not read:
        return [note(_("No Jacobian: the line reads targets only, and they are never differentiated."))]
    blocks = [_block(scene, name) for name in read]
    targets = [name for name in dict.fromkeys(scene.node.inputs) if kinds[name].kind == "target"]
    for name in targets:
        target = label_part(scene.label(name), name)
        blocks.append(
            note(*say("There is no Jacobian with respect to the target {target}: it is never updated.", target=target))
        )
    return blocks


def _readers(scene: Scene) -> list[Part]:
    readers = [label_part(scene.label(reader), reader) for reader, *_slot in scene.graph.readers(scene.node.name)]
    if not readers:
        return say("Open a line that reads it: none does.")
    said = [part for place, reader in enumerate(readers) for part in ((", ", reader) if place else (reader,))]
    return say("Open a line that reads it: {readers}.", readers=said)


def _block(scene: Scene, name: str) -> Block:
    stacked = scene.stacked and scene.batch > 1 and scene.node.batched
    jacobian = scene.trace.jacobian(scene.node.name, name)
    nodes = scene.graph.nodes
    named = AnySample.of(scene) if stacked else scene
    m, n = (int(np.prod(nodes[line].shape, dtype=int)) for line in (scene.node.name, name))
    block: Block = {
        "kind": "jacobian",
        "wrt": name,
        "of": scene.node.name,
        "structure": ("row" if m == 1 else "Kronecker") if jacobian.structure == "outer" else jacobian.structure,
        "shape": [m, n],
        "out_shape": list(scene.node.shape),
        "in_shape": list(nodes[name].shape),
        "title": [label_part((("∂", ""), *named.label(scene.node.name), ("/∂", ""), *named.label(name)))],
    }
    because = why(in_general(scene), name, jacobian.structure)
    if m * n > LARGEST:
        return {**block, **_unlaid(scene, name), "numbers": None, "note": because}
    matrix = np.asarray(jacobian.dense(scene.sample), dtype=np.float64)
    rules = Rules(named)
    return {
        **block,
        "formula": _definition(named, name, matrix, rules),
        "numbers": flat_numbers(matrix),
        "rows": _names(scene, scene.node.name, m),
        "columns": _names(scene, name, n),
        **(stacked_ways(scene, name) if stacked else two_ways(scene, name, matrix, rules)),
        "note": because,
    }


def _unlaid(scene: Scene, name: str) -> Block:
    """The shortcut alone, for a matrix that nobody could read; most of all then it is what makes the pass possible."""
    rules = Rules(scene)
    short = (
        rules.sent_back(name, scene.upstream()) if scene.readable and scene.node.name in scene.graph.reached else None
    )
    if short is None:
        return {}
    return {"full": [], "shortcut": shortcut(scene, name, short, short.evaluate())}


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
    own_name = f.Symbol(J, matrix)
    if written is None:
        written = f.Number(0.0)
    if isinstance(written, f.Symbol) and written.label == J:
        return formula(line(own_name, quotient, shapes=True))
    whole = joined(line(own_name, quotient), line(None, written))
    told = ledger(own_name, quotient, written)
    return formula({**whole, **({"ledger": told} if told else {})})
