"""The Batch tab: every sample's numbers along the batch axis, and the sums and means over it as lines of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.engine.arrays import to_host
from explorer.engine.graph import Read
from explorer.explain import formula as f
from explorer.explain.blocks import Block, calculation, flat_numbers, formula, line, note, section
from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part
from explorer.notation import Label

MOST_SAMPLES = 64
MOST_COLUMNS = 16
STACKED = 8  # rows or columns of a per-sample Jacobian that is still drawn


def batch_tab(scene: Scene) -> list[Block]:
    """Blocks for any line."""
    if scene.batch == 1:
        one = formula(line(f.Symbol((("B", ""),), np.ones(())), f.ONE))
        table = [_samples(scene)] if scene.node.batched else []
        return [one, note("The batch has one sample: nothing to sum or to average."), *table, *_loss_of_one(scene)]
    if not scene.node.batched:
        return _shared(scene)
    blocks = [_samples(scene)]
    if scene.node.name == scene.graph.objective:
        blocks.append(_objective(scene))
    if scene.node.kind == "op":
        blocks += _stacks(scene)
    return blocks


def _loss_of_one(scene: Scene) -> list[Block]:
    if scene.node.name != scene.graph.objective or not scene.node.batched:
        return []
    word = "sum" if scene.trace.reduction == "sum" else "mean"
    return [note(f"The objective is the {word} over the batch: here the loss itself.")]


# -- lines with a value for each sample ----------------------------------------------------------------------------
def _samples(scene: Scene) -> Block:
    name = scene.node.name
    of_sample: Label = (("b", "sub"),) if scene.batch > 1 and name == scene.graph.objective else ()
    groups = [_group(scene, name, "value", (*scene.notation.symbol(name), *of_sample))]
    if scene.node.kind != "target":
        groups.append(_group(scene, name, "gradient", (*scene.notation.gradient(name), *of_sample)))
    count = min(scene.batch, MOST_SAMPLES)
    block: Block = {"kind": "samples", "chosen": scene.sample, "count": count, "groups": groups, "caption": []}
    if count < scene.batch:
        block["caption"] = [f"The first {count} of {scene.batch} samples. "]
    if any(group["hidden"] for group in groups):
        block["caption"] += [f"The first {MOST_COLUMNS} entries of each; {groups[0]['hidden']} more are not listed."]
    return block


def _group(scene: Scene, name: str, kind: str, label: Label) -> Block:
    """One tensor's columns: the numbers of all shown samples in C order."""
    source = scene.trace.values if kind == "value" else scene.trace.gradients
    array = np.asarray(to_host(source[name]), dtype=np.float64)[:MOST_SAMPLES]
    flat = array.reshape(len(array), -1)
    indices = list(np.ndindex(*scene.graph.nodes[name].shape))[:MOST_COLUMNS]
    return {
        "node": name,
        "kind": kind,
        "label": label,
        **_columns(scene, name, kind, indices, label),
        "hidden": flat.shape[1] - len(indices),
        "numbers": flat_numbers(flat[:, : len(indices)]),
    }


def _columns(scene: Scene, name: str, kind: str, indices: list[tuple[int, ...]], label: Label) -> Block:
    """The names of a tensor's columns, and of the cells where the stage shows the chosen sample's numbers."""
    alone = len(indices) == 1
    return {
        "columns": [label if alone else scene.notation.element(name, index) for index in indices],
        "cells": [f"{kind}:{','.join(map(str, index)) or 0}" for index in indices],
    }


def _objective(scene: Scene) -> Block:
    """L = (1/B) Σ L_b, as a step of its own."""
    name, batch = scene.node.name, scene.batch
    values = np.asarray(to_host(scene.trace.values[name]), dtype=np.float64).reshape(-1)
    symbol = scene.notation.symbol(name)
    losses = tuple(f.Symbol((*symbol, (str(b + 1), "sub")), np.asarray(values[b])) for b in range(batch))
    shown: tuple[f.Formula, ...] = losses if batch <= STACKED else (*losses[:3], f.Words("⋯"), losses[-1])
    total: f.Formula = f.Sum(shown)
    mean = scene.trace.reduction != "sum"
    if mean:
        total = f.Product((f.Fraction(f.ONE, f.Number(float(batch))), total))
    objective = f.Symbol(scene.notation.loss_label, np.asarray(scene.trace.loss))
    word = "mean" if mean else "sum"
    return section([f"The objective: the {word} over the batch"], calculation(objective, total))


def _stacks(scene: Scene) -> list[Block]:
    """The Jacobians of all samples side by side, where they differ and are small."""
    blocks: list[Block] = []
    nodes = scene.graph.nodes
    m = int(np.prod(scene.node.shape, dtype=int))
    for name in dict.fromkeys(scene.node.inputs):
        n = int(np.prod(nodes[name].shape, dtype=int))
        if nodes[name].kind == "target" or m > STACKED or n > STACKED:
            continue
        stack = scene.trace.jacobian(scene.node.name, name).stack()
        title: list[Part] = [
            "Jacobians ",
            label_part((("∂", ""), *scene.notation.symbol(scene.node.name), ("/∂", ""), *scene.notation.symbol(name))),
        ]
        if np.array_equal(stack, np.broadcast_to(stack[:1], stack.shape), equal_nan=True):
            blocks.append(note(*title, ": the same matrix for every sample."))
            continue
        shown = np.ascontiguousarray(stack[:STACKED])
        blocks.append(
            section(
                [*title, f", one a sample: ({scene.batch},{m},{n})"],
                {
                    "kind": "stack",
                    "shape": [m, n],
                    "count": len(shown),
                    "chosen": scene.sample,
                    "numbers": flat_numbers(shown),
                },
                *([note(f"The first {len(shown)} of {scene.batch}.")] if len(shown) < scene.batch else []),
            )
        )
    return blocks


# -- lines that all samples share ----------------------------------------------------------------------------------
def _shared(scene: Scene) -> list[Block]:
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
    if size > MOST_COLUMNS * 4 or m * size * scene.batch > 200_000:
        return []
    gradients = np.asarray(to_host(scene.trace.gradients[reader]), dtype=np.float64).reshape(scene.batch, -1)
    stack = scene.trace.jacobian(reader, name).stack()
    with np.errstate(all="ignore"):
        shares = np.einsum("bmn,bm->bn", stack, gradients)
    count = min(scene.batch, MOST_SAMPLES)
    indices = list(np.ndindex(*shape))[: MOST_COLUMNS * 4]
    label = scene.notation.gradient(name)
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
                "hidden": 0,
                **_columns(scene, name, "gradient", indices, label),
                "numbers": flat_numbers(shares[:count]),
            }
        ],
        "total": {"label": "Σ", "node": name, "numbers": flat_numbers(total)},
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
        return formula(
            line(result, f.Product((ones, gradients)), shapes=True),
            line(None, f.Product((ones, gradients)), numbers=True),
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
    return calculation(left, f.Product(factors), shapes=True)
