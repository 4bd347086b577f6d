"""The batch as a parameter sees it: one value for all samples, a gradient that is the sum of their shares."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.engine.arrays import to_host
from explorer.engine.graph import Read
from explorer.explain import formula as f
from explorer.explain.blocks import Block, calculation, columns, flat_numbers, formula, line, note, section
from explorer.explain.scene import Scene

MOST_SAMPLES = 64
MOST_ENTRIES = 64
MOST_WORK = 200_000  # numbers in the stack of Jacobians behind a table of shares


def shared(scene: Scene) -> list[Block]:
    """A parameter: its value once, its gradient as the sum of all samples' shares."""
    name = scene.node.name
    if scene.node.kind != "param" or name not in scene.graph.reached:
        return [note("The same for every sample.")]
    blocks = [note("One value for all samples; its gradient is the sum of every sample's share.")]
    readings = scene.readings(name)
    if len(readings) == 1 and scene.graph.nodes[readings[0][0]].batched:
        there = scene.at(readings[0][0])
        product = at_once(there, name)
        if product is not None:
            blocks.append(section(["All samples at once"], product))
        blocks += _shares(scene, readings[0][0])
    return blocks


def _shares(scene: Scene, reader: str) -> list[Block]:
    """The table of the samples' shares, and their sum."""
    name, shape = scene.node.name, scene.node.shape
    size = int(np.prod(shape, dtype=int))
    m = int(np.prod(scene.graph.nodes[reader].shape, dtype=int))
    if size > MOST_ENTRIES or m * size * scene.batch > MOST_WORK:
        return []
    gradients = np.asarray(to_host(scene.trace.gradients[reader]), dtype=np.float64).reshape(scene.batch, -1)
    stack = scene.trace.jacobian(reader, name).stack()
    with np.errstate(all="ignore"):
        shares = np.einsum("bmn,bm->bn", stack, gradients)
    count = min(scene.batch, MOST_SAMPLES)
    indices = list(np.ndindex(*shape))[:MOST_ENTRIES]
    label, negated = scene.notation.gradient(name), scene.notation.negated(name)
    total = np.asarray(scene.gradient_of(name)).reshape(-1)
    block: Block = {
        "kind": "samples",
        "chosen": scene.sample,
        "count": count,
        "groups": [
            {
                "node": "",
                "kind": "share",
                "label": label,
                "negated": negated,
                "hidden": 0,
                **columns(scene, name, "gradient", indices, label),
                "numbers": flat_numbers(shares[:count]),
            }
        ],
        "total": {"label": "Σ", "node": name, "numbers": flat_numbers(total), "negated": negated},
        "caption": [] if count == scene.batch else [f"The first {count} of {scene.batch} samples; the sum is of all."],
    }
    return [section(["Each sample's share, and their sum"], block)]


def at_once(scene: Scene, name: str) -> Block | None:
    """∂L/∂W = xᵀ · ∂L/∂a with the samples as rows (or columns), or [1 … 1] · ∂L/∂a for a bias; None elsewhere."""
    code, batch = scene.node.code, scene.batch
    if not scene.readable or len(scene.node.shape) != 1:
        return None
    reading = [
        (apply, slot) for apply in code for slot, operand in enumerate(apply.operands) if scene.reads(operand, name)
    ]
    if len(reading) != 1 or any(apply.op.name not in ("@", "+") for apply in code):
        return None
    apply, slot = reading[0]
    gradients = scene.stack_of(scene.node.name, "gradient")
    left = scene.at(name).gradient(name)
    if apply.op.name == "+" and scene.graph.nodes[name].shape == scene.node.shape:
        ones = f.Symbol((("[1 … 1]", ""),), np.ones((1, batch)), batch_axis=1)
        result = replace(left, value=f.orient(left.value.reshape(-1), True))
        total = scene.renamed(scene.node.name, name, f.Product((ones, gradients)))
        return formula(
            line(result, total, shapes=True),
            line(None, total, numbers=True),
            line(None, result, numbers=True, role="result"),
        )
    other = apply.operands[1 - slot]
    if apply.op.name != "@" or not isinstance(other, Read):
        return None
    vector = scene.graph.nodes[scene.node.inputs[other.slot]]
    if not vector.batched or len(vector.shape) != 1:
        return None
    vectors = scene.stack_of(vector.name, "value")
    factors = (f.Transpose(gradients), vectors) if slot == 0 else (f.Transpose(vectors), gradients)
    return calculation(left, scene.renamed(scene.node.name, name, f.Product(factors)), shapes=True)
