"""The lesson's symbols with the numbers of one sample, as one line of the graph sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal as OneOf
from typing import Self

import numpy as np

from explorer.engine.arrays import to_host
from explorer.engine.graph import Graph, Literal, Node, Operand, Read
from explorer.engine.trace import Trace
from explorer.explain.formula import Array, Cells, Formula, Negative, Shape, Symbol, orient
from explorer.explain.known import known
from explorer.explain.ledger import Flat
from explorer.explain.signs import negative
from explorer.locale import tell
from explorer.notation import Label, Notation, plain


@dataclass(frozen=True, eq=False)
class Symbols:
    """Symbols of the lesson with the numbers of sample `sample`, as one line of the graph sees them.

    `entries` are the entries that the reader has chosen, by line; `stacked` asks for all samples at once.
    """

    graph: Graph
    trace: Trace
    notation: Notation
    node: Node
    sample: int
    rate: float = 0.0
    entries: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    stacked: bool = False

    def entry(self, name: str) -> tuple[int, ...]:
        """The entry of a line that the reader has chosen; the first one where none was, or where it is none."""
        shape = self.graph.nodes[name].shape
        chosen = self.entries.get(name, ())
        fits = len(chosen) == len(shape) and all(0 <= i < n for i, n in zip(chosen, shape, strict=True))
        return tuple(chosen) if fits else (0,) * len(shape)

    # -- the pass --------------------------------------------------------------------------------------------------
    @property
    def batch(self) -> int:
        """Number of samples."""
        return self.trace.batch

    @property
    def objective(self) -> Node:
        return self.graph.nodes[self.graph.objective]

    @cached_property
    def seed(self) -> float:
        """The gradient of the objective's own line: 1/B for a mean over the batch, else 1."""
        return float(self.gradient_of(self.graph.objective).reshape(-1)[0])

    def value_of(self, name: str) -> Array:
        """This sample's value of a line. Shape: the line's."""
        return self._sample(known(self.trace, ("value", name), lambda: _host(self.trace.values[name])), name)

    def gradient_of(self, name: str) -> Array:
        """This sample's gradient of a line; a parameter's is the whole batch's. Shape: the line's."""
        return self._sample(known(self.trace, ("gradient", name), lambda: _host(self.trace.gradients[name])), name)

    def contribution_of(self, reader: str, name: str) -> Array:
        """What `reader` sends back to `name` for this sample; to what all samples share, for the whole batch."""
        sent = known(self.trace, ("sent", reader, name), lambda: _host(self.trace.contributions[reader, name]))
        return self._sample(sent, name)

    def _sample(self, host: Array, name: str) -> Array:
        return host[self.sample] if self.graph.nodes[name].batched else host

    # -- orientation -----------------------------------------------------------------------------------------------
    @cached_property
    def rows(self) -> bool:
        """Whether vectors stand as rows in this line: a product W·x or x·W decides it, else the lesson."""
        for apply in self.node.code:
            if apply.op.name == "@":
                ranks = tuple(len(self.shape_of(operand)) for operand in apply.operands)
                if ranks in ((1, 2), (2, 1)):
                    return ranks == (1, 2)
        return self.notation.vectors == "row"

    @cached_property
    def gradient_rows(self) -> bool:
        """Whether gradients of vectors stand as rows in this line."""
        return self.notation.deltas == "row" if self.notation.deltas else self.rows

    def stands_as_row(self, name: str) -> bool:
        """Whether the gradient of this line stands as a row; a parameter's stands as the parameter does."""
        return self.rows if self.graph.nodes[name].kind == "param" else self.gradient_rows

    def is_flat(self, name: str) -> bool:
        """Whether a line has one axis only, (4,), as NumPy's vectors have: a bias beside rows of samples."""
        node = self.graph.nodes[name]
        return node.kind == "param" and len(node.shape) == 1 and self.rows

    def shape_of(self, operand: Operand) -> Shape:
        """The shape of one sample of an operand."""
        match operand:
            case Read(slot):
                return self.graph.nodes[self.node.inputs[slot]].shape
            case Literal():
                return ()
        return self.node.code[operand.index].shape

    # -- symbols ---------------------------------------------------------------------------------------------------
    def label(self, name: str) -> Label:
        """The symbol of a line; the loss of one sample of several is L with the sample's number."""
        if name == self.graph.objective and self.batch > 1 and self.graph.nodes[name].batched:
            return self.loss_label(self.sample)
        return self.notation.symbol(name)

    def loss_label(self, sample: int) -> Label:
        """The loss of one sample (from 0) of several: L₁."""
        return (*self.notation.symbol(self.graph.objective), (str(sample + 1), "sub"))

    def entry_label(self, name: str, index: Sequence[int | str]) -> Label:
        """The symbol of one entry, h₁; of a line's only entry, the line's own."""
        alone = all(length == 1 for length in self.graph.nodes[name].shape)
        return self.label(name) if alone else self.notation.element(name, index)

    def own_gradient_entry(self, name: str, index: Sequence[int]) -> Label:
        """One entry of a gradient by the lesson's own name for it, (δ₂)₁; of a single one, that name."""
        alone = all(length == 1 for length in self.graph.nodes[name].shape)
        return subscripted(self.notation.gradient(name), [str(at + 1) for at in index], alone)

    def value(self, name: str) -> Symbol:
        """The symbol of a line's value."""
        shape = self.graph.nodes[name].shape
        numbers = orient(self.value_of(name), self.rows)
        kind = Flat if self.is_flat(name) else Symbol
        return kind(self.label(name), numbers, Cells(name, "value", shape), kind="value")

    def gradient(self, name: str, own: bool = True) -> Symbol:
        """The symbol of a line's gradient: the lesson's δ₂ if `own`, else ∂L/∂h."""
        value = orient(self.gradient_of(name), self.stands_as_row(name))
        return self._gradient_symbol(name, value, own, Cells(name, "gradient", self.graph.nodes[name].shape))

    def contribution(self, reader: str, name: str, own: bool = True) -> Symbol:
        """The symbol of what one reader sends back, ∂E/∂s via f₁; just the gradient where there is no other reader."""
        if not self.fans_out(name):
            return self.gradient(name, own)
        value = orient(self.contribution_of(reader, name), self.stands_as_row(name))
        return self._gradient_symbol(name, value, own, None, self.via(reader))

    def via(self, reader: str) -> str:
        """Beside what one of several readers sends back: via f₁."""
        return tell("via {reader}", reader=plain(self.notation.symbol(reader)))

    def share(self, name: str, value: Array) -> Symbol:
        """The symbol of this sample's share of a gradient that the batch sums, ∂L/∂W with b=1."""
        numbers = orient(value, self.stands_as_row(name))
        return self._gradient_symbol(name, numbers, True, None, f"b={self.sample + 1}")

    def _gradient_symbol(self, name: str, value: Array, own: bool, cells: Cells | None, note: str = "") -> Symbol:
        said: Label = ((note, "sub"),) if note else ()
        kind = Flat if self.is_flat(name) else Symbol
        if own and self.notation.gradient_is_own(name):
            label, negated = self.notation.gradient(name), self.notation.negated(name)
            return kind(label, value, cells, note=said, kind="gradient", negated=negated)
        over: Label = (("∂", ""), *self.notation.loss_label)
        under: Label = (("∂", ""), *self.label(name))
        return kind(over, value, cells, under, said, "gradient")

    def stack_of(self, name: str, kind: OneOf["value", "gradient"], own: bool = True) -> Symbol:
        """A vector line's values or gradients of all samples, a row each. Shape: (B, n)."""
        source = self.trace.values if kind == "value" else self.trace.gradients
        rows = np.asarray(to_host(source[name]), dtype=np.float64).reshape(self.batch, -1)
        if kind == "value":
            return Symbol(self.notation.symbol(name), rows, batch_axis=0)
        symbol = self._gradient_symbol(name, rows, own, None)
        return replace(symbol, batch_axis=0)

    def named(self, name: str, gradient: Formula) -> Formula:
        """What a formula of a line's gradient is by the line's own name for it: minus it where δ is −∂L/∂s."""
        return negative(gradient) if self.notation.negated(name) else gradient

    def renamed(self, of: str, name: str, sent: Formula) -> Formula:
        """What a line sends back, written with that line's own name for its gradient, by the receiver's own name."""
        return self.named(name, self.named(of, sent))

    def definition(self, name: str) -> Formula | None:
        """−∂L/∂s, where the lesson's own name for the gradient stands for minus it."""
        return Negative(self.gradient(name, own=False)) if self.notation.negated(name) else None

    def at(self, name: str) -> Self:
        """The same pass, seen from another line."""
        return self._also(name, self.sample)

    def for_sample(self, sample: int) -> Self:
        """The same line, seen at another sample."""
        return self._also(self.node.name, sample)

    def _also(self, name: str, sample: int) -> Self:
        which = (type(self), name, sample, self.stacked, *self.entries.items())
        return known(self.trace, which, lambda: replace(self, node=self.graph.nodes[name], sample=sample))

    def fans_out(self, name: str) -> bool:
        """Whether more than one reading sends something back to this line."""
        return len(self.readings(name)) > 1

    def readings(self, name: str) -> list[tuple[str, int]]:
        """The readings of a line that send something back: (reader, slot), in order."""
        if self.graph.nodes[name].kind == "target":
            return []
        return [(reader, slot) for reader, slot in self.graph.readers(name) if reader in self.graph.reached]


def _host(array: object) -> Array:
    return np.asarray(to_host(array), dtype=np.float64)


def subscripted(label: Label, index: Sequence[str], single: bool) -> Label:
    """One entry of what the lesson calls δ: (δ₂)₁; a `single` one has no index.

    After a letter the handouts go on with the number, δ_t1: it cannot be taken for another gradient's.
    """
    if single or not index:
        return label
    numbers, before = ",".join(index), "".join(text for text, script in label if script == "sub")
    if not before or before.isdigit():
        return scripted(label, numbers)
    return scripted(tuple(part for part in label if part[1] != "sub"), before + numbers)


def scripted(label: Label, index: str) -> Label:
    """A symbol with an index, z_b; one that has a subscript already stands in parentheses, (δ₂)_b."""
    subscript = (index, "sub")
    if any(script == "sub" for _, script in label):
        return (("(", ""), *label, (")", ""), subscript)
    return (*(part for part in label if not part[1]), subscript, *(part for part in label if part[1]))
