"""Pieces of array code that know their shape: arithmetic on them writes the arithmetic, batch axis first.

    h * (1 - h)      of a batched h (4,) writes  h * (1 - h)
    g * (o - t)      of a batched g () writes  g[:, None] * (o - t)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

Shape = tuple[int, ...]
COMPARED, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)  # how tightly Python binds


@dataclass(frozen=True, eq=False)
class Code:
    """An expression, how tightly it binds, one sample's shape, and whether there is one for each sample."""

    text: str
    level: int = ATOM
    shape: Shape = ()
    batched: bool = False

    def at(self, least: int) -> str:
        """The text, in parentheses if it binds less tightly than `least`."""
        return self.text if self.level >= least else f"({self.text})"

    def of_rank(self, rank: int) -> Code:
        """With axes of length 1 after the batch axis, so that it stretches as NumPy's rules have it for one sample."""
        missing = rank - len(self.shape)
        if not self.batched or missing <= 0:
            return self
        return Code(f"{self.at(ATOM)}[:{', None' * missing}]", ATOM, (1,) * missing + self.shape, True)

    def axes(self, *axes: int) -> str:
        """Axes of the sample as an argument: 1, or (1, 2)."""
        moved = [axis % len(self.shape) + self.batched for axis in axes]
        return str(moved[0]) if len(moved) == 1 else f"({', '.join(map(str, moved))})"

    # -- arithmetic --------------------------------------------------------------------------------------------------
    def __add__(self, other: Code | float) -> Code:
        return _infix("+", SUM, self, other)

    def __sub__(self, other: Code | float) -> Code:
        return _infix("-", SUM, self, other)

    def __rsub__(self, other: float) -> Code:
        return _infix("-", SUM, other, self)

    def __mul__(self, other: Code | float) -> Code:
        return _infix("*", PRODUCT, self, other)

    def __rmul__(self, other: float) -> Code:
        return _infix("*", PRODUCT, other, self)

    def __radd__(self, other: float) -> Code:
        return _infix("+", SUM, other, self)

    def __truediv__(self, other: Code | float) -> Code:
        return _infix("/", PRODUCT, self, other)

    def __rtruediv__(self, other: float) -> Code:
        return _infix("/", PRODUCT, other, self)

    def __pow__(self, other: Code | float) -> Code:
        return _infix("**", POWER, self, other)

    def __neg__(self) -> Code:
        return replace(self, text=f"-{self.at(SIGN)}", level=SIGN)

    def __gt__(self, other: Code | float) -> Code:
        return _infix(">", COMPARED, self, other)

    def __lt__(self, other: Code | float) -> Code:
        return _infix("<", COMPARED, self, other)

    def equals(self, other: Code | float) -> Code:
        return _infix("==", COMPARED, self, other)

    # -- methods -----------------------------------------------------------------------------------------------------
    def method(self, name: str, arguments: str, shape: Shape) -> Code:
        """self.name(arguments), of another shape."""
        return Code(f"{self.at(ATOM)}.{name}({arguments})", ATOM, shape, self.batched)

    def total(self, *, keep: Sequence[int] = (), name: str = "sum") -> Code:
        """The sum of one sample's entries; with `keep`, along those axes, which stay with length 1."""
        if keep:
            shape = tuple(1 if axis in keep else length for axis, length in enumerate(self.shape))
            return self.method(name, f"axis={self.axes(*keep)}, keepdims=True", shape)
        return self.over(tuple(range(len(self.shape))), name)

    def over(self, axes: Sequence[int], name: str = "sum") -> Code:
        """The sum, or what `name` says, along axes of the sample; of none it is the number itself."""
        if not axes:
            return self
        left = tuple(length for axis, length in enumerate(self.shape) if axis not in axes)
        return self.method(name, f"axis={self.axes(*axes)}", left)

    def with_axis(self, axis: int) -> Code:
        """With an axis of length 1 at that place of the sample."""
        shape = (*self.shape[:axis], 1, *self.shape[axis:])
        places = ["None" if place == axis else ":" for place in range(axis + 1)]
        places = [":"] * self.batched + places
        return Code(f"{self.at(ATOM)}[{', '.join(places)}]", ATOM, shape, self.batched)

    @property
    def transposed(self) -> Code:
        """Axes of the sample in reverse order."""
        if len(self.shape) < 2:
            return self
        if not self.batched and len(self.shape) == 2:
            return Code(f"{self.at(ATOM)}.T", ATOM, self.shape[::-1])
        order = [0] * self.batched + [axis + self.batched for axis in reversed(range(len(self.shape)))]
        return self.method("transpose", ", ".join(map(str, order)), self.shape[::-1])


def number(value: float) -> Code:
    """A number as it is written: 2, 0.5."""
    text = repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))
    return Code(text, SIGN if text.startswith("-") else ATOM)


def call(name: str, *arguments: Code, options: str = "") -> Code:
    """A function of arrays, entry by entry, with their common shape."""
    whole = level_with(*arguments)
    inside = ", ".join([one.text for one in whole] + ([options] if options else []))
    return Code(f"{name}({inside})", ATOM, *common(*whole))


def level_with(*parts: Code) -> list[Code]:
    """All with as many axes as the one that has most."""
    rank = max(len(part.shape) for part in parts)
    return [part.of_rank(rank) for part in parts]


def common(*parts: Code) -> tuple[Shape, bool]:
    """The shape that they stretch to, and whether there is one for each sample."""
    rank = max(len(part.shape) for part in parts)
    padded = [(1,) * (rank - len(part.shape)) + part.shape for part in parts]
    shape = tuple(next((n for n in lengths if n != 1), 1) for lengths in zip(*padded, strict=True))
    return shape, any(part.batched for part in parts)


def reduced(code: Code, to: Code) -> Code:
    """Summed over all along which `to` was stretched, the batch included: what goes back to it."""
    extra = len(code.shape) - len(to.shape)
    whole = list(range(extra + code.batched)) if code.batched and not to.batched else []
    whole = whole or [axis + code.batched for axis in range(extra)]
    if whole:
        axes = str(whole[0]) if len(whole) == 1 else f"({', '.join(map(str, whole))})"
        code = Code(f"{code.at(ATOM)}.sum(axis={axes})", ATOM, code.shape[extra:], to.batched)
    lengths = zip(code.shape, to.shape, strict=True)
    stretched = [axis for axis, (ours, theirs) in enumerate(lengths) if ours != theirs]
    return code.total(keep=stretched) if stretched else code


def _infix(sign: str, level: int, left: Code | float, right: Code | float) -> Code:
    a, b = level_with(*(one if isinstance(one, Code) else number(one) for one in (left, right)))
    least = {POWER: (ATOM, SIGN), COMPARED: (SUM, SUM)}.get(level, (level, level + 1))
    return Code(f"{a.at(least[0])} {sign} {b.at(least[1])}", level, *common(a, b))
