"""Lines without a derivation of their own: the chain rule as a sum, the matrix of partial derivatives, the shortcut.

Source: HCI lab 7, the general rule at the end of B5.2.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.chain import chain_step, in_numbers
from explorer.explain.derivation.matrix import LARGEST, J, matrix_step
from explorer.explain.derivation.places import Places, numbers_of
from explorer.explain.derivation.shortcut import alone, shortcut_step
from explorer.explain.derivation.steps import Step, calculation, numbers, result, step, words
from explorer.explain.derivation.way import Way, times
from explorer.explain.derived import Marked, Series
from explorer.explain.expression import expressions
from explorer.explain.phrases import say, sentences
from explorer.explain.scene import Scene
from explorer.locale import _, tell

MOST_WRITTEN = 64  # outputs of which each term of the chain rule is made


def by_any(scene: Scene, name: str) -> list[Step]:
    """The steps from any line to anything that it reads."""
    node, source = scene.node, scene.graph.nodes[name]
    m, n = (int(np.prod(shape, dtype=int)) for shape in (node.shape, source.shape))
    if m * n > LARGEST:
        way = Way(scene, name, lambda out, into: 0.0)
        many = tell("The Jacobian has {m} × {n} entries: too many to write.", m=m, n=n)
        return _only([_gate(scene), shortcut_step(way, remark=many)])
    dense = np.asarray(scene.trace.jacobian(node.name, name).dense(scene.sample), dtype=np.float64)
    matrix = dense.reshape((*node.shape, *source.shape))
    letter = "l" if len(source.shape) > 1 else "j"  # i and j are those of the matrix that is read
    way = Way(scene, name, lambda out, into: float(matrix[(*out, *into)]), letter)
    if not np.any(dense):
        return [step(_("Nothing goes back"), words(_("Every partial derivative is 0 here.")))]
    found: list[Step | None] = [
        _gate(scene),
        chain_step(way) if m <= MOST_WRITTEN else None,
        _picked(way) if m <= MOST_WRITTEN else None,
    ]
    found += [_matrix(way, dense), shortcut_step(way)]
    return _only(found)


def _only(found: list[Step | None]) -> list[Step]:
    return [one for one in found if one is not None]


def _gate(scene: Scene) -> Step:
    return step(_("The gate"), calculation(scene.value(scene.node.name), expressions(scene)[-1]))


def _picked(way: Way) -> Step:
    """The sum for the picked entry: terms whose slope is 0 are struck out."""

    def term(out: Places) -> f.Formula:
        slope = float(way.partial(out, way.picked).evaluate())
        written = way.term(out, way.picked)
        return Marked(written, "zero") if slope == 0.0 else written

    terms = tuple(term(numbers_of(index)) for index in way.outputs)
    whole = terms[0] if len(terms) == 1 else Series(terms)
    return step(_("With the numbers"), in_numbers(way, whole))


def _matrix(way: Way, dense: f.Array) -> Step | None:
    """Jᵀ times what arrives; tensors with two axes and more as one long vector."""
    if len(way.in_shape) < 2 and len(way.out_shape) < 2:
        return matrix_step(way, remark=alone(way)) if dense.size > 1 else None
    rows = way.scene.gradient_rows
    up, into = _long(way.upstream, way.scene.gradient_of(way.of), rows), _long(way.sent_whole, way.sent_values, rows)
    matrix = f.Symbol(J, dense)
    product = times(up, matrix) if rows else times(f.Transpose(matrix), up)
    said = sentences(say("A matrix is taken as one long vector, row after row."), alone(way))
    return step(_("As a matrix"), calculation(into, product, numbers(product), result(into)), remark=said)


def _long(symbol: f.Symbol, values: f.Array, rows: bool) -> f.Symbol:
    flat = np.asarray(values, dtype=np.float64).reshape(-1)
    note = (*symbol.note, ("vec", "sub")) if np.ndim(values) > 1 else symbol.note
    return replace(symbol, value=f.orient(flat, rows), cells=None, note=note[:1] if symbol.under else note)
