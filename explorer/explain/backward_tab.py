"""The Backward tab: upstream · local = downstream for everything a line sends back, sums at fan-outs, updates."""

from __future__ import annotations

from explorer.explain import formula as f
from explorer.explain import pair_blocks
from explorer.explain.blocks import Block, calculation, formula, line, note, section
from explorer.explain.outer import outer
from explorer.explain.overwrite import overwriting
from explorer.explain.phrases import say
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.sending import badge, sending
from explorer.explain.stack_backward import stacked_arrival, stacked_seed, stacked_sending, summed_title
from explorer.explain.text import label_part
from explorer.explain.update import update_blocks
from explorer.locale import _


def backward_tab(scene: Scene) -> list[Block]:
    """Blocks for any line."""
    node = scene.node
    if node.kind == "target":
        said = say(
            "**No gradient: never updated.** A target is what the loss compares with. It is not differentiated, so no "
            "gradient flows here."
        )
        return [note(*said)]
    if node.name not in scene.graph.reached:
        return [note(*say("**The gradient is 0:** the objective does not depend on this line."))]
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
                _(
                    "An input is data: it has a gradient, which says how the loss would change with it, and is not "
                    "updated."
                )
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
            [_("Upstream: where backward starts")],
            start,
            note(_("This line is the objective itself, and changes by just as much as itself: the gradient is 1.")),
        )
    share = scene.divided(batch)
    total = label_part(scene.notation.loss_label)
    own_loss = label_part(scene.label(node.name), node.name)
    if scene.trace.reduction == "sum":
        return section(
            [_("Upstream: where backward starts")],
            start,
            note(
                *say(
                    "{total} is the sum of {n} losses, of which {loss} is one: the gradient is 1.",
                    total=total,
                    n=str(batch),
                    loss=own_loss,
                )
            ),
        )
    return section(
        [_("Upstream: where backward starts")],
        formula(
            line(own, share),
            line(None, share, numbers=True),
            line(None, own, numbers=True, role="result"),
        ),
        note(
            *say(
                "{total} is the mean of {n} losses, of which {loss} is one: it counts 1/B, here 1/{n}. Every gradient "
                "below carries this factor.",
                total=total,
                n=str(batch),
                loss=own_loss,
            )
        ),
    )


def _arrival(scene: Scene) -> list[Block]:
    """The gradient of the line, as the sum of what its readers send."""
    name, readings = scene.node.name, scene.readings(scene.node.name)
    own = scene.gradient(name)
    readers = list(dict.fromkeys(reader for reader, _ in readings))
    if scene.node.kind == "op" and len(readings) == 1:
        came = label_part(scene.label(readers[0]), readers[0])
        return [section(say("Upstream, from {line}", line=came), _given(scene, own))]
    if len(readings) > 1:
        return [section([summed_title(len(readings))], *_sum(scene, own, readers))]
    came = label_part(scene.label(readers[0]), readers[0])
    made, identity = _made_in(scene, readers[0]), badge(scene.at(readers[0]), name)
    return [section(say("From {line}", line=came), *made, badge=identity)]


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
        blocks.append(section(say("From {line}", line=came), *_made_in(scene, reader)))
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
    title = say("To {line}", line=label_part(scene.label(name), name))
    if scene.stacked and scene.batch > 1:
        return section(title, *stacked_sending(scene, name), badge=badge(scene, name))
    left = scene.contribution(scene.node.name, name)
    return section(title, *sending(scene, name, left), badge=badge(scene, name))


def _targets(scene: Scene) -> list[Block]:
    targets = [n for n in dict.fromkeys(scene.node.inputs) if scene.graph.nodes[n].kind == "target"]
    return [
        note(*say("To the target {target}: nothing. It is never updated.", target=label_part(scene.label(name), name)))
        for name in targets
    ]
