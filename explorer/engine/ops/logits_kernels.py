"""What kernels of the losses on logits share between forward and back: hard targets of bce, shares of cross-entropy."""

from __future__ import annotations

from functools import partial

from explorer.engine.arrays import Array
from explorer.engine.ops.base import Calls
from explorer.engine.ops.kernels import Gate, Workbench, at_least, either, stretching
from explorer.engine.ops.loss import outputs
from explorer.engine.ops.softmax import added, largest, reduced

# Where all other classes together have less than this of the largest one's power, the kernels of cross-entropy take
# the longer way, which adds the others up without it: 1 plus them would not keep their digits.
SATURATED = 2.0**-10


class HardTargets:
    """The quicker kernels of bce on logits where every target is 0 or 1, which the prologue finds out.

    With the sign s = 1 − 2t and e = e^(s z): the loss is ln(1 + e), its derivative s e / (1 + e).
    """

    def __init__(self, bench: Workbench, z: Array, t: Array) -> None:
        self._bench, self._z, self._t = bench, z, t
        self._sign, self._power = bench.buffer(*t.shape), bench.buffer(*z.shape)
        xp, off = bench.xp, bench.buffer(*t.shape)
        entries = off.reshape(-1)
        self.gate = Gate(lambda: bool(entries.dot(entries) == 0))
        bench.residuals["hard"] = self
        bench.once([
            partial(xp.square, t, self._sign), partial(xp.subtract, self._sign, t, off), self.gate.ask,
            partial(xp.multiply, t, bench.number(-2.0), off), partial(xp.add, off, bench.number(1.0), self._sign)],
            [t], [self._sign])

    def forward(self, terms: Array) -> Calls:
        xp, signed = self._bench.xp, self._bench.temporary(*terms.shape)
        return [
            partial(xp.multiply, self._z, self._sign, signed), partial(xp.exp, signed, self._power),
            partial(xp.log1p, self._power, terms),
        ]

    def pullback(self, cotangent: Array, into: Array) -> Calls:
        bench, xp, shape = self._bench, self._bench.xp, self._z.shape
        slope, above = bench.buffer(*shape), bench.temporary(*shape)
        share = bench.again(above)
        scale: Calls = [
            partial(xp.multiply, self._sign, bench.weight(cotangent), share),
            partial(xp.multiply, share, bench.number(1 / outputs(self._z)), slope)]
        if cotangent is bench.seeds:
            scale = [partial(xp.multiply, self._sign, bench.number(bench.seed / outputs(self._z)), slope)]
        return [
            *bench.once(scale, [self._sign, cotangent], [slope]),
            partial(xp.add, self._power, bench.number(1.0), above),
            partial(xp.divide, self._power, above, share), partial(xp.multiply, share, slope, into),
        ]


def summing_to_one(
    bench: Workbench, share: Array, whole: Array, scaled: Array, target: Array, other: Calls
) -> Calls:
    """For targets that sum to 1, as they mostly do: all their weights are the seed. Else, the other calls."""
    xp, off, gained = bench.xp, bench.buffer(*whole.shape), bench.again(share)
    entries = off.reshape(-1)
    gate = Gate(lambda: bool(entries.dot(entries) == 0))
    bench.once([partial(xp.subtract, whole, bench.number(bench.seed), off), gate.ask], [whole], [off])
    weigh: Calls = [] if bench.seed == 1 else [partial(xp.multiply, share, bench.number(bench.seed), gained)]
    quick: Calls = [*weigh, partial(xp.subtract, gained if weigh else share, scaled, target)]
    return either(gate.recall, quick, other, settled=True)


class Shares:
    """What cross-entropy on logits computes on its way and needs again on the way back.

    `low` is θ minus its maximum, `power` e^low, `sums` its sum, `log_of_sum` that one's logarithm; `gate` tells whether
    no class leads so far that 1 plus the others' sum would lose the digits of the latter.
    """

    def __init__(self, bench: Workbench, theta: Array, axis: int) -> None:
        xp, small = bench.xp, reduced(theta, axis)
        self._axis = axis
        self.power, top = bench.buffer(*theta.shape), bench.temporary(*small)
        self.sums, sum_up = added(bench, self.power, axis)
        first = self.sums[:1] if axis == 0 else self.sums   # the others are the same
        # For a vector, `low` and the logarithm stand one below the other, so that one product takes both.
        self.logs = bench.buffer(theta.shape[0] + (axis == 0), *theta.shape[1:])
        self.low = self.logs[:theta.shape[0]]
        self.log_of_sum = self.logs[-1:] if axis == 0 else bench.buffer(*small)
        self.gate = Gate(at_least(first, 1 + SATURATED))
        # The power of the largest is 1. It leads alone where the sum is below 2; else, there is none to leave out.
        leads, crowded = xp.empty(theta.shape, dtype=bool), xp.empty(small, dtype=bool)
        half, rest, others = bench.temporary(*small), bench.temporary(*small), bench.temporary(*theta.shape)
        exact: Calls = [
            partial(xp.multiply, first, bench.number(0.5), half), partial(xp.greater, self.power, half, leads),
            partial(xp.copyto, others, self.power), partial(xp.copyto, others, bench.number(0.0), where=leads),
            partial(others.sum, axis, None, rest, True),
            partial(xp.greater_equal, first, bench.number(2.0), crowded),
            partial(xp.subtract, rest, crowded, half), partial(xp.log1p, half, self.log_of_sum),
        ]
        self.calls: Calls = [
            *largest(bench, theta, axis, top), partial(xp.subtract, theta, stretching(top), self.low),
            partial(xp.exp, self.low, self.power), *sum_up,
            *either(self.gate.ask, [partial(xp.log, first, self.log_of_sum)], exact),
        ]

    def others(self, bench: Workbench, share: Array, others: Array) -> Calls:
        """Calls that write 1 − share into `others`: for the class that leads, the sum of the other shares."""
        xp, leads = bench.xp, bench.xp.empty(share.shape, dtype=bool)
        rest = bench.temporary(*reduced(share, self._axis))
        kept = bench.temporary(*share.shape)
        return [
            partial(xp.greater, share, bench.number(0.5), leads), partial(xp.copyto, kept, share),
            partial(xp.copyto, kept, bench.number(0.0), where=leads), partial(kept.sum, self._axis, None, rest, True),
            partial(xp.subtract, bench.number(1.0), share, others), partial(xp.copyto, others, rest, where=leads),
        ]
