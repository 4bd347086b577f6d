"""Why each structure of Jacobian has its shortcut, in words."""

from __future__ import annotations

import numpy as np

from explorer.explain.phrases import Fields, say
from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part
from explorer.locale import N_
from explorer.notation import Label

WHY = {
    "identity": N_(
        "A change of {into} changes {out} by just as much, entry by entry: J is the identity, and the gradient "
        "passes as it came."
    ),
    "identity, turned": N_(
        "A change of {into} changes {out} by just as much, entry by entry: J is the identity, and the gradient "
        "passes as it came, only turned to stand as {into} does."
    ),
    "identity, one number": N_(
        "A change of {into} changes {out} by just as much: J is 1, and the gradient passes as it came."
    ),
    "slope": N_(
        "One number in, one number out: J is a single slope."
    ),
    "diagonal": N_(
        "Off-diagonal entries are 0: each {out_j} depends on its own {in_j} alone. That is why an element-wise "
        "product does the work of the whole matrix."
    ),
    "matrix, rows": N_(
        "A change of {into} changes {out} by the same matrix, J, whatever {into} is. Going back, the row of "
        "gradients meets it from the left."
    ),
    "matrix": N_(
        "A change of {into} changes {out} by the same matrix, J, whatever {into} is. Going back, it is transposed."
    ),
    "outer, one row": N_(
        "With a single output the outer product is one row: the shape of {into}. vec means the entries of {into}, "
        "row after row."
    ),
    "outer": N_(
        "Only {some} of {all} entries can differ from 0: each {out_j} meets its own part of {into} alone. The "
        "zeros are never multiplied: what is left is the outer product, which has the shape of {into}. In J, ⊗ is "
        "the Kronecker product: every entry of the one, times the whole other; vec means the entries of {into}, "
        "row after row. Between two vectors ⊗ is their outer product."
    ),
    "diagonal-minus-outer": N_(
        "Every output depends on every input: raising one input raises its own share and lowers the others. The "
        "shortcut needs one inner product in place of the matrix: one number, which is taken from every entry."
    ),
    "row": N_(
        "A single number comes out, so J has a single row: the gradient of {out} with respect to {into}."
    ),
    "broadcast": N_(
        "{into} was stretched to the shape of {out}: several outputs read one entry, and going back their "
        "gradients are summed."
    ),
    "selection": N_(
        "Entries are only moved: at most one 1 in each row, and the gradient goes back to where its entry came "
        "from."
    ),
    "zero": N_(
        "Nothing flows back to {into}: it was taken as a constant."
    ),
    "dense": N_(
        "The line joins several operations: J is the product of their Jacobians, and the shortcut goes through "
        "them one by one, last to first."
    ),
}


def why(scene: Scene, name: str, structure: str) -> list[Part]:
    """A remark on ∂line/∂name for its structure; true for every line that has it."""
    line, nodes = scene.node.name, scene.graph.nodes
    m, n = (int(np.prod(nodes[one].shape, dtype=int)) for one in (line, name))
    words: Fields = {
        "out": label_part(scene.label(line), line),
        "into": label_part(scene.label(name), name),
        "out_j": label_part(_indexed(scene, line), line),
        "in_j": label_part(_indexed(scene, name), name),
        "some": str(m * (n // m)),
        "all": str(m * n),
    }
    turned = len(nodes[name].shape) == 1 and scene.stands_as_row(name) != scene.gradient_rows
    variant = {
        ("identity", turned): "identity, turned",
        ("identity", m == 1): "identity, one number",
        ("diagonal", m == 1): "slope",
        ("matrix", scene.gradient_rows): "matrix, rows",
        ("outer", m == 1): "outer, one row",
    }.get((structure, True), structure)
    return say(WHY.get(variant, WHY["dense"]), **words)


def _indexed(scene: Scene, name: str) -> Label:
    """hⱼ, an entry in general."""
    symbol = scene.label(name)
    index = ("j", "sub")
    if not scene.graph.nodes[name].shape:
        return symbol
    if any(script == "sub" for _, script in symbol):
        return (("(", ""), *symbol, (")", ""), index)
    return (*(part for part in symbol if not part[1]), index, *(part for part in symbol if part[1] == "sup"))
