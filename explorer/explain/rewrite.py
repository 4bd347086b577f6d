"""A formula with its symbols written otherwise, in whatever pieces they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from explorer.explain import formula as f


def rewritten(formula: f.Formula, symbol: Callable[[f.Symbol], f.Symbol]) -> f.Formula:
    """The same formula, each of its symbols as `symbol` gives it back."""

    def written(part: Any) -> Any:
        if isinstance(part, tuple):
            return tuple(written(one) for one in part)
        if not isinstance(part, f.Formula):
            return part
        if isinstance(part, f.Symbol):
            return symbol(part)
        return replace(part, **{field.name: written(getattr(part, field.name)) for field in fields(part)})

    made: f.Formula = written(formula)
    return made
