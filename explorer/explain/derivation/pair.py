"""Where an activation meets its loss: which lines they are, and what each entry of the pair sends back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.engine.fusion import PAIRS
from explorer.explain import formula as f
from explorer.explain.scene import Scene

ACTIVATIONS = {loss: activation for loss, (activation, _) in PAIRS.items()}
CLOSE = 1e-9


@dataclass(frozen=True, eq=False)
class Pair:
    """s = softmax(a) read by the cross-entropy alone, or ŷ = σ(θ) by the binary one."""

    scene: Scene
    activation: str
    logits: str
    loss: str
    target: str
    kind: str

    @property
    def outputs(self) -> int:
        """By how many outputs the loss divides: the binary cross-entropy is a mean over them."""
        size = int(np.prod(self.scene.graph.nodes[self.activation].shape, dtype=int))
        return size if self.kind == "bce" else 1

    @property
    def share(self) -> float:
        """What every entry of the difference is multiplied by: 1/B over the number of outputs."""
        return self.scene.seed / self.outputs

    @property
    def targets_sum(self) -> float:
        """Σ t of this sample."""
        return float(np.sum(self.scene.value_of(self.target)))

    @property
    def whole(self) -> bool:
        """Whether the collapse to a difference is true here: the targets are shares, 1 in sum."""
        return self.kind == "bce" or abs(self.targets_sum - 1.0) < CLOSE

    @property
    def difference(self) -> f.Array:
        """(s − t) times the share."""
        difference = self.scene.value_of(self.activation) - self.scene.value_of(self.target)
        return np.asarray(difference * self.share)

    @property
    def reliable(self) -> bool:
        """Whether the numbers that went back the long way are those of the short one."""
        sent = self.scene.contribution_of(self.activation, self.logits)
        return self.whole and bool(np.allclose(sent, self.difference, rtol=CLOSE, atol=CLOSE))


def pair(scene: Scene, activation: str) -> Pair | None:
    """The pair that a line is the activation of; None where it does not meet its loss alone."""
    node, loss = scene.graph.nodes[activation], scene.objective
    if len(node.code) != 1 or len(loss.code) != 1 or len(node.shape) > 1 or len(node.inputs) != 1:
        return None
    kind = loss.code[0].op.name
    if ACTIVATIONS.get(kind) != node.code[0].op.name or scene.readings(activation) != [(loss.name, 0)]:
        return None
    return Pair(scene, activation, node.inputs[0], loss.name, loss.inputs[1], kind)
