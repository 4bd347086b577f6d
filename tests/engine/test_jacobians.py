"""The structures themselves: their algebra against dense matrices, which names survive, and how batches are summed."""

from __future__ import annotations

import itertools
from typing import Any
from unittest.mock import patch

import array_api_compat.numpy as xp
import array_api_strict
import numpy as np
import pytest

from explorer.engine import jacobians as j
from explorer.engine.jacobians.products import product, summed_product
from tests.engine.checks import against_matrix, close

B = 4


def draw(*shape: int) -> np.ndarray:
    return np.random.default_rng([3, *shape]).normal(size=shape)


def family(out_batch: int, in_batch: int) -> list[j.Jacobian]:
    """One of every structure, between samples of a few small shapes; its own data shared or not, as the ends allow."""
    both = max(out_batch, in_batch)

    def ends(out: tuple[int, ...], into: tuple[int, ...]) -> tuple[j.Shape, j.Shape, Any]:
        return (*out, out_batch), (*into, in_batch), np.dtype("float64")

    def parts(*shape: int) -> list[np.ndarray]:
        return [draw(*shape, batch) for batch in {1, both}]

    every = slice(None)
    found: list[j.Jacobian] = [
        j.Identity(*ends((3,), (3,))), j.Identity(*ends((3, 2), (6,))), j.Identity(*ends((6,), (3, 2))),
        j.Zero(*ends((3,), (3,))), j.Zero(*ends((3, 2), (3,))),
        j.Diagonal(*ends((3,), (3,)), np.array([2.5])), j.Broadcast(*ends((3,), ()), np.array([1.0])),
        j.Selection(*ends((2,), (3,)), (slice(1, 3), every)), j.Selection(*ends((3,), (3, 2)), (every, 1, every)),
        j.Placement(*ends((3,), (2,)), (slice(0, 2), every)), j.Placement(*ends((3, 2), (3,)), (every, 0, every)),
        j.Permutation(*ends((2, 3), (3, 2)), (1, 0, 2)), j.Permutation(*ends((3, 3), (3, 3)), (1, 0, 2)),
        j.Identity(*ends((3, 3), (3, 3))), j.Diagonal(*ends((2, 2), (2, 2)), np.array([1.5])),
        j.Row(*ends((), (3,)), np.array([1.0])),
    ]
    for factor in parts(3):
        found += [
            j.Diagonal(*ends((3,), (3,)), factor), j.Broadcast(*ends((3,), ()), factor), j.Row(*ends((), (3,)), factor),
            j.DiagonalMinusOuter(*ends((3,), (3,)), factor, factor + 1, factor - 2, 0),
            j.Outer(*ends((2,), (2, 3)), factor, "right"), j.Outer(*ends((2,), (3, 2)), factor, "left"),
            j.Outer(*ends((3,), (3, 3)), factor, "right"), j.Outer(*ends((3,), (3, 3)), factor, "left"),
        ]
    for factor in parts(3, 2):
        found += [
            j.Diagonal(*ends((3, 2), (3, 2)), factor), j.Row(*ends((), (3, 2)), factor),
            j.Row(*ends((3,), (3, 2)), factor, 1), j.Row(*ends((2,), (3, 2)), factor, 0),
            j.Broadcast(*ends((3, 2), (2,)), factor),
            j.DiagonalMinusOuter(*ends((3, 2), (3, 2)), factor, factor * 2, factor, 0),
            j.Matrix(*ends((3,), (2,)), factor), j.Dense(*ends((3,), (2,)), factor),
            j.Kronecker(*ends((3, 2), (2, 2)), factor, "left"), j.Kronecker(*ends((3, 2), (3, 3)), factor, "right"),
        ]
    for factor in parts(3, 3):
        found.append(j.Matrix(*ends((3,), (3,)), factor))
    return found


ENDS = [(1, 1), (B, B), (B, 1)]
ALL = [jacobian for ends in ENDS for jacobian in family(*ends)]
CHAINS = [(outer, inner) for outer, inner in itertools.product(ALL, ALL) if inner.out_shape == outer.in_shape]
SUMS = [pair for pair in itertools.product(ALL, ALL) if (pair[0].out_shape, pair[0].in_shape) ==
        (pair[1].out_shape, pair[1].in_shape)]


def matrix_of(jacobian: j.Jacobian) -> np.ndarray:
    """The matrix column by column, from pushforward alone, (m, n, B)."""
    m, n = jacobian.size
    basis = np.eye(n)[:, :, None] * np.ones(jacobian.in_shape[-1])
    columns = [jacobian.pushforward(xp, column.reshape(jacobian.in_shape)).reshape(m, -1) for column in basis]
    return np.stack(columns, axis=1)


def holds(jacobian: j.Jacobian, matrix: np.ndarray) -> None:
    """All three faces of a Jacobian agree with the matrix."""
    matrix = np.broadcast_to(matrix, (*jacobian.size, jacobian.out_shape[-1]))
    close(np.broadcast_to(jacobian.dense(xp), matrix.shape), matrix, 1e-13, "dense")
    against_matrix(jacobian, matrix, 1e-13)


def test_every_structure_is_in_the_family() -> None:
    every = {kind for kind in vars(j).values() if isinstance(kind, type) and issubclass(kind, j.Jacobian)}
    assert {type(jacobian) for jacobian in ALL} == every - {j.Jacobian, j.Chain, j.Sum}


def test_the_three_faces_agree() -> None:
    for jacobian in ALL:
        holds(jacobian, matrix_of(jacobian))
        assert jacobian.dense(xp).dtype == jacobian.dtype


def test_chains_and_sums_equal_the_dense_algebra() -> None:
    assert len(CHAINS) > 500 and len(SUMS) > 300
    for outer, inner in CHAINS:
        holds(j.compose(outer, inner), np.einsum("mkb,knb->mnb", *stretch(matrix_of(outer), matrix_of(inner))))
    for first, second in SUMS:
        holds(j.add(first, second), matrix_of(first) + matrix_of(second))


def stretch(*stacks: np.ndarray) -> list[np.ndarray]:
    batch = max(stack.shape[-1] for stack in stacks)
    return [np.broadcast_to(stack, (*stack.shape[:-1], batch)) for stack in stacks]


def test_algebra_nests() -> None:
    """Chains of chains and sums of chains, with an identity that widens the batch in every place."""
    rng = np.random.default_rng(8)
    square = [one for one in ALL if one.out_shape[:-1] == one.in_shape[:-1] == (3,)]
    for _ in range(300):
        total, matrix = (one := square[rng.integers(len(square))]), matrix_of(one)
        for _ in range(4):
            one = square[rng.integers(len(square))]
            if rng.random() < 0.5 and one.in_shape == total.out_shape:
                total, matrix = j.compose(one, total), np.einsum("mkb,knb->mnb", *stretch(matrix_of(one), matrix))
            elif rng.random() < 0.5 and one.out_shape == total.in_shape:
                total, matrix = j.compose(total, one), np.einsum("mkb,knb->mnb", *stretch(matrix, matrix_of(one)))
            elif (one.out_shape, one.in_shape) == (total.out_shape, total.in_shape):
                total, matrix = j.add(total, one), matrix + matrix_of(one)
        holds(total, matrix)


def test_composites_never_go_through_a_dense_matrix() -> None:
    kinds = [kind for kind in vars(j).values() if isinstance(kind, type) and "dense" in vars(kind)]
    patches = [patch.object(kind, "dense", side_effect=AssertionError("dense in a pass")) for kind in kinds]
    for one in patches:
        one.start()
    try:
        for outer, inner in CHAINS:
            j.compose(outer, inner).pullback(xp, draw(*outer.out_shape))
        for first, second in SUMS:
            j.add(first, second).pullback(xp, draw(*first.out_shape))
    finally:
        for one in patches:
            one.stop()


def one_of(kind: type[j.Jacobian], size: tuple[int, int], ends: tuple[int, int] = (B, B)) -> j.Jacobian:
    return next(one for one in family(*ends) if type(one) is kind and one.size == size)


def test_structure_survives_where_it_can() -> None:
    identity, diagonal, matrix = (one_of(kind, (3, 3)) for kind in (j.Identity, j.Diagonal, j.Matrix))
    row, outer, zero = one_of(j.Row, (1, 3)), one_of(j.Outer, (2, 6)), one_of(j.Zero, (3, 3))
    softmax, broadcast = one_of(j.DiagonalMinusOuter, (3, 3)), one_of(j.Broadcast, (3, 1))
    names = {
        "identity": [j.compose(identity, identity), j.add(identity, zero)],
        "diagonal": [
            j.compose(diagonal, diagonal), j.compose(identity, diagonal), j.add(diagonal, identity),
            j.add(identity, diagonal), j.add(identity, identity), j.add(diagonal, diagonal),
        ],
        "matrix": [
            j.compose(matrix, identity), j.compose(identity, matrix), j.add(matrix, matrix), j.add(zero, matrix),
        ],
        "outer": [j.add(outer, outer)],
        "diagonal-minus-outer": [
            j.compose(softmax, identity), j.compose(identity, softmax), j.add(softmax, diagonal),
            j.add(diagonal, softmax),
        ],
        "broadcast": [j.compose(diagonal, broadcast), j.compose(identity, broadcast), j.add(broadcast, broadcast)],
        "row": [j.compose(row, diagonal), j.compose(row, identity), j.compose(row, matrix), j.add(row, row),
                j.add(row, j.compose(row, matrix))],
        "zero": [j.compose(zero, diagonal), j.compose(matrix, zero), j.add(zero, zero)],
        "dense": [j.compose(diagonal, matrix), j.compose(matrix, diagonal), j.add(matrix, diagonal),
                  j.compose(matrix, softmax)],
    }
    for name, found in names.items():
        assert [jacobian.structure for jacobian in found] == [name] * len(found)


def test_an_affine_line_shares_one_matrix_and_never_stacks_it() -> None:
    matrix = draw(3, 3, 1)
    jacobian = j.Matrix((3, B), (3, B), matrix.dtype, matrix)
    assert jacobian.dense(xp) is matrix


@pytest.mark.parametrize("left_batch", [0, 1, 5])
@pytest.mark.parametrize("right_batch", [0, 1, 5])
@pytest.mark.parametrize("namespace", [xp, array_api_strict], ids=["numpy", "strict"])
def test_products_of_stacks(namespace, left_batch: int, right_batch: int) -> None:
    if {left_batch, right_batch} == {0, 5}:
        return
    for m, k, n in itertools.product((1, 2, 3), repeat=3):
        left, right = draw(m, k, left_batch), draw(k, n, right_batch)
        expected = np.einsum("mkb,knb->mnb", *_alike(left, right))
        found = product(namespace, namespace.asarray(left), namespace.asarray(right))
        close(np.asarray(found), expected, 1e-14, "product")
        other = draw(n, k, right_batch)
        expected = np.einsum("mkb,nkb->mn", *_alike(left, other))[..., None]
        found = summed_product(namespace, namespace.asarray(left), namespace.asarray(other))
        close(np.asarray(found), expected, 1e-14, "summed product")


def _alike(left: np.ndarray, right: np.ndarray) -> list[np.ndarray]:
    batch = next((n for n in (left.shape[-1], right.shape[-1]) if n != 1), 1)
    return [np.broadcast_to(stack, (*stack.shape[:-1], batch)) for stack in (left, right)]


def test_exact_zeros_stay_zero_beside_infinity() -> None:
    """A matrix for the screen shows 0 where nothing flows, also where a factor is infinite or NaN."""
    factor = np.array([[np.inf], [1.0], [np.nan]])
    found = j.Diagonal((3, 1), (3, 1), factor.dtype, factor).dense(xp)[..., 0]
    assert np.array_equal(found[~np.eye(3, dtype=bool)], np.zeros(6))
    outer = j.Outer((2, 1), (2, 3, 1), factor.dtype, factor, "right").dense(xp)[..., 0]
    assert np.array_equal(outer[0, 3:], np.zeros(3)) and np.array_equal(outer[1, :3], np.zeros(3))
