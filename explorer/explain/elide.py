"""Which rows and columns of a large matrix a formula shows: the first ones, a gap, the last one."""

from __future__ import annotations

GAP = -1
MOST_ROWS = 6
MOST_COLUMNS = 5


def shown(shape: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """Indices of the rows and columns to show, GAP standing for what is left out."""
    rows, columns = shape[0], shape[1]
    # A vector may be longer than a matrix is tall or wide: it takes one line of the page, or one column of it.
    return ends(rows, MOST_ROWS + 2 * (columns == 1)), ends(columns, MOST_COLUMNS + (rows == 1))


def ends(count: int, most: int) -> list[int]:
    """Places of `count` things of which at most `most` are in sight."""
    if count <= most:
        return list(range(count))
    return [*range(max(1, most - 3)), GAP, count - 1]
