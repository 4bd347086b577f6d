"""The mathematics: graphs as data, their passes, gradients and updates. Knows no user interface and no language."""

from explorer.engine.errors import CycleError, DataError, GraphError, ParseError, ShapeError
from explorer.engine.graph import Graph
from explorer.engine.optimizers import SGD
from explorer.engine.steps import Step
from explorer.engine.trace import Trace

__all__ = [
    "SGD", "CycleError", "DataError", "Graph", "GraphError", "ParseError", "ShapeError", "Step", "Trace",
]
