"""How the reader wants it: the language, conventions over the handout's own, the objective, fused losses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args, get_type_hints

from explorer.notation import Notation

Language = Literal["en", "el", "pl", "ru", "zh"]  # those of explorer.locale


@dataclass(frozen=True)
class Settings:
    """What is chosen beside the numbers; "" leaves a convention to the handout.

    gradients: whether the gradient of a vector stands as a column or as a row.
    sign: δ = ∂L/∂s (plus) or δ = −∂L/∂s (minus), for the gradients that the lesson calls δ.
    weights: index order of a matrix element, W_{row,column} or w_{from,to}.
    reduction: how the samples' losses make the objective.
    fuse: the loss and the activation before it as one line on the logits.
    language: what everything is said in.
    """

    gradients: Literal["", "column", "row"] = ""
    sign: Literal["", "plus", "minus"] = ""
    weights: Literal["", "row-column", "from-to"] = ""
    reduction: Literal["mean", "sum"] = "mean"
    fuse: bool = False
    language: Language = "en"

    def notation(self, own: Notation) -> Notation:
        """The handout's notation with the conventions that were chosen over it."""
        return replace(
            own,
            deltas=self.gradients or own.deltas,
            sign=self.sign or own.sign,
            weights=self.weights or own.weights,
        )

    @classmethod
    def choices(cls, name: str) -> tuple[str, ...]:
        """What a convention may be, "" left out."""
        return tuple(choice for choice in get_args(get_type_hints(cls)[name]) if choice)
