"""Where an activation saturates: what double precision does to it and its loss in two lines, and what is right.

Everything follows from the pass's own numbers; where the two lines do well, there is nothing to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from explorer.explain import formula as f
from explorer.explain.meeting import Meeting, meeting
from explorer.explain.scene import Scene
from explorer.explain.slopes import minus

# infinite: the loss is; overflow: only its slope is; stopped: exactly 0 where it is not; rounded: digits are gone.
Kind = Literal["infinite", "overflow", "stopped", "rounded"]
CLOSE = 1e-4  # relative: what the page shows of a number would be the same
WHOLE = 1e-12  # how far from 1 a sum of targets may be


@dataclass(frozen=True, eq=False)
class Saturation:
    """What goes wrong in two lines, and with which entry `k` of the probabilities it begins."""

    met: Meeting
    kind: Kind
    k: int

    @property
    def fails(self) -> bool:
        """Whether something is not finite that should be."""
        return self.kind in ("infinite", "overflow")

    @property
    def of_one(self) -> bool:
        """Whether 1 − p is lost, rather than p itself."""
        if self.met.activation == "softmax":
            return not self.fails
        return bool(self.met.z[self.k] > 0)

    @cached_property
    def p(self) -> f.Symbol:
        """The entry, ŷ or s₃."""
        return self.met.entry(self.met.line, self.k)

    @property
    def logit(self) -> f.Symbol:
        return self.met.entry(self.met.logits, self.k)

    @property
    def lost(self) -> f.Formula:
        """What the loss needs of the probability and does not get: p, or 1 − p."""
        return minus(f.ONE, self.p) if self.of_one else self.p

    @property
    def left(self) -> float:
        """What rounding has left of it."""
        return float(self.lost.evaluate())

    @property
    def really(self) -> float:
        """What it is; 0 where that is too small for a number even by itself."""
        z, k = self.met.z, self.k
        if self.met.activation == "sigmoid":
            return float(np.exp(-np.logaddexp(0.0, abs(z[k]))))
        wanted = np.delete(z, k) if self.of_one else z[k : k + 1]
        return float(np.exp(np.logaddexp.reduce(wanted) - np.logaddexp.reduce(z)))

    @property
    def right(self) -> f.Formula:
        """(p − t)/B of the entry, in symbols; (p Σt − t)/B where the targets of a softmax do not sum to 1."""
        target, whole = self.met.entry(self.met.target, self.k), f.Number(float(np.sum(self.met.t)))
        scaled = self.met.activation == "softmax" and abs(whole.value - 1.0) > WHOLE
        difference = minus(f.Product((whole, self.p)) if scaled else self.p, target)
        share = self.met.seed / self.met.outputs
        return difference if share == 1.0 else f.Product((f.Fraction(f.ONE, f.Number(1 / share)), difference))


def saturation(scene: Scene) -> Saturation | None:
    """What goes wrong at this sample with the pair of the scene's graph; None where nothing does."""
    met = meeting(scene)
    if met is None or not (np.isfinite(met.together.loss) and np.all(np.isfinite(met.together.gradient))):
        return None
    kind = _kind(met)
    return None if kind is None else Saturation(met, kind, _entry(met, kind))


def _kind(met: Meeting) -> Kind | None:
    apart, together = met.apart, met.together
    if not np.isfinite(apart.loss):
        return "infinite"
    if not np.all(np.isfinite(apart.gradient)):
        return "overflow"
    numbers, right = (np.asarray([way.loss, *way.gradient]) for way in (apart, together))
    if np.any((numbers == 0) & (right != 0)):
        return "stopped"
    return None if np.allclose(numbers, right, rtol=CLOSE, atol=0) else "rounded"


def _entry(met: Meeting, kind: Kind) -> int:
    """The entry that it begins with."""
    if met.activation == "softmax":
        fails = kind in ("infinite", "overflow")
        return int(np.argmin(np.where(met.t != 0, met.p, np.inf))) if fails else int(np.argmax(met.p))
    weight = np.where(met.z > 0, 1 - met.t, met.t)  # of the logarithm that saturates
    size = np.abs(met.z)
    return int(np.argmax(np.where(weight != 0, size, 0.0) if np.any(weight != 0) else size))
