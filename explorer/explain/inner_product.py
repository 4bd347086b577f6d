"""The inner product that a softmax's shortcut takes from every entry, with its own products written out once."""

from __future__ import annotations

from explorer.explain import formula as f
from explorer.explain.blocks import Block, formula, joined, line
from explorer.locale import _

MOST_TERMS = 6


def inner_product(written: f.Formula) -> list[Block]:
    """⟨s, ∂L/∂s⟩ = s₁ ∂L/∂s₁ + … in numbers, for s ∘ (∂L/∂s − ⟨s, ∂L/∂s⟩); nothing for any other formula."""
    match written:
        case f.Negative(inner=inner):
            return inner_product(inner)
        case f.Product(factors=(_, f.Sum(terms=(_, f.Negative(inner=f.Local(inner=f.Inner() as found)))))):
            return _worked_out(found)
    return []


def _worked_out(found: f.Inner) -> list[Block]:
    pairs = list(zip(*(side.evaluate().reshape(-1) for side in (found.left, found.right)), strict=True))
    if len(pairs) > MOST_TERMS:
        return []
    total = f.Sum(tuple(f.Product((f.Number(float(a)), f.Number(float(b)))) for a, b in pairs))
    lines = joined(line(found, total, numbers=True), line(None, f.Local(found), numbers=True))
    return [formula(lines, caption=[_("One number, taken from every entry:")])]
