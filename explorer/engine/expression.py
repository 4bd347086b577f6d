"""One line of the language: an allow-list over Python's expression grammar, walked without recursion.

Names are resolved against the lines above, operations looked up in the registry, shapes worked out.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping
from typing import NoReturn

from explorer.engine.errors import CycleError, GraphError, Message, ParseError, ShapeError, did_you_mean
from explorer.engine.nodes import Apply, Literal, Node, Operand, Read, Shape, Temp
from explorer.engine.ops import REGISTRY
from explorer.engine.ops.base import Op, OperandError
from explorer.engine.ops.shape import Copy, Index, Reshape
from explorer.engine.source import Source, clip

DECLARATIONS = ("input", "target", "param")
OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.MatMult: "@",
}
MAX_ELEMENTS = 100_000_000
MAX_AXES = 16
MAX_INT = 2**31


class Line:
    """One line under construction: its readings, its code so far, and where it stands for errors."""

    def __init__(
        self, source: Source, name: str, assigned: Mapping[str, ast.Assign], nodes: Mapping[str, Node]
    ) -> None:
        self.source, self.name = source, name
        self.assigned, self.nodes = assigned, nodes  # all lines of the text, and those above, done
        self.inputs: list[str] = []
        self.code: list[Apply] = []

    def refuse(self, node: ast.AST, problem: Message, error: type[GraphError] = ParseError) -> NoReturn:
        text, place = clip(self.source.text(node)), self.source.place(node)
        told = Message("`{text}` (line {line}): {problem}", text=text, line=place["line"], problem=problem)
        raise error(told, **place, node=self.name)

    def read(self) -> Node:
        """The line as data. Raises: ParseError, ShapeError, CycleError."""
        value = self.assigned[self.name].value
        return self.declaration(value) or self.expression(value)

    def _node(self, kind: str, shape: Shape, batched: bool) -> Node:
        statement = self.assigned[self.name]
        place = self.source.place(statement)
        return Node(
            self.name,
            kind,
            shape,
            batched,
            tuple(self.inputs),
            tuple(self.code),
            place["line"],
            place["column"],
            self.source.text(statement),
        )

    def declaration(self, value: ast.expr) -> Node | None:
        """The line `input(3)`, `target(1)` or `param(4, 3)`; None when the line is none of them."""
        if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in DECLARATIONS):
            return None
        if value.keywords:
            self.refuse(value, Message("options. Expected sizes only. Write {name}(3).", name=value.func.id))
        shape = tuple(self.integer(size) for size in value.args)
        if any(size < 1 for size in shape):
            self.refuse(
                value, Message("a size below 1. Expected sizes of at least 1. Write positive sizes."), ShapeError
            )
        self.check_size(value, shape)
        return self._node(value.func.id, shape, value.func.id != "param")

    def expression(self, value: ast.expr) -> Node:
        """The line of anything computed, in postorder; an explicit stack stands in for recursion."""
        done: list[Operand] = []
        todo: list[tuple[ast.expr, Op | None, list[ast.expr]]] = [(value, None, [])]
        while todo:
            node, op, parts = todo.pop()
            if op is not None:
                operands = tuple(done[len(done) - len(parts) :])
                del done[len(done) - len(parts) :]
                done.append(self.apply(node, op, operands, parts))
            elif isinstance(node, ast.Name):
                done.append(self.reading(node))
            elif isinstance(node, ast.Constant):
                done.append(self.literal(node))
            elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd):
                todo.append((node.operand, None, []))
            else:
                op, parts = self.operation(node)
                todo.append((node, op, parts))
                todo.extend((part, None, []) for part in reversed(parts))
        if not isinstance(done[0], Temp):
            self.apply(value, Copy(), tuple(done), [value])
        last = self.code[-1]
        self.code[-1] = Apply(last.op, last.operands, last.shape, last.batched, self.name)
        return self._node("op", last.shape, last.batched)

    def reading(self, node: ast.Name) -> Read:
        if node.id not in self.nodes:
            raise self.unknown(node)
        self.inputs.append(node.id)
        return Read(len(self.inputs) - 1)

    def literal(self, node: ast.Constant) -> Literal:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.refuse(node, Message("no finite number. Expected a number or a name. Write one of these."))
        return Literal(float(value))

    def integer(self, node: ast.expr) -> int:
        """A literal integer, the only kind of size, axis or index there is."""
        sign = 1
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            sign, node = -1, node.operand
        if not isinstance(node, ast.Constant) or type(node.value) is not int:
            self.refuse(node, Message("not a whole number. Expected one, as 3. Write the number itself."))
        if node.value >= MAX_INT:
            self.refuse(
                node,
                Message("too large. Expected less than {max_int}. Write a smaller number.", max_int=MAX_INT),
                ShapeError,
            )
        return sign * node.value

    def operation(self, node: ast.expr) -> tuple[Op, list[ast.expr]]:
        """The operation at the top of an expression, and its operands' expressions."""
        match node:
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
                return REGISTRY[OPERATORS[type(operator)]](), [left, right]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return REGISTRY["-x"](), [operand]
            case ast.Attribute(value=operand, attr="T"):
                return REGISTRY["transpose"](), [operand]
            case ast.Subscript(value=operand, slice=key):
                parts = key.elts if isinstance(key, ast.Tuple) else [key]
                return Index(tuple(self.index(part) for part in parts)), [operand]
            case ast.Call():
                return self.call(node)
        self.refuse(
            node,
            Message(
                "not in the language. Expected + − * / ** @, .T, an index or an operation by name. Write it with these."
            ),
        )

    def index(self, node: ast.expr) -> int | slice:
        if not isinstance(node, ast.Slice):
            return self.integer(node)
        bounds = [None if part is None else self.integer(part) for part in (node.lower, node.upper, node.step)]
        if bounds[2] == 0:
            self.refuse(node, Message("a step of 0. Expected another step. Leave it out."))
        return slice(*bounds)

    def call(self, node: ast.Call) -> tuple[Op, list[ast.expr]]:
        """An operation called by its name, with its options by keyword; reshape takes its sizes after the operand."""
        if not isinstance(node.func, ast.Name):
            self.refuse(
                node, Message("not called by a plain name. Expected one, as sum(x). Leave out what stands before it.")
            )
        name, operands = node.func.id, list(node.args)
        if name in DECLARATIONS:
            self.refuse(
                node,
                Message(
                    "inside an expression. Expected {name}(…) on a line of its own. Give it a name there.", name=name
                ),
            )
        if name not in REGISTRY and name in self.nodes:
            self.refuse(
                node,
                Message(
                    "'{name}' is a line, not an operation. Expected an operator between them. Write {name2} * (…).",
                    name=clip(name),
                    name2=clip(name, 20),
                ),
            )
        if name not in REGISTRY:
            names = [known for known in REGISTRY if known.isidentifier()]
            self.refuse(
                node,
                Message(
                    "no operation '{name}'. Expected one that is known. {hint}",
                    name=clip(name),
                    hint=did_you_mean(name, names),
                ),
            )
        kind = REGISTRY[name]
        for part in operands:
            if isinstance(part, ast.Starred):
                self.refuse(part, Message("a star. Expected operands one by one. Write them out."))
        options = dict(self.options(node, kind))
        if kind is Reshape:
            options["shape"] = tuple(self.integer(size) for size in operands[1:])
            operands = operands[:1]
        least, most = kind.arity
        if len(operands) < least or (most is not None and len(operands) > most):
            expected = _count(least, most)
            self.refuse(
                node,
                Message(
                    "{operands} operands. Expected {expected} for {name}. Mend the brackets.",
                    operands=len(operands),
                    expected=expected,
                    name=name,
                ),
            )
        try:
            return kind(**options), operands
        except OperandError as error:
            self.refuse(node, error.named(*(f"operand {n}" for n in range(1, 10))), ShapeError)

    def options(self, node: ast.Call, kind: type[Op]) -> Iterator[tuple[str, object]]:
        given = [keyword.arg for keyword in node.keywords]
        for keyword in node.keywords:
            if given.count(keyword.arg) > 1:
                self.refuse(
                    node, Message("option '{arg}' twice. Expected it once. Leave one out.", arg=keyword.arg or "**")
                )
            if keyword.arg is None or keyword.arg not in kind.options:
                known = ", ".join(kind.options) or Message("none")
                self.refuse(
                    node,
                    Message(
                        "no option '{arg}'. Expected: {known}. Leave it out.", arg=keyword.arg or "**", known=known
                    ),
                )
            yield keyword.arg, self.integer(keyword.value)

    def apply(self, node: ast.expr, op: Op, operands: tuple[Operand, ...], parts: list[ast.expr]) -> Operand:
        """One more step of the code, its shape worked out; a minus before a literal is part of the literal."""
        first = operands[0]
        if isinstance(first, Literal) and op.name == "-x":
            return Literal(-first.value)
        shapes = [self.shape_of(operand) for operand in operands]
        try:
            shape = op.shape(*(shape for shape, _ in shapes))
        except OperandError as error:
            self.refuse(node, error.named(*(clip(self.source.text(part)) for part in parts)), ShapeError)
        self.check_size(node, shape)
        index = len(self.code)
        batched = any(batched for _, batched in shapes)
        self.code.append(Apply(op, operands, shape, batched, f"{self.name}/{index + 1}"))
        return Temp(index)

    def shape_of(self, operand: Operand) -> tuple[Shape, bool]:
        match operand:
            case Read(slot):
                node = self.nodes[self.inputs[slot]]
                return node.shape, node.batched
            case Temp(index):
                return self.code[index].shape, self.code[index].batched
        return (), False

    def check_size(self, node: ast.AST, shape: Shape) -> None:
        if len(shape) > MAX_AXES:
            self.refuse(
                node,
                Message("{shape} axes. Expected at most {max_axes}. Use fewer.", shape=len(shape), max_axes=MAX_AXES),
                ShapeError,
            )
        if math.prod(shape) > MAX_ELEMENTS:
            self.refuse(
                node,
                Message(
                    "shape {shape} has {entries} elements. Expected at most {max_elements}. Make it smaller.",
                    shape=shape,
                    entries=f"{math.prod(shape):,}",
                    max_elements=f"{MAX_ELEMENTS:,}",
                ),
                ShapeError,
            )

    def unknown(self, name: ast.Name) -> GraphError:
        """Why a name is not there: it stands below, in a circle or not, is an operation, or a slip of the pen."""
        what = Message("'{name}' (line {line})", name=clip(name.id), line=name.lineno)
        place = self.source.place(name)
        if name.id in self.assigned:
            if self._needs_itself(name.id):
                return CycleError(
                    Message(
                        "{what}: '{name}' needs itself. Expected lines that read lines above them only. Break "
                        "the circle.",
                        what=what,
                        name=clip(self.name),
                    ),
                    **place,
                    node=self.name,
                )
            return ParseError(
                Message(
                    "{what}: defined below, on line {line}. Expected a definition above its use. Move that line up.",
                    what=what,
                    line=self.assigned[name.id].lineno,
                ),
                **place,
                node=self.name,
            )
        if name.id in REGISTRY or name.id in DECLARATIONS:
            return ParseError(
                Message(
                    "{what}: an operation, not a line. Expected its operands in brackets. Write {name}(…).",
                    what=what,
                    name=name.id,
                ),
                **place,
                node=self.name,
            )
        return ParseError(
            Message(
                "{what}: not defined. Expected a line above of that name. {hint}",
                what=what,
                hint=did_you_mean(name.id, self.nodes),
            ),
            **place,
            node=self.name,
        )

    def _needs_itself(self, name: str) -> bool:
        """Whether a line that this one reads comes back, through whatever lines, to this one."""
        seen, todo = {name}, [name]
        while todo:
            current = todo.pop()
            if current == self.name:
                return True
            new = {read for read in names_in(self.assigned[current].value) if read in self.assigned} - seen
            seen |= new
            todo.extend(new)
        return False


def _count(least: int, most: int | None) -> Message | str:
    if least == most:
        return str(least)
    if most is None:
        return Message("{n} or more", n=least)
    return Message("{first} to {last}", first=least, last=most)


def names_in(expression: ast.expr) -> set[str]:
    """The names that an expression reads, those of operations left out."""
    called = {id(node.func) for node in ast.walk(expression) if isinstance(node, ast.Call)}
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name) and id(node) not in called}
