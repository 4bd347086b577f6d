"""Arrays that record what rules do to them: no number is computed, and none can be asked for.

An array with few entries for a sample is taken apart into one expression for each (`cells`), so that sums and products
along its axes become part of a kernel; a wide one is a single expression, true for every entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from explorer.engine.device.expression import BATCH, Expression, holds_batch, width
from explorer.engine.jacobians.base import Shape

if TYPE_CHECKING:
    from explorer.engine.device.recording import Recording

NARROW = 32         # entries of a sample that are taken one by one

Cells = np.ndarray      # of expressions


class NotRecordable(AttributeError, TypeError):
    """A rule asked for what recordings do not know, or for a number. It is right all the same, and run as it stands."""


class Recorded:
    """An array of a recording. Its shape has BATCH where the batch will be; cells have length 1 there.

    Its operators are those of `operations`.
    """

    __slots__ = ("cells", "recording", "shape", "wide")
    __hash__ = None     # type: ignore[assignment]

    def __init__(self, recording: Recording, cells: Cells, shape: Shape, wide: bool) -> None:
        self.recording, self.cells, self.shape, self.wide = recording, cells, shape, wide

    @property
    def ndim(self) -> int:
        """How many axes there are, the batch's included."""
        return len(self.shape)

    @property
    def dtype(self) -> Any:
        """The recording's, or bool."""
        return np.dtype(bool) if self.cells.flat[0].is_bool else self.recording.dtype

    @property
    def batch_is_innermost(self) -> bool:
        """Whether no axis but the last holds the batch, so that a cell's samples lie one after the other."""
        return not any(map(holds_batch, self.shape[:-1]))

    def __getattr__(self, name: str) -> NoReturn:
        raise NotRecordable(f"{name}: recorded arrays have no such attribute. Expected one that they share with all "
                            "arrays of the standard. Use a function of the namespace.")

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise NotRecordable("A recorded array has no numbers: a rule that runs on a device must not ask for any.")

    __bool__ = __float__ = __int__ = __index__ = __complex__ = __iter__ = __len__ = __array__ = _refuse


def constant(recording: Recording, shape: Shape, value: Expression | float) -> Recorded:
    """One value everywhere."""
    entry = value if isinstance(value, Expression) else recording.number(value)
    wide = width(shape) > NARROW
    return Recorded(recording, np.full(() if wide else cell_shape(shape), entry, dtype=object), shape, wide)


def cell_shape(shape: Shape) -> Shape:
    """The shape of a narrow array's cells: length 1 where the batch is."""
    return tuple(length // BATCH if holds_batch(length) else length for length in shape)
