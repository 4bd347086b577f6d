"""The Forward tab: what a line computes, in symbols, with this sample's numbers, entry by entry."""

from __future__ import annotations

import numpy as np

from explorer.engine.graph import Temp
from explorer.explain import formula as f
from explorer.explain.blocks import Block, formula, joined, line, note, section, shape_words
from explorer.explain.entries import Entries
from explorer.explain.expression import expressions
from explorer.explain.on_logits import forward_blocks
from explorer.explain.scene import Scene
from explorer.explain.stack_forward import stacked_forward
from explorer.explain.text import text

MOST_ENTRIES = 4


def forward_tab(scene: Scene) -> list[Block]:
    """Blocks for any line."""
    if scene.stacked and scene.batch > 1 and scene.node.batched:
        return stacked_forward(scene)
    if scene.node.kind != "op":
        return _declared(scene)
    whole, own = expressions(scene), scene.value(scene.node.name)
    lines = [line(own, whole[-1], shapes=True)]
    lines.append(line(None, whole[-1], numbers=True))
    between = _last_step(scene, whole)
    if between is not None:
        lines.append(line(None, between, numbers=True))
    lines.append(line(None, own, numbers=True, role="result"))
    blocks = [formula(*lines), *_by_hand(scene, text(whole[-1])), *forward_blocks(scene)]
    if not scene.node.batched:
        blocks.append(note("The same for every sample: it reads parameters only."))
    return blocks


def _declared(scene: Scene) -> list[Block]:
    node, own = scene.node, scene.value(scene.node.name)
    shown = formula(line(own, own, numbers=True, role="result"))
    count = int(np.prod(node.shape, dtype=int))
    numbers = f"{count} number{'s' if count != 1 else ''}, shape {shape_words(scene, node.name)}"
    if node.kind == "param":
        used = f"This pass was computed with {'them' if count > 1 else 'it'}; the Backward tab has the update."
        return [shown, note(f"A parameter: {numbers}, the same for every sample. {used}")]
    where = f"sample {scene.sample + 1} of {scene.batch}" if scene.batch > 1 else "the only sample"
    if node.kind == "target":
        return [shown, note(f"The target of {where}: {numbers}. The loss compares the prediction with it.")]
    return [shown, note(f"Data of {where}: {numbers}. Nothing is computed here.")]


def _last_step(scene: Scene, whole: list[f.Formula]) -> f.Formula | None:
    """The last operation alone, its operands as finished numbers: [W x] + [b]; None for a single operation."""
    last = scene.node.code[-1]
    if not scene.readable or not any(isinstance(operand, Temp) for operand in last.operands):
        return None
    if last.op.name not in ("+", "-", "*", "/", "sigmoid", "tanh", "relu", "softmax"):
        return None
    done = [
        f.Local(scene.leaf(operand, whole), scene.rows if len(scene.shape_of(operand)) == 1 else None)
        for operand in last.operands
    ]
    match last.op.name:
        case "+":
            return f.Sum(tuple(done))
        case "-":
            return f.Sum((done[0], f.Negative(done[1])))
        case "*":
            return f.Product(tuple(done), "∘")
        case "/":
            return f.Fraction(done[0], done[1])
    call = whole[-1]
    return f.Call(call.name, tuple(done), call.result) if isinstance(call, f.Call) else None


def _by_hand(scene: Scene, told: str) -> list[Block]:
    """The first entries worked out: the first one in symbols too, the others in numbers; nothing that is `told`."""
    node, entries = scene.node, Entries(scene)
    indices = list(np.ndindex(*node.shape))[:MOST_ENTRIES]
    lines: list[Block] = []
    for place, index in enumerate(indices):
        right = entries.of_line(index)
        if right is None or text(right) == told:
            return []
        left = entries.element(node.name, index)
        if place == 0:
            lines.append(line(left, right))
        numbers = line(left if place else None, right, numbers=True)
        lines.append(joined(numbers, line(None, left, numbers=True)))
    total, rest = int(np.prod(node.shape, dtype=int)), list[Block]()
    if total > len(indices):
        rest.append(note(f"… and so the other {total - len(indices)}."))
    return [section(["Entry by entry" if total > 1 else "By hand"], formula(*lines), *rest)] if lines else []
