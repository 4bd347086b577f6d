"""The alert of a pass whose numbers are not finite."""

from __future__ import annotations

import numpy as np

from explorer.engine.graph import Graph
from explorer.engine.trace import Trace
from explorer.explain.saturation_alert import why_not_finite
from explorer.locale import N_, tell
from explorer.notation import Notation

BEGINS = {  # by whether it is a gradient, and by its kind
    (False, "nan"): N_("{line}: the value is not a number (NaN); what depends on it is too."),
    (True, "nan"): N_("{line}: the gradient is not a number (NaN); what depends on it is too."),
    (False, "inf"): N_("{line}: the value is infinite; what depends on it is too."),
    (True, "inf"): N_("{line}: the gradient is infinite; what depends on it is too."),
}


def not_finite(graph: Graph, trace: Trace, notation: Notation) -> str | None:
    """Why numbers are not finite, where an activation saturates; else where they begin; None where all are finite."""
    if trace.nonfinite is None:
        return None
    name, sample, kind = trace.nonfinite
    line = name
    if sample is not None and trace.batch > 1:
        line = tell("{line}, sample {sample}", line=name, sample=sample + 1)
    gradient = bool(np.all(np.isfinite(trace.values[name])))
    return why_not_finite(graph, trace, notation) or tell(BEGINS[gradient, kind], line=line)
