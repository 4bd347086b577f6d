"""Softmax: every output reads every input, so no term vanishes, and there is one full Jacobian for each sample.

Source: homework ②.
"""

from __future__ import annotations

import numpy as np

from explorer.explain import formula as f
from explorer.explain.definitions import power_of_e
from explorer.explain.derivation.batch import rows_step
from explorer.explain.derivation.chain import chain_step, in_numbers, wanted
from explorer.explain.derivation.matrix import J, jacobian, matrix_step, partials
from explorer.explain.derivation.places import Place, Places, indices, numbered
from explorer.explain.derivation.shortcut import alone, shortcut_step
from explorer.explain.derivation.steps import Right, Step, calculation, numbers, result, step
from explorer.explain.derivation.way import Way, times
from explorer.explain.derived import BigSum, Series, label_of
from explorer.explain.scene import Scene
from explorer.explain.slopes import minus
from explorer.locale import _, tell

FEW = 4  # outputs up to which "the sum of the others" is spelled out
LARGEST = 300  # entries of a softmax whose Jacobian is still multiplied out


def by_logits(scene: Scene, name: str) -> list[Step] | None:
    """The steps back through a softmax of one vector; None for any other line."""
    code = scene.node.code
    if (
        len(code) != 1
        or code[0].op.name != "softmax"
        or len(scene.node.shape) != 1
        or not 1 < scene.node.shape[0] <= LARGEST
    ):
        return None
    matrix = np.asarray(scene.trace.jacobian(scene.node.name, name).dense(scene.sample))
    return Softmax(Way(scene, name, lambda out, into: float(matrix[out[0], into[0]]))).steps()


class Softmax:
    """Shares s_i of powers e^{a_i}."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self.count = way.out_shape[0]

    def steps(self) -> list[Step]:
        way = self.way
        found: list[Step | None] = [
            self._gate(),
            wanted(way),
            chain_step(way),
            self._own(),
            self._other(),
            self._jacobian(),
            self._sum(),
        ]
        found += [
            matrix_step(way, self.entry, remark=alone(way)),
            shortcut_step(way, remark=self._spared()),
            rows_step(way),
        ]
        return [one for one in found if one is not None]

    # -- entries -----------------------------------------------------------------------------------------------------
    def s(self, at: Place) -> f.Symbol:
        return self.way.value(self.way.of, (at,))

    def power(self, at: Place) -> f.Formula:
        return power_of_e(self.way.value(self.way.wrt, (at,)))

    def others(self, at: Place) -> f.Formula:
        """The sum of the other outputs."""
        rest = tuple(self.s(numbered(j)) for j in range(self.count) if j != at.at)
        if at.text.isalpha():
            body = self.s(Place("j", at.at, True))
            return BigSum(f"j ≠ {at.text}", "", body, rest)
        return rest[0] if len(rest) == 1 else Series(rest)

    def entry(self, out: Places, into: Places) -> f.Formula:
        """∂s_j/∂a_i in its own terms: s_i · (sum of the others) on the diagonal, −s_i s_j elsewhere."""
        (row,), (across,) = out, into
        if row.at != across.at:
            first, second = sorted((row, across), key=lambda place: place.at)
            return f.Negative(times(self.s(first), self.s(second)))
        if self.count <= FEW:
            return times(self.s(row), self.others(row))
        return times(self.s(row), minus(f.ONE, self.s(row)))

    # -- steps -------------------------------------------------------------------------------------------------------
    def _gate(self) -> Step:
        way, (i,) = self.way, self.way.chosen
        with np.errstate(all="ignore"):
            terms = tuple(self.power(numbered(j)) for j in range(self.count))
            total = BigSum("j = 1", "k", self.power(Place("j", i.at, True)), terms)
            written = f.Fraction(self.power(i), total)
            spelled = f.Fraction(self.power(way.picked[0]), Series(terms))
            finite = bool(np.isfinite(spelled.evaluate()))
        left = self.s(way.picked[0])
        picked = calculation(left, spelled, numbers(spelled), result(left)) if finite else None
        return step(_("The gate"), calculation(self.s(i), written), picked)

    @property
    def _total(self) -> tuple[f.Symbol, f.Formula]:
        """N, the sum of the powers."""
        with np.errstate(all="ignore"):
            terms = tuple(self.power(numbered(j)) for j in range(self.count))
            total = BigSum("j = 1", "k", self.power(Place("j", 0, True)), terms)
            return f.Symbol(label_of("N"), np.asarray(total.evaluate())), total

    def _own(self) -> Step:
        """∂s_i/∂a_i by the quotient rule."""
        way, (i,), (at,) = self.way, self.way.chosen, self.way.picked
        total, written = self._total
        power = self.power(i)
        squared = f.Power(total, f.Number(2.0))
        quotient = f.Fraction(minus(f.Product((power, total)), f.Product((power, power))), squared)
        parted = f.Product((f.Fraction(power, total), f.Fraction(minus(total, power), total)), "·")
        ends = [f.Product((self.s(i), self.others(i)), "·"), f.Product((self.s(i), minus(f.ONE, self.s(i))))]
        number = f.Product((self.s(at), minus(f.ONE, self.s(at))))
        left = way.partial((at,), (at,))
        pieces = [calculation(total, written), calculation(way.partial((i,), (i,)), quotient, parted, *ends)]
        pieces.append(calculation(left, number, numbers(number), result(left)))
        said = _("The quotient rule; all outputs together are 1.")
        return step(_("An output by its own input"), *pieces, remark=said)

    def _other(self) -> Step:
        """∂s_j/∂a_i for j ≠ i."""
        way, (i,), (at,) = self.way, self.way.chosen, self.way.picked
        other = (i.at + 1) % self.count
        j, named = Place("j", other, True), numbered(other)
        total = self._total[0]
        squared = f.Power(total, f.Number(2.0))
        top = minus(f.Product((f.Number(0.0), total), "·"), f.Product((self.power(j), self.power(i))))
        ends = [f.Fraction(top, squared), f.Negative(times(self.s(j), self.s(i)))]
        number = f.Negative(times(self.s(named), self.s(at)))
        left = way.partial((named,), (at,))
        pieces = [calculation(way.partial((j,), (i,)), *ends), calculation(left, number, numbers(number), result(left))]
        said = _("Raising one input lowers the other shares.")
        return step(_("An output by another input, j ≠ i"), *pieces, remark=said)

    def _jacobian(self) -> Step:
        """The Jacobian of this sample."""
        way = self.way
        own = partials(way, False, self.entry)
        name = f.Symbol(J, jacobian(way))
        lines: list[Right] = [partials(way, False), own, numbers(name)]
        scene = way.scene
        if scene.batch == 1:
            title = _("The Jacobian")
        elif scene.stacked:
            title = _("The Jacobians: one for each sample")
        else:
            title = tell("The Jacobian of sample {n}: one for each", n=scene.sample + 1)
        return step(title, calculation(name, *lines))

    def _sum(self) -> Step:
        """The chain rule's sum for the picked entry; no term of it vanishes."""
        way = self.way
        made = in_numbers(way, way.written_out(lambda out: way.term(out, way.picked), indices(way.picked)))
        return step(_("One entry with its numbers: no term vanishes"), made)

    def _spared(self) -> str:
        return _("One inner product does the work of the whole matrix.")
