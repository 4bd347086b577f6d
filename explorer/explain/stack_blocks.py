"""A batch along its axis: matrices with samples numbered beside their rows, sheets of Jacobians, row-wise products."""

from __future__ import annotations

import numpy as np

from explorer.engine.arrays import to_host
from explorer.explain import formula as f
from explorer.explain.any_sample import AnySample
from explorer.explain.blocks import Block, calculation, flat_numbers, note
from explorer.explain.elide import GAP, shown
from explorer.explain.scene import Scene
from explorer.explain.text import Part
from explorer.locale import tell

MOST_SAMPLES = 8  # that are drawn
SMALL = 8  # rows or columns of a Jacobian that is still drawn beside its row of gradients
MOST_CELLS = 2_000  # of all sheets together
NAMED = 64


def in_view(scene: Scene) -> list[int]:
    """The samples that are drawn: the first ones, and the chosen one in any case."""
    first = list(range(min(scene.batch, MOST_SAMPLES)))
    return first if scene.sample in first else [*first[:-1], scene.sample]


def rest(scene: Scene, drawn: int) -> list[Block]:
    """How many samples are not in sight."""
    return [note(tell("{n} of {all} samples are drawn.", n=drawn, all=scene.batch))] if drawn < scene.batch else []


# -- matrices --------------------------------------------------------------------------------------------------------
def stacked_calculation(scene: Scene, left: f.Formula, right: f.Formula) -> Block:
    """Symbols, numbers, result, the rows of stacks numbered by sample."""
    return numbered(scene, calculation(left, right, shapes=True), right, left)


def numbered(scene: Scene, block: Block, right: f.Formula, left: f.Formula) -> Block:
    """A calculation whose matrices have the samples' numbers beside their rows, where samples are rows."""
    marks = axis(scene)
    lines = []
    for line in block["lines"]:
        leading = left if line["role"] == "result" else right
        stands = line["role"] != "symbols" and _is_stack(leading)
        lines.append({**line, "axis": marks} if stands else line)
    return {**block, "lines": lines}


def axis(scene: Scene) -> Block:
    """The numbers of the samples in sight, "" for what is left out, and which of them is chosen."""
    rows, _ = shown((scene.batch, 1)) if scene.batch == 1 else shown((scene.batch, 2))
    return {"rows": ["" if row == GAP else str(row + 1) for row in rows], "chosen": str(scene.sample + 1)}


def _is_stack(formula: f.Formula) -> bool:
    """Whether a formula starts with a stack, samples down."""
    match formula:
        case f.Symbol(batch_axis=0, value=value):
            return value.ndim == 2
        case f.Product(factors=(first, *_)) | f.Sum(terms=(first, *_)):
            return _is_stack(first)
    return False


# -- sheets ----------------------------------------------------------------------------------------------------------
def jacobians(scene: Scene, name: str) -> f.Array:
    """The Jacobians of all samples. Shape: (B, m, n)."""
    return np.asarray(scene.trace.jacobian(scene.node.name, name).stack(), dtype=np.float64)


def are_alike(stack: f.Array) -> bool:
    """Whether every sample has the same matrix, as by the weights of a linear line."""
    return bool(np.array_equal(stack, np.broadcast_to(stack[:1], stack.shape), equal_nan=True))


def drawn_sheets(scene: Scene, size: int) -> list[int]:
    """The samples whose Jacobians of `size` entries are drawn: the chosen one alone where all would be too many."""
    drawn = in_view(scene)
    return drawn if size * len(drawn) <= MOST_CELLS else [scene.sample]


def sheets(scene: Scene, name: str, stack: f.Array) -> list[Block]:
    """The samples' Jacobians as a pile of sheets, the chosen one marked."""
    m, n = stack.shape[1:]
    drawn = drawn_sheets(scene, m * n)
    each = AnySample.of(scene)
    names = {
        key: [each.entry_label(line, index) for index in np.ndindex(*scene.graph.nodes[line].shape)]
        for key, line, count in (("rows", scene.node.name, m), ("columns", name, n))
        if count <= NAMED
    }
    return [
        {
            "kind": "sheets",
            "of": scene.node.name,
            "wrt": name,
            "structure": scene.trace.jacobian(scene.node.name, name).structure,
            "shape": [m, n],
            "out_shape": list(scene.node.shape),
            "in_shape": list(scene.graph.nodes[name].shape),
            "samples": drawn,
            "chosen": scene.sample,
            "numbers": flat_numbers(stack[drawn]),
            "rows": names.get("rows"),
            "columns": names.get("columns"),
        },
        *rest(scene, len(drawn)),
    ]


# -- row-wise products -----------------------------------------------------------------------------------------------
def rowwise(scene: Scene, name: str, stack: f.Array, titles: tuple[list[Part], list[Part], list[Part]]) -> list[Block]:
    """Every sample's row of gradients times its own Jacobian, a box for each row, as the handout draws it."""
    m, n = stack.shape[1:]
    if m > SMALL or n > SMALL:
        return []
    drawn = in_view(scene)
    upstream = np.asarray(to_host(scene.trace.gradients[scene.node.name]), dtype=np.float64).reshape(scene.batch, m)
    with np.errstate(all="ignore"):
        results = np.einsum("bmn,bm->bn", stack, upstream)
    signs = [-1 if scene.notation.negated(line) else 1 for line in (scene.node.name, name)]
    return [
        {
            "kind": "rowwise",
            "of": scene.node.name,
            "into": name,
            "shape": [m, n],
            "samples": drawn,
            "chosen": scene.sample,
            "titles": list(titles),
            "sign": signs[0] * signs[1],
            "left": {"numbers": flat_numbers(upstream[drawn]), "negated": signs[0] < 0},
            "matrices": flat_numbers(stack[drawn]),
            "right": {"numbers": flat_numbers(results[drawn]), "negated": signs[1] < 0},
        },
        *rest(scene, len(drawn)),
    ]
