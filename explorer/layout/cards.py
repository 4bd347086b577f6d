"""How big a card is and where its cells stand: arithmetic on shapes, in layout units (1 unit = 1 CSS pixel at 100 %).

The browser draws what stands here and measures nothing, so a card's size is known before it is on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

Shape = tuple[int, ...]

HEADER = 36.0  # the card's title line
CAPTION = 25.0  # a block's label, above a column of cells
LABEL = 34.0  # a block's label, left of a row of cells
PAD = 11.0
GAP = 3.0  # between cells
BLOCK_GAP = 7.0
INSIDE_GAP = 4.0  # more, around the frame of what a line has inside
CELL_HEIGHT = 30.0
CELL_WIDTH = 63.0  # holds "−0.07476" in the cell's font; longer numbers shrink a little
STRIP = 12.0  # the heat strip of a tensor too long to show whole
FOOTNOTE = 28.0  # "no gradient: never updated", on two lines
LETTER = 9.6  # width of a title's letter, to keep titles inside their card
MINIMUM_WIDTH = 132.0
SHOWN = 6  # at most so many rows and columns; then "… n" stands between the first and the last

GEOMETRY = {
    "header": HEADER,
    "caption": CAPTION,
    "label": LABEL,
    "pad": PAD,
    "gap": GAP,
    "strip": STRIP,
    "radius": 12.0,
}


@dataclass(frozen=True)
class Block:
    """One tensor on a card: which rows and columns are shown (None: the gap "… n") and where, relative to the card."""

    x: float
    y: float
    rows: tuple[int | None, ...]
    columns: tuple[int | None, ...]
    stride: int  # entries per row: cell (row, column) is entry row · stride + column in C order
    hidden: int
    cell_width: float
    caption: str  # "above" or "left"

    @property
    def width(self) -> float:
        return len(self.columns) * (self.cell_width + GAP) - GAP

    @property
    def height(self) -> float:
        return len(self.rows) * (CELL_HEIGHT + GAP) - GAP + (STRIP if self.hidden else 0.0)


@dataclass(frozen=True)
class Card:
    """A node's card: its size and its blocks.

    `mean` is the place of the loss card's batch mean, `inside` of the probabilities that a loss on logits contains.
    """

    width: float
    height: float
    value: Block
    gradient: Block | None
    mean: Block | None = None
    inside: Block | None = None


def measure(shape: Shape, letters: int, *, gradient: bool, mean: bool = False, inside: Shape | None = None) -> Card:
    """The card of a node with a per-sample `shape` and a title of so many `letters`.

    A vector stands as a column, its gradient beside it, so that each unit's two numbers share a line. Scalars and
    matrices have the gradient below the value. Targets (`gradient=False`) have a remark in its place. What is `inside`
    a line stands below everything else, or beside it as a column.
    """
    floor = max(MINIMUM_WIDTH, PAD * 2 + letters * LETTER + 46)
    if len(shape) == 1 and shape[0] != 1:
        value = _block(PAD, HEADER + CAPTION, (shape[0], 1), "above")
        beside = _block(PAD + CELL_WIDTH + BLOCK_GAP, HEADER + CAPTION, (shape[0], 1), "above")
        width = max(floor, 2 * PAD + 2 * CELL_WIDTH + BLOCK_GAP)
        return Card(width, _bottom(value, True), value, beside if gradient else None)
    matrix = (prod(shape[:-1]), shape[-1]) if len(shape) > 1 else (1, 1)
    value = _block(PAD + LABEL, HEADER, matrix, "left")
    blocks = [value]
    for wanted in (gradient, mean):
        if wanted:
            blocks.append(_block(PAD + LABEL, _below(blocks[-1]), matrix, "left"))
    if inside is not None and len(inside) == 1 and inside[0] != 1:
        return _with_beside(blocks, inside[0], floor, gradient, mean)
    if inside is not None:
        rows = (prod(inside[:-1]), inside[-1]) if len(inside) > 1 else (1, 1)
        blocks.append(_block(PAD + LABEL, _below(blocks[-1]) + INSIDE_GAP, rows, "left"))
    width = max(floor, *(2 * PAD + LABEL + block.width for block in blocks))
    stretched = [_stretch(block, width) for block in blocks]
    return Card(
        width,
        _bottom(stretched[-1], gradient) + (INSIDE_GAP if inside is not None else 0.0),
        stretched[0],
        stretched[1] if gradient else None,
        stretched[gradient + mean] if mean else None,
        stretched[-1] if inside is not None else None,
    )


def _with_beside(blocks: list[Block], rows: int, floor: float, gradient: bool, mean: bool) -> Card:
    """The card of a single number that has a vector inside: the vector stands beside it, as a column."""
    right = _block(0.0, HEADER + CAPTION, (rows, 1), "above")
    taken = 2 * PAD + LABEL + BLOCK_GAP + 2 * INSIDE_GAP + right.width
    width = max(floor, taken + blocks[0].width)
    stretched = [_stretch(block, width - taken + 2 * PAD + LABEL) for block in blocks]
    right = replace(right, x=width - PAD - INSIDE_GAP - right.width)
    height = max(_bottom(stretched[-1], gradient), _bottom(right, True) + INSIDE_GAP)
    return Card(width, height, stretched[0], stretched[1] if gradient else None, stretched[-1] if mean else None, right)


def _below(block: Block) -> float:
    return block.y + block.height + BLOCK_GAP


def _bottom(last: Block, gradient: bool) -> float:
    return last.y + last.height + PAD + (0.0 if gradient else FOOTNOTE)


def _block(x: float, y: float, matrix: tuple[int, int], caption: str) -> Block:
    rows, columns = _shown(matrix[0]), _shown(matrix[1])
    seen = sum(row is not None for row in rows) * sum(column is not None for column in columns)
    return Block(x, y, rows, columns, matrix[1], matrix[0] * matrix[1] - seen, CELL_WIDTH, caption)


def _stretch(block: Block, card_width: float) -> Block:
    """Cells as wide as their card allows: a card widened by its title has no empty right half."""
    room = card_width - PAD - block.x + GAP
    wider = max(block.cell_width, room / len(block.columns) - GAP) if block.columns else block.cell_width
    return Block(block.x, block.y, block.rows, block.columns, block.stride, block.hidden, wider, block.caption)


def _shown(length: int) -> tuple[int | None, ...]:
    if length <= SHOWN:
        return tuple(range(length))
    return (*range(SHOWN // 2), None, *range(length - SHOWN // 2 + 1, length))
