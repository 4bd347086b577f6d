"""The right-hand side of a line as formulas, one per operation, from its postorder code."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from explorer.engine.fusion import CONTAINED
from explorer.engine.graph import Apply
from explorer.explain import formula as f
from explorer.explain import inside
from explorer.explain.scene import Scene
from explorer.notation import Label
from explorer.notation.expressions import function_name, is_function

Builder = Callable[[list[f.Formula]], f.Formula]

INFIX: Mapping[str, Builder] = {
    "+": lambda a: f.Sum((*_terms(a[0]), a[1])),
    "-": lambda a: f.Sum((*_terms(a[0]), f.Negative(a[1]))),
    "*": lambda a: f.Product((a[0], a[1]), "∘"),
    "/": lambda a: f.Fraction(a[0], a[1]),
    "**": lambda a: f.Power(a[0], a[1]),
    "-x": lambda a: f.Negative(a[0]),
    "square": lambda a: f.Power(a[0], f.Number(2.0)),
    "=": lambda a: a[0],
    ".T": lambda a: f.Transpose(a[0]),
    "transpose": lambda a: f.Transpose(a[0]),
    "dot": lambda a: f.Inner(a[0], a[1]),
}


def _terms(formula: f.Formula) -> tuple[f.Formula, ...]:
    """A sum on the left of a sum joins it: (a + b) + c is written a + b + c."""
    return formula.terms if isinstance(formula, f.Sum) else (formula,)


def function_label(apply: Apply) -> Label:
    """The name of an op's function as formulas write it: σ, softmax, BCE; the op's own name where it is a sign."""
    return function_name(apply.op) if is_function(apply.op) else ((apply.op.name.replace("_", " "), ""),)


def expressions(scene: Scene) -> list[f.Formula]:
    """The formula of every operation of the line, the last being the whole right-hand side."""
    if "expressions" not in scene.written:
        scene.written["expressions"] = _expressions(scene)
    return list(scene.written["expressions"])


def _expressions(scene: Scene) -> list[f.Formula]:
    if not scene.readable:
        inputs = tuple(scene.value(name) for name in dict.fromkeys(scene.node.inputs))
        return [f.Call((("f", ""),), inputs, scene.value(scene.node.name).value)]
    written: list[f.Formula] = []
    for position, apply in enumerate(scene.node.code):
        operands = [scene.leaf(operand, written) for operand in apply.operands]
        if len(apply.shape) >= 2 and apply.op.name in ("+", "-", "*", "/", "**"):
            ranks = [len(scene.shape_of(operand)) for operand in apply.operands]
            operands = [_as_row(o, scene) if rank == 1 else o for o, rank in zip(operands, ranks, strict=True)]
        result = scene.oriented(scene.temporaries[position], scene.rows)
        written.append(_written(apply, operands, result))
    return written


def _as_row(vector: f.Formula, scene: Scene) -> f.Formula:
    """A vector beside a matrix is a row of it, stretched over all rows."""
    return vector if scene.rows or f.is_number(vector) else f.Transpose(vector)


def _written(apply: Apply, operands: list[f.Formula], result: f.Array) -> f.Formula:
    if apply.op.name == "@":
        return _product(operands, apply)
    if apply.op.name in CONTAINED:
        return inside.written(apply.op.name, operands, result)
    if apply.op.name in INFIX:
        return INFIX[apply.op.name](operands)
    return f.Call(function_label(apply), tuple(operands), result)


def _product(operands: list[f.Formula], apply: Apply) -> f.Formula:
    """W x and x W as they stand; two vectors as ⟨u, v⟩, which neither of them has to be turned for."""
    if not apply.shape and all(1 in operand.evaluate().shape for operand in operands):
        return f.Inner(operands[0], operands[1])
    return f.Product(tuple(operands))
