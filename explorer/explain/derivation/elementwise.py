"""Element-wise gates, σ above all: the chain rule as a sum, vanishing cross terms, the diagonal matrix, the shortcut.

Source: HCI lab 7, B5.2; lecture 20, 20.2; homework ⑥; MLP notes, equation (4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from explorer.explain import formula as f
from explorer.explain.derivation.arrived import arrived_step
from explorer.explain.derivation.batch import rows_step
from explorer.explain.derivation.chain import chain_step, in_numbers, vanishing, wanted, where_not
from explorer.explain.derivation.matrix import J, jacobian, matrix_step, partials, sent_entries
from explorer.explain.derivation.places import Places, indices, numbers_of
from explorer.explain.derivation.shortcut import alone, shortcut_step
from explorer.explain.derivation.steps import Right, Step, calculation, onward, step
from explorer.explain.derivation.unary import Gate
from explorer.explain.derivation.way import times
from explorer.explain.derived import Listed, column
from explorer.explain.expression import function_label
from explorer.explain.phrases import say
from explorer.explain.slopes import times as entry_by_entry
from explorer.explain.text import label_part
from explorer.locale import _
from explorer.notation.expressions import is_function

MOST_LISTED = 5  # entries of a row that is written by hand


def by_entry(gate: Gate) -> list[Step]:
    """The steps of an element-wise gate."""
    way = gate.way
    many = len(way.outputs) > 1
    found: list[Step | None] = [_gate(gate)]
    if many:
        found += [wanted(way), chain_step(way), _cross_terms(gate), _slope(gate), _stacked(gate)]
        found.append(matrix_step(way, _entry(gate), remark=alone(way)))
        found += [_jacobian(gate), shortcut_step(way)]
    else:
        short = shortcut_step(way)  # says nothing new of a single entry, but which rule it is
        found.append(replace(_slope(gate), badge=short.badge if short else ""))
    found.append(arrived_step(way, lambda into: (into, (gate.slope(into, True),)), _primes(gate), _whole(gate)))
    found.append(rows_step(way, _all_rows(gate)))
    return [one for one in found if one is not None]


def _gate(gate: Gate) -> Step:
    way, rows = gate.way, gate.way.scene.rows
    outs = np.asarray(way.scene.value_of(way.of)).reshape(-1)
    if len(outs) == 1:
        return step(_("The gate"), calculation(way.value(way.of, way.picked), gate.applied(way.picked)))
    applied = column(lambda at: gate.applied(numbers_of((at,))), outs, rows)
    entries = column(lambda at: way.value(way.of, numbers_of((at,))), outs, rows)
    return step(_("The gate, entry by entry"), calculation(way.scene.value(way.of), applied, entries))


def _cross_terms(gate: Gate) -> Step:
    way = gate.way
    into, out = way.value(way.wrt, way.chosen), way.value(way.of, way.chosen)
    kept = times(way.up(way.chosen), way.partial(way.chosen, way.chosen))
    found = vanishing(way, lambda index: index == indices(way.chosen), kept, where_not(way.out, way.into))
    names = {"into": label_part(into.label, way.wrt), "out": label_part(out.label, way.of)}
    said = say("Each {into} affects its own {out} and no other.", **names)
    return step(_("The cross terms vanish"), *found, remark=said)


def _slope(gate: Gate) -> Step:
    """∂E/∂s_i = ∂E/∂o_i ∂σ(s_i)/∂s_i = ∂E/∂o_i σ(s_i)(1 − σ(s_i))."""
    way, up = gate.way, gate.way.up(gate.way.chosen)
    letter = gate.of_a_letter(way.chosen)
    lines: list[Right] = [times(up, way.partial(way.chosen, way.chosen)), times(up, gate.differentiated(way.chosen))]
    lines += [times(up, gate.slope(way.chosen)), times(up, gate.slope(way.chosen, True))]
    picked = in_numbers(way, times(way.up(way.picked), gate.slope(way.picked, True)))
    rule = calculation(*letter) if letter else None
    ends = onward(calculation(way.sent(way.chosen), *lines), picked)
    named = is_function(gate.apply.op)
    title = say("The slope of {f}", f=label_part(function_label(gate.apply))) if named else say("The slope")
    return step(title, rule, *ends)


def _stacked(gate: Gate) -> Step:
    way = gate.way

    rows = way.scene.gradient_rows

    def stack(entry: Callable[[Places], f.Formula]) -> f.Formula:
        if rows and len(way.receivers) <= MOST_LISTED:
            return Listed(tuple(entry(numbers_of(index)) for index in way.receivers))
        return column(lambda at: entry(numbers_of((at,))), way.sent_values, rows)

    lines: list[Right] = [
        sent_entries(way),
        stack(lambda places: times(way.up(places), gate.differentiated(places))),
        stack(lambda places: times(way.up(places), gate.slope(places))),
    ]
    title = _("All entries, side by side") if rows else _("All entries, stacked")
    return step(title, calculation(way.sent_whole, *lines))


def _entry(gate: Gate) -> Callable[[Places, Places], f.Formula]:
    """The matrix in the gate's own terms: slopes on the diagonal, 0 elsewhere."""

    def entry(out: Places, into: Places) -> f.Formula:
        return gate.slope(into, True) if indices(out) == indices(into) else f.Number(0.0)

    return entry


def _jacobian(gate: Gate) -> Step | None:
    """J as it is defined, outputs down and inputs across; it was transposed above where gradients are columns."""
    way = gate.way
    if way.scene.gradient_rows:
        return None
    own = partials(way, False, _entry(gate))
    return step(_("where J is the Jacobian"), calculation(f.Symbol(J, jacobian(way)), partials(way, False), own))


def _primes(gate: Gate) -> Callable[[Places], tuple[Places, tuple[f.Formula, ...]]]:
    return lambda into: (into, (gate.prime(into),))


def _whole(gate: Gate) -> Callable[[f.Formula], f.Formula] | None:
    """δ₁ U ∘ σ′(z), what arrives being δ₁ U; None for a single number, and for gates of two operands."""
    way = gate.way
    if len(way.outputs) == 1 or len(gate.apply.operands) != 1:
        return None
    slopes = np.asarray([way.slope(index, index) for index in way.outputs])
    prime = gate.named_prime(way.scene.value(way.wrt), f.orient(slopes, way.scene.gradient_rows))
    return lambda up: f.Product((up, prime), "∘")


def _all_rows(gate: Gate) -> Callable[[f.Symbol], f.Formula] | None:
    """∂L/∂z ∘ z ∘ (1 − z), samples in rows: the second way of writing ⑥."""
    slopes = gate.of_batch() if gate.way.scene.batch > 1 and gate.way.scene.node.batched else None
    return None if slopes is None else lambda arrived: entry_by_entry(arrived, f.Local(slopes))
