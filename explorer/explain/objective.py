"""The objective of a batch: the mean, or the sum, of the samples' losses, and the same written out, −1/B Σ Σ t ln s.

Source: homework, L = −(1/B) Σ_b Σ_k t_bk ln s_bk; MLP notes, the mean over outputs and over the batch.
"""

from __future__ import annotations

import numpy as np

from explorer.engine.arrays import to_host
from explorer.engine.graph import Read
from explorer.explain import formula as f
from explorer.explain.blocks import Block, formula, line, section
from explorer.explain.definitions import LOSSES, NEGATED
from explorer.explain.derived import BigSum
from explorer.explain.scene import Scene
from explorer.locale import _

MOST_LOSSES = 8  # that are written one by one
MOST_TERMS = 2_000  # of the whole sum
CLOSE = 1e-9


def objective(scene: Scene) -> Block:
    """L = (1/B) Σ L_b, as a step of its own."""
    values = np.asarray(to_host(scene.trace.values[scene.node.name]), dtype=np.float64).reshape(-1)
    losses = tuple(f.Symbol(scene.loss_label(b), np.asarray(value)) for b, value in enumerate(values))
    many = scene.batch > MOST_LOSSES
    total = _shared(scene, f.Sum((*losses[:3], f.Words("⋯"), losses[-1]) if many else losses))
    own = f.Symbol(scene.notation.loss_label, np.asarray(scene.trace.loss))
    whole = _written_out(scene)
    told = [line(own, whole)] if whole is not None else []
    summed = scene.trace.reduction == "sum"
    title = _("The objective: the sum over the batch") if summed else _("The objective: the mean over the batch")
    lines = [*told, line(None if told else own, total), line(None, total, numbers=True)]
    lines.append(line(None, own, numbers=True, role="result"))
    return section([title], formula(*lines))


def _shared(scene: Scene, total: f.Formula) -> f.Formula:
    """1/B of a sum over the samples, where the objective is their mean."""
    return total if scene.trace.reduction == "sum" else f.Product((scene.divided(scene.batch), total))


def _written_out(scene: Scene) -> f.Formula | None:
    """−1/B Σ_b Σ_k t_{b,k} ln s_{b,k}; None where the line is more than a loss of two lines, or saturated."""
    code = scene.node.code
    operands = [operand for operand in code[0].operands if isinstance(operand, Read)]
    if len(code) != 1 or code[0].op.name not in LOSSES or len(operands) != 2:
        return None
    names = [scene.node.inputs[operand.slot] for operand in operands]
    shapes = {scene.graph.nodes[name].shape for name in names}
    (shape,) = shapes if len(shapes) == 1 else ((0, 0),)
    count = int(np.prod(shape, dtype=int))
    if len(shape) > 1 or not all(scene.graph.nodes[name].batched for name in names) or not count:
        return None
    if count * scene.batch > MOST_TERMS:
        return None
    whole = _Sums(scene, code[0].op.name, names, count).whole()
    with np.errstate(all="ignore"):
        same = np.isclose(float(whole.evaluate()), scene.trace.loss, rtol=CLOSE, atol=0.0)
    return whole if same else None


class _Sums:
    """The sums over samples b and outputs k of one loss."""

    def __init__(self, scene: Scene, loss: str, names: list[str], count: int) -> None:
        self.scene, self.names, self.count = scene, names, count
        self.term, self.before = LOSSES[loss]
        self.sign = f.Negative if loss in NEGATED else lambda formula: formula
        self.rows = [np.asarray(to_host(scene.trace.values[name])).reshape(scene.batch, -1) for name in names]

    def whole(self) -> f.Formula:
        samples = tuple(self._of_sample(b) for b in range(self.scene.batch))
        return self.sign(_shared(self.scene, BigSum("b = 1", "B", samples[0], samples)))

    def _of_sample(self, b: int) -> f.Formula:
        terms = tuple(self._term(b, k) for k in range(self.count))
        total = terms[0] if self.count == 1 else BigSum("k", "", terms[0], terms)
        factor = self.before(self.count)
        return total if factor is None else f.Product((factor, total))

    def _term(self, b: int, k: int) -> f.Formula:
        """One output of one sample, by the letters of both."""
        index = ("b",) if self.count == 1 else ("b", "k")
        labels = [self.scene.notation.element(name, index) for name in self.names]
        p, t = (f.Symbol(label, np.asarray(rows[b, k])) for label, rows in zip(labels, self.rows, strict=True))
        return self.term(p, t)
