"""Explanations of one pass: formulas, their numbers, and a sentence for every step."""

from explorer.explain.narration import narrate
from explorer.explain.saturation_words import why_not_finite
from explorer.explain.tabs import TABS, explain

__all__ = ["TABS", "explain", "narrate", "why_not_finite"]
