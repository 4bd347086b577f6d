"""Explanations of one pass: formulas, their numbers, and a sentence for every step."""

from explorer.explain.narration import narrate
from explorer.explain.tabs import explain

__all__ = ["explain", "narrate"]
