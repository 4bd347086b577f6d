"""An op is a forward rule and its local Jacobians; everything else about it hangs on the same small class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from explorer.engine.arrays import Array, Namespace
from explorer.engine.errors import Message
from explorer.engine.jacobians import Jacobian, Shape

if TYPE_CHECKING:
    from explorer.engine.ops.kernels import Workbench

Calls: TypeAlias = list[Callable[[], object]]


class OperandError(ValueError):
    """Operands whose shapes, number or options do not fit an op.

    The message says what is wrong with values, what is expected and what to do next, and knows its operands only by
    their places {_0}, {_1}, …; `named` puts the reader's own names there.
    """

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(str(self.named(*(f"operand {place}" for place in range(1, 10)))))

    def named(self, *names: str) -> Message:
        """The message with the operands' names in it."""
        return _named(self.message, [*names, *("…" for _ in range(10))])


def _named(message: Message, names: Sequence[str]) -> Message:
    """The message, and those that are values of it, with the names of the operands among their values."""
    known = {
        key: _named(value, names) if isinstance(value, Message) else value for key, value in message.values.items()
    }
    return Message(message.template, **known, **{f"_{place}": name for place, name in enumerate(names)})


class Op:
    """One operation of the graph language. Adding an op is adding a subclass and its line in the registry.

    Instances hold the op's static options and are told apart by identity. Operands are engine arrays: the sample's
    axes first, then one batch axis, of length 1 for what all samples share. NumPy's broadcasting is then the
    language's own.

    (`**_` in the signatures only lets each subclass name its own operands; nothing is ever passed there.)

    Texts have {0}, {1}, … for the operands' symbols, {all} for all of them, {out} for the result and {op.…} for the
    op's own options. `says_forward` is a whole sentence: its key clause stands between ** and **, and what is said of
    tensors alone, not of single numbers, between [[ and ]].
    """

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    symbol: ClassVar[str]
    arity: ClassVar[tuple[int, int | None]] = (1, 1)
    options: ClassVar[Mapping[str, object]] = MappingProxyType({})
    pattern: ClassVar[str]  # how it is written: "{0} + {1}"
    says_forward: ClassVar[str]
    identity: ClassVar[str] = ""  # its number in the CS224n gradient notes
    rebinds: ClassVar[bool] = False  # its kernels take no memory from the bench: a plan may bind them for every pass
    analytic: ClassVar[bool] = False  # forward also takes complex numbers, and its derivative is then the complex one

    def shape(self, *shapes: Any, **_: Any) -> Shape:
        """The sample's shape of the result. Raises OperandError where the operands do not fit."""
        raise NotImplementedError

    def forward(self, xp: Namespace, *primals: Any, **_: Any) -> Array:
        """The result, in an array of its own or a view of an operand; uses the array-API standard alone."""
        raise NotImplementedError

    def jacobians(self, xp: Namespace, out: Array, *primals: Any, **_: Any) -> tuple[Jacobian, ...]:
        """The local Jacobian by each operand, in order; `out` is what forward gave."""
        raise NotImplementedError

    def forward_kernel(self, bench: Workbench, out: Array, *primals: Any, **_: Any) -> Calls | None:
        """Bound calls that read the primals' buffers and write `out`; None where the op has no kernel for these.

        For namespaces whose functions take `out`. Memory comes from the bench now, never in the calls.
        """
        return None

    def pullback_kernel(
        self, bench: Workbench, slot: int, cotangent: Array, into: Array, out: Array, *primals: Any, **_: Any
    ) -> Calls | None:
        """Bound calls that write the contribution to operand `slot` into `into`, which has that operand's shape.

        `into` overlaps no other buffer here. The op's forward kernel was bound on the same bench before, and has run.
        """
        return None

    def passes(self, slot: int, *shapes: Shape) -> bool:
        """Whether operand `slot` receives the cotangent as it is. Shapes: engine arrays', the result's first."""
        return False

    def identity_of(self, slot: int, *shapes: Shape) -> str:
        """The gradient-notes number of the backward rule by operand `slot`, for operands of these sample shapes."""
        return self.identity


def stretched(*shapes: Shape) -> Shape:
    """The common shape of operands of an element-wise op. Raises OperandError where there is none."""
    rank = max(len(shape) for shape in shapes)
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    for lengths in zip(*padded, strict=True):
        if len({length for length in lengths if length != 1}) > 1:
            listed = _listed(shapes)
            raise OperandError(
                Message(
                    "{listed}. Expected equal shapes, or lengths of 1 that can be stretched, counted from the "
                    "right. Give both the same shape, or use @ if a matrix product is meant.",
                    listed=listed,
                )
            )
    return tuple(next((n for n in lengths if n != 1), 1) for lengths in zip(*padded, strict=True))


def _listed(shapes: Sequence[Shape]) -> Message:
    """{_0} has shape (3) and {_1} has shape (4), for two operands and for more."""
    texts = {f"shape{place}": shape_text(shape) for place, shape in enumerate(shapes)}
    if len(shapes) == 2:
        return Message("{_0} has shape {shape0} and {_1} has shape {shape1}", **texts)
    return Message("the operands have shapes {shapes}", shapes=", ".join(texts.values()))


def shape_text(shape: Sequence[int]) -> str:
    """A shape as it is written: (4, 3), (4), ()."""
    return f"({', '.join(str(length) for length in shape)})"
