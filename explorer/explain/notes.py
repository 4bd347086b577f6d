"""Why each structure of Jacobian has its shortcut, in words."""

from __future__ import annotations

import numpy as np

from explorer.explain.scene import Scene
from explorer.explain.text import Part, label_part
from explorer.notation import Label


def why(scene: Scene, name: str, structure: str) -> list[Part]:
    """A remark on ∂line/∂name for its structure; true for every line that has it."""
    nodes = scene.graph.nodes
    out, into = label_part(scene.label(scene.node.name), scene.node.name), label_part(scene.label(name), name)
    m, n = (int(np.prod(nodes[line].shape, dtype=int)) for line in (scene.node.name, name))
    out_j, in_j = (label_part(_indexed(scene, line), line) for line in (scene.node.name, name))
    match structure:
        case "identity":
            return [
                "A change of ",
                into,
                " changes ",
                out,
                " by just as much, entry by entry: J is the identity, ",
                "and the gradient passes as it came.",
            ]
        case "diagonal" if m == 1:
            return ["One number in, one number out: J is a single slope."]
        case "diagonal":
            return [
                "Off-diagonal entries are 0: each ",
                out_j,
                " depends on its own ",
                in_j,
                " alone. ",
                "That is why an element-wise product does the work of the whole matrix.",
            ]
        case "matrix":
            return [
                "The line is linear in ",
                into,
                ", so J is the matrix of that map, whatever ",
                into,
                " is. Going back, the row of gradients meets it from the left."
                if scene.gradient_rows
                else " is. Going back, it is transposed.",
            ]
        case "outer":
            return (
                [
                    f"Only {m * (n // m)} of {m * n} entries can differ from 0: each ",
                    out_j,
                    " meets its own part of ",
                    into,
                    " alone. The zeros are never multiplied: what is left is the outer product, "
                    "which has the shape of ",
                    into,
                    ".",
                ]
                if m > 1
                else ["With a single output the outer product is one row: the shape of ", into, "."]
            )
        case "diagonal-minus-outer":
            return [
                "Every output depends on every input: raising one share lowers the others. The shortcut needs one "
                "inner product in place of the matrix."
            ]
        case "row":
            return ["A single number comes out, so J has a single row: the gradient of ", out, " by ", into, "."]
        case "broadcast":
            return [
                into,
                " was stretched to the shape of ",
                out,
                ": several outputs read one entry, and going back their gradients are summed.",
            ]
        case "selection":
            return [
                "Entries are only moved: at most one 1 in each row, and the gradient goes back to where its entry "
                "came from."
            ]
        case "zero":
            return ["Nothing flows back to ", into, ": it was taken as a constant."]
    return [
        "The line joins several operations: J is the product of their Jacobians, and the shortcut goes through "
        "them one by one, last to first."
    ]


def _indexed(scene: Scene, name: str) -> Label:
    """hⱼ, an entry in general."""
    symbol = scene.label(name)
    index = ("j", "sub")
    if not scene.graph.nodes[name].shape:
        return symbol
    if any(script == "sub" for _, script in symbol):
        return (("(", ""), *symbol, (")", ""), index)
    return (*(part for part in symbol if not part[1]), index, *(part for part in symbol if part[1] == "sup"))
