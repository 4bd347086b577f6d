"""Products of vectors and matrices, from index notation to the way that they are written by hand.

"ij,bj->bi" is W x for every sample: x @ W.T in a script, where samples stand in rows.
"""

from __future__ import annotations

from explorer.export.scripts.code import ATOM, PRODUCT, Code, Shape
from explorer.export.scripts.library import Library

# {0} and {1} are the factors. What is not here is written with einsum.
WRITTEN = {
    # W x, x W and A B, for samples and for what they share
    "ij,j->i": "{0} @ {1}", "ij,bj->bi": "{1} @ {0}.T", "bij,j->bi": "{0} @ {1}",
    "i,ij->j": "{0} @ {1}", "bi,ij->bj": "{0} @ {1}", "i,bij->bj": "{0} @ {1}",
    "ij,jl->il": "{0} @ {1}", "bij,jl->bil": "{0} @ {1}", "ij,bjl->bil": "{0} @ {1}", "bij,bjl->bil": "{0} @ {1}",
    "j,j->": "{0} @ {1}", "bj,j->b": "{0} @ {1}", "j,bj->b": "{1} @ {0}", "bj,bj->b": "({0} * {1}).sum(axis=1)",
    # back through them: the cotangent is the first factor by x, the second one by W on the left
    "i,j->ij": "{lib}.outer({0}, {1})", "bi,bj->ij": "{0}.T @ {1}",
    "bi,bj->bij": "{0}[:, :, None] * {1}[:, None, :]",
    "ij,i->j": "{0}.T @ {1}", "ij,bi->bj": "{1} @ {0}", "j,ij->i": "{1} @ {0}", "bj,ij->bi": "{0} @ {1}.T",
    "il,jl->ij": "{0} @ {1}.T", "bil,jl->bij": "{0} @ {1}.T",
    "ij,il->jl": "{0}.T @ {1}", "ij,bil->bjl": "{0}.T @ {1}",
    ",j->j": "{0} * {1}", "b,bj->bj": "{0}[:, None] * {1}", "b,j->bj": "{0}[:, None] * {1}", "b,bj->j": "{0} @ {1}",
}  # fmt: skip
LETTERS = {(2, 1): ("ij", "j", "i"), (1, 2): ("i", "ij", "j"), (2, 2): ("ij", "jl", "il"), (1, 1): ("j", "j", "")}


def letters(left: Code, right: Code) -> tuple[str, str, str]:
    """The indices of left @ right: of either factor and of the product."""
    return LETTERS[len(left.shape), len(right.shape)]


def product(lib: Library, of: tuple[str, str, str], first: Code, second: Code, shape: Shape, batched: bool) -> Code:
    """The sum of products by those indices: of the first factor, the second one and the result."""
    stand = (first.batched, second.batched, batched)
    factors = [f"{'b' * alone}{indices}" for alone, indices in zip(stand, of, strict=True)]
    notation = f"{factors[0]},{factors[1]}->{factors[2]}"
    pattern = WRITTEN.get(notation, f'{{lib}}.einsum("{notation}", {{0}}, {{1}})')
    text = pattern.format(first.at(ATOM), second.at(ATOM), lib=lib.name)
    return Code(text, PRODUCT if " @ " in text or " * " in text else ATOM, shape, batched)
