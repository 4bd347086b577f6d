"""Somebody's own graph on a page of their own."""

import numpy as np

from explorer import explore
from explorer.notation import Notation

TEXT = """
x = input(2)
y = target()
W = param(1, 2)
h = tanh(W @ x)
loss = sqerr(h[0], y)
"""

rng = np.random.default_rng(3)
data = {"x": rng.normal(size=(2, 2)), "y": rng.normal(size=2)}
notation = Notation(symbols={"h": "h^{(1)}"}, gradients={"h": "δ_1"}, loss="E")
explore(TEXT, data, {"W": rng.normal(size=(1, 2))}, learning_rate=0.25, notation=notation).servable()
