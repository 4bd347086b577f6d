"""Updates: a parameter's as a whole, one entry of it (`explain.update_entry`), and those of the whole pass."""

from __future__ import annotations

from explorer.explain.blocks import Block, assignment, formula, line, note, section
from explorer.explain.descent import new_value, new_value_by_delta, rate, updated
from explorer.explain.known import known
from explorer.explain.phrases import say
from explorer.explain.scene import Scene
from explorer.explain.text import number_part, parts
from explorer.explain.update_entry import entry_block
from explorer.locale import _


def update_blocks(scene: Scene) -> list[Block]:
    """Blocks for a parameter that the objective depends on."""
    return [_whole(scene), entry_block(scene), *_all(scene)]


def _whole(scene: Scene) -> Block:
    """W ← W − η ∂L/∂W, with its numbers."""
    value, step, by_delta = scene.value(scene.node.name), new_value(scene), new_value_by_delta(scene)
    lines = [assignment(value, step)] + ([line(None, by_delta)] if by_delta is not None else [])
    lines.append(line(None, by_delta or step, numbers=True))
    return section(
        [_("Update")],
        formula(*lines, line(None, updated(scene), numbers=True, role="result")),
        note(
            *say(
                "Learning rate {rate} = {number}. The whole pass is done before anything is updated.",
                rate=parts(rate(scene)),
                number=number_part(scene.rate),
            )
        ),
    )


def _all(scene: Scene) -> list[Block]:
    """Every parameter's update of this pass, old and new numbers; nothing where there is only this one."""
    names = scene.graph.parameters
    if len(names) < 2:
        return []
    return [section([_("All updates of this pass")], *(moved(scene.at(name)) for name in names))]


def moved(scene: Scene) -> Block:
    """The same on every parameter's page, and for every sample."""
    return known(scene.trace, ("moved", type(scene), scene.node.name, scene.stacked), lambda: _moved(scene))


def _moved(scene: Scene) -> Block:
    """W ← W − η ∂L/∂W, the old numbers and the new ones."""
    old, new = scene.value(scene.node.name), updated(scene)
    after = {**line(old, new, numbers=True, role="result"), "sign": "←"}
    after["text"] = after["text"].replace(" = ", " ← ", 1)
    return formula(assignment(old, new_value(scene)), line(old, old, numbers=True), after)
