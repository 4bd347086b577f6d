"""What the Check tab says: how its numbers were found, and why one is missing."""

from __future__ import annotations

import numpy as np

from explorer.explain.blocks import Block, note
from explorer.explain.checked import Checked
from explorer.explain.phrases import listed, say, sentences
from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part, number_part
from explorer.locale import _, tell


def what(scene: Scene) -> Block:
    """How every number but the first was found."""
    loss = label_part(scene.notation.loss_label)
    said = say(
        "**No rule of differentiation is used here.** One number is moved a little, everything that depends on it is "
        "computed again, and the change of {loss} is divided by the move.",
        loss=loss,
    )
    if scene.node.batched and scene.batch > 1:
        said = sentences(said, say("The other samples are held."))
    if scene.notation.sign == "minus" and scene.notation.gradient_is_own(scene.node.name):
        own = label_part(scene.notation.gradient(scene.node.name))
        derivative = label_part(scene.notation.derivative(scene.node.name))
        here = say("Here stands {derivative}; the lesson's {delta} is minus that.", derivative=derivative, delta=own)
        said = sentences(said, here)
    return note(*said)


def by_itself(scene: Scene) -> Block:
    """The objective is moved by what it is itself moved by; the mean of a batch by 1/B of what one loss is moved by."""
    total, own = label_part(scene.notation.loss_label), label_part(scene.label(scene.node.name), scene.node.name)
    if not scene.node.batched or scene.batch == 1:
        return note(
            *say("{total} is itself what is moved: it changes by just as much, and the slope is 1.", total=total)
        )
    n = str(scene.batch)
    if scene.trace.reduction == "sum":
        said = say(
            "{total} is the sum of {n} losses: it changes by as much as {loss} is moved by, and the slope is 1.",
            total=total,
            n=n,
            loss=own,
        )
        return note(*said)
    said = say(
        "{total} is the mean of {n} losses: it changes by 1/{n} of what {loss} is moved by, and the slope is 1/{n}.",
        total=total,
        n=n,
        loss=own,
    )
    return note(*said)


def further(row: Checked) -> Block:
    """What two more differences are for, by their numbers."""
    found = row.difference
    error = abs(found.slopes[0] - row.analytic)
    if error <= max(abs(found.value - row.analytic), found.noise):
        return note(
            _(
                "Two more, over twice and three times the distance, take nothing of its error away: the objective has "
                "so simple a form here that only rounding is left."
            )
        )
    return note(_("Two more, over twice and three times the distance, take most of its error away:"))


def why_empty(scene: Scene, rows: list[Checked], without_torch: str) -> list[Block]:
    """Why there is no number from the complex step, or from PyTorch."""
    blocks = []
    ops = list(dict.fromkeys(op.name for row in rows for op in row.probe.kinks))
    if ops:
        words = listed([[{"strong": [name.replace("_", " ")]}] for name in ops])
        loss = label_part(scene.notation.loss_label)
        if len(ops) == 1:
            said = say(
                "No complex step: on the way to {loss}, {functions} is not analytic, so a step off the real line says "
                "nothing.",
                loss=loss,
                functions=words,
            )
        else:
            said = say(
                "No complex step: on the way to {loss}, {functions} are not analytic, so a step off the real line says "
                "nothing.",
                loss=loss,
                functions=words,
            )
        blocks.append(note(*said))
    if without_torch:
        blocks.append(note(tell("No number from PyTorch: {reason}.", reason=without_torch)))
    return blocks


def kinks(scene: Scene, rows: list[Checked]) -> list[Block]:
    """Where the objective has no slope, and what stands there instead of a number."""
    blocks = []
    for row in rows:
        entry = label_part(scene.entry_label(scene.node.name, row.probe.index), scene.node.name)
        if not row.finite:
            loss = label_part(scene.notation.loss_label)
            return [note(*say("**{loss} is not finite here**: there is no change to divide.", loss=loss))]
        if row.drowned:
            op = row.drowned.name.replace("_", " ")
            blocks.append(
                note(
                    *say(
                        "**Too few digits at {entry}**: the result of {function} is so near its limit that hardly a "
                        "digit of it moves. What is computed from it is a staircase, and tells no slope.",
                        entry=entry,
                        function=op,
                    )
                )
            )
        elif row.difference.kinked:
            ops: list[list[Part]] = [[op.name.replace("_", " ")] for op in row.probe.kinks]
            turns = say("**A kink at {entry}**: the objective turns here.", entry=entry)
            if ops:
                turns = say("**A kink at {entry}**: {function} turns here.", entry=entry, function=listed(ops, "or"))
            slopes = say(
                "The slope is {left} from the left and {right} from the right; backpropagation takes {analytic}.",
                left=number_part(row.difference.left),
                right=number_part(row.difference.right),
                analytic=number_part(row.analytic),
            )
            blocks.append(note(*sentences(turns, slopes)))
        elif row.central is None:
            said = say("Next to {entry} the objective has no value: too near to take a difference.", entry=entry)
            blocks.append(note(*said))
    return blocks


def more(scene: Scene, shown: int, stacked: bool) -> list[Block]:
    """How to choose another entry."""
    size = int(np.prod(scene.node.shape, dtype=int))
    if size == 1:
        return []
    if not stacked and shown < size:
        return [
            note(
                tell(
                    "{n} of {all} entries. Click a cell of the stage to check that one and its neighbours.",
                    n=shown,
                    all=size,
                )
            )
        ]
    if stacked:
        entry = label_part(scene.entry_label(scene.node.name, scene.entry(scene.node.name)), scene.node.name)
        if shown == scene.batch:
            which = say("{entry} of every sample.", entry=entry)
        else:
            which = say("{entry} of {n} of {all} samples.", entry=entry, n=str(shown), all=str(scene.batch))
        return [note(*sentences(which, say("Click a cell of the stage to choose another entry.")))]
    return [note(_("Click a cell of the stage, or its name here, to work it out below."))]
