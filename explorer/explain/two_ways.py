"""Two ways back: upstream times the whole Jacobian, and the shortcut. A mark says whether they come to one answer."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from explorer.engine.arrays import to_host
from explorer.explain import formula as f
from explorer.explain.blocks import Block, calculation, formula, line, note, section
from explorer.explain.collapse import collapsed
from explorer.explain.derived import BigSum
from explorer.explain.known import known
from explorer.explain.ledger import Flat
from explorer.explain.numbers import json_number
from explorer.explain.outer import outer
from explorer.explain.rules import Rules, share_of
from explorer.explain.scene import Scene
from explorer.explain.sending import collapse_badge
from explorer.locale import _, tell
from explorer.notation import Label

J: Label = (("J", ""),)
CLOSE = 1e-9
MOST_WORK = 200_000  # numbers in a stack of Jacobians that is still multiplied out
MOST_SAMPLES = 64  # whose shortcuts are worked out one by one
WRITTEN = 5  # samples whose shares are written out in numbers
SMALL = 12  # entries of a share that is


def two_ways(scene: Scene, name: str, matrix: f.Array, rules: Rules) -> Block:
    """The blocks of both ways, `full` and `shortcut`, what is `summed` over the batch, and the `check` of them all."""
    own = scene.node.name
    if own not in scene.graph.reached:
        return {"full": [], "shortcut": [note(_("The objective does not depend on this line: nothing comes back."))]}
    short = rules.sent_back(name, scene.upstream())
    with np.errstate(all="ignore"):
        product = matrix.T @ scene.gradient_of(own).reshape(-1)
        value = short.evaluate() if short is not None else np.zeros(len(product))
        totals = totals_of(scene, name) if short is not None and is_shared(scene, name) else None
    told: Block = {
        "full": [_full(scene, name, matrix, product)],
        "shortcut": [] if short is None else shortcut(scene, name, short, value),
        "check": check(product, value.reshape(-1)),
    }
    if totals is None:
        return told
    shares, others = totals
    both = np.concatenate([product, shares.sum(axis=0)]), np.concatenate([value.reshape(-1), others.sum(axis=0)])
    return told | {"summed": [_summed(scene, name, shares)], "check": check(*both)}


def is_shared(scene: Scene, name: str) -> bool:
    """Whether all samples share that line, so that their gradients of it are summed."""
    return scene.batch > 1 and scene.node.batched and not scene.graph.nodes[name].batched


# -- the whole matrix ------------------------------------------------------------------------------------------------
def _full(scene: Scene, name: str, matrix: f.Array, product: f.Array) -> Block:
    """Jᵀ · upstream, or upstream · J where gradients are rows; matrices as one long vector."""
    rows = scene.gradient_rows
    both_scalar = not scene.node.shape and not scene.graph.nodes[name].shape
    jacobian = f.Symbol(J, matrix.reshape(()) if both_scalar else matrix)
    upstream = beside(scene, name, long(scene.gradient(scene.node.name), scene.node.shape, rows))
    written = f.Product((upstream, jacobian) if rows else (f.Transpose(jacobian), upstream))
    into = standing(scene, name, _result(scene, name, product), rows)
    return calculation(into, scene.renamed(scene.node.name, name, written), shapes=True)


def standing(scene: Scene, name: str, result: f.Symbol, rows: bool) -> f.Formula:
    """What goes back, as a row or a column: transposed where a parameter's gradient stands otherwise."""
    shape = scene.graph.nodes[name].shape
    if len(shape) == 1 and scene.stands_as_row(name) != rows and result.value.size > 1:
        return f.Transpose(result)
    return long(result, shape, rows)


def beside(scene: Scene, name: str, upstream: f.Symbol) -> f.Symbol:
    """The gradient that meets the whole matrix: with one axis, (4,), where what comes of it has no other."""
    if not scene.is_flat(name):
        return upstream
    return Flat(**{field.name: getattr(upstream, field.name) for field in fields(upstream)})


def long(symbol: f.Symbol, shape: f.Shape, rows: bool) -> f.Symbol:
    """The symbol with all its numbers in one vector, marked vec if it was none."""
    value = f.orient(symbol.value.reshape(-1), rows) if shape else symbol.value.reshape(())
    if len(shape) < 2:
        return replace(symbol, value=value)
    said: Label = (*symbol.note, ("vec", "sub")) if not symbol.note else ((f"vec, {symbol.note[0][0]}", "sub"),)
    return replace(symbol, value=value, cells=None, note=said)


# -- the shortcut ----------------------------------------------------------------------------------------------------
def shortcut(scene: Scene, name: str, short: f.Formula, value: f.Array) -> list[Block]:
    """The shortcut in symbols and numbers; an outer product cell by cell; where the line meets its loss, s − t."""
    result = _result(scene, name, value)
    blocks = [calculation(result, scene.named(name, short), shapes=True)]
    table = outer(scene, name, scene.named(name, short))
    if table is not None:
        blocks.append(table)
    collapse = collapsed(scene)
    if collapse is not None:
        shorter = calculation(result, scene.named(name, collapse), shapes=True)
        blocks.append(section([_("Together with the loss")], shorter, badge=collapse_badge(scene)))
    return blocks


def _result(scene: Scene, name: str, value: f.Array) -> f.Symbol:
    """The symbol of what goes back, holding what one of the two ways gave."""
    if is_shared(scene, name):
        return scene.share(name, value.reshape(scene.graph.nodes[name].shape))
    given = scene.contribution(scene.node.name, name)
    return replace(given, value=value.reshape(given.value.shape))


# -- the batch -------------------------------------------------------------------------------------------------------
def totals_of(scene: Scene, name: str) -> tuple[f.Array, f.Array] | None:
    """The same for whichever sample is chosen."""
    return known(scene.trace, ("totals", type(scene), scene.node.name, name), lambda: _totals(scene, name))


def _totals(scene: Scene, name: str) -> tuple[f.Array, f.Array] | None:
    """Every sample's share, by its whole Jacobian and by its shortcut; None where that is too much work.

    Shapes: (B, n) both.
    """
    stack = scene.trace.jacobian(scene.node.name, name)
    m, n = (int(np.prod(scene.graph.nodes[line].shape, dtype=int)) for line in (scene.node.name, name))
    if scene.batch > MOST_SAMPLES or m * n * scene.batch > MOST_WORK:
        return None
    gradients = np.asarray(to_host(scene.trace.gradients[scene.node.name]), dtype=np.float64)
    full = np.einsum("bmn,bm->bn", stack.stack(), gradients.reshape(scene.batch, -1))
    short = np.zeros_like(full)
    for sample in range(scene.batch):
        sent = share_of(scene.for_sample(sample), name)
        if sent is not None:
            short[sample] = sent.reshape(-1)
    return full, short


def _summed(scene: Scene, name: str, shares: f.Array) -> Block:
    """∂L/∂b = the samples' shares, added: a line of its own."""
    shape = scene.graph.nodes[name].shape
    terms = tuple(
        scene.for_sample(sample).share(name, share.reshape(shape)) for sample, share in enumerate(shares)
    )
    total = scene.contribution(scene.node.name, name)
    held = replace(total, value=shares.sum(axis=0).reshape(total.value.shape))
    added = BigSum("b = 1", "B", replace(terms[0], note=(("b", "sub"),)), terms)
    lines = [line(held, added, shapes=True)]
    if len(terms) <= WRITTEN and shares.shape[1] <= SMALL:
        lines.append(line(None, added, numbers=True))
    lines.append(line(None, held, numbers=True, role="result"))
    return section([tell("Summed over the {n} samples", n=scene.batch)], formula(*lines))


# -- the mark --------------------------------------------------------------------------------------------------------
def check(product: f.Array, short: f.Array) -> Block:
    """Whether the matrix and the shortcut give one answer, to rounding; how far apart they are."""
    both_finite = bool(np.all(np.isfinite(product)) and np.all(np.isfinite(short)))
    difference = float(np.max(np.abs(product - short), initial=0.0)) if both_finite else float("nan")
    size = float(np.max(np.abs(short), initial=0.0)) if both_finite else 0.0
    return {"same": both_finite and difference <= CLOSE * max(size, 1e-300), "difference": json_number(difference)}
