"""Explanations of one pass: formulas, their numbers, and a sentence for every step."""

from explorer.explain.narration import narrate
from explorer.explain.not_finite import not_finite
from explorer.explain.saturation_alert import why_not_finite
from explorer.explain.tabs import TABS, explain

__all__ = ["TABS", "explain", "narrate", "not_finite", "why_not_finite"]
