"""The lesson's notation: how names of a graph are written on cards, in formulas and in sentences.

A graph's text has plain identifiers (`b1`, `theta`); the handouts write b₁ and θ. Labels keep subscripts and
superscripts apart from the text, because the stage draws them as SVG spans, the inspector as MathML and the
narration as Unicode.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal

from explorer.engine.fusion import contained
from explorer.notation.expressions import function_name, title
from explorer.notation.labels import Label, parse_label

if TYPE_CHECKING:
    from explorer.engine.graph import Graph, Node

LETTERS = "alpha beta gamma delta epsilon zeta eta theta iota kappa mu nu xi pi rho sigma tau upsilon phi chi"
GREEK = {name: unicodedata.lookup(f"GREEK SMALL LETTER {name.upper()}") for name in LETTERS.split()} | {
    "psi": "ψ",
    "omega": "ω",
    "lambda": "λ",
    "lam": "λ",
}
ACCENTS = {
    "hat": "\N{COMBINING CIRCUMFLEX ACCENT}",
    "bar": "\N{COMBINING MACRON}",
    "tilde": "\N{COMBINING TILDE}",
}


@dataclass(frozen=True)
class Notation:
    """How one lesson writes its mathematics.

    symbols: markup by graph name, such as {"W1": "W^{(1)}"}; other names are guessed (b1 → b₁, theta → θ).
    gradients: markup of the lesson's own names for gradients, such as {"theta": "δ_1"}.
    loss: markup of the objective; `symbol("loss")` unless `symbols` says otherwise.
    vectors: whether a vector of the graph stands as a column (W·x) or as a row (x·W).
    deltas: whether a vector's gradient stands as a column or as a row; "" for the same as `vectors`.
    sign: of the gradients that the lesson names (`gradients`): δ = ∂L/∂s (plus), or δ = −∂L/∂s (minus).
    weights: index order of a matrix element: W_{row,column}, or w_{from,to}, which stands in row `to` in W·x and in
        row `from` in x·W.
    entries: whether a matrix element keeps its matrix's letter, W₁,₂, or has the small one, w₁,₂ (from-to always has).
    learning_rate: markup of the step length.
    inside: for a loss that has its activation inside, the name that the activation's line had: {"loss": "y_hat"}.
    Raises: ValueError that quotes malformed markup and says where it goes wrong.
    """

    symbols: Mapping[str, str] = field(default_factory=dict)
    gradients: Mapping[str, str] = field(default_factory=dict)
    loss: str = "L"
    vectors: Literal["column", "row"] = "column"
    deltas: Literal["", "column", "row"] = ""
    sign: Literal["plus", "minus"] = "plus"
    weights: Literal["row-column", "from-to"] = "row-column"
    entries: Literal["kept", "small"] = "kept"
    learning_rate: str = "η"
    inside: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for option, allowed in (
            ("vectors", ("column", "row")),
            ("deltas", ("", "column", "row")),
            ("sign", ("plus", "minus")),
            ("weights", ("row-column", "from-to")),
            ("entries", ("kept", "small")),
        ):
            if getattr(self, option) not in allowed:
                expected = " or ".join(repr(choice) for choice in allowed)
                raise ValueError(f"notation: {option} is {getattr(self, option)!r}. Expected {expected}.")
        _ = self._labels, self._gradient_labels, self.loss_label, self.rate_label

    @cached_property
    def _labels(self) -> Mapping[str, Label]:
        return {name: parse_label(markup) for name, markup in self.symbols.items()}

    @cached_property
    def _gradient_labels(self) -> Mapping[str, Label]:
        return {name: parse_label(markup) for name, markup in self.gradients.items()}

    @cached_property
    def loss_label(self) -> Label:
        """Label of the objective, such as E."""
        return parse_label(self.loss)

    @cached_property
    def rate_label(self) -> Label:
        """Label of the learning rate, such as γ."""
        return parse_label(self.learning_rate)

    @property
    def rows_of_gradients(self) -> bool:
        """Whether the gradient of a vector is written as a row."""
        return (self.deltas or self.vectors) == "row"

    def negated(self, name: str) -> bool:
        """Whether the lesson's own name for this gradient stands for minus the gradient."""
        return self.sign == "minus" and self.gradient_is_own(name)

    def symbol(self, name: str) -> Label:
        """The symbol of a line: the lesson's own, else a guess from the identifier."""
        if name in self._labels:
            return self._labels[name]
        return self.loss_label if name == "loss" else guess(name)

    def symbol_inside(self, node: Node) -> Label:
        """The symbol of the probability inside a lone loss on logits: ŷ, or σ(θ) where no line ever had that name.

        Raises: ValueError for a line that has none inside.
        """
        activation = contained(node)
        if activation is None:
            raise ValueError(
                f"symbol inside: '{node.name}' is no loss on logits. Expected a line such as bce_with_logits(θ, y)."
            )
        if node.name in self.inside:
            return self.symbol(self.inside[node.name])
        return (*function_name(activation), ("(", ""), *self.symbol(node.inputs[0]), (")", ""))

    def gradient(self, name: str) -> Label:
        """The gradient of a line: the lesson's own name, such as δ₂, else ∂L/∂h."""
        if name in self._gradient_labels:
            return self._gradient_labels[name]
        return self.derivative(name)

    def derivative(self, name: str) -> Label:
        """∂L/∂h in full, whatever the lesson calls it."""
        return (("∂", ""), *self.loss_label, ("/∂", ""), *self.symbol(name))

    def gradient_short(self, name: str) -> Label:
        """The gradient where room is scarce: the lesson's own name, else ∂L."""
        if name in self._gradient_labels:
            return self._gradient_labels[name]
        return (("∂", ""), *self.loss_label)

    def gradient_is_own(self, name: str) -> bool:
        """Whether the lesson has its own name for this gradient."""
        return name in self._gradient_labels

    def element(self, name: str, index: Sequence[int | str]) -> Label:
        """One element, h₁ or W₂,₃: indices count from 0 here, from 1 on paper; letters stay letters, hᵢ.

        A scalar's is its symbol.
        """
        symbol = self.symbol(name)
        if not index:
            return symbol
        if len(index) == 2 and len(symbol[0][0]) == 1:
            if self.weights == "from-to" and self.vectors == "column":
                index = tuple(reversed(index))
            if self.weights == "from-to" or self.entries == "small":
                symbol = ((symbol[0][0].lower(), ""), *symbol[1:])
        subscript = (",".join(at if isinstance(at, str) else str(at + 1) for at in index), "sub")
        if any(script == "sub" for _, script in symbol):
            return (("(", ""), *symbol, (")", ""), subscript)
        superscripts = tuple(part for part in symbol if part[1] == "sup")
        return (*(part for part in symbol if part[1] == ""), subscript, *superscripts)

    def expression(self, node: Node, graph: Graph) -> Label:
        """The title of a card: σ, softmax, BCE for a lone function, else W·x + b₁; its symbol if declared.

        Raises: ValueError for a node that is not of this graph.
        """
        if node.name not in graph.nodes:
            raise ValueError(f"expression: the graph has no line '{node.name}'. Give a node of this graph.")
        return title(node, self.symbol)


@lru_cache(maxsize=4096)
def guess(name: str) -> Label:
    """A symbol for an identifier: theta → θ, y_hat → ŷ, b1 and b_1 → b₁; anything else as it stands.

    Only short stems take a number as subscript, so that `conv2` stays a word.
    """
    words = [word for word in name.split("_") if word]
    if not words:
        return ((name, ""),)
    stem, digits = _split_digits(words[0])
    accent = ""
    scripts = [digits] if digits else []
    for word in words[1:]:
        if word in ACCENTS and not accent:
            accent = ACCENTS[word]
        else:
            scripts.append(GREEK.get(word, word))
    base = GREEK.get(stem, _capital(stem))
    if len(base) > 2 and digits and not words[1:]:
        return ((name, ""),)
    text = unicodedata.normalize("NFC", base + accent)
    return ((text, ""), (",".join(scripts), "sub")) if scripts else ((text, ""),)


def _capital(stem: str) -> str:
    """Theta → Θ; other words unchanged."""
    lower = stem.lower()
    return GREEK[lower].upper() if stem == lower.capitalize() and lower in GREEK else stem


def _split_digits(word: str) -> tuple[str, str]:
    stem = word.rstrip("0123456789")
    return (stem, word[len(stem) :]) if stem else (word, "")
