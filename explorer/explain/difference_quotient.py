"""How a central difference was taken, with the numbers of one entry: whoever has a calculator can take it again."""

from __future__ import annotations

from fractions import Fraction as Ratio

import numpy as np

from explorer.engine.differences import COMBINED, Difference
from explorer.explain import formula as f
from explorer.explain.blocks import Block, formula, line
from explorer.explain.numbers import spoken
from explorer.explain.scene import Scene
from explorer.notation import Label

STEP_LABEL: Label = (("ε", ""),)  # not h: lessons have hidden layers of that name
ALL_DIGITS = 17


class Quotient:
    """The formulas of a difference at one entry: E(w + ε), E(w − ε), and the slope that they give."""

    def __init__(self, scene: Scene, index: tuple[int, ...], difference: Difference) -> None:
        self.scene, self.difference = scene, difference
        name = scene.node.name
        cells = f.Cells(name, "value", scene.node.shape, index)
        label = scene.entry_label(name, index)
        self.entry = f.Symbol(label, np.asarray(scene.value_of(name)[index]), cells, kind="value")
        self.step = f.Symbol(STEP_LABEL, np.asarray(difference.step))
        over: Label = (("∂", ""), *scene.notation.loss_label)
        self.derivative = f.Symbol(over, np.asarray(difference.value), None, (("∂", ""), *label))

    def objective(self, k: int, ahead: bool) -> f.Call:
        """E(w ± kε) with its value."""
        move: f.Formula = self.step if k == 1 else f.Product((f.Number(float(k)), self.step))
        moved = f.Sum((self.entry, move if ahead else f.Negative(move)))
        value = (self.difference.ahead if ahead else self.difference.behind)[k - 1]
        return f.Call(self.scene.notation.loss_label, (moved,), np.asarray(value))

    def slope(self, k: int) -> f.Fraction:
        """(E(w + kε) − E(w − kε)) / 2kε; among numbers, the two values of E as they were found."""
        change = f.Sum((f.Local(self.objective(k, True)), f.Negative(f.Local(self.objective(k, False)))))
        return f.Fraction(change, f.Product((f.Number(2.0 * k), self.step)))

    def named(self, k: int) -> f.Symbol:
        """d₁, d₂, d₃."""
        return f.Symbol((("d", ""), (str(k), "sub")), np.asarray(self.difference.slopes[k - 1]))

    def combined(self) -> f.Sum:
        """3/2 d₁ − 3/5 d₂ + 1/10 d₃."""
        terms: list[f.Formula] = []
        for k, weight in enumerate(COMBINED, start=1):
            ratio = Ratio(abs(weight)).limit_denominator(100)
            share = f.Fraction(f.Number(float(ratio.numerator)), f.Number(float(ratio.denominator)))
            term = f.Product((share, self.named(k)))
            terms.append(term if weight > 0 else f.Negative(term))
        return f.Sum(tuple(terms))


def first_difference(quotient: Quotient) -> Block:
    """The two values and their difference over the distance. Two numbers so near take all their digits to be told."""
    ahead, behind = quotient.objective(1, True), quotient.objective(1, False)
    slope, step = quotient.slope(1), spoken(quotient.difference.step, ALL_DIGITS)
    values = [spoken(float(one.evaluate()), ALL_DIGITS) for one in (ahead, behind)]
    found = [
        shown
        for one, said in zip((ahead, behind), values, strict=True)
        for shown in (
            line(one, one, numbers=True),
            {**line(None, f.Local(one), numbers=True), "text": f"= {said}"},
        )
    ]
    block = formula(
        line(quotient.step, quotient.step, numbers=True),
        *found,
        line(quotient.named(1), slope),
        {**line(None, slope, numbers=True), "text": f"= ({values[0]} − {values[1]})/(2·{step})"},
        line(None, quotient.named(1), numbers=True, role="result"),
    )
    return _exact(block)


def all_differences(quotient: Quotient) -> Block:
    """The other two differences, and the three combined."""
    combined = quotient.combined()
    further = [
        shown
        for k in (2, 3)
        for shown in (line(quotient.named(k), quotient.slope(k)), line(None, quotient.named(k), numbers=True))
    ]
    block = formula(
        *further,
        line(quotient.derivative, combined),
        line(None, combined, numbers=True),
        line(None, quotient.derivative, numbers=True, role="result"),
    )
    return _exact(block)


def _exact(block: Block) -> Block:
    """Numbers with all their digits, whatever the reader has chosen for the page."""
    return {**block, "digits": "all"}
