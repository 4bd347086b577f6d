"""An activation and the loss that reads it, by their numbers: in two lines, and as one line on the logits.

Whichever of the two a graph has, its numbers are the trace's; the other way is computed here by the engine's own ops.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import array_api_compat.numpy as xp
import numpy as np

from explorer.engine.fusion import CONTAINED, PAIRS, contained, fusible
from explorer.engine.graph import Read
from explorer.engine.ops import REGISTRY
from explorer.explain import formula as f
from explorer.explain.inside import inside
from explorer.explain.scene import Scene
from explorer.notation import Label
from explorer.notation.expressions import function_name

LOSS_OF = {activation: (loss, fused) for loss, (activation, fused) in PAIRS.items()}


class Way(NamedTuple):
    """What one of the two ways gives: the loss, and what goes back to the logits. Shape of `gradient`: (n,)."""

    loss: float
    gradient: f.Array


@dataclass(frozen=True, eq=False)
class Meeting:
    """The pair, for one sample: `activation` is sigmoid or softmax, `line` its line, "" where the loss has it inside.

    Shapes: logits, targets and probabilities (n,).
    """

    scene: Scene
    activation: str
    line: str
    logits: str
    target: str
    loss: str

    # -- numbers -----------------------------------------------------------------------------------------------------
    @cached_property
    def z(self) -> f.Array:
        return self.scene.value_of(self.logits).reshape(-1)

    @cached_property
    def t(self) -> f.Array:
        return self.scene.value_of(self.target).reshape(-1)

    @cached_property
    def p(self) -> f.Array:
        """The probabilities."""
        with np.errstate(all="ignore"):
            return np.asarray(REGISTRY[self.activation]().forward(xp, self.z[:, None]))[:, 0]

    @property
    def seed(self) -> float:
        """What arrives at the loss: 1/B for a mean over the batch, else 1."""
        return self.scene.seed

    @property
    def outputs(self) -> int:
        """By how many outputs the loss divides: the binary cross-entropy is a mean over them."""
        return len(self.z) if self.activation == "sigmoid" else 1

    @cached_property
    def to_probability(self) -> f.Array:
        """What the loss sends back to the probabilities, in two lines."""
        with np.errstate(all="ignore"):
            loss = REGISTRY[LOSS_OF[self.activation][0]]()
            out = loss.forward(xp, self.p[:, None], self.t[:, None])
            jacobian = loss.jacobians(xp, out, self.p[:, None], self.t[:, None])[0]
            return np.asarray(jacobian.pullback(xp, np.full((1,), self.seed)))[:, 0]

    @cached_property
    def apart(self) -> Way:
        """In two lines."""
        p, t = self.p[:, None], self.t[:, None]
        with np.errstate(all="ignore"):
            loss = float(REGISTRY[LOSS_OF[self.activation][0]]().forward(xp, p, t)[0])
            jacobian = REGISTRY[self.activation]().jacobians(xp, p, self.z[:, None])[0]
            return Way(loss, np.asarray(jacobian.pullback(xp, self.to_probability[:, None]))[:, 0])

    @cached_property
    def together(self) -> Way:
        """As one line on the logits."""
        z, t = self.z[:, None], self.t[:, None]
        op = REGISTRY[LOSS_OF[self.activation][1]]()
        with np.errstate(all="ignore"):
            loss = op.forward(xp, z, t)
            jacobian = op.jacobians(xp, loss, z, t)[0]
            return Way(float(loss[0]), np.asarray(jacobian.pullback(xp, np.full((1,), self.seed)))[:, 0])

    # -- symbols -----------------------------------------------------------------------------------------------------
    @property
    def name(self) -> str:
        """σ + BCE."""
        return f"{self.function} + {function_name(REGISTRY[LOSS_OF[self.activation][0]]())[0][0]}"

    @property
    def function(self) -> str:
        """σ, or softmax."""
        return function_name(REGISTRY[self.activation]())[0][0]

    def symbol(self, name: str) -> f.Symbol:
        """A line's symbol; the probabilities' for "" where they are inside the loss."""
        if name:
            return self.scene.value(name)
        found = inside(self.scene.at(self.loss))
        assert found is not None
        return found

    def entry(self, name: str, k: int) -> f.Symbol:
        """The symbol of one entry, s₃; of the only one, the line's own."""
        if name:
            shape = self.scene.graph.nodes[name].shape
            at = (k,) if shape else ()
            cells = f.Cells(name, "value", shape, at)
            return f.Symbol(self.scene.entry_label(name, at), np.asarray(self.scene.value_of(name)[at]), cells)
        shape = self.scene.graph.nodes[self.logits].shape
        return f.Symbol(self._inside_label(k), np.asarray(self.p[k]), f.Cells(self.loss, "inside", shape, (k,)))

    def _inside_label(self, k: int) -> Label:
        if len(self.p) == 1:
            return self.symbol("").label
        own = self.scene.notation.inside.get(self.loss)
        if own is not None:
            return self.scene.notation.element(own, (k,))
        return ((self.function, ""), ("(", ""), *self.scene.entry_label(self.logits, (k,)), (")", ""))


def meeting(scene: Scene) -> Meeting | None:
    """The pair of the scene's graph, whichever line the scene is of; None where there is none."""
    graph, loss = scene.graph, scene.objective
    activation = contained(loss)
    if activation is not None:
        target = loss.code[0].operands[1]
        if not isinstance(target, Read) or len(graph.nodes[loss.inputs[0]].shape) > 1:
            return None
        kind = CONTAINED[loss.code[0].op.name]
        return Meeting(scene, kind, "", loss.inputs[0], loss.inputs[target.slot], loss.name)
    pair = fusible(graph)
    if pair is None:
        return None
    line = graph.nodes[pair[0]]
    kind = line.code[0].op.name
    return Meeting(scene, kind, line.name, line.inputs[0], loss.inputs[1], loss.name)
