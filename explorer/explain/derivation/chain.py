"""One entry: what is wanted, the chain rule as a sum over all outputs, the terms that vanish, the numbers."""

from __future__ import annotations

from collections.abc import Callable

from explorer.explain import formula as f
from explorer.explain.derivation.matrix import sent_entries
from explorer.explain.derivation.places import Place, Places, indices, numbers_of
from explorer.explain.derivation.steps import Calculation, Line, Right, Step, calculation, numbers, result, step
from explorer.explain.derivation.way import Way
from explorer.explain.derived import Marked, Remark, Series
from explorer.explain.phrases import say, sentences
from explorer.explain.text import Part
from explorer.locale import _, tell


def wanted(way: Way) -> Step | None:
    """The gradient that has to be computed, entry by entry; None for one number, and for one sample's share."""
    if way.is_share or len(way.receivers) == 1:
        return None
    matrix = len(way.in_shape) == 2
    title = _("The gradient matrix that is wanted") if matrix else _("The gradient vector that is wanted")
    return step(title, calculation(way.sent_whole, sent_entries(way)))


def chain_rule(way: Way, *more: f.Formula | Line) -> Calculation:
    """∂E/∂s_i = ∂E/∂o_1 ∂o_1/∂s_i + … = Σ_j ∂E/∂o_j ∂o_j/∂s_i."""
    left = way.sent(way.chosen)
    if len(way.outputs) == 1:
        return calculation(left, way.term(numbers_of(way.outputs[0]), way.chosen), *more)
    expanded = way.written_out(lambda out: way.term(out, way.chosen))
    return calculation(left, expanded, way.summed(lambda out: way.term(out, way.chosen)), *more)


def chain_step(way: Way) -> Step:
    title = _("Chain rule: a sum over all outputs") if len(way.outputs) > 1 else _("Chain rule")
    return step(title, chain_rule(way), remark=meaning(way))


def meaning(way: Way) -> list[Part]:
    """What the letters stand for here."""
    letters = sorted((place for place in way.chosen if place.text.isalpha()), key=lambda place: place.text)
    entry = ", ".join(f"{place.text} = {place.at + 1}" for place in letters) if len(way.receivers) > 1 else ""
    outputs = f"{way.last} = {len(way.outputs)}" if len(way.outputs) > 1 and way.last else ""
    return sentences(_letters(outputs, entry), _share(way) if way.is_share else [])


def _letters(outputs: str, entry: str) -> list[Part]:
    if outputs and entry:
        return say("Here {outputs} outputs; {entry}, the entry picked above.", outputs=outputs, entry=entry)
    if entry:
        return say("Here {entry}, the entry picked above.", entry=entry)
    return say("Here {outputs} outputs.", outputs=outputs) if outputs else []


def _share(way: Way) -> list[Part]:
    if way.scene.stacked:
        return say("This is the share of one sample, b; all samples' shares are added at the end.")
    number = str(way.scene.sample + 1)
    return say("This is the share of sample {n}; all samples' shares are added at the end.", n=number)


def where_not(out: object, into: object) -> str:
    """Said of a derivative that is 0: for j ≠ i."""
    return " " + tell("for {out} ≠ {into}", out=out, into=into)


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
