"""The Backward tab: upstream · local = downstream for everything a line sends back, sums at fan-outs, updates."""

from __future__ import annotations

from explorer.explain import formula as f
from explorer.explain import pair_blocks
from explorer.explain.blocks import Block, calculation, formula, line, note, section
from explorer.explain.outer import outer
from explorer.explain.overwrite import overwriting
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.sending import badge, sending
from explorer.explain.stack_backward import stacked_arrival, stacked_seed, stacked_sending
from explorer.explain.text import Part, label_part
from explorer.explain.update import update_blocks


def backward_tab(scene: Scene) -> list[Block]:
    """Blocks for any line."""
    node = scene.node
    if node.kind == "target":
        return [
            note(
                {"strong": ["No gradient: never updated."]},
                " A target is what the loss compares with. It is not differentiated, so no gradient flows here.",
            )
        ]
    if node.name not in scene.graph.reached:
        return [note({"strong": ["The gradient is 0:"]}, " the objective does not depend on this line.")]
    along = scene.stacked and scene.batch > 1
    if node.name == scene.graph.objective:
        blocks = [stacked_seed(scene) if along and node.batched else _seed(scene)]
    else:
        blocks = stacked_arrival(scene) if along else _arrival(scene)
    if node.kind == "op":
        blocks += [
            _sent(scene, name) for name in dict.fromkeys(node.inputs) if scene.graph.nodes[name].kind != "target"
        ]
        blocks += _targets(scene)
        blocks += pair_blocks.backward_blocks(scene)
    if node.kind == "param":
        blocks += update_blocks(scene)
    if node.kind == "input":
        blocks.append(
            note(
                "An input is data: it has a gradient, which says how the loss would change with it, and is not updated."
            )
        )
    return blocks


# -- what arrives --------------------------------------------------------------------------------------------------
def _seed(scene: Scene) -> Block:
    """Why backward starts with 1, or 1/B."""
    node, batch = scene.node, scene.batch
    own = scene.gradient(node.name)
    start = formula(line(own, own, numbers=True, role="result"))
    if not node.batched or batch == 1:
        return section(
            ["Upstream: where backward starts"],
            start,
            note("This line is the objective itself, and changes by just as much as itself: the gradient is 1."),
        )
    share = scene.divided(batch)
    total = label_part(scene.notation.loss_label)
    own_loss = label_part(scene.label(node.name), node.name)
    if scene.trace.reduction == "sum":
        return section(
            ["Upstream: where backward starts"],
            start,
            note(total, f" is the sum of {batch} losses, of which ", own_loss, " is one: the gradient is 1."),
        )
    return section(
        ["Upstream: where backward starts"],
        formula(
            line(own, share),
            line(None, share, numbers=True),
            line(None, own, numbers=True, role="result"),
        ),
        note(
            total,
            f" is the mean of {batch} losses, of which ",
            own_loss,
            f" is one: it counts 1/B, here 1/{batch}. Every gradient below carries this factor.",
        ),
    )


def _arrival(scene: Scene) -> list[Block]:
    """The gradient of the line, as the sum of what its readers send."""
    name, readings = scene.node.name, scene.readings(scene.node.name)
    own = scene.gradient(name)
    readers = list(dict.fromkeys(reader for reader, _ in readings))
    if scene.node.kind == "op" and len(readings) == 1:
        came = label_part(scene.label(readers[0]), readers[0])
        return [section(["Upstream, from ", came], _given(scene, own))]
    if len(readings) > 1:
        return [section([f"{len(readings)} contributions are summed"], *_sum(scene, own, readers))]
    came = label_part(scene.label(readers[0]), readers[0])
    return [section(["From ", came], *_made_in(scene, readers[0]), badge=badge(scene.at(readers[0]), name))]


def _given(scene: Scene, own: f.Symbol) -> Block:
    """The gradient's numbers; before them what a δ stands for, where it is minus the gradient."""
    defined, numbers = scene.definition(scene.node.name), line(None, own, numbers=True, role="result")
    if defined is None:
        return formula(line(own, own, numbers=True, role="result"))
    return formula(line(own, defined), numbers)


def _sum(scene: Scene, own: f.Symbol, readers: list[str]) -> list[Block]:
    total: f.Formula = f.Sum(tuple(scene.contribution(reader, scene.node.name) for reader in readers))
    if len(readers) == 1:
        total = scene.contribution(readers[0], scene.node.name)
    blocks = [calculation(own, total), *overwriting(scene)]
    for reader in readers:
        came = label_part(scene.label(reader), reader)
        blocks.append(section(["From ", came], *_made_in(scene, reader)))
    return blocks


def _made_in(scene: Scene, reader: str) -> list[Block]:
    """How a reader makes what it sends here: its shortcut in symbols and numbers."""
    there, name = scene.at(reader), scene.node.name
    blocks = sending(there, name, there.contribution(reader, name))
    written = Rules(there).sent_back(name, there.upstream()) if scene.node.kind == "param" else None
    table = outer(there, name, scene.named(name, written)) if written is not None else None
    return [blocks[0], *([table] if table else []), *blocks[1:]]


# -- what is sent --------------------------------------------------------------------------------------------------
def _sent(scene: Scene, name: str) -> Block:
    """What this line sends back to one line that it reads."""
    title: list[Part] = ["To ", label_part(scene.label(name), name)]
    if scene.stacked and scene.batch > 1:
        return section(title, *stacked_sending(scene, name), badge=badge(scene, name))
    left = scene.contribution(scene.node.name, name)
    return section(title, *sending(scene, name, left), badge=badge(scene, name))


def _targets(scene: Scene) -> list[Block]:
    targets = [n for n in dict.fromkeys(scene.node.inputs) if scene.graph.nodes[n].kind == "target"]
    return [
        note("To the target ", label_part(scene.label(name), name), ": nothing. It is never updated.")
        for name in targets
    ]
