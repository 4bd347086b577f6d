"""What the Check tab says: how its numbers were found, and why one is missing."""

from __future__ import annotations

import numpy as np

from explorer.explain.blocks import Block, note
from explorer.explain.checked import Checked
from explorer.explain.phrases import listed
from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part, number_part


def what(scene: Scene) -> Block:
    """How every number but the first was found."""
    loss = label_part(scene.notation.loss_label)
    said: list[Part] = [
        {"strong": ["No rule of differentiation is used here."]},
        " One number is moved a little, everything that depends on it is computed again, and the change of ",
        loss,
        " is divided by the move.",
    ]
    if scene.node.batched and scene.batch > 1:
        said += [" The other samples are held."]
    if scene.notation.sign == "minus" and scene.notation.gradient_is_own(scene.node.name):
        own = label_part(scene.notation.gradient(scene.node.name))
        derivative = label_part(scene.notation.derivative(scene.node.name))
        said += [" Here stands ", derivative, "; the lesson's ", own, " is minus that."]
    return note(*said)


def by_itself(scene: Scene) -> Block:
    """The objective is moved by what it is itself moved by; the mean of a batch by 1/B of what one loss is moved by."""
    total, own = label_part(scene.notation.loss_label), label_part(scene.label(scene.node.name), scene.node.name)
    if not scene.node.batched or scene.batch == 1:
        return note(total, " is itself what is moved: it changes by just as much, and the slope is 1.")
    said: list[Part] = [total, f" is the sum of {scene.batch} losses: it changes by as much as ", own]
    if scene.trace.reduction == "sum":
        return note(*said, " is moved by, and the slope is 1.")
    said = [total, f" is the mean of {scene.batch} losses: it changes by 1/{scene.batch} of what ", own]
    return note(*said, f" is moved by, and the slope is 1/{scene.batch}.")


def further(row: Checked) -> Block:
    """What two more differences are for, by their numbers."""
    found = row.difference
    error = abs(found.slopes[0] - row.analytic)
    if error <= max(abs(found.value - row.analytic), found.noise):
        return note(
            "Two more, over twice and three times the distance, take nothing of its error away: the objective has so "
            "simple a form here that only rounding is left."
        )
    return note("Two more, over twice and three times the distance, take most of its error away:")


def why_empty(scene: Scene, rows: list[Checked], without_torch: str) -> list[Block]:
    """Why there is no number from the complex step, or from PyTorch."""
    blocks = []
    ops = list(dict.fromkeys(op.name for row in rows for op in row.probe.kinks))
    if ops:
        words = listed([[{"strong": [name.replace("_", " ")]}] for name in ops])
        are = "is not analytic" if len(ops) == 1 else "are not analytic"
        blocks.append(
            note(
                "No complex step: on the way to ",
                label_part(scene.notation.loss_label),
                ", ",
                *words,
                f" {are}, so a step off the real line says nothing.",
            )
        )
    if without_torch:
        blocks.append(note(f"No number from PyTorch: {without_torch}."))
    return blocks


def kinks(scene: Scene, rows: list[Checked]) -> list[Block]:
    """Where the objective has no slope, and what stands there instead of a number."""
    blocks = []
    for row in rows:
        entry = label_part(scene.entry_label(scene.node.name, row.probe.index), scene.node.name)
        if not row.finite:
            loss = label_part(scene.notation.loss_label)
            return [note({"strong": [loss, " is not finite here"]}, ": there is no change to divide.")]
        if row.drowned:
            op = row.drowned.name.replace("_", " ")
            blocks.append(
                note(
                    {"strong": ["Too few digits at ", entry]},
                    f": the result of {op} is so near its limit that hardly a digit of it moves. What is computed from "
                    "it is a staircase, and tells no slope.",
                )
            )
        elif row.difference.kinked:
            words = listed([[op.name.replace("_", " ")] for op in row.probe.kinks], "or") or ["the objective"]
            blocks.append(
                note(
                    {"strong": ["A kink at ", entry]},
                    ": ",
                    *words,
                    " turns here. The slope is ",
                    number_part(row.difference.left),
                    " from the left and ",
                    number_part(row.difference.right),
                    " from the right; backpropagation takes ",
                    number_part(row.analytic),
                    ".",
                )
            )
        elif row.central is None:
            blocks.append(note("Next to ", entry, " the objective has no value: too near to take a difference."))
    return blocks


def more(scene: Scene, shown: int, stacked: bool) -> list[Block]:
    """How to choose another entry."""
    size = int(np.prod(scene.node.shape, dtype=int))
    if size == 1:
        return []
    if not stacked and shown < size:
        return [note(f"{shown} of {size} entries. Click a cell of the stage to check that one and its neighbours.")]
    if stacked:
        entry = label_part(scene.entry_label(scene.node.name, scene.entry(scene.node.name)), scene.node.name)
        count = "every sample" if shown == scene.batch else f"{shown} of {scene.batch} samples"
        return [note(entry, f" of {count}. Click a cell of the stage to choose another entry.")]
    return [note("Click a cell of the stage, or its name here, to work it out below.")]
