"""A formula of one sample written for any sample: z_i becomes z_{b,i}."""

from __future__ import annotations

from dataclasses import replace

from explorer.explain import formula as f
from explorer.explain.rewrite import rewritten
from explorer.explain.scene import Scene
from explorer.notation import Label

LETTER = "b"


def of_any_sample(scene: Scene, formula: f.Formula) -> f.Formula:
    """The formula with b as the first index of everything that has a batch axis; its numbers stay those of a sample."""

    return rewritten(formula, lambda symbol: _symbol(scene, symbol))


def _symbol(scene: Scene, symbol: f.Symbol) -> f.Symbol:
    if symbol.cells is None:
        return symbol
    node = scene.graph.nodes[symbol.cells.node]
    if not node.batched:
        return symbol
    alone = all(length == 1 for length in symbol.cells.shape)
    cells = replace(symbol.cells, index=())
    if symbol.under:
        return replace(symbol, under=_indexed(symbol.under, alone), cells=cells)
    return replace(symbol, label=_indexed(symbol.label, alone), cells=cells)


def _indexed(label: Label, alone: bool) -> Label:
    """b before the index, or as the only one where the line has a single entry."""
    places = [place for place, (_, script) in enumerate(label) if script == "sub"]
    if alone:
        return (("(", ""), *label, (")", ""), (LETTER, "sub")) if places else (*label, (LETTER, "sub"))
    at = places[-1]
    return (*label[:at], (f"{LETTER},{label[at][0]}", "sub"), *label[at + 1 :])
