"""Passes with a classic mistake in them, made by the engine's own pullbacks: what a program that has it would give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.engine.errors import GraphError
from explorer.engine.sweeps import run_backward
from explorer.engine.trace import Trace


def overwritten(trace: Trace, name: str) -> Trace:
    """The same pass, but at the line `name` what arrives last replaces what came before instead of being added to it.

    As with `grad = …` where `grad += …` is meant. Values are the trace's own; gradients and contributions are wrong
    there and in all that the line depends on. Losses are taken as the text has them, not fused. Raises: GraphError for
    a target.
    """
    program, node = trace.graph.program, trace.graph.node(name)
    if node.kind == "target":
        raise GraphError(
            f"'{name}' (line {node.line}): a target, where no gradient arrives. Expected an input, a "
            "parameter or a computed line. Declare it with input().",
            line=node.line,
            node=name,
        )
    objective = program.of[trace.graph.objective]
    seed = trace._gradients[objective]
    with np.errstate(all="ignore"):
        gradients, contributions = run_backward(
            program, {}, trace.laid_out.xp, trace._values, objective, seed, overwritten=program.of[node.name]
        )
    return replace(trace, _gradients=gradients, _contributions=contributions)
