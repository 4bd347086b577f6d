"""Somebody's own Panel app that holds the explorer twice: on a lesson, and on a graph of one's own."""

import panel as pn

from explorer import Explorer, explore

GRAPH = "x = input(2)\nW = param(2, 2)\nloss = sum(tanh(W @ x))"

pn.Column(
    "# A course",
    Explorer(height=700, sizing_mode="stretch_width"),
    explore(GRAPH, {"x": [[1.0, 2.0]]}, {"W": [[0.5, -1.0], [0.25, 0.0]]}),
    sizing_mode="stretch_width",
).servable()
