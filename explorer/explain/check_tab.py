"""The Check tab: a line's gradient beside numbers that were found without any rule of differentiation."""

from __future__ import annotations

import numpy as np

from explorer.engine.check import COMPLEX_STEP
from explorer.engine.differences import SETTLED
from explorer.explain import check_words as words
from explorer.explain.blocks import Block, note, section
from explorer.explain.checked import Checked, around, checked, rows_within_reason, torch_gradient
from explorer.explain.difference_quotient import Quotient, all_differences, first_difference
from explorer.explain.formula import Cells
from explorer.explain.numbers import JsonNumber, json_number
from explorer.explain.phrases import say
from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part, number_part
from explorer.locale import N_, _
from explorer.notation import Label

Place = tuple[tuple[int, ...], int]  # index, sample
METHODS = (("central", N_("central differences")), ("complex", N_("complex step")), ("torch", "PyTorch"))


def check_tab(scene: Scene) -> list[Block]:
    """Blocks for any line."""
    node = scene.node
    if node.kind == "target":
        said = say(
            "**There is nothing to check: a target has no gradient.** It is what the loss compares with, and is never "
            "updated."
        )
        return [note(*said)]
    torch, without_torch = torch_gradient(scene.trace, node.name)
    places = _places(scene)
    rows = checked(scene.trace, node.name, places, torch)
    chosen = rows[places.index((scene.entry(node.name), scene.sample if node.batched else 0))]
    return [
        words.what(scene),
        _table(scene, rows, chosen),
        *words.why_empty(scene, rows, without_torch),
        *words.kinks(scene, rows),
        *words.more(scene, len(rows), _stacked(scene)),
        *_worked(scene, chosen),
    ]


# -- which entries -------------------------------------------------------------------------------------------------
def _stacked(scene: Scene) -> bool:
    return scene.stacked and scene.node.batched and scene.batch > 1


def _places(scene: Scene) -> list[Place]:
    """All entries where they are few, else those around the chosen one; stacked, the chosen one of all samples."""
    node, most = scene.node, rows_within_reason(scene.trace, scene.node.name)
    own = scene.sample if node.batched else 0
    index = scene.entry(node.name)
    if _stacked(scene):
        return [(index, sample) for sample in around(own, scene.batch, most)]
    size = int(np.prod(node.shape, dtype=int))
    middle = int(np.ravel_multi_index(index, node.shape)) if index else 0
    return [(_unravelled(place, node.shape), own) for place in around(middle, size, most)]


def _unravelled(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(place, shape)) if shape else ()


# -- the table -----------------------------------------------------------------------------------------------------
def _table(scene: Scene, rows: list[Checked], chosen: Checked) -> Block:
    name = scene.node.name
    return {
        "kind": "check",
        "node": name,
        "axis": _("sample") if _stacked(scene) else "",
        "within": SETTLED,
        "columns": [
            {"key": key, "title": _(title), "empty": all(getattr(row, key) is None for row in rows)}
            for key, title in METHODS
        ],
        "rows": [_row(scene, row, row is chosen) for row in rows],
        "agree": [sum(row.same is verdict for row in rows) for verdict in (True, False, None)],
    }


def _row(scene: Scene, row: Checked, chosen: bool) -> Block:
    name, probe = scene.node.name, row.probe
    label: Label = scene.entry_label(name, probe.index)
    on_stage = not scene.node.batched or probe.sample == scene.sample
    errors = {key: _json(error) for key, error in row.errors.items()}
    return {
        "label": ((str(probe.sample + 1), ""),) if _stacked(scene) else label,
        "index": list(probe.index),
        "cell": Cells(name, "value", scene.node.shape, probe.index).at(0, 0) if on_stage else "",
        "analytic": json_number(row.analytic),
        **{key: _json(getattr(row, key)) for key, _ in METHODS},
        "errors": errors,
        "error": _json(row.worst),
        "same": row.same,
        "chosen": chosen,
    }


def _json(number: float | None) -> JsonNumber | None:
    return None if number is None else json_number(number)


# -- one entry, worked out -----------------------------------------------------------------------------------------
def _worked(scene: Scene, row: Checked) -> list[Block]:
    """How the difference was taken at the chosen entry."""
    if row.central is None:
        return []
    if scene.node.name == scene.graph.objective:
        return [words.by_itself(scene)]
    quotient = Quotient(scene, row.probe.index, row.difference)
    entry = label_part(quotient.entry.label, scene.node.name)
    title = say("A central difference at {entry}", entry=entry)
    if _stacked(scene):
        number = str(row.probe.sample + 1)
        title = say("A central difference at {entry} of sample {n}", entry=entry, n=number)
    blocks = [
        section(
            title,
            first_difference(quotient),
            words.further(row),
            all_differences(quotient),
        )
    ]
    if row.complex is not None:
        loss = label_part(scene.notation.loss_label)
        step: list[Part] = ["ε\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}", number_part(COMPLEX_STEP)]
        said = say(
            "The imaginary part of {loss}, divided by {step}. Nothing is subtracted, so no digit is lost.",
            loss=[loss, "(", entry, " + iε)"],
            step=step,
        )
        blocks.append(section([_("The complex step")], note(*said)))
    return blocks
