"""The Forward tab: what a line computes, in symbols, with this sample's numbers, entry by entry."""

from __future__ import annotations

import numpy as np

from explorer.engine.graph import Temp
from explorer.explain import formula as f
from explorer.explain.blocks import Block, formula, joined, line, note, section, shape_words
from explorer.explain.entries import Entries
from explorer.explain.expression import expressions
from explorer.explain.on_logits import forward_blocks
from explorer.explain.phrases import say, sentences
from explorer.explain.scene import Scene
from explorer.explain.stack_forward import stacked_forward
from explorer.explain.text import Part, text
from explorer.locale import _, tell, tell_many

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
        blocks.append(note(_("The same for every sample: it reads parameters only.")))
    return blocks


def _declared(scene: Scene) -> list[Block]:
    node, own = scene.node, scene.value(scene.node.name)
    shown = formula(line(own, own, numbers=True, role="result"))
    count = int(np.prod(node.shape, dtype=int))
    shape = shape_words(scene, node.name)
    numbers = tell_many("{n} number, shape {shape}", "{n} numbers, shape {shape}", count, shape=shape)
    if node.kind == "param":
        return [shown, note(*sentences(*_of_parameter(numbers, count)))]
    said = _of_target(scene, numbers) if node.kind == "target" else _of_data(scene, numbers)
    return [shown, note(*sentences(*said))]


def _of_parameter(numbers: str, count: int) -> list[list[Part]]:
    what = say("A parameter: {numbers}, the same for every sample.", numbers=numbers)
    if count == 1:
        return [what, say("This pass was computed with it; the Backward tab has the update.")]
    return [what, say("This pass was computed with them; the Backward tab has the update.")]


def _of_target(scene: Scene, numbers: str) -> list[list[Part]]:
    use = say("The loss compares the prediction with it.")
    if scene.batch == 1:
        return [say("The target of the only sample: {numbers}.", numbers=numbers), use]
    b, n = str(scene.sample + 1), str(scene.batch)
    return [say("The target of sample {b} of {n}: {numbers}.", b=b, n=n, numbers=numbers), use]


def _of_data(scene: Scene, numbers: str) -> list[list[Part]]:
    nothing = say("Nothing is computed here.")
    if scene.batch == 1:
        return [say("Data of the only sample: {numbers}.", numbers=numbers), nothing]
    b, n = str(scene.sample + 1), str(scene.batch)
    return [say("Data of sample {b} of {n}: {numbers}.", b=b, n=n, numbers=numbers), nothing]


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
        rest.append(note(tell("… and so the other {n}.", n=total - len(indices))))
    return [section([_("Entry by entry") if total > 1 else _("By hand")], formula(*lines), *rest)] if lines else []
