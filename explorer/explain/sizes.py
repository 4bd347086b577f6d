"""Shapes as formulas tell them: sizes of axes, how they come together in sums and products, and what does not fit.

What is told is a list of pieces: texts, {"join": [inner, inner], "sign", "fits"} for the two sizes that meet in a
matrix product, and {"clash": "≠"} where shapes that should be equal are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

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


@dataclass(frozen=True)
class Told:
    """What a ledger says of a formula, and the shape that comes of it; () for a number, which has none.

    `plain` says that all shapes in it are those of single numbers.
    """

    pieces: tuple[Piece, ...]
    sizes: Sizes
    plain: bool = False


NOTHING = Told((), (), plain=True)


def alike(signs: Sequence[str], terms: Sequence[Told], vectors: bool = False) -> Told:
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


def chain(factors: Sequence[Told]) -> Told:
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
        inner = f"{sizes[-1]}," if len(sizes) == 1 else str(sizes[-1])
        pieces.append({"join": [inner, str(after[0])], "sign": ")·(" if fits else ")≠(", "fits": fits})
        pieces.append("")
    pieces[-1] = f",{shapes[-1][1]})" if len(shapes[-1]) == 2 else ")"
    outer = (*shapes[0][:-1], *shapes[-1][1:])
    return Told(tuple(pieces), outer)


def kron(factors: Sequence[Told]) -> Told:
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


def call(name: str, arguments: Sequence[Told], shape: tuple[int, ...]) -> Told:
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


def leaf(sizes: Sizes) -> Told:
    """A single factor: its shape, (4,3) or (4,); nothing for a number."""
    if not sizes:
        return NOTHING
    shape = f"({sizes[0]},)" if len(sizes) == 1 else f"({','.join(map(str, sizes))})"
    return Told((shape,), sizes, plain=all(size.length == 1 and not size.batch for size in sizes))


def vector(sizes: Sizes) -> Sizes:
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
    if sorted((len(left), len(right))) == [1, 2]:  # NumPy's vector stands for a row, never for a column
        left, right = (sizes[1:] if len(sizes) == 2 and sizes[0] == Size(1) else sizes for sizes in (left, right))
    if any(size.batch for size in left):
        return _bare(left) == _bare(right)
    return left == right or all(size.length == 1 for size in (*left, *right))


def _bare(sizes: Sizes) -> Sizes:
    return tuple(size for size in sizes if size.length != 1 or size.batch)
