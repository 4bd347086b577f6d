"""All entries together: vectors of symbols, the matrix of partial derivatives, and their product."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.places import Places, numbered, numbers_of
from explorer.explain.derivation.steps import Right, Step, calculation, numbers, result, step
from explorer.explain.derivation.way import Way, times
from explorer.explain.derived import Grid, column, grid, label_of
from explorer.explain.text import Part
from explorer.locale import _
from explorer.notation import Label

WIDE = 5  # columns of a matrix of fractions
LARGEST = 250_000  # entries of a Jacobian that is still multiplied out
J: Label = label_of("J")


def sent_entries(way: Way) -> f.Formula:
    """All entries of what goes back, as symbols in the shape of what is read."""
    value = way.sent_values
    if len(way.in_shape) == 2:
        return grid(value.shape, lambda i, j: way.sent(numbers_of((i, j))), value)
    if not way.in_shape or value.size == 1:
        return way.sent(numbers_of((0,) * len(way.in_shape)))
    return column(lambda i: way.sent((numbered(i),)), value, lies(way))


def lies(way: Way) -> bool:
    """Whether what goes back stands as a row."""
    return way.scene.stands_as_row(way.wrt)


def up_entries(way: Way) -> f.Formula:
    """All that arrives, entry by entry, as gradients stand."""
    count = len(way.outputs)
    if count == 1:
        return way.up(numbers_of(way.outputs[0]))
    values = np.asarray(way.scene.gradient_of(way.of)).reshape(-1)
    return column(lambda j: way.up(numbers_of(way.outputs[j])), values, way.scene.gradient_rows)


def jacobian(way: Way) -> f.Array:
    """The whole Jacobian, ∂out_j/∂in_i at (j, i)."""
    return np.asarray([[way.slope(out, into) for into in way.receivers] for out in way.outputs])


def partials(way: Way, transposed: bool, entry: Callable[[Places, Places], f.Formula] | None = None) -> Grid:
    """The matrix of ∂o_j/∂s_i, or what `entry` writes for it; `transposed` has a row for every s_i."""
    matrix = jacobian(way)

    def at(i: int, j: int) -> f.Formula:
        out, into = (way.outputs[j], way.receivers[i]) if transposed else (way.outputs[i], way.receivers[j])
        places = numbers_of(out), numbers_of(into)
        return way.partial(*places) if entry is None else f.Local(entry(*places))

    value = matrix.T if transposed else matrix
    return grid((value.shape[0], value.shape[1]), at, value, WIDE)


def matrix_step(
    way: Way,
    entry: Callable[[Places, Places], f.Formula] | None = None,
    remark: Sequence[Part] | str = (),
    counted: bool = True,
) -> Step | None:
    """The entries stacked: the matrix of all ∂o_j/∂s_i times what arrives, in symbols, in its own terms, in numbers.

    `entry` writes ∂o_j/∂s_i in the gate's own terms, where it has any; the numbers are left out unless `counted`.
    """
    if len(way.outputs) * len(way.receivers) > LARGEST or len(way.in_shape) > 1 or len(way.out_shape) > 1:
        return None
    rows, arrived = way.scene.gradient_rows, up_entries(way)
    in_general, in_own = partials(way, not rows), partials(way, not rows, entry)
    # The shape of a parameter may ask for a column where the product gives a row.
    turned = rows != lies(way) and len(way.receivers) > 1
    left: f.Formula = f.Transpose(way.sent_whole) if turned else way.sent_whole
    lines: list[Right] = [_met(in_general, arrived, rows), _jacobian_times(way, rows)]
    lines += [_met(in_own, way.arrives, rows)] if entry is not None else []
    lines += [numbers(_met(in_own, arrived, rows), moves=True), result(left)] if counted else []
    return step(_("As a matrix"), calculation(left, *lines), remark=remark)


def _met(matrix: f.Formula, arrived: f.Formula, rows: bool) -> f.Formula:
    factors = (arrived, matrix) if rows else (matrix, arrived)
    return times(*factors)


def _jacobian_times(way: Way, rows: bool) -> f.Formula:
    """Jᵀ ∂E/∂o, or ∂E/∂o J where gradients are rows."""
    matrix = f.Symbol(J, jacobian(way))
    return times(way.arrives, matrix) if rows else times(f.Transpose(matrix), way.arrives)
