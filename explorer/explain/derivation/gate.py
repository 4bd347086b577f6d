"""What a line with a product computes, written out: s = W·o as a matrix times a column, entry by entry."""

from __future__ import annotations

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.linear import Linear, Term
from explorer.explain.derivation.places import numbered, numbers_of
from explorer.explain.derivation.steps import Step, calculation, step
from explorer.explain.derivation.way import Way, times
from explorer.explain.derived import Listed, column, grid
from explorer.explain.expression import expressions
from explorer.locale import _

WIDE = 5
MOST_LISTED = 5  # entries of a row that is written by hand


def gate_step(line: Linear, way: Way) -> Step:
    """s = W o = the matrix times the column = the sums."""
    scene, rows = line.scene, line.scene.rows
    whole = scene.value(scene.node.name)
    values = np.asarray(scene.value_of(scene.node.name))
    lines: list[f.Formula] = [expressions(scene)[-1]]
    if all(term.name for term in line.terms):
        terms = [_signed(term, _spelled(line, way, term, rows)) for term in line.terms]
        lines.append(terms[0] if len(terms) == 1 else f.Sum(tuple(terms)))
    if 1 < values.size and not rows:
        lines.append(column(lambda at: line.entry(way, numbers_of((at,))), values))
    elif 1 < values.size <= MOST_LISTED:
        lines.append(Listed(tuple(line.entry(way, numbers_of((at,))) for at in range(values.size))))
    return step(_("The gate"), calculation(whole, *lines))


def _signed(term: Term, formula: f.Formula) -> f.Formula:
    return f.Negative(formula) if term.sign < 0 else formula


def _spelled(line: Linear, way: Way, term: Term, rows: bool) -> f.Formula:
    """A term with its vectors and its matrix as entries."""
    values = np.asarray(line.scene.value_of(term.name))

    def entry(at: int) -> f.Formula:
        return way.value(term.name, (numbered(at),) if values.ndim else ())

    vector = column(entry, values, rows) if values.size > 1 else entry(0)
    if not term.matrix:
        return vector
    numbers = np.asarray(line.scene.value_of(term.matrix))
    matrix = grid(numbers.shape, lambda i, j: way.value(term.matrix, (numbered(i), numbered(j))), numbers, WIDE)
    return times(matrix, vector) if term.matrix_first else times(vector, matrix)
