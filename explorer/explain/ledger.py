"""The shape ledger of a formula: the shape of every factor, inner sizes joined, (4,3) = (4,B)·(B,3).

Shapes are those of the arrays that the formula was computed with, never of what they should be: sizes that do not fit
are told as such. A ledger is a list of pieces: texts, {"join": [inner, inner], "sign", "fits"} for the two sizes that
meet in a matrix product, and {"clash": "≠"} where shapes that should be equal are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from explorer.explain import derived as d
from explorer.explain import formula as f
from explorer.notation import plain

Piece: TypeAlias = str | dict[str, Any]
Sizes: TypeAlias = tuple["Size", ...]

CLASH: Piece = {"clash": "≠"}


@dataclass(frozen=True)
class Size:
    """The length of one axis; the batch axis is another axis than a feature axis of the same length."""

    length: int
    batch: bool = False

    def __str__(self) -> str:
        return "B" if self.batch else str(self.length)


@dataclass(frozen=True, eq=False)
class Flat(f.Symbol):
    """A vector that has one axis only, (4,), as NumPy's have; its numbers lie in a row."""


@dataclass(frozen=True)
class Told:
    """What a ledger says of a formula, and the shape that comes of it; () for a number, which has none.

    `plain` says that all shapes in it are those of single numbers.
    """

    pieces: tuple[Piece, ...]
    sizes: Sizes
    plain: bool = False


NOTHING = Told((), (), plain=True)


def ledger(left: f.Formula | None, *rights: f.Formula, sign: str = "=") -> dict[str, Any] | None:
    """The ledger of left = right = right …, as {"left", "sign", "right", "text"}.

    None where there is nothing to tell: numbers have no shape, and vectors of one entry, side by side, are numbers too.
    """
    sides = [told(side) for side in rights]
    into = told(left) if left is not None else NOTHING
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
            return _alike(signs, [told(term, turned) for term in terms])
        case f.Product(factors=factors, sign="∘"):
            return _alike([" ∘ "] * len(factors), [_fenced(factor, told(factor, turned)) for factor in factors])
        case f.Fraction(over=over, under=under):
            return _alike(["", " / "], [_fenced(part, told(part, turned)) for part in (over, under)])
        case f.Inner(left=left, right=right):
            both = _alike(["", ", "], [told(left, turned), told(right, turned)], vectors=True)
            return Told(("⟨", *both.pieces, "⟩"), (), both.plain) if both.sizes else NOTHING
        case f.Power(base=base):
            return _fenced(base, told(base, turned))
        case f.Local(inner=inner):
            return told(inner, turned != _stands_otherwise(formula))
        case f.Product() | f.Call() | d.Outer() if not turned:
            return _joined(formula)
        case d.BigSum(terms=(first, *_)) | d.Series(terms=(first, *_)):
            return told(first, turned)
    sizes = sizes_of(formula)
    sizes = tuple(reversed(sizes)) if turned else sizes
    return _leaf(sizes)


def _joined(formula: f.Formula) -> Told:
    """What is made of its parts otherwise than element by element."""
    match formula:
        case f.Product(factors=factors, sign="⊗"):
            return _kron([told(factor) for factor in factors])
        case f.Product():
            return _chain([one for one in map(told, _factors(formula)) if one.sizes])
        case f.Call(name=name, arguments=arguments, result=result):
            return _call(plain(name), [one for one in map(told, arguments) if one.sizes], result.shape)
        case d.Outer(left=left, right=right):
            return _kron([_leaf(_vector(told(side).sizes)) for side in (left, right)])
    raise TypeError(f"{type(formula).__name__} is not made of factors")


def sizes_of(formula: f.Formula) -> Sizes:
    """The axes of a single factor, as it stands."""
    match formula:
        case f.Symbol(value=value, batch_axis=axis):
            sizes = tuple(Size(length, place == axis) for place, length in enumerate(value.shape))
            return _vector(sizes) if isinstance(formula, Flat) else sizes
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


# -- how shapes come together ------------------------------------------------------------------------------------------
def _alike(signs: Sequence[str], terms: Sequence[Told], vectors: bool = False) -> Told:
    """Element by element: all shapes are equal, or one is stretched over the other. Numbers are left out."""
    pieces: list[Piece] = []
    sizes: Sizes = ()
    for sign, one in zip(signs, terms, strict=True):
        if not one.pieces:
            continue
        fits = not sizes or not one.sizes or _stretches(sizes, one.sizes)
        fits = fits or (vectors and sizes == tuple(reversed(one.sizes)))
        pieces += [sign if fits else CLASH, *one.pieces] if pieces else one.pieces
        sizes = max(sizes, one.sizes, key=_volume)
    return Told(tuple(pieces), sizes, all(one.plain for one in terms))


def _chain(factors: Sequence[Told]) -> Told:
    """A product of matrices: the inner sizes meet, the outer ones are what is left."""
    if not factors:
        return NOTHING
    shapes = [factor.sizes for factor in factors]
    if len(shapes) == 1:
        return factors[0]
    pieces: list[Piece] = ["("]
    for place, (sizes, after) in enumerate(zip(shapes, shapes[1:], strict=False)):
        if len(sizes) == 2:
            pieces[-1:] = [f"{pieces[-1]}{sizes[0]},"] if place == 0 else [f"{pieces[-1]},"]
        fits = sizes[-1] == after[0]
        pieces.append({"join": [str(sizes[-1]), str(after[0])], "sign": ")·(" if fits else ")≠(", "fits": fits})
        pieces.append("")
    pieces[-1] = f",{shapes[-1][1]})" if len(shapes[-1]) == 2 else ")"
    outer = (*shapes[0][:-1], *shapes[-1][1:])
    return Told(tuple(pieces), outer)


def _kron(factors: Sequence[Told]) -> Told:
    """Every entry of the one times the other: lengths multiply. Vectors without a second axis make a table."""
    pieces: list[Piece] = []
    sizes: Sizes = ()
    for one in factors:
        pieces += [" ⊗ ", *one.pieces] if pieces else one.pieces
        if not sizes or not one.sizes:
            sizes = sizes or one.sizes
        elif len(sizes) == len(one.sizes) == 1:
            sizes = (*sizes, *one.sizes)
        else:
            sizes = tuple(Size(a.length * b.length) for a, b in zip(sizes, one.sizes, strict=True))
    return Told(tuple(pieces), sizes)


def _call(name: str, arguments: Sequence[Told], shape: f.Shape) -> Told:
    """σ (4,1), SqErr((2,1), (2,1))."""
    if not arguments:
        return NOTHING
    sizes = tuple(Size(length) for length in shape)
    if any(size.batch for size in arguments[0].sizes):  # what is done to every row gives as many rows
        sizes = (arguments[0].sizes[0], *sizes[1:]) if shape[1] > 1 else arguments[0].sizes[:1]
    kept = arguments[0].sizes
    if tuple(size.length for size in kept) == shape:
        sizes = kept
    listed: list[Piece] = []
    for one in arguments:
        listed += [", ", *one.pieces] if listed else one.pieces
    whole = [f"{name} ", *listed] if len(arguments) == 1 else [f"{name}(", *listed, ")"]
    return Told(tuple(whole), sizes, all(one.plain for one in arguments))


def _leaf(sizes: Sizes) -> Told:
    """A single factor: its shape, (4,3) or (4,); nothing for a number."""
    if not sizes:
        return NOTHING
    shape = f"({sizes[0]},)" if len(sizes) == 1 else f"({','.join(map(str, sizes))})"
    return Told((shape,), sizes, plain=all(size.length == 1 and not size.batch for size in sizes))


def _vector(sizes: Sizes) -> Sizes:
    """A row or a column without its other axis."""
    return tuple(size for size in sizes if size.length != 1 or size.batch)[:1] or sizes[:1]


def _volume(sizes: Sizes) -> int:
    volume = len(sizes)
    for size in sizes:
        volume *= size.length
    return volume


def _stretches(a: Sizes, b: Sizes) -> bool:
    """Whether shapes are equal, or one of them is a row, a column or a single number stretched over a matrix."""
    small, large = sorted((a, b), key=_volume)
    if small == large or all(size.length == 1 and not size.batch for size in small):
        return True
    if len(small) < len(large):
        return small == large[-len(small) :]
    matrix = sum(size.length > 1 or size.batch for size in large) == 2
    return matrix and all(x == y or (x.length == 1 and not x.batch) for x, y in zip(small, large, strict=True))


def same(left: Sizes, right: Sizes) -> bool:
    """Whether two sides have one shape. Of a single number for each sample, or for all, a further axis says nothing."""
    if any(size.batch for size in left):
        return _bare(left) == _bare(right)
    return left == right or all(size.length == 1 for size in (*left, *right))


def _bare(sizes: Sizes) -> Sizes:
    return tuple(size for size in sizes if size.length != 1 or size.batch)
