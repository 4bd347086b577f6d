"""Text to lines of a graph: an allow-list over Python's expression grammar, walked without recursion.

`source.read` has checked the characters and built the grammar; here names are resolved, operations looked up in the
registry and shapes worked out. Nothing is ever evaluated.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from typing import NoReturn

from explorer.engine.errors import CycleError, GraphError, ParseError, ShapeError, did_you_mean
from explorer.engine.graph import Apply, Literal, Node, Operand, Read, Shape, Temp
from explorer.engine.ops import REGISTRY
from explorer.engine.ops.base import Op, OperandError
from explorer.engine.source import Source, read, reads

DECLARATIONS = ("input", "target", "param")
OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.MatMult: "@",
}
MAX_ELEMENTS = 100_000_000
MAX_AXES = 16
MAX_INT = 2**31


def parse(text: str) -> dict[str, Node]:
    """The lines of a graph, in order of definition.

    Raises: ParseError, ShapeError, CycleError, each with `.line`, `.column` and, inside a line, `.node`.
    """
    source, statements = read(text)
    nodes: dict[str, Node] = {}
    for statement in statements:
        name, value = _assignment(source, statement)
        if name in nodes:
            raise ParseError(
                f"'{name}' (line {statement.lineno}): defined already, on line {nodes[name].line}. "
                "Expected one line per name. Give this line another name.", **source.place(statement), node=name)
        line = _Line(source, name, statement, nodes, statements)
        nodes[name] = line.declaration(value) or line.expression(value)
    return nodes


def _assignment(source: Source, statement: ast.stmt) -> tuple[str, ast.expr]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        if isinstance(target, ast.Name):
            return target.id, statement.value
    raise ParseError(
        f"`{_clip(source.text(statement))}` (line {statement.lineno}): not of the form of a graph's line. "
        "Expected name = expression. Give the expression one plain name.", **source.place(statement))


def _explain_unknown(name: ast.Name, line: _Line) -> GraphError:
    """Why a name is not there: it stands below (in a circle or not), is an operation, or is a slip of the pen."""
    below = {_assignment(line.source, statement)[0]: statement for statement in reversed(line.statements)}
    what = f"'{name.id}' (line {name.lineno})"
    where = {**line.source.place(name), "node": line.name}
    if name.id in below:
        seen, todo = set(), [name.id]
        while todo:
            current = todo.pop()
            if current == line.name:
                return CycleError(f"{what}: '{line.name}' needs itself. Expected lines that only read lines above "
                                  "them. Break the circle.", **where)
            if current in below and current not in seen:
                seen.add(current)
                todo.extend(reads(below[current]))
        return ParseError(f"{what}: defined below, on line {below[name.id].lineno}. Expected a definition above its "
                          "use. Move that line up.", **where)
    if name.id in REGISTRY or name.id in DECLARATIONS:
        return ParseError(f"{what}: an operation, not a line. Expected its operands in brackets. "
                          f"Write {name.id}(…).", **where)
    return ParseError(f"{what}: not defined. Expected a line above of that name. "
                      f"{did_you_mean(name.id, line.nodes)}", **where)


class _Line:
    """One line under construction: its readings, its code so far, and where it stands for errors."""

    def __init__(
        self, source: Source, name: str, statement: ast.stmt, nodes: dict[str, Node], statements: list[ast.stmt]
    ) -> None:
        self.source, self.name, self.statement = source, name, statement
        self.nodes, self.statements = nodes, statements     # the lines above, done; and all of them, for errors
        self.inputs: list[str] = []
        self.code: list[Apply] = []

    def refuse(self, node: ast.AST, problem: str, error: type[GraphError] = ParseError) -> NoReturn:
        text, place = self.source.text(node), self.source.place(node)
        raise error(f"`{_clip(text)}` (line {place['line']}): {problem}", **place, node=self.name)

    def _node(self, kind: str, shape: Shape, batched: bool) -> Node:
        place = self.source.place(self.statement)
        return Node(self.name, kind, shape, batched, tuple(self.inputs), tuple(self.code), place["line"],
                    place["column"], self.source.text(self.statement))

    def declaration(self, value: ast.expr) -> Node | None:
        """The line `input(3)`, `target(1)` or `param(4, 3)`; None when the line is none of them."""
        if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in DECLARATIONS):
            return None
        if value.keywords:
            self.refuse(value, f"options. Expected sizes only. Write {value.func.id}(3).")
        shape = tuple(self.integer(size) for size in value.args)
        if any(size < 1 for size in shape):
            self.refuse(value, "a size below 1. Expected sizes of at least 1. Write positive sizes.", ShapeError)
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
            self.apply(value, REGISTRY["="](), tuple(done), [value])
        last = self.code[-1]
        self.code[-1] = Apply(last.op, last.operands, last.shape, last.batched, self.name)
        return self._node("op", last.shape, last.batched)

    def reading(self, node: ast.Name) -> Read:
        if node.id not in self.nodes:
            raise _explain_unknown(node, self)
        self.inputs.append(node.id)
        return Read(len(self.inputs) - 1)

    def literal(self, node: ast.Constant) -> Literal:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.refuse(node, "no finite number. Expected a number or a name. Write one of these.")
        return Literal(float(value))

    def integer(self, node: ast.expr) -> int:
        """A literal integer, the only kind of size, axis or index there is."""
        sign = 1
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            sign, node = -1, node.operand
        if not isinstance(node, ast.Constant) or type(node.value) is not int:
            self.refuse(node, "not a whole number. Expected one, as 3. Write the number itself.")
        if node.value >= MAX_INT:
            self.refuse(node, f"too large. Expected less than {MAX_INT}. Write a smaller number.", ShapeError)
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
                return REGISTRY["[]"](key=tuple(self.index(part) for part in parts)), [operand]
            case ast.Call():
                return self.call(node)
        self.refuse(node, "not in the language. Expected + − * / ** @, .T, an index or an operation by name. "
                          "Write it with these.")

    def index(self, node: ast.expr) -> int | slice:
        if not isinstance(node, ast.Slice):
            return self.integer(node)
        bounds = [None if part is None else self.integer(part) for part in (node.lower, node.upper, node.step)]
        if bounds[2] == 0:
            self.refuse(node, "a step of 0. Expected another step. Leave it out.")
        return slice(*bounds)

    def call(self, node: ast.Call) -> tuple[Op, list[ast.expr]]:
        """An operation called by its name, with its options by keyword; reshape takes its sizes after the operand."""
        if not isinstance(node.func, ast.Name):
            self.refuse(node, "not called by a plain name. Expected one, as sum(x). Leave out what stands before it.")
        name, operands = node.func.id, list(node.args)
        if name in DECLARATIONS:
            self.refuse(node, f"inside an expression. Expected {name}(…) on a line of its own. Give it a name there.")
        if name not in REGISTRY:
            names = [known for known in REGISTRY if known.isidentifier()]
            self.refuse(node, f"no operation '{name}'. Expected one that is known. {did_you_mean(name, names)}")
        kind = REGISTRY[name]
        for part in operands:
            if isinstance(part, ast.Starred):
                self.refuse(part, "a star. Expected operands one by one. Write them out.")
        options = dict(self.options(node, kind))
        if kind.name == "reshape":
            options["shape"] = tuple(self.integer(size) for size in operands[1:])
            operands = operands[:1]
        least, most = kind.arity
        if len(operands) < least or (most is not None and len(operands) > most):
            expected = str(least) if least == most else f"{least} or more" if most is None else f"{least} to {most}"
            self.refuse(node, f"{len(operands)} operands. Expected {expected} for {name}. Mend the brackets.")
        try:
            return kind(**options), operands
        except OperandError as error:
            self.refuse(node, str(error), ShapeError)

    def options(self, node: ast.Call, kind: type[Op]) -> Iterator[tuple[str, object]]:
        for keyword in node.keywords:
            if keyword.arg is None or keyword.arg not in kind.options:
                known = ", ".join(kind.options) or "none"
                self.refuse(node, f"no option '{keyword.arg or '**'}'. Expected: {known}. Leave it out.")
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
            self.refuse(node, error.named(*(_clip(self.source.text(part)) for part in parts)), ShapeError)
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
            self.refuse(node, f"{len(shape)} axes. Expected at most {MAX_AXES}. Use fewer.", ShapeError)
        if math.prod(shape) > MAX_ELEMENTS:
            self.refuse(node, f"shape {shape} has {math.prod(shape):,} elements. Expected at most "
                              f"{MAX_ELEMENTS:,}. Make it smaller.", ShapeError)


def _clip(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
