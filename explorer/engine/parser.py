"""Text to the lines of a graph, in order. Nothing is ever evaluated.

`source` checks the characters and lets Python's grammar read them, this file finds the lines, `expression` reads each.
"""

from __future__ import annotations

import ast

from explorer.engine.errors import Message, ParseError
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
                Message(
                    "'{name}' (line {line}): defined already, on line {line2}. Expected one line per name. "
                    "Give this line another name.",
                    name=clip(name),
                    line=statement.lineno,
                    line2=assigned[name].lineno,
                ),
                **source.place(statement),
                node=name,
            )
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
        Message(
            "`{statement}` (line {line}): not of the form of a graph's line. Expected name = expression. Give "
            "the expression one plain name.",
            statement=clip(source.text(statement)),
            line=statement.lineno,
        ),
        **source.place(statement),
    )
