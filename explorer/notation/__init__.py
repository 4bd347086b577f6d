"""The lesson's conventions as a value: symbols, names of gradients, row or column, index order."""

from explorer.notation.convention import Notation
from explorer.notation.labels import Label, parse_label, plain

__all__ = ["Label", "Notation", "parse_label", "plain"]
