"""The batch as a parameter sees it: one value for all samples, a gradient that is the sum of their shares."""

from __future__ import annotations

import numpy as np

from explorer.engine.arrays import to_host
from explorer.explain.blocks import Block, calculation, columns, flat_numbers, note, section
from explorer.explain.phrases import say
from explorer.explain.scene import Scene
from explorer.explain.stacking import received, sent_back
from explorer.explain.text import label_part
from explorer.locale import _, tell

MOST_SAMPLES = 64
MOST_ENTRIES = 64
MOST_WORK = 200_000  # numbers in the stack of Jacobians behind a table of shares


def shared(scene: Scene) -> list[Block]:
    """A parameter: its value once, its gradient as the sum of all samples' shares."""
    name = scene.node.name
    if scene.node.kind != "param" or name not in scene.graph.reached:
        return [note(_("The same for every sample."))]
    blocks = [note(_("One value for all samples; its gradient is the sum of every sample's share."))]
    readings = scene.readings(name)
    if len(readings) == 1 and scene.graph.nodes[readings[0][0]].batched:
        there = scene.at(readings[0][0])
        product = at_once(there, name)
        if product is not None:
            blocks.append(section([_("All samples at once")], product))
        blocks += shares_table(scene, readings[0][0])
    return blocks


def _first_of(count: int, batch: int) -> str:
    return tell("The first {n} of {all} samples; the sum is of all.", n=count, all=batch)


def shares_table(scene: Scene, reader: str) -> list[Block]:
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
        "samples": list(range(count)),
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
        "caption": [] if count == scene.batch else [_first_of(count, scene.batch)],
    }
    return [section(say("Each sample's share of {gradient}, and their sum", gradient=label_part(label)), block)]


def at_once(scene: Scene, name: str) -> Block | None:
    """∂L/∂W = xᵀ · ∂L/∂a with the samples as rows, or [1 … 1] · ∂L/∂a for a bias; None where rows mix."""
    written = sent_back(scene, name)
    if written is None:
        return None
    return calculation(received(scene, name), scene.named(name, written), shapes=True)
