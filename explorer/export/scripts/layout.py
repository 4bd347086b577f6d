"""What both scripts have in common: heading, numbers as they are on the screen, and the forward pass line by line."""

from __future__ import annotations

from collections.abc import Container, Iterable
from functools import cached_property

import numpy as np

from explorer.engine.arrays import to_host
from explorer.engine.graph import Apply, Literal, Node, Read
from explorer.engine.trace import Trace
from explorer.explain.expression import expressions
from explorer.explain.scene import Scene
from explorer.explain.text import text
from explorer.export.scripts.code import ATOM, Code, number
from explorer.export.scripts.forward import value
from explorer.export.scripts.library import Library
from explorer.export.scripts.names import Names, comment, one_line
from explorer.film.subject import Subject
from explorer.locale import _
from explorer.notation import plain

WIDTH = 100  # characters from which an expression inside a line gets a name of its own
ARITHMETIC = ("+", "-", "*", "/", "**")
COMMENTS = 60  # column


class Layout:
    """One pass of a subject's graph, to be written for one library."""

    def __init__(self, subject: Subject, trace: Trace, lib: Library) -> None:
        self.subject, self.trace, self.lib = subject, trace, lib
        self.graph, self.notation = subject.graph, subject.notation
        self.names = Names(self.graph)
        self.inside = {
            name: self.names.inside(name, len(node.code) - 1) for name, node in self.graph.nodes.items() if node.code
        }

    @cached_property
    def operations(self) -> list[Node]:
        """The lines that compute something, in order."""
        return [node for node in self.graph.nodes.values() if node.kind == "op"]

    # -- pieces of code ----------------------------------------------------------------------------------------------
    def line(self, name: str) -> Code:
        """A line's value, by its name in the script."""
        node = self.graph.nodes[name]
        return Code(self.names.lines[name], ATOM, node.shape, node.batched)

    def result(self, node: Node, place: int) -> Code:
        """The value of an operation of a line, by its name in the script; the last one's is the line's."""
        if place == len(node.code) - 1:
            return self.line(node.name)
        apply = node.code[place]
        return Code(self.inside[node.name][place], ATOM, apply.shape, apply.batched)

    def operands(self, node: Node, apply: Apply, results: list[Code]) -> list[Code]:
        """What an operation works on, given the results of those before it."""
        bare = apply.op.name in ARITHMETIC and not all(isinstance(operand, Literal) for operand in apply.operands)
        found = []
        for operand in apply.operands:
            match operand:
                case Read(slot):
                    found.append(self.line(node.inputs[slot]))
                case Literal(written):
                    found.append(number(written) if bare else self._constant(written))
                case _:
                    found.append(results[operand.index])
        return found

    def _constant(self, written: float) -> Code:
        function = "array" if self.lib.name == "np" else "tensor"
        return Code(f"{self.lib.name}.{function}({float(written)!r})")

    # -- the parts of a script ---------------------------------------------------------------------------------------
    def heading(self, *about: str) -> list[str]:
        """What the script is, and the graph that it computes."""
        title = " · ".join(_(part) for part in (self.subject.group, self.subject.title) if part)
        source = [f"    {line}" for line in self.graph.source.strip().splitlines()]
        return [*comment([title, *about]), "#", *(one_line(line) and f"#   {one_line(line)}" for line in source)]

    def numbers(self, names: Iterable[str], array: str) -> list[str]:
        """Arrays as they are on the screen, every digit of them: `array` is what is called with the nested list."""
        lines = []
        for name in names:
            values = np.asarray(to_host(self.trace.values[name]), dtype=np.float64)
            node = self.graph.nodes[name]
            written = _rows(values, margin=len(f"{self.names.lines[name]} = {array.partition('{')[0]}"))
            shape = ", ".join([*(["B"] if node.batched else []), *map(str, node.shape)])
            lines += comment([f"{plain(self.notation.symbol(name))}: ({shape})"])
            lines.append(f"{self.names.lines[name]} = {array.format(written)}")
        return lines

    def rate(self) -> str:
        """The learning rate of the updates on the screen."""
        return with_comment(f"learning_rate = {self.subject.learning_rate!r}", plain(self.notation.rate_label))

    def forward(self, named: Container[str] = ()) -> list[str]:
        """The lines in order; of what is computed inside a line, what is `named` or long gets a line of its own."""
        lines = []
        for node in self.operations:
            results: list[Code] = []
            for place, apply in enumerate(node.code):
                written = value(self.lib, apply.op, self.operands(node, apply, results))
                name = self.result(node, place)
                last = place == len(node.code) - 1
                if last or name.text in named or len(written.text) > WIDTH:
                    statement = f"{name.text} = {written.text}"
                    lines.append(with_comment(statement, self.formula(node)) if last else statement)
                    written = name
                results.append(written)
        return lines

    def formula(self, node: Node) -> str:
        """The line as the lesson writes it: z = W·x + b₁."""
        scene = Scene(self.graph, self.trace, self.notation, node, 0, self.subject.learning_rate)
        with np.errstate(all="ignore"):
            return f"{plain(self.notation.symbol(node.name))} = {text(expressions(scene)[-1])}"

    @property
    def reduction(self) -> str:
        """How the samples' losses make the objective: mean, sum, or "" where it has no batch."""
        return self.trace.reduction if self.graph.nodes[self.graph.objective].batched else ""

    def objective(self) -> str:
        """The statement that makes one number of the samples' losses."""
        loss = self.line(self.graph.objective)
        how = self.reduction or ("sum" if loss.shape else "")
        return f"objective = {loss.text}.{how}()" if how else f"objective = {loss.text}"

    @property
    def differentiated(self) -> list[str]:
        """What gradients are told of: parameters, then inputs."""
        return [*self.graph.parameters, *self.graph.inputs]


def with_comment(statement: str, words: str) -> str:
    """A statement with a comment after it, in one column where there is room."""
    return f"{statement:<{COMMENTS}}  # {one_line(words)}"


def _rows(values: np.ndarray, margin: int) -> str:
    """Nested lists, a row on a line."""
    if values.ndim < 2:
        return _spelled(repr(values.tolist()))
    apart = ",\n" + " " * (margin + 1)
    return "[" + apart.join(_rows(row, margin + 1) for row in values) + "]"


def _spelled(written: str) -> str:
    """inf and nan as names that a script has."""
    return written.replace("inf", 'float("inf")').replace("nan", 'float("nan")')
