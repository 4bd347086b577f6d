"""How big a card is and where its cells stand: arithmetic on shapes, in layout units (1 unit = 1 CSS pixel at 100 %).

The browser draws what stands here and measures nothing, so a card's size is known before it is on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

Shape = tuple[int, ...]

SHOWN = 6  # at most so many rows and columns; then "… n" stands between the first and the last


@dataclass(frozen=True)
class Sizes:
    """Lengths and sizes of type on a card. `beside`: a matrix has its gradient beside it, not below."""

    header: float  # the card's title line
    baseline: float  # of the title
    caption: float  # a block's label, above a column of cells
    label: float  # a block's label, left of a row of cells
    pad: float
    gap: float  # between cells
    block_gap: float
    inside_gap: float  # more, around the frame of what a line has inside
    cell_height: float
    cell_width: float  # holds "−0.07476" in the cell's font
    strip: float  # the heat strip of a tensor too long to show whole
    footnote: float  # "no gradient: never updated", on two lines
    letter: float  # width of a title's letter, to keep titles inside their card
    tag: float  # room for kind and shape in the title line, beside their letters
    minimum_width: float
    radius: float
    title: float  # from here on sizes of type; 0 where there is none
    shape: float
    note: float
    symbol: float
    least_symbol: float  # a symbol that would be smaller is abbreviated
    mark: float
    number: float
    shrinks: float  # how far a number's type shrinks before digits go
    least_digits: int  # that a number keeps
    mark_beside: bool  # of a symbol at the left, not below it
    large: float  # how many times larger than on the page are pulses and arrows
    beside: bool = False

    def geometry(self) -> dict[str, float]:
        """What the browser has to know to draw cards of these sizes."""
        told = ("header", "baseline", "caption", "label", "pad", "gap", "strip", "radius")
        size = ("title", "shape", "note", "symbol", "least_symbol", "mark", "number")
        rules = ("shrinks", "least_digits", "mark_beside", "large")
        return {name: getattr(self, name) for name in (*told, *size, *rules)}


PAGE = Sizes(
    header=36.0, baseline=25.2, caption=25.0, label=34.0, pad=11.0, gap=3.0, block_gap=7.0, inside_gap=4.0,
    cell_height=30.0, cell_width=63.0, strip=12.0, footnote=28.0, letter=9.6, tag=46.0, minimum_width=132.0,
    radius=12.0, title=18.0, shape=12.0, note=11.0, symbol=15.0, least_symbol=12.5, mark=10.5, number=15.0,
    shrinks=0.66, least_digits=3, mark_beside=False, large=1.0,
)  # fmt: skip


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
    sizes: Sizes

    @property
    def width(self) -> float:
        return len(self.columns) * (self.cell_width + self.sizes.gap) - self.sizes.gap

    @property
    def height(self) -> float:
        rows = len(self.rows) * (self.sizes.cell_height + self.sizes.gap) - self.sizes.gap
        return rows + (self.sizes.strip if self.hidden else 0.0)


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


def measure(
    shape: Shape, letters: int, *, gradient: bool, mean: bool = False, inside: Shape | None = None, sizes: Sizes = PAGE
) -> Card:
    """The card of a node with a per-sample `shape` and a title of so many `letters`.

    A vector stands as a column, its gradient beside it, so that each unit's two numbers share a line. Scalars and
    matrices have the gradient below the value, or beside it where `sizes` say so. Targets (`gradient=False`) have a
    remark in its place. What is `inside` a line stands below everything else, or beside it as a column.
    """
    pad, label, header = sizes.pad, sizes.label, sizes.header
    floor = max(sizes.minimum_width, pad * 2 + letters * sizes.letter + sizes.tag)
    if len(shape) == 1 and shape[0] != 1:
        value = _block(pad, header + sizes.caption, (shape[0], 1), "above", sizes)
        beside = _block(pad + sizes.cell_width + sizes.block_gap, value.y, (shape[0], 1), "above", sizes)
        width = max(floor, 2 * pad + 2 * sizes.cell_width + sizes.block_gap)
        return Card(width, _bottom(value, True), value, beside if gradient else None)
    matrix = (prod(shape[:-1]), shape[-1]) if len(shape) > 1 else (1, 1)
    value = _block(pad + label, header, matrix, "left", sizes)
    if sizes.beside and gradient and matrix[0] > 1:
        left = value.x + value.width + sizes.block_gap + label
        width = max(floor, left + value.width + pad)
        return Card(width, _bottom(value, True), value, replace(value, x=left))
    blocks = [value]
    for wanted in (gradient, mean):
        if wanted:
            blocks.append(_block(pad + label, _below(blocks[-1]), matrix, "left", sizes))
    if inside is not None and len(inside) == 1 and inside[0] != 1:
        return _with_beside(blocks, inside[0], floor, gradient, mean)
    if inside is not None:
        rows = (prod(inside[:-1]), inside[-1]) if len(inside) > 1 else (1, 1)
        blocks.append(_block(pad + label, _below(blocks[-1]) + sizes.inside_gap, rows, "left", sizes))
    width = max(floor, *(2 * pad + label + block.width for block in blocks))
    stretched = [_stretch(block, width) for block in blocks]
    return Card(
        width,
        _bottom(stretched[-1], gradient) + (sizes.inside_gap if inside is not None else 0.0),
        stretched[0],
        stretched[1] if gradient else None,
        stretched[gradient + mean] if mean else None,
        stretched[-1] if inside is not None else None,
    )


def _with_beside(blocks: list[Block], rows: int, floor: float, gradient: bool, mean: bool) -> Card:
    """The card of a single number that has a vector inside: the vector stands beside it, as a column."""
    sizes = blocks[0].sizes
    right = _block(0.0, sizes.header + sizes.caption, (rows, 1), "above", sizes)
    around = 2 * sizes.pad + sizes.label
    taken = around + sizes.block_gap + 2 * sizes.inside_gap + right.width
    width = max(floor, taken + blocks[0].width)
    stretched = [_stretch(block, width - taken + around) for block in blocks]
    right = replace(right, x=width - sizes.pad - sizes.inside_gap - right.width)
    height = max(_bottom(stretched[-1], gradient), _bottom(right, True) + sizes.inside_gap)
    return Card(width, height, stretched[0], stretched[1] if gradient else None, stretched[-1] if mean else None, right)


def _below(block: Block) -> float:
    return block.y + block.height + block.sizes.block_gap


def _bottom(last: Block, gradient: bool) -> float:
    return last.y + last.height + last.sizes.pad + (0.0 if gradient else last.sizes.footnote)


def _block(x: float, y: float, matrix: tuple[int, int], caption: str, sizes: Sizes) -> Block:
    rows, columns = _shown(matrix[0]), _shown(matrix[1])
    seen = sum(row is not None for row in rows) * sum(column is not None for column in columns)
    return Block(x, y, rows, columns, matrix[1], matrix[0] * matrix[1] - seen, sizes.cell_width, caption, sizes)


def _stretch(block: Block, card_width: float) -> Block:
    """Cells as wide as their card allows: a card widened by its title has no empty right half."""
    gap = block.sizes.gap
    room = card_width - block.sizes.pad - block.x + gap
    wider = max(block.cell_width, room / len(block.columns) - gap) if block.columns else block.cell_width
    return replace(block, cell_width=wider)


def _shown(length: int) -> tuple[int | None, ...]:
    if length <= SHOWN:
        return tuple(range(length))
    return (*range(SHOWN // 2), None, *range(length - SHOWN // 2 + 1, length))
