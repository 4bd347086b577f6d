"""The shape ledger of a formula: the shape of every factor, inner sizes joined, (4,3) = (4,B)·(B,3).

Shapes are those of the arrays that the formula was computed with, never of what they should be: sizes that do not fit
are told as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from explorer.explain import derived as d
from explorer.explain import formula as f
from explorer.explain.sizes import (
    CLASH,
    NOTHING,
    Piece,
    Size,
    Sizes,
    Told,
    alike,
    call,
    chain,
    kron,
    leaf,
    same,
    vector,
)
from explorer.notation import plain


@dataclass(frozen=True, eq=False)
class Flat(f.Symbol):
    """A vector that has one axis only, (4,), as NumPy's have; its numbers lie in a row."""


def ledger(left: f.Formula | None, *rights: f.Formula, sign: str = "=") -> dict[str, Any] | None:
    """The ledger of left = right = right …, as {"left", "sign", "right", "text"}.

    None where there is nothing to tell: numbers have no shape, and vectors of one entry, side by side, are numbers too;
    so has what comes to a number; and single factors of one shape say it by themselves, unless one was transposed.
    """
    sides = [told(side) for side in rights]
    into = told(left) if left is not None else NOTHING
    silent = not into.sizes or _alone(into, sides) and not _transposed(rights)
    if left is not None and silent and not any(_clashes(side) for side in sides):
        return None
    if all(side.plain for side in sides) and into.plain or not any(side.pieces for side in sides):
        return None
    between: Piece = sign if into.sizes else ""
    if into.sizes and sides[0].sizes and not same(into.sizes, sides[0].sizes):
        between = CLASH
    pieces = list(sides[0].pieces)
    for before, after in zip(sides, sides[1:], strict=False):
        if after.pieces:
            pieces += [" = " if same(before.sizes, after.sizes) else CLASH, *after.pieces]
    whole = [*into.pieces, *([between] if between else []), *pieces]
    return {"left": list(into.pieces), "sign": between, "right": pieces, "text": spoken(whole)}


def _alone(into: Told, sides: Sequence[Told]) -> bool:
    return all(len(side.pieces) == 1 and same(into.sizes, side.sizes) for side in (into, *sides))


def _transposed(rights: Sequence[f.Formula]) -> bool:
    return len(rights) == 1 and isinstance(rights[0], f.Transpose)


def _clashes(side: Told) -> bool:
    return any(isinstance(piece, dict) and not piece.get("fits", False) for piece in side.pieces)


def spoken(pieces: Sequence[Piece]) -> str:
    """The ledger in one line of text."""
    said = []
    for piece in pieces:
        if isinstance(piece, str):
            said.append(piece if piece.strip() not in ("=", "←") else f" {piece.strip()} ")
        elif "clash" in piece:
            said.append(f" {piece['clash']} ")
        else:
            said.append(f"{piece['join'][0]}{piece['sign']}{piece['join'][1]}")
    return "".join(said)


# -- formulas --------------------------------------------------------------------------------------------------------
def told(formula: f.Formula, turned: bool = False) -> Told:
    """The shapes of a formula's factors in the order in which they stand; `turned` ones with rows as columns."""
    match formula:
        case f.Negative(inner=inner) | d.Marked(inner=inner) | d.Braced(inner=inner) | d.Remark(inner=inner):
            return told(inner, turned)
        case f.Sum(terms=terms):
            signs = [" − " if isinstance(term, f.Negative) else " + " for term in terms]
            return alike(signs, [told(term, turned) for term in terms])
        case f.Product(factors=factors, sign="∘"):
            return alike([" ∘ "] * len(factors), [_fenced(factor, told(factor, turned)) for factor in factors])
        case f.Fraction(over=over, under=under):
            return alike(["", " / "], [_fenced(part, told(part, turned)) for part in (over, under)])
        case f.Inner(left=left, right=right):
            both = alike(["", ", "], [told(left, turned), told(right, turned)], vectors=True)
            return Told(("⟨", *both.pieces, "⟩"), (), both.plain) if both.sizes else NOTHING
        case f.Power(base=base):
            return _fenced(base, told(base, turned))
        case f.Transpose(inner=f.Product() as inner) if not turned:
            product = told(inner)
            return Told(("(", *product.pieces, ")ᵀ"), tuple(reversed(product.sizes)), product.plain)
        case f.Local(inner=inner):
            return told(inner, turned != _stands_otherwise(formula))
        case f.Product() | f.Call() | d.Outer() if not turned:
            return _joined(formula)
        case d.BigSum(terms=(first, *_)) | d.Series(terms=(first, *_)):
            return told(first, turned)
    sizes = sizes_of(formula)
    sizes = tuple(reversed(sizes)) if turned else sizes
    return leaf(sizes)


def _joined(formula: f.Formula) -> Told:
    """What is made of its parts otherwise than element by element."""
    match formula:
        case f.Product(factors=factors, sign="⊗"):
            return kron([told(factor) for factor in factors])
        case f.Product():
            return chain([one for one in map(told, _factors(formula)) if one.sizes])
        case f.Call(name=name, arguments=arguments, result=result):
            return call(plain(name), [one for one in map(told, arguments) if one.sizes], result.shape)
        case d.Outer(left=left, right=right):
            return kron([leaf(vector(told(side).sizes)) for side in (left, right)])
    raise TypeError(f"{type(formula).__name__} is not made of factors")


def sizes_of(formula: f.Formula) -> Sizes:
    """The axes of a single factor, as it stands."""
    match formula:
        case f.Symbol(value=value, batch_axis=axis):
            sizes = tuple(Size(length, place == axis) for place, length in enumerate(value.shape))
            return vector(sizes) if isinstance(formula, Flat) else sizes
        case f.Transpose(inner=inner):
            return tuple(reversed(sizes_of(inner)))
        case f.Indicator(left=left, right=right):
            return told(left).sizes or told(right).sizes
        case f.Words():
            return ()
        case f.Sum() | f.Product() | f.Negative() | f.Fraction() | f.Call() | f.Local() | f.Power():
            return told(formula).sizes
    return tuple(Size(length) for length in formula.evaluate().shape)


def _stands_otherwise(local: f.Local) -> bool:
    """Whether a vector was turned to stand as gradients do."""
    lengths = tuple(size.length for size in told(local.inner).sizes)
    return len(lengths) == 2 and local.evaluate().shape != lengths


def _fenced(formula: f.Formula, one: Told) -> Told:
    """Several shapes between parentheses where the formula has them."""
    inner = formula.inner if isinstance(formula, f.Local) else formula
    if not isinstance(inner, f.Sum | f.Fraction) or len(one.pieces) < 2:
        return one
    return Told(("(", *one.pieces, ")"), one.sizes, one.plain)


def _factors(product: f.Product) -> list[f.Formula]:
    """A product's factors, those of matrix products within it too."""
    flat: list[f.Formula] = []
    for factor in product.factors:
        within = isinstance(factor, f.Product) and factor.sign in ("", "·")
        flat += _factors(factor) if isinstance(factor, f.Product) and within else [factor]
    return flat
