"""What is said of a film's steps: the sentence under the stage, the tick's name, the places in handout and notes."""

from __future__ import annotations

from typing import Any

from explorer.engine.trace import Step, Trace
from explorer.explain import narrate
from explorer.explain.errata import typeset
from explorer.explain.presenting import in_general
from explorer.explain.scene import Scene
from explorer.explain.sending import sent_by
from explorer.explain.text import Part
from explorer.film.subject import Subject
from explorer.film.timeline import steps_with_updates
from explorer.locale import _
from explorer.notation import Label

TICK_NAMES = 3  # a tick on the timeline names at most so many receivers


def make_words(
    subject: Subject, trace: Trace, sample: int = 0, first: int = 1, last: int | None = None
) -> list[dict[str, Any]]:
    """The words of steps `first` (from 1) to `last`, which are all where nothing else is said."""
    steps = steps_with_updates(subject.graph, trace.steps)[first - 1 : last]
    return [_words(subject, trace, sample, step) for step in steps]


def _words(subject: Subject, trace: Trace, sample: int, step: Step) -> dict[str, Any]:
    scene = Scene(subject.graph, trace, subject.notation, subject.graph.nodes[step.node], sample)
    return {
        "tick": _tick(scene, step.kind, step.inputs),
        "notes": _notes(subject, step),
        "place": _(subject.places.get((step.kind, step.node), "")),
        "identity": sent_by(scene, step.inputs) if step.kind == "backward" else [],
        "sentence": narrate(subject.graph, trace, subject.notation, step, sample, subject.learning_rate),
    }


def _notes(subject: Subject, step: Step) -> list[list[Part]]:
    """The lesson's own notes of a step, else what holds of such a step anywhere."""
    own = subject.notes.get((step.kind, step.node))
    return [typeset(_(own))] if own else in_general(subject.graph, step)


def _tick(scene: Scene, kind: str, inputs: tuple[str, ...]) -> Label:
    """What stands under a tick: forward and loss name the line, backward whom it reaches, update what changes."""
    notation, node = scene.notation, scene.node.name
    if kind == "seed":
        return (("∂", ""), *notation.loss_label)
    if kind == "update":
        return (*notation.symbol(node), (" ←", ""))
    if kind != "backward" or not inputs:
        return (("Σ", ""), *notation.symbol(node)) if kind == "accumulate" else scene.label(node)
    names = [part for name in inputs[:TICK_NAMES] for part in ((" ", ""), *notation.symbol(name))][1:]
    return (*names, (" …", "")) if len(inputs) > TICK_NAMES else tuple(names)
