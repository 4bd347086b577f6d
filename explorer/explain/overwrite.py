"""What goes wrong at a fan-out where a contribution is written over the others instead of being added to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.engine.mistakes import overwritten
from explorer.engine.probe import Probe
from explorer.engine.trace import Trace
from explorer.explain import formula as f
from explorer.explain.blocks import Block, calculation, note
from explorer.explain.checked import Checked, around, at, rows_within_reason
from explorer.explain.fan_out import arriving
from explorer.explain.numbers import json_number
from explorer.explain.phrases import listed, say, sentences
from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part
from explorer.locale import _

MOST_OWN = 6  # entries of the line itself
MOST_BEFORE = 8  # lines before it
QUICK = 2e7  # numbers computed for the table: it is made with the tab, whether it will be opened or not


def overwriting(scene: Scene) -> list[Block]:
    """The pass again with the sum at this line overwritten, held against differences; nothing where none is made."""
    name = scene.node.name
    if len(scene.readings(name)) < 2:
        return []
    broken = overwritten(scene.trace, name)
    most = rows_within_reason(scene.trace, name, QUICK)
    before = _spoilt(scene, broken)
    places = [(name, index) for index in _own(scene, min(most, MOST_OWN))]
    places += [(line, _worst(scene, broken, line)) for line in before[: max(0, most - len(places))]]
    rows = [_row(scene, broken, *place) for place in places]
    return [
        {
            "kind": "mistake",
            "of": name,
            "button": _("What if it were overwritten?"),
            "blocks": [note(*_order(scene)), _left(scene, broken)],
            "head": (("∂", ""), *scene.notation.loss_label, ("/∂", "")),
            "columns": [_("summed"), _("overwritten"), _("central differences")],
            "rows": rows,
            "after": [note(*_consequence(scene, before, any(row["wrong"] is False for row in rows)))],
        }
    ]


# -- what is left of the sum ---------------------------------------------------------------------------------------
def _order(scene: Scene) -> list[Part]:
    """Who comes first and who last."""
    readers = list(dict.fromkeys(reader for reader, _ in arriving(scene, scene.node.name)))
    symbols = [label_part(scene.label(reader), reader) for reader in readers]
    match symbols:
        case [alone]:
            who = say("All contributions come from {line}.", line=alone)
        case [first, last]:
            who = say(
                "The contribution from {first} arrives first, that from {last} last.", first=first, last=last
            )
        case others:
            lines = listed([[one] for one in others])
            who = say("The contributions arrive in this order: from {lines}.", lines=lines)
    if_replaced = say(
        "If each replaced what is there (=) instead of being added to it (+=), only the last would be left:"
    )
    return sentences(who, if_replaced)


def _left(scene: Scene, broken: Trace) -> Block:
    """∂E/∂s overwritten = ∂E/∂s via f₁."""
    name = scene.node.name
    reader, last = arriving(scene, name)[-1]
    value = f.orient(last, scene.stands_as_row(name))
    wrong = replace(scene.gradient(name), value=value, cells=None, note=((_("overwritten"), "sub"),))
    return calculation(wrong, replace(scene.contribution(reader, name), value=value))


# -- what goes wrong -----------------------------------------------------------------------------------------------
def _own(scene: Scene, most: int) -> list[tuple[int, ...]]:
    """Entries of the line: all where they are few, else those around the chosen one."""
    index, shape = scene.entry(scene.node.name), scene.node.shape
    if not shape:
        return [()]
    middle, size = int(np.ravel_multi_index(index, shape)), int(np.prod(shape, dtype=int))
    return [tuple(int(i) for i in np.unravel_index(place, shape)) for place in around(middle, size, most)]


def _spoilt(scene: Scene, broken: Trace) -> list[str]:
    """The lines before this one whose gradients are no longer right, in the order of the backward pass."""
    right, wrong = scene.trace.gradients, broken.gradients
    lines = [name for name in reversed(scene.graph.nodes) if name in scene.graph.reached and name != scene.node.name]
    return [name for name in lines if not np.array_equal(right[name], wrong[name], equal_nan=True)][:MOST_BEFORE]


def _worst(scene: Scene, broken: Trace, name: str) -> tuple[int, ...]:
    """The entry of a line that is furthest off."""
    batched = scene.graph.nodes[name].batched
    right, wrong = (np.asarray(trace.gradients[name]) for trace in (scene.trace, broken))
    off = np.abs(wrong - right)[scene.sample] if batched else np.abs(wrong - right)
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(off)), off.shape)) if off.shape else ()


def _row(scene: Scene, broken: Trace, name: str, index: tuple[int, ...]) -> Block:
    node = scene.graph.nodes[name]
    right, wrong = (at(trace, name, trace.gradients[name], index, scene.sample) for trace in (scene.trace, broken))
    found = Checked(Probe(scene.trace, name, index, scene.sample), right, None)
    return {
        "node": name,
        "label": scene.entry_label(name, index),
        "cell": f.Cells(name, "value", node.shape, index).at(0, 0),
        "numbers": [None if number is None else json_number(number) for number in (right, wrong, found.central)],
        "right": found.confirmed(right),
        "wrong": found.confirmed(wrong),
    }


def _consequence(scene: Scene, before: list[str], caught: bool) -> list[Part]:
    """Who would go by the wrong gradient."""
    name = scene.node.name
    own = label_part(scene.label(name), name)
    if not caught:
        return say("Here it would make no difference: what is lost is 0.")
    said = say("The differences know nothing of the sum, and tell the mistake.")
    if before:
        symbols = listed([[label_part(scene.label(line), line)] for line in before])
        wrong = say("With {line}, what stands before it goes wrong too: {lines}.", line=own, lines=symbols)
        return sentences(said, wrong)
    if scene.node.kind == "param":
        return sentences(said, say("The update of {parameter} would go by it.", parameter=own))
    deeper = say(
        "Nothing stands before {line} here; in a deeper graph, all that does would go wrong with it.", line=own
    )
    return sentences(said, deeper)
