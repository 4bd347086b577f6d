"""The Jacobian tab of a batch: a sheet for each sample, and both ways back for all of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.engine.arrays import to_host
from explorer.explain import formula as f
from explorer.explain.any_sample import AnySample
from explorer.explain.blocks import TIMES, Block, formula, line, note
from explorer.explain.derived import BigSum
from explorer.explain.ledger import Flat
from explorer.explain.rules import Rules
from explorer.explain.scene import Scene
from explorer.explain.shares import shares_table
from explorer.explain.stack_backward import all_at_once, for_each, met, titles
from explorer.explain.stack_blocks import are_alike, jacobians, rowwise, sheets, stacked_calculation
from explorer.explain.stacking import Stack, Unstacked, sent_back
from explorer.explain.two_ways import J, beside, check, long, standing
from explorer.locale import _, tell

MOST_WORK = 200_000  # numbers in all sheets


def stacked_ways(scene: Scene, name: str) -> Block:
    """The keys that a block of the Jacobian tab has for a batch: `sheets`, both ways, and the check of all samples."""
    m, n = (int(np.prod(scene.graph.nodes[line].shape, dtype=int)) for line in (scene.node.name, name))
    if m * n * scene.batch > MOST_WORK:
        return {"sheets": [note(_too_many(scene.batch, f"{m}{TIMES}{n}"))]}
    stack = jacobians(scene, name)
    alike = are_alike(stack)
    same = _("The same matrix for every sample.")
    told: Block = {"said": [same]} if alike else {"sheets": sheets(scene, name, stack)}
    if scene.node.name not in scene.graph.reached:
        return told
    at_once = all_at_once(scene, name)
    short = [at_once] if at_once is not None else for_each(scene, name)
    return {
        **told,
        "full": _full(scene, name, stack, alike),
        "shortcut": [*short, *met(scene, name)],
        "check": check(*_answers(scene, name, stack)),
    }


def _too_many(count: int, size: str) -> str:
    return tell("{n} matrices of {size} numbers: too many to lay out.", n=count, size=size)


def _full(scene: Scene, name: str, stack: f.Array, alike: bool) -> list[Block]:
    """Rows of gradients times the whole matrices."""
    if not scene.graph.nodes[name].batched:
        return [_sum_of_products(scene, name, stack), *shares_table(scene.at(name), scene.node.name)]
    if not alike:
        return rowwise(scene, name, stack, titles(scene, name))
    stacked = Stack.of(scene)
    try:
        upstream, left = stacked.gradient(scene.node.name), stacked.contribution(scene.node.name, name)
    except Unstacked:
        return []
    if isinstance(upstream, Flat):
        return []
    written = scene.renamed(scene.node.name, name, f.Product((upstream, f.Symbol(J, stack[0]))))
    held = replace(left, value=upstream.value @ stack[0])
    return [stacked_calculation(scene, held, written)]


def _sum_of_products(scene: Scene, name: str, stack: f.Array) -> Block:
    """∂L/∂W, entry after entry in a row, is the sum of every sample's ∂L/∂a_b · J_b."""
    each = AnySample.of(scene)
    upstream = beside(scene, name, long(each.gradient(scene.node.name), scene.node.shape, True))
    product = f.Product((upstream, f.Symbol((*J, ("b", "sub")), stack[scene.sample])))
    body = scene.renamed(scene.node.name, name, product)
    total = standing(scene, name, scene.contribution(scene.node.name, name), True)
    return formula(line(total, BigSum("b = 1", "B", body, (body,)), shapes=True))


def _answers(scene: Scene, name: str, stack: f.Array) -> tuple[f.Array, f.Array]:
    """What both ways come to, for every sample; summed where all share the line. Shapes: (B n,) or (n,) both."""
    shared = not scene.graph.nodes[name].batched
    gradients = np.asarray(to_host(scene.trace.gradients[scene.node.name]), dtype=np.float64).reshape(scene.batch, -1)
    with np.errstate(all="ignore"):
        full = np.einsum("bmn,bm->bn", stack, gradients)
        written = sent_back(scene, name)
        if written is not None:
            short = written.evaluate().reshape(-1)
        else:
            rows = [_of_sample(scene.for_sample(sample), name, full.shape[1]) for sample in range(scene.batch)]
            short = (np.sum(rows, axis=0) if shared else np.stack(rows)).reshape(-1)
    return (full.sum(axis=0) if shared else full).reshape(-1), short


def _of_sample(scene: Scene, name: str, size: int) -> f.Array:
    written = Rules(scene).sent_back(name, scene.upstream())
    return np.zeros(size) if written is None else written.evaluate().reshape(-1)
