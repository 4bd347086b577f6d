"""One graph with every case of every op in it, as the registry's tests know them."""

from __future__ import annotations

import itertools

import numpy as np

from explorer.engine.ops.base import shape_text
from tests.engine.cases import CASES, Case

INFIX = {"+", "-", "*", "/", "**", "@"}


def written(case: Case, operands: list[str]) -> str:
    """The case as a graph's text has it."""
    first, op = operands[0], case.op()
    if case.name in INFIX:
        return f" {case.name} ".join(operands)
    match case.name:
        case "-x":
            return f"-{first}"
        case "=":
            return first
        case "[]":
            return f"{first}[{op.written}]"  # type: ignore[attr-defined]
        case "reshape":
            return f"reshape({', '.join([first, *map(str, op.lengths)])})"  # type: ignore[attr-defined]
    return f"{case.name}({', '.join([*operands, *(f'{key}={value}' for key, value in case.options.items())])})"


def everything(batch: int, most: int = 8) -> tuple[str, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Text, data and parameters: every case with its operands shared by the batch and not, in `most` combinations."""
    lines: list[str] = []
    objective: list[str] = []
    data: dict[str, np.ndarray] = {}
    params: dict[str, np.ndarray] = {}
    for number, case in enumerate(CASES):
        for place, shared in enumerate(itertools.product((False, True), repeat=len(case.shapes))):
            if place >= most:
                break
            name = f"c{number}_{place}"
            primals = case.primals(tuple(1 if alone else batch for alone in shared), seed=place)
            operands = [f"{name}_{slot}" for slot in range(len(primals))]
            for operand, alone, shape, primal in zip(operands, shared, case.shapes, primals, strict=True):
                lines.append(f"{operand} = {'param' if alone else 'input'}{shape_text(shape)}")
                (params if alone else data)[operand] = primal[..., 0] if alone else np.moveaxis(primal, -1, 0)
            lines.append(f"{name} = {written(case, operands)}")
            objective.append(f"o{number}_{place}")
            # Entries count differently, so that none can take another's place, and each is used as a value, too.
            lines.append(f"{objective[-1]} = sum(sin({name}) * w{number}_{place})")
            out = case.op().shape(*case.shapes)
            lines.insert(0, f"w{number}_{place} = param{shape_text(out)}")
            params[f"w{number}_{place}"] = 1 + np.arange(np.prod(out, dtype=int)).reshape(out) / 7
    while len(objective) > 1:  # a line holds some hundred operations at most
        head, objective = objective[:40], objective[40:]
        lines.append(f"t{len(lines)} = {' + '.join(head)}")
        objective.append(f"t{len(lines) - 1}")
    return "\n".join(lines), data, params
