"""Minus signs where they read best: −(−x) is x, −(o − t) is t − o, −(Wᵀδ) is −Wᵀδ.

A lesson may call minus a gradient δ. Everything that goes back is linear in what arrives, so that only the sign of a
whole formula ever has to be turned.
"""

from __future__ import annotations

from dataclasses import replace

from explorer.explain import formula as f

DIFFERENCE = 2  # terms, one of them with a minus sign


def negative(formula: f.Formula) -> f.Formula:
    """Minus the formula. A difference is turned round; a product keeps its factors behind one minus sign."""
    match formula:
        case f.Negative(inner=inner):
            return inner
        case f.Sum(terms=terms) if _is_difference(formula):
            first, second = (negative(term) for term in terms)
            return f.Sum((second, first) if isinstance(first, f.Negative) else (first, second))
        case f.Local(inner=f.Negative() | f.Sum() as inner) if isinstance(inner, f.Negative) or _is_difference(inner):
            return replace(formula, inner=negative(inner))
        case f.Product(factors=(f.Fraction() as share, f.Local() | f.Sum() as last)) if f.is_number(share):
            turned = negative(last)
            if not isinstance(turned, f.Negative):
                return replace(formula, factors=(share, turned))
    return f.Negative(formula)


def _is_difference(formula: f.Formula) -> bool:
    terms = formula.terms if isinstance(formula, f.Sum) else ()
    return len(terms) == DIFFERENCE and sum(isinstance(term, f.Negative) for term in terms) == 1
