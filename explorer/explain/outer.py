"""An outer product as a table: a column of factors on the left, a row of them on top, their products in the middle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.explain import formula as f
from explorer.explain.blocks import Block, flat_numbers
from explorer.explain.scene import Scene
from explorer.notation import Label

MOST_ACROSS = 12


def outer(scene: Scene, name: str, written: f.Formula) -> Block | None:
    """The table of `written`, a column times a row that is what goes back to the matrix `name`; None for all else."""
    shape = scene.graph.nodes[name].shape
    product, sign = (written.inner, -1) if isinstance(written, f.Negative) else (written, 1)
    if not isinstance(product, f.Product) or product.sign not in ("", "·") or len(product.factors) != 2:
        return None
    column, row = product.factors
    standing = (column.evaluate().shape, row.evaluate().shape)
    if len(shape) != 2 or standing != ((shape[0], 1), (1, shape[1])) or max(shape) > MOST_ACROSS:
        return None
    shared = scene.batch > 1 and not scene.graph.nodes[name].batched
    label = scene.notation.derivative(name)
    return {
        "kind": "outer",
        "wrt": name,
        "of": scene.node.name,
        "left": _side(scene, column),
        "top": _side(scene, row),
        "sign": sign,
        "result": {
            "node": name,
            "label": label,
            "numbers": flat_numbers(sign * (column.evaluate() @ row.evaluate())),
            "names": [_quotient(scene, name, index) for index in np.ndindex(*shape)],
            # One sample's share of what a batch sums stands nowhere on the stage.
            "cells": [] if shared else [f"{name}|gradient:{i},{j}" for i, j in np.ndindex(*shape)],
        },
    }


def _side(scene: Scene, factor: f.Formula) -> Block:
    """The entries of a column or a row: their names, their cells on the stage and their numbers."""
    symbol = factor
    while isinstance(symbol, f.Transpose | f.Local):
        symbol = symbol.inner
    if not isinstance(symbol, f.Symbol) or symbol.cells is None:
        return {"labels": None, "cells": [], "numbers": flat_numbers(factor.evaluate()), "kind": "", "negated": False}
    cells = symbol.cells
    indices = list(np.ndindex(*cells.shape))
    entry = gradient_entry if cells.kind == "gradient" else _value_entry
    return {
        "labels": [entry(scene, cells.node, index) for index in indices],
        "cells": [f"{cells.node}|{cells.kind}:{','.join(map(str, index)) or 0}" for index in indices],
        "numbers": flat_numbers(symbol.value),
        "kind": cells.kind,
        "negated": symbol.negated,
    }


def _value_entry(scene: Scene, name: str, index: Sequence[int]) -> Label:
    return scene.entry_label(name, index)


def gradient_entry(scene: Scene, name: str, index: Sequence[int]) -> Label:
    """One entry of a gradient: (δ₂)₁ where the lesson has a name for it, else ∂L/∂h₁."""
    own = scene.notation.gradient_is_own(name)
    return scene.own_gradient_entry(name, index) if own else _quotient(scene, name, index)


def _quotient(scene: Scene, name: str, index: Sequence[int]) -> Label:
    return (("∂", ""), *scene.notation.loss_label, ("/∂", ""), *scene.entry_label(name, index))
