"""Text to the lines of a graph, in order. Nothing is ever evaluated.

`source` checks the characters and lets Python's grammar read them, this file finds the lines, `expression` reads each.
"""

from __future__ import annotations

import ast

from explorer.engine.errors import ParseError
from explorer.engine.expression import Line
from explorer.engine.nodes import Lines
from explorer.engine.source import Source, clip, read


def parse(text: str) -> Lines:
    """The lines of a graph, in order of definition.

    Raises: ParseError, ShapeError, CycleError, each with `.line`, `.column` and, inside a line, `.node`.
    """
    source, statements = read(text)
    assigned: dict[str, ast.Assign] = {}
    for statement in statements:
        name, assignment = _assignment(source, statement)
        if name in assigned:
            raise ParseError(
                f"'{clip(name)}' (line {statement.lineno}): defined already, on line {assigned[name].lineno}. "
                "Expected one line per name. Give this line another name.", **source.place(statement), node=name)
        assigned[name] = assignment
    nodes = Lines()
    for name in assigned:
        nodes[name] = Line(source, name, assigned, nodes).read()
    return nodes


def _assignment(source: Source, statement: ast.stmt) -> tuple[str, ast.Assign]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        if isinstance(target, ast.Name):
            return target.id, statement
    raise ParseError(
        f"`{clip(source.text(statement))}` (line {statement.lineno}): not of the form of a graph's line. "
        "Expected name = expression. Give the expression one plain name.", **source.place(statement))
