"""The steps that all derivations share: what is wanted, the chain rule as a sum, the matrix, the shortcut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.places import Place, Places, indices, numbered, numbers_of
from explorer.explain.derivation.steps import Calculation, Line, Right, Step, calculation, numbers, result, step
from explorer.explain.derivation.way import Way, times
from explorer.explain.derived import Grid, Marked, Remark, Series, column, grid, label_of
from explorer.explain.rules import Rules
from explorer.explain.text import Part, label_part
from explorer.notation import Label

WIDE = 5  # columns of a matrix of fractions
LARGEST = 250_000  # entries of a Jacobian that is still multiplied out
J: Label = label_of("J")


# -- what is wanted --------------------------------------------------------------------------------------------------
def wanted(way: Way) -> Step | None:
    """The gradient that has to be computed, entry by entry; None for one number, and for one sample's share."""
    if way.is_share or len(way.receivers) == 1:
        return None
    what = "matrix" if len(way.in_shape) == 2 else "vector"
    return step(f"The gradient {what} that is wanted", calculation(way.sent_whole, sent_entries(way)))


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


# -- one entry -------------------------------------------------------------------------------------------------------
def chain_rule(way: Way, *more: f.Formula | Line) -> Calculation:
    """∂E/∂s_i = ∂E/∂o_1 ∂o_1/∂s_i + … = Σ_j ∂E/∂o_j ∂o_j/∂s_i."""
    left = way.sent(way.chosen)
    if len(way.outputs) == 1:
        return calculation(left, way.term(numbers_of(way.outputs[0]), way.chosen), *more)
    expanded = way.written_out(lambda out: way.term(out, way.chosen))
    return calculation(left, expanded, way.summed(lambda out: way.term(out, way.chosen)), *more)


def chain_step(way: Way) -> Step:
    title = "Chain rule: a sum over all outputs" if len(way.outputs) > 1 else "Chain rule"
    return step(title, chain_rule(way), remark=meaning(way))


def meaning(way: Way) -> list[Part]:
    """What the letters stand for here."""
    said: list[str] = []
    if len(way.outputs) > 1 and way.last:
        said.append(f"{way.last} = {len(way.outputs)} outputs")
    if len(way.receivers) > 1:
        letters = sorted(way.chosen, key=lambda place: place.text)
        said.append(", ".join(f"{place.text} = {place.at + 1}" for place in letters) + ", the entry picked above")
    told = [f"Here {'; '.join(said)}."] if said else []
    if way.is_share:
        told.append(f" This is the share of sample {way.scene.sample + 1}; all samples' shares are added at the end.")
    return [*told]


def vanishing(way: Way, met: Callable[[f.Shape], bool], kept: f.Formula | None, words: str) -> list[Calculation]:
    """The cross terms are 0: first the rule, then the sum with its vanishing terms struck out, then what is left.

    `met(j)` says whether output j depends on the chosen entry; `kept` is the last word on the term that stays.
    """
    other = next((index for index in way.outputs if not met(index)), None)
    found: list[Calculation] = []
    if other is not None:
        place = tuple(Place(p.text, at, True) for p, at in zip(way.running, other, strict=True))
        zero = Remark(f.Number(0.0), words)
        found.append(calculation(way.partial(place, way.chosen), zero))

    def judged(out: Places) -> f.Formula:
        return Marked(way.term(out, way.picked), "kept" if met(indices(out)) else "zero")

    stays = next(index for index in way.outputs if met(index))
    if len(way.outputs) > 1:
        terms = [judged(numbers_of(index)) for index in way.outputs]
        lines: list[Right] = [Series(tuple(terms), way.outputs.index(stays))]
        lines.append(way.term(numbers_of(stays), way.picked))
        found.append(calculation(way.sent(way.picked), *lines))
    if kept is not None:
        found.append(calculation(way.sent(way.chosen), kept))
    return found


def in_numbers(way: Way, right: f.Formula, *more: f.Formula) -> Calculation:
    """The picked entry with its numbers: ∂E/∂s_2 = … = −0.6225 · 0.235 = −0.1463."""
    left = way.sent(way.picked)
    lines: list[Right] = [right, *more]
    return calculation(left, *lines, numbers(more[-1] if more else right), result(left))


# -- all entries -----------------------------------------------------------------------------------------------------
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
) -> Step | None:
    """The entries stacked: the matrix of all ∂o_j/∂s_i times what arrives, in symbols, in its own terms, in numbers.

    `entry` writes ∂o_j/∂s_i in the gate's own terms, where it has any.
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
    lines += [numbers(_met(in_own, arrived, rows), moves=True), result(left)]
    return step("As a matrix", calculation(left, *lines), remark=remark)


def _met(matrix: f.Formula, arrived: f.Formula, rows: bool) -> f.Formula:
    factors = (arrived, matrix) if rows else (matrix, arrived)
    return times(*factors)


def _jacobian_times(way: Way, rows: bool) -> f.Formula:
    """Jᵀ ∂E/∂o, or ∂E/∂o J where gradients are rows."""
    matrix = f.Symbol(J, jacobian(way))
    return times(way.arrives, matrix) if rows else times(f.Transpose(matrix), way.arrives)


# -- the shortcut ----------------------------------------------------------------------------------------------------
def shortcut_step(way: Way, *names: f.Formula, remark: Sequence[Part] | str = ()) -> Step | None:
    """What is computed instead of the matrix product; `names` are other ways to write it."""
    scene = way.scene
    written = Rules(scene).sent_back(way.wrt, way.arrives if way.of == scene.graph.objective else way.upstream)
    if written is None:
        return None
    left = way.sent_whole
    lines: list[Right] = [*names, Line(written, shapes=True)]
    spelled = f.spelled_out(written)
    if spelled is not written:
        lines.append(numbers(spelled))
    if not isinstance(written, f.Symbol):
        lines.append(numbers(written))
    return step("The shortcut", calculation(left, *lines, result(left)), remark=remark)


def alone(way: Way) -> list[Part]:
    """The proviso of the rule: what is read feeds this line only, or others too."""
    scene = way.scene
    into, out = label_part(scene.label(way.wrt), way.wrt), label_part(scene.label(way.of), way.of)
    if scene.fans_out(way.wrt):
        return [into, " feeds other lines too: what they send back is added."]
    if scene.graph.nodes[way.wrt].kind == "param" or not scene.readings(way.wrt):
        return []
    return ["This is all of it because ", into, " feeds only ", out, "."]


def named_step(way: Way) -> Step | None:
    """The lesson's own name where it stands for minus the gradient: δ = −∂E/∂s."""
    scene = way.scene
    if not scene.notation.negated(way.wrt):
        return None
    own = scene.gradient(way.wrt)
    minus = f.Negative(scene.gradient(way.wrt, own=False))
    said = ["On the card stands ", label_part(own.label, way.wrt), ", which the lesson defines with a minus sign."]
    return step("By the lesson's own name", calculation(own, minus, numbers(minus), result(own)), remark=said)


def fan_out_step(way: Way) -> Step | None:
    """The gradients that come back from several readers are summed."""
    scene = way.scene
    if not scene.fans_out(way.wrt):
        return None
    readers = list(dict.fromkeys(reader for reader, _ in scene.readings(way.wrt)))
    own = not scene.notation.negated(way.wrt)
    parts = tuple(scene.contribution(reader, way.wrt, own) for reader in readers)
    whole = scene.gradient(way.wrt, own)
    if len(parts) == 1:
        return None
    total = f.Sum(parts)
    place = indices(way.picked)
    one = way.gradient(way.wrt, way.picked)
    each = tuple(
        replace(one, value=np.asarray(scene.contribution_of(reader, way.wrt)[place]), cells=None, note=part.note)
        for reader, part in zip(readers, parts, strict=True)
    )
    return step(
        "At the fan-out, gradients are summed",
        calculation(whole, total, numbers(total), result(whole)),
        calculation(one, f.Sum(each), numbers(f.Sum(each)), result(one, beside=True)) if way.in_shape else None,
    )
