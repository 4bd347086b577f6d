"""The Forward tab's own part of a loss on logits: by way of the probability inside, and as it is computed."""

from __future__ import annotations

import numpy as np

from explorer.explain import formula as f
from explorer.explain.blocks import Block, formula, joined, line, note, section
from explorer.explain.definitions import LOSSES, UNARY, log_of, power_of_e, terms_of
from explorer.explain.inside import inside
from explorer.explain.meeting import LOSS_OF, Meeting, meeting
from explorer.explain.phrases import say
from explorer.explain.scene import Scene
from explorer.explain.text import label_part

MOST_TERMS = 4  # entries that are worked out
CLOSE = 1e-9


def forward_blocks(scene: Scene) -> list[Block]:
    """For a lone loss on logits of a few entries; nothing for any other line."""
    met = meeting(scene)
    if inside(scene) is None or met is None or len(met.z) > MOST_TERMS:
        return []
    own = scene.value(scene.node.name)
    blocks = []
    # Saturated, the way by the probability is what must not be gone; the Backward tab tells of it.
    if np.isclose(met.apart.loss, met.together.loss, rtol=CLOSE, atol=0):
        blocks.append(_by_probability(met, own))
    stable = _by_sigmoid(met) if met.activation == "sigmoid" else _by_softmax(met)
    if np.isclose(float(stable.evaluate()), met.together.loss, rtol=CLOSE, atol=0):
        logits = label_part(scene.label(met.logits), met.logits)
        title = say("As it is computed, on {logits} itself", logits=logits)
        blocks.append(section(title, *_top(met), _worked_out(own, stable)))
        counts = say("No probability is rounded on the way, so that every digit of {logits} counts.", logits=logits)
        blocks.append(note(*counts))
    return blocks


def _worked_out(own: f.Formula, right: f.Formula) -> Block:
    """own = symbols = numbers = result."""
    numbers = line(None, right, numbers=True)
    return formula(line(own, right), joined(numbers, line(None, own, numbers=True)))


def _entries(met: Meeting) -> list[tuple[f.Symbol, f.Symbol, f.Symbol]]:
    """(p, z, t) of every output."""
    names = met.line, met.logits, met.target
    return [(met.entry(names[0], k), met.entry(names[1], k), met.entry(names[2], k)) for k in range(len(met.z))]


def _mean(met: Meeting, terms: list[f.Formula]) -> f.Formula:
    total: f.Formula = terms[0] if len(terms) == 1 else f.Sum(tuple(part for term in terms for part in terms_of(term)))
    if met.outputs == 1:
        return total
    return f.Product((f.Fraction(f.ONE, f.Number(float(met.outputs))), total))


def _by_probability(met: Meeting, own: f.Symbol) -> Block:
    """ŷ = 1/(1 + e^−θ), L = −(y ln ŷ + (1 − y) ln(1 − ŷ))."""
    entries = _entries(met)
    powers = tuple(power_of_e(z) for _, z, _ in entries)
    lines: list[Block] = []
    for k, (p, z, _) in enumerate(entries):
        right = UNARY["sigmoid"](z) if met.activation == "sigmoid" else f.Fraction(powers[k], f.Sum(powers))
        lines += [line(p, right)] if k == 0 else []
        numbers = line(p if k else None, right, numbers=True)
        lines.append(joined(numbers, line(None, p, numbers=True)))
    term, _ = LOSSES[LOSS_OF[met.activation][0]]
    loss = f.Negative(_mean(met, [term(p, t) for p, _, t in entries]))
    probabilities = met.symbol(met.line)
    title = say("By way of {p}, which is shown inside", p=label_part(probabilities.label, met.loss))
    return section(title, formula(*lines), _worked_out(own, loss))


def _by_sigmoid(met: Meeting) -> f.Formula:
    """max(θ, 0) − θ y + ln(1 + e^−|θ|)."""
    terms: list[f.Formula] = []
    for _, z, t in _entries(met):
        ramp = f.Call((("max", ""),), (z, f.Number(0.0)), np.maximum(z.evaluate(), 0.0))
        rest = log_of(f.Sum((f.ONE, power_of_e(f.Negative(f.Absolute(z))))))
        terms.append(f.Sum((ramp, f.Negative(f.Product((z, t))), rest)))
    return _mean(met, terms)


def _highest(met: Meeting) -> f.Symbol:
    """m, the largest logit."""
    return f.Symbol((("m", ""),), np.asarray(np.max(met.z)))


def _top(met: Meeting) -> list[Block]:
    """m = max(a₁, a₂, a₃), where it is needed."""
    if met.activation == "sigmoid":
        return []
    highest = _highest(met)
    largest = f.Call((("max", ""),), tuple(z for _, z, _ in _entries(met)), highest.value)
    return [formula(joined(line(highest, largest), line(None, highest, numbers=True)))]


def _by_softmax(met: Meeting) -> f.Formula:
    """m + ln Σ e^(a − m) − Σ t a, for targets that sum to 1."""
    highest, entries = _highest(met), _entries(met)
    powers = tuple(power_of_e(f.Sum((z, f.Negative(highest)))) for _, z, _ in entries)
    hit = [f.Product((t, z)) for _, z, t in entries]
    return f.Sum((highest, log_of(f.Sum(powers)), f.Negative(hit[0] if len(hit) == 1 else f.Sum(tuple(hit)))))
