"""Ops that move entries about, in a script: reshape, entries, concat and stack."""

from __future__ import annotations

from explorer.engine.ops import Op
from explorer.export.scripts.code import ATOM, Code
from explorer.export.scripts.library import NUMPY, Library


def reshaped(lib: Library, op: Op, x: Code) -> Code:
    """The same entries in another shape."""
    lengths: tuple[int, ...] = op.shape(x.shape)
    return x.method("reshape", ", ".join([*(["-1"] if x.batched else []), *map(str, lengths)]) or "()", lengths)


def key_of(op: Op, x: Code) -> str:
    """What stands between the brackets of x[…]."""
    written: str = op.written  # type: ignore[attr-defined]
    return f":, {written}" if x.batched else written


def picked(lib: Library, op: Op, x: Code) -> Code:
    """Some of the entries."""
    key: tuple[int | slice, ...] = op.key  # type: ignore[attr-defined]
    backwards = any(isinstance(part, slice) and (part.step or 1) < 0 for part in key)
    shape = op.shape(x.shape)
    if lib is NUMPY or not backwards:
        return Code(f"{x.at(ATOM)}[{key_of(op, x)}]", ATOM, shape, x.batched)
    text = x.at(ATOM)  # PyTorch's slices do not run backwards: the places are listed, one axis at a time
    for axis, part in reversed(list(enumerate(key))):
        place = list(range(*part.indices(x.shape[axis]))) if isinstance(part, slice) else part
        text += f"[{':, ' * (axis + x.batched)}{place}]"
    return Code(text, ATOM, shape, x.batched)


def _side_by_side(lib: Library, function: str, op: Op, parts: tuple[Code, ...], axis: int) -> Code:
    shape, batched = op.shape(*(part.shape for part in parts)), any(part.batched for part in parts)
    texts = [part.text if part.batched == batched else _for_every_sample(lib, part) for part in parts]
    written = lib(function, Code(f"[{', '.join(texts)}]"), options=f"axis={axis + batched}")
    return Code(written.text, ATOM, shape, batched)


def _for_every_sample(lib: Library, part: Code) -> str:
    return f"{lib.name}.broadcast_to({part.text}, ({', '.join(['B', *map(str, part.shape)])}{',' * (not part.shape)}))"


def concat(lib: Library, op: Op, *parts: Code) -> Code:
    """End to end along an axis."""
    return _side_by_side(lib, "concatenate", op, parts, op.axis % len(parts[0].shape))  # type: ignore[attr-defined]


def stack(lib: Library, op: Op, *parts: Code) -> Code:
    """One beside the other along a new axis."""
    return _side_by_side(lib, "stack", op, parts, op.axis % (len(parts[0].shape) + 1))  # type: ignore[attr-defined]


def piece(g: Code, axis: int, part: int | slice, to: Code) -> Code:
    """What goes back to one of several parts that stand side by side."""
    place = f"{part.start}:{part.stop}" if isinstance(part, slice) else str(part)
    return Code(f"{g.at(ATOM)}[{':, ' * (axis + g.batched)}{place}]", ATOM, to.shape, g.batched)
