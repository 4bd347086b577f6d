"""What arrives, written out: the gradient that comes back is itself made of numbers that the reader can see.

∂L/∂W has δ₁ u₁₁ σ′(z₁) x₁ in its first entry (MLP notes, equation 6), and ∂E/∂w⁽²⁾_{i,j} is
(o_j − t_j) o_j (1 − o_j) o_i (lecture 20, 20.4).
"""

from __future__ import annotations

from collections.abc import Callable

from explorer.explain import formula as f
from explorer.explain.derivation.places import Places, numbers_of
from explorer.explain.derivation.source import Factors, Source
from explorer.explain.derivation.steps import Calculation, Step, calculation, numbers, onward, result, step
from explorer.explain.derivation.way import Way, times
from explorer.explain.derived import Listed, Series, column, grid
from explorer.explain.phrases import say
from explorer.explain.text import label_part

Beside = Callable[[Places], tuple[Places, Factors]]
NARROW = 2  # columns in sight of a matrix whose entries are products of many factors
MOST_LISTED = 5


def arrived_step(
    way: Way, beside: Beside, short: Beside | None = None, whole: Callable[[f.Formula], f.Formula] | None = None
) -> Step | None:
    """The picked entry, and all entries, with what arrives put in; None where no formula is known for that.

    `beside` says for an entry of what is read which entry of what arrives it takes, and the factors beside that;
    `short` is the same for all entries together, which have less room; `whole` writes the rule for vectors.
    """
    chosen = _entry(way, way.chosen, beside, False)
    picked = _entry(way, way.picked, beside, False)
    if chosen is None or picked is None:
        return None
    left = way.sent(way.picked)
    by_name = _by_name(way, beside)
    general = [chosen] if by_name is None else [chosen, by_name]
    own = calculation(left, picked, numbers(picked), result(left))
    pieces: list[Calculation | None] = [*onward(calculation(way.sent(way.chosen), *general), own)]
    together = None if _long(picked) else _together(way, short or beside)
    if whole is not None:
        pieces.append(_at_once(way, whole))
    arrives = way.upstream if way.of != way.scene.graph.objective else way.scene.gradient(way.of)
    name = label_part((*arrives.label, *((("/", ""), *arrives.under) if arrives.under else ())))
    return step(say("What arrives, written out: {name}", name=name), *pieces, together)


def _at_once(way: Way, whole: Callable[[f.Formula], f.Formula]) -> Calculation | None:
    """δ₂ = ∂L/∂h ∘ σ′(z) = δ₁ U ∘ σ′(z)."""
    arrived = Source(way.scene).whole(way.of)
    return None if arrived is None else calculation(way.sent_whole, whole(way.arrives), whole(arrived))


def _by_name(way: Way, beside: Beside) -> f.Formula | None:
    """The same with the lesson's δ = −∂E/∂s: −(Σ δ_k w_{j,k}) …; None where no such name comes in."""
    up, factors = beside(way.chosen)
    arrived = Source(way.scene, named=True).entry(way.of, up)
    if arrived is None or not (isinstance(arrived[0], f.Number) and arrived[0].value == -1.0):
        return None
    return f.Negative(times(*arrived[1:], *factors))


def _long(picked: f.Formula) -> bool:
    """Whether an entry is itself a sum over several outputs: a matrix of such entries fits on no page."""
    return isinstance(picked, f.Product) and any(isinstance(factor, Series) for factor in picked.factors)


def _entry(way: Way, into: Places, beside: Beside, prime: bool) -> f.Formula | None:
    up, factors = beside(into)
    arrived = Source(way.scene, prime).entry(way.of, up)
    return None if arrived is None else times(*arrived, *factors)


def _together(way: Way, beside: Beside) -> Calculation | None:
    """All entries: a matrix of products, a column, or a row as it is written by hand."""
    if len(way.receivers) == 1:
        return None

    def entry(index: f.Shape) -> f.Formula:
        written = _entry(way, numbers_of(index), beside, True)
        return way.sent(numbers_of(index)) if written is None else written

    left, values = way.sent_whole, way.sent_values
    if len(way.in_shape) == 2:
        return calculation(left, grid(way.in_shape, lambda i, j: entry((i, j)), values, NARROW))
    if way.scene.stands_as_row(way.wrt) and len(way.receivers) <= MOST_LISTED:
        return calculation(left, Listed(tuple(entry(index) for index in way.receivers)))
    return calculation(left, column(lambda at: entry((at,)), values, way.scene.stands_as_row(way.wrt)))
