"""What a lecturer may say, ask and point at, where a lesson has no notes of its own: by what a step computes."""

from __future__ import annotations

from explorer.engine.graph import Graph
from explorer.engine.trace import Step
from explorer.explain.text import Part
from explorer.locale import N_, _

START = N_("Have the shapes of all inputs and parameters said aloud first. Then ask for the order of the steps.")
SEED = N_("Ask why the way back starts with the derivative of the objective by itself, and not with its value.")
ACCUMULATE = N_("Ask first: the sum, the mean, or the last one? Usual slip in code: to overwrite instead of adding.")
UPDATE = N_("Ask which way each entry will move: against its gradient. The whole pass comes before any update.")
FORWARD = {
    "@": N_("Ask for the shapes before the numbers, then have one entry computed by hand: a row times a column."),
    "+": N_("Ask what an addition has to remember for the way back. Nothing."),
    "*": N_("Entry by entry. Ask what it has to remember for the way back: both factors."),
    "sigmoid": N_("Ask which entry stands on the flattest part of the curve, and remember it for the way back."),
    "tanh": N_("Ask which entry stands on the flattest part of the curve, and remember it for the way back."),
    "relu": N_("Ask which entries are cut off: they will pass no gradient back."),
    "softmax": N_("Ask what changes when the same number is added to all scores. Nothing."),
    "": N_("Have one entry computed by hand before the numbers are looked at."),
}
BACKWARD = {
    "@": N_("Two answers: a transpose for what was multiplied, an outer product for the matrix. Shapes decide."),
    "+": N_("An addition copies the gradient to both sides. Usual slip: to split it between them."),
    "*": N_("Each factor receives the gradient times the other factor. Usual slip: times itself."),
    "sigmoid": N_("The slope is the output times one minus the output. Ask for its largest value: a quarter."),
    "tanh": N_("The slope is one minus the square of the output. Ask where it is 1: at 0 alone."),
    "relu": N_("Where the value was cut off, the gradient stops. Ask whether such a unit can learn from this sample."),
    "softmax": N_("Every output depends on every score, so the Jacobian is full. Show it before its shortcut."),
    "": N_("Say the shape of the result first: that of the value it belongs to. Then upstream times local."),
}
KINDS = {"seed": SEED, "accumulate": ACCUMULATE, "update": UPDATE}


def in_general(graph: Graph, step: Step) -> list[list[Part]]:
    """Notes for a step of any graph."""
    if step.kind in KINDS:
        return [[_(KINDS[step.kind])]]
    table = FORWARD if step.kind == "forward" else BACKWARD
    ops = {apply.op.name for apply in graph.nodes[step.node].code}
    # A line may do several things: the first that there is something to say of.
    return [[_(next((table[name] for name in table if name in ops), table[""]))]]
