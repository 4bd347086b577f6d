"""What in-place kernels are made of: calls bound once to their buffers, which then run without allocating."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from explorer.engine.arrays import Array, Namespace, library
from explorer.engine.jacobians.base import Shape

if TYPE_CHECKING:
    from explorer.engine.ops.base import Calls


SHORT = 8192        # entries; BLAS takes one thread for so few


class Workbench:
    """Where kernels are built: constants, memory, and what is known before a pass begins.

    `xp` is the library itself, `rules` its array-API namespace, which the ops' rules take; `new` makes buffers.

    `residuals` are what the forward kernel of an op leaves to its pullback kernels. `watched` is the buffer of the
    objective's values, `seeds` that of its cotangent and `seed` every entry of it; `objective` is the former in a plan
    that needs nothing of it but its sum times the seed: an op whose result it is may bind `total`, which gives that
    number, and leave the buffer alone.
    """

    def __init__(self, xp: Namespace, dtype: Any, new: Callable[[Shape], Array] | None = None) -> None:
        self.xp, self.rules, self.dtype = library(xp), xp, dtype
        self._new = new or partial(self.xp.empty, dtype=dtype)
        self.residuals: dict[str, Any] = {}
        self.watched: Array | None = None
        self.objective: Array | None = None
        self.seed, self.seeds = 1.0, None
        self.total: Callable[[], float] | None = None
        self.prologue: Calls = []
        self._settled: dict[int, Array] = {}
        self._joints: dict[int, Array] = {}
        self._extended: dict[int, Array] = {}
        self._numbers: dict[float, Array] = {}
        self._loose: dict[Shape, list[Array]] = {}
        self._lent: Counter[Shape] = Counter()

    def begin(self, residuals: dict[str, Any]) -> None:
        """A kernel of another op begins: what was lent as temporary may be lent again."""
        self.residuals = residuals
        self._lent.clear()

    def number(self, value: float) -> Array:
        """A 0-d constant: a Python float as an operand would be converted anew in every call."""
        if value not in self._numbers:
            self._numbers[value] = self.xp.asarray(value, dtype=self.dtype)
        return self._numbers[value]

    def buffer(self, *shape: int) -> Array:
        """Memory of the kernel's own."""
        return self._new(shape)

    def temporary(self, *shape: int) -> Array:
        """Memory for this kernel's list of calls alone: others write to it before and after."""
        loose, place = self._loose.setdefault(shape, []), self._lent[shape]
        self._lent[shape] += 1
        if place == len(loose):
            loose.append(self.buffer(*shape))
        return loose[place]

    def again(self, buffer: Array) -> Array:
        """Where to write what comes of a temporary: in place, but for a single number NumPy then takes the long way."""
        return buffer if buffer.size != 1 else self.buffer(*buffer.shape)

    def settle(self, array: Array) -> Array:
        """Note that a buffer holds its numbers before the pass begins: data, literals, the seed."""
        self._settled[id(array)] = array
        return array

    def settled(self, *arrays: Array) -> bool:
        """Whether all of them hold their numbers before the pass begins."""
        return all(id(array) in self._settled for array in arrays)

    def once(self, calls: Calls, reads: Sequence[Array], writes: Sequence[Array]) -> Calls:
        """Calls that write some buffers from others: in the prologue, once for the data, if those are settled."""
        if not self.settled(*reads):
            return calls
        for buffer in writes:
            self.settle(buffer)
        self.prologue += calls
        return []

    def join(self, matrix: Array, bias: Array, joint: Array) -> None:
        """Note that a matrix and a bias lie side by side in memory, [W b]."""
        self._joints[id(matrix)] = self._joints[id(bias)] = joint

    def joined(self, *parts: Array) -> Array | None:
        """[W b] as one matrix, if these are parts of one."""
        found = [self._joints.get(id(part)) for part in parts]
        return found[0] if all(joint is found[0] for joint in found) else None

    def extend(self, vector: Array, extended: Array) -> None:
        """Note that a row of ones follows a vector in memory, [x; 1]."""
        self._extended[id(vector)] = extended

    def extended(self, vector: Array) -> Array | None:
        """[x; 1], if it lies so."""
        return self._extended.get(id(vector))

    def weight(self, cotangent: Array) -> Array:
        """What to multiply by in place of a cotangent: one number where all its entries are the seed."""
        return self.number(self.seed) if cotangent is self.seeds else cotangent

    def sums_itself(self, out: Array) -> bool:
        """Whether nothing is wanted of `out` but its sum times the seed."""
        return out is self.objective

    def unless_finite(self, watched: Array, into: Array, exact: Callable[[], Array], out: Array) -> Calls:
        """Where `watched` shows that the quick way left its range, what the op's own rule gives instead.

        `out` is the op's result. If that is the objective, the plan sees it in the sum and goes over the pass again.
        """
        return [] if out is self.watched else unless(is_finite(self.xp, watched), into, exact)


def common(*arrays: Array) -> Shape:
    """The shape that engine arrays of one rank broadcast to."""
    return tuple(next((n for n in lengths if n != 1), 1) for lengths in zip(*(a.shape for a in arrays), strict=True))


def gathered(bench: Workbench, source: Array, into: Array) -> Calls:
    """Sum `source` over all that `into` was stretched along, the batch included."""
    xp, target = bench.xp, into[(None,) * (source.ndim - into.ndim) + (...,)]
    axes = tuple(axis for axis in range(source.ndim) if target.shape[axis] != source.shape[axis])
    if axes == (1,) and source.ndim == 2 and source.flags.c_contiguous and into.flags.c_contiguous:
        # A vector over the batch, a bias above all: BLAS sums rows at a third of what a reduction costs.
        return [partial(source.dot, xp.ones_like(source[0]), into.reshape(-1))]
    return [partial(source.sum, axes, None, target, True) if axes else partial(xp.copyto, target, source)]


def scaled(bench: Workbench, factor: Array, cotangent: Array, into: Array) -> Calls:
    """factor ∘ cotangent, gathered into an operand's shape."""
    shape = bench.xp.broadcast_shapes(factor.shape, cotangent.shape)
    product = into if into.shape == shape else bench.temporary(*shape)
    calls: Calls = [partial(bench.xp.multiply, factor, bench.weight(cotangent), product)]
    return calls if product is into else [*calls, *gathered(bench, product, into)]


def summed(bench: Workbench, terms: Array, out: Array) -> Calls:
    """The sum of each sample's entries: (…, B) -> (B,)."""
    entries = math.prod(terms.shape[:-1])
    if entries == 1:
        return [partial(bench.xp.copyto, out, terms.reshape(out.shape))]
    if terms.flags.c_contiguous:
        return [partial(bench.xp.ones(entries, dtype=bench.dtype).dot, terms.reshape(entries, -1), out)]
    return [partial(terms.sum, tuple(range(terms.ndim - 1)), None, out)]


def inner(left: Array, right: Array) -> Callable[[], float]:
    """What gives the sum of the products of two contiguous buffers' entries, the same on any number of threads.

    BLAS divides a long one among its threads, and rounds by how many they are: so it gets short ones.
    """
    left, right = left.reshape(-1), right.reshape(-1)
    if left.size <= SHORT:
        return partial(left.dot, right)
    pairs = [(left[start : start + SHORT], right[start : start + SHORT]) for start in range(0, left.size, SHORT)]
    return lambda: sum(one.dot(other) for one, other in pairs)


def dot_into(bench: Workbench, left: Array, right: Array, out: Array) -> Calls:
    """left @ right for plain matrices; `.dot` costs less than half of `matmul` but wants contiguous output."""
    return [partial(left.dot, right, out) if out.flags.c_contiguous else partial(bench.xp.matmul, left, right, out)]


def is_finite(xp: Namespace, buffer: Array) -> Callable[[], bool]:
    """Whether a buffer holds neither inf nor NaN: their products with 0 are NaN, so one dot product tells."""
    if not buffer.flags.c_contiguous:
        return lambda: bool(xp.isfinite(buffer).all())
    entries = buffer.reshape(-1)
    look = partial(entries.dot, xp.zeros_like(entries))
    return lambda: bool(look() == 0)


class Gate:
    """A question about buffers, asked forward and answered again to the pullback."""

    def __init__(self, holds: Callable[[], bool]) -> None:
        self._holds = holds
        self._open = True

    def ask(self) -> bool:
        self._open = self._holds()
        return self._open

    def recall(self) -> bool:
        return self._open


def at_least(buffer: Array, bound: float) -> Callable[[], bool]:
    """Whether all entries of a contiguous buffer are that large; NaN is not. Nothing tells quicker than argmin."""
    entries = buffer.reshape(-1)
    if entries.size == 1:
        return lambda: bool(entries.item() >= bound)
    return lambda: not entries.size or bool(entries[entries.argmin()] >= bound)


def stretching(array: Array) -> Array:
    """An operand that is stretched along another: a single number as a constant is, which takes NumPy half as long."""
    return array.reshape(()) if array.size == 1 else array


class Either:
    """One of two ways to go on, chosen on the spot; or, if `settled`, as soon as the data are there."""

    def __init__(self, holds: Callable[[], bool], quick: Calls, exact: Calls, settled: bool) -> None:
        self._holds, self._quick, self._exact, self.settled = holds, quick, exact, settled

    def within(self) -> Either:
        """The same choice between flat lists."""
        return Either(self._holds, flat(self._quick), flat(self._exact), self.settled)

    def holds(self) -> bool:
        return self._holds()

    def chosen(self) -> Calls:
        return self._quick if self._holds() else self._exact

    def settled_ones(self) -> list[Either]:
        """This choice, if the data decide it, and those within it."""
        return ([self] if self.settled else []) + settled_choices([*self._quick, *self._exact])

    def __call__(self) -> None:
        for call in self._quick if self._holds() else self._exact:
            call()


def either(holds: Callable[[], bool], quick: Calls, exact: Calls, *, settled: bool = False) -> Calls:
    """Calls that go on in one way where something holds, and in another where it does not."""
    return [Either(holds, quick, exact, settled)]


def settled_choices(calls: Calls) -> list[Either]:
    """All choices among these calls that the data alone decide."""
    return [one for call in calls if isinstance(call, Either) for one in call.settled_ones()]


def flat(calls: Calls) -> Calls:
    """The same calls with every choice made that the data alone decide."""
    found: Calls = []
    for call in calls:
        if isinstance(call, Either):
            found += flat(call.chosen()) if call.settled else [call.within()]
        else:
            found.append(call)
    return found


def unless(holds: Callable[[], bool], into: Array, exact: Callable[[], Array]) -> Calls:
    """Where the quick way left its range (`holds` is false), what the op's own rule gives instead."""

    def settle() -> None:
        if not holds():
            into[...] = exact()

    return [settle]
