"""The Batch tab: every sample's numbers along the batch axis, and the sums and means over it as lines of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from explorer.engine.arrays import to_host
from explorer.engine.fusion import contained
from explorer.explain import formula as f
from explorer.explain.any_sample import AnySample
from explorer.explain.blocks import TIMES, Block, columns, flat_numbers, formula, line, note, section
from explorer.explain.objective import objective
from explorer.explain.phrases import say, sentences
from explorer.explain.scene import Scene
from explorer.explain.shares import MOST_SAMPLES, shared
from explorer.explain.stack_blocks import drawn_sheets
from explorer.explain.text import Part, label_part
from explorer.locale import _, tell
from explorer.notation import Label

Kind: TypeAlias = Literal["value", "gradient", "inside"]

MOST_COLUMNS = 16
STACKED = 8  # rows or columns of a per-sample Jacobian that is still drawn


def batch_tab(scene: Scene) -> list[Block]:
    """Blocks for any line."""
    if scene.batch == 1:
        one = formula(line(f.Symbol((("B", ""),), np.ones(())), f.ONE))
        table = [_samples(scene)] if scene.node.batched else []
        return [one, note(_("The batch has one sample: nothing to sum or to average.")), *table, *_loss_of_one(scene)]
    if not scene.node.batched:
        return shared(scene)
    blocks = [_samples(scene)]
    if scene.node.name == scene.graph.objective:
        blocks.append(objective(scene))
    if contained(scene.node) is not None:
        blocks.append(_differences(scene))
    if scene.node.kind == "op":
        blocks += _stacks(scene)
    return blocks


def _loss_of_one(scene: Scene) -> list[Block]:
    if scene.node.name != scene.graph.objective or not scene.node.batched:
        return []
    if scene.trace.reduction == "sum":
        return [note(_("The objective is the sum over the batch: here the loss itself."))]
    return [note(_("The objective is the mean over the batch: here the loss itself."))]


# -- lines with a value for each sample ----------------------------------------------------------------------------
def _samples(scene: Scene) -> Block:
    kinds: list[Kind] = ["value"] if scene.node.kind == "target" else ["value", "gradient"]
    count = min(scene.batch, MOST_SAMPLES)
    block = samples(scene, [(scene.node.name, kind) for kind in kinds], range(count))
    if count < scene.batch:
        first = say("The first {n} of {all} samples.", n=str(count), all=str(scene.batch))
        block["caption"] = sentences(first, block["caption"])
    return block


def _differences(scene: Scene) -> Block:
    """ŷ, y and what goes back, (ŷ − y)/B, of every sample: a fused loss needs no more."""
    loss, logits, target = scene.node.name, scene.node.inputs[0], scene.node.inputs[-1]
    shown: list[tuple[str, Kind]] = [(loss, "inside"), (target, "value"), (logits, "gradient")]
    p, t = (label_part(label) for label in (scene.notation.symbol_inside(scene.node), scene.notation.symbol(target)))
    table = samples(scene, shown, range(min(scene.batch, MOST_SAMPLES)))
    title = say("What goes back: {difference} of every sample, times what arrives", difference=[p, " − ", t])
    return section(title, table)


def samples(scene: Scene, shown: Sequence[tuple[str, Kind]], drawn: Sequence[int]) -> Block:
    """A table of the samples `drawn` (from 0), a row each: values or gradients of lines side by side."""
    groups = [_group(scene, name, kind, drawn) for name, kind in shown]
    hidden = sum(group["hidden"] for group in groups)
    said = tell(
        "The first {n} entries of each; {hidden} more are not listed.", n=MOST_COLUMNS, hidden=groups[0]["hidden"]
    )
    return {
        "kind": "samples",
        "chosen": scene.sample,
        "samples": list(drawn),
        "groups": groups,
        "caption": [said] if hidden else [],
    }


def _group(scene: Scene, name: str, kind: Kind, drawn: Sequence[int]) -> Block:
    """One tensor's columns: the numbers of the samples in C order."""
    node, trace = scene.graph.nodes[name], scene.trace
    inside = kind == "inside"
    tensor = trace.inside(name) if inside else trace.values[name] if kind == "value" else trace.gradients[name]
    array = np.asarray(to_host(tensor), dtype=np.float64)[list(drawn)]
    flat = array.reshape(len(array), -1)
    indices = list(np.ndindex(*array.shape[1:]))[:MOST_COLUMNS]
    of_sample: Label = (("b", "sub"),) if scene.batch > 1 and name == scene.graph.objective else ()
    own = scene.notation.symbol(name) if kind == "value" else scene.notation.gradient(name)
    label = scene.notation.symbol_inside(node) if inside else (*own, *of_sample)
    named = scene.notation.inside.get(name, name) if inside else name
    return {
        "node": name,
        "kind": kind,
        "label": label,
        "negated": kind == "gradient" and scene.notation.negated(name),
        **columns(scene, named, kind, indices, label),
        "hidden": flat.shape[1] - len(indices),
        "numbers": flat_numbers(flat[:, : len(indices)]),
    }


def _stacks(scene: Scene) -> list[Block]:
    """The Jacobians of all samples side by side, where they differ and are small."""
    blocks: list[Block] = []
    nodes = scene.graph.nodes
    m = int(np.prod(scene.node.shape, dtype=int))
    for name in dict.fromkeys(scene.node.inputs):
        n = int(np.prod(nodes[name].shape, dtype=int))
        if nodes[name].kind == "target":
            continue
        of = AnySample.of(scene)
        quotient: Label = (("∂", ""), *of.label(scene.node.name), ("/∂", ""), *of.label(name))
        jacobian = label_part(quotient)
        if m > STACKED or n > STACKED:
            size = say("Jacobians {jacobian}: {size} for each sample.", jacobian=jacobian, size=f"{m}{TIMES}{n}")
            blocks.append(note(*sentences(size, _laid_out(scene, m * n))))
            continue
        stack = scene.trace.jacobian(scene.node.name, name).stack()
        if np.array_equal(stack, np.broadcast_to(stack[:1], stack.shape), equal_nan=True):
            blocks.append(note(*say("Jacobians {jacobian}: the same matrix for every sample.", jacobian=jacobian)))
            continue
        shown = np.ascontiguousarray(stack[:STACKED])
        blocks.append(
            section(
                say(
                    "Jacobians {jacobian}, one per sample: {shape}",
                    jacobian=jacobian,
                    shape=f"({scene.batch},{m},{n})",
                ),
                {
                    "kind": "stack",
                    "shape": [m, n],
                    "count": len(shown),
                    "chosen": scene.sample,
                    "numbers": flat_numbers(shown),
                },
                *_rest(scene, len(shown)),
            )
        )
    return blocks


def _laid_out(scene: Scene, size: int) -> list[Part]:
    """Whose Jacobians of `size` entries the Jacobian tab draws."""
    drawn = drawn_sheets(scene, size) if scene.stacked else [scene.sample]
    if len(drawn) == scene.batch:
        return say("The Jacobian tab shows all of them.")
    if len(drawn) > 1:
        return say("The Jacobian tab shows {n} of them.", n=str(len(drawn)))
    return say("The Jacobian tab shows the chosen sample's.")


def _rest(scene: Scene, shown: int) -> list[Block]:
    return [note(tell("The first {n} of {all}.", n=shown, all=scene.batch))] if shown < scene.batch else []
