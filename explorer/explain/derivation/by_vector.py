"""By the vector of a product W·o or x·W: ∂s_j/∂o_i is a weight, and the weights together are the matrix, transposed.

Source: HCI lab 7, B5.3; lecture 20, 20.3(a); homework ⑤; matrix language, δ_z = δ_t V; MLP notes, equation (4).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.batch import rows_step
from explorer.explain.derivation.chain import chain_step, in_numbers, wanted
from explorer.explain.derivation.gate import gate_step
from explorer.explain.derivation.linear import Linear
from explorer.explain.derivation.matrix import matrix_step, up_entries
from explorer.explain.derivation.places import Places, numbers_of
from explorer.explain.derivation.shortcut import alone, shortcut_step
from explorer.explain.derivation.steps import Step, calculation, onward, step
from explorer.explain.derivation.way import Slope, Way, times
from explorer.explain.derived import column
from explorer.locale import N_, _

MOST_LISTED = 4  # entries that are all written out
LOOPS = N_(
    "Matrix products run in optimised libraries, and on GPUs; a loop of one's own computes one entry at a time and is "
    "much slower."
)


def by_vector(line: Linear) -> list[Step]:
    """The steps back to the vector of the line's product."""
    way = Way(line.scene, line.name, _weights(line))
    found: list[Step | None] = [gate_step(line, way), wanted(way), chain_step(way), _entry(line, way), _sums(line, way)]
    if len(way.outputs) > 1:
        found.append(_row_by_column(line, way))
    found.append(matrix_step(way, lambda out, into: weight(line, way, out, into), remark=alone(way)))
    found += [shortcut_step(way, remark=_(LOOPS)), rows_step(way, _all_rows(line), _one_matrix(line))]
    return [one for one in found if one is not None]


def _weights(line: Linear) -> Slope:
    term = line.term
    matrix = term.sign * np.asarray(line.scene.value_of(term.matrix))

    def slope(out: f.Shape, into: f.Shape) -> float:
        return float(matrix[(*out, *into) if term.matrix_first else (*into, *out)])

    return slope


def weight(line: Linear, way: Way, out: Places, into: Places) -> f.Formula:
    """∂s_j/∂o_i = w_{i,j}."""
    symbol = line.weight(way, line.term, out, into)
    return symbol if line.term.sign > 0 else f.Negative(symbol)


def _entry(line: Linear, way: Way) -> Step:
    """What one output is made of, and so its derivative."""
    at = way.chosen[0].at
    made = calculation(way.value(way.of, way.running), line.entry(way, way.running, at))
    slope = calculation(way.partial(way.running, way.chosen), weight(line, way, way.running, way.chosen))
    return step(_("What one output is made of"), made, slope)


def _sums(line: Linear, way: Way) -> Step:
    """∂E/∂o_i = Σ_j ∂E/∂s_j w_{i,j}, in numbers for the picked entry, and all entries where they are few."""

    def term(out: Places, into: Places) -> f.Formula:
        return times(way.up(out), weight(line, way, out, into))

    general = way.summed(lambda out: term(out, way.chosen))
    first = calculation(way.sent(way.chosen), way.summed(lambda out: way.term(out, way.chosen)), general)
    picked = way.written_out(lambda out: term(out, way.picked))
    pieces = [*onward(first, in_numbers(way, picked))]
    others = [numbers_of(into) for into in way.receivers if numbers_of(into) != way.picked]
    if 0 < len(others) < MOST_LISTED:
        pieces += [calculation(way.sent(into), way.written_out(partial(term, into=into))) for into in others]
    return step(_("So the weights come in"), *pieces)


def _row_by_column(line: Linear, way: Way) -> Step:
    """One entry as a row times a column: partial derivatives, then weights, times what arrives."""
    rows, arrived = way.scene.gradient_rows, up_entries(way)
    slopes = np.asarray([way.slope(out, (way.chosen[0].at,)) for out in way.outputs])
    by_letter = column(lambda j: way.partial(numbers_of((j,)), way.chosen), slopes, not rows)

    def met(one: f.Formula) -> f.Formula:
        return times(arrived, one) if rows else times(one, arrived)

    def weights(into: Places) -> f.Formula:
        return met(column(lambda j: weight(line, way, numbers_of((j,)), into), slopes, not rows))

    general = calculation(way.sent(way.chosen), met(by_letter), weights(way.chosen))
    return step(_("The same as a row times a column"), *onward(general, in_numbers(way, weights(way.picked))))


def _one_matrix(line: Linear) -> str:
    """The name of the Jacobian that all samples share; none where the matrix itself is a sample's."""
    return "" if line.scene.graph.nodes[line.term.matrix].batched else line.term.matrix


def _all_rows(line: Linear) -> Callable[[f.Symbol], f.Formula]:
    """∂L/∂a · Wᵀ for x·W, δ · W for W·o: samples are rows in both."""
    matrix = line.scene.value(line.term.matrix)

    def product(arrived: f.Symbol) -> f.Formula:
        whole = times(arrived, matrix if line.term.matrix_first else f.Transpose(matrix))
        return whole if line.term.sign > 0 else f.Negative(whole)

    return product
