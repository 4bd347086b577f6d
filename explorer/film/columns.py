"""Records that are much alike, told once: a film's nodes, edges and steps as columns of small whole numbers.

    columns({"nodes": nodes, "edges": edges})   from which `static/columns.js` makes the very same records again

A column tells its values in the first of these ways that fits:

    {"all": value}                     all are the same
    {"of": [value, …], "which": array} there are few different ones: the place of each among them
    {"whole": array}                   whole numbers, in as few bytes as hold them all
    {"from": number, "by": array}      whole numbers, each by its difference from the one before
    {"null_or": column}                whole numbers from 0, plus 1; 0 stands for null
    {"some": column, "count", "at"}    null but at some places: their values, how many, which (a column)
    {"tenths": column}                 numbers with at most one decimal, times 10
    {"floats": array}                  other numbers
    {"records": {key: column}}         objects of one form
    {"each": [column, …]}              lists of one length, a column for each place in them
    {"lengths": column, "items"}       other lists, their items in one column
    {"pool": column}                   places in the pool, which all columns share: there everything stands once
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any

import numpy as np

Column = dict[str, Any]
FEW = 8  # values for each different one: from here on its place among them is shorter than itself
MOST = 2**53  # whole numbers up to here are the same in JavaScript


def columns(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """Tables of records with the same keys each. Values: what JSON has. Raises: ValueError for records of two forms."""
    pool = _Pool()
    told = {name: {"count": len(records), "column": _column(records, pool)} for name, records in tables.items()}
    return {"tables": told, "pool": pool.values}


class _Pool:
    """Every different value once, in the order of coming."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[Hashable, int] = {}

    @staticmethod
    def key(value: Any) -> Hashable:
        """What only equal values have in common; tuples hold texts alone."""
        return value if isinstance(value, str | tuple) else (json.dumps(value, allow_nan=False),)

    def place(self, value: Any) -> int:
        key = self.key(value)
        if key not in self._places:
            self._places[key] = len(self.values)
            self.values.append(value)
        return self._places[key]


def _column(values: Sequence[Any], pool: _Pool) -> Column:
    kinds = {type(value) for value in values}
    if len(kinds) <= 1 and kinds != {dict} and all(value == values[0] for value in values):
        return {"all": values[0] if values else None}
    if kinds == {int}:
        return _whole(values)
    if kinds <= {int, float}:
        return _numbers(values)
    if type(None) in kinds:
        return _with_nulls(values, pool)
    if kinds == {dict}:
        return _records(values, pool)
    few = _few(values, pool.key)
    if few is None and kinds <= {list, tuple} and not all(_is_pair(value) for value in values):
        return _lists(values, pool)
    return few or {"pool": _whole([pool.place(value) for value in values])}


def _is_pair(value: Sequence[Any]) -> bool:
    """A text and its script: as labels are made of few of them, each goes into the pool whole."""
    return len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], str)


def _with_nulls(values: Sequence[Any], pool: _Pool) -> Column:
    at = [place for place, value in enumerate(values) if value is not None]
    there = [values[place] for place in at]
    if 2 * len(there) > len(values) and all(type(value) is int and value >= 0 for value in there):
        return {"null_or": _whole([0 if value is None else value + 1 for value in values])}
    return {"some": _column(there, pool), "count": len(at), "at": _whole(at)}


def _few(values: Sequence[Any], key: Callable[[Any], Hashable]) -> Column | None:
    """Each by its place among the different ones, where that is short."""
    places: dict[Hashable, tuple[int, Any]] = {}
    which = []
    for value in values:
        which.append(places.setdefault(key(value), (len(places), value))[0])
        if len(places) * FEW > len(values):
            return None
    return {"of": [value for _, value in places.values()], "which": _small(which)}


def _records(values: Sequence[Any], pool: _Pool) -> Column:
    keys = values[0].keys()
    if any(value.keys() != keys for value in values):
        raise ValueError(f"columns: some records have the keys {', '.join(keys)}, some others. Expected one form.")
    return {"records": {key: _column([value[key] for value in values], pool) for key in keys}}


def _lists(values: Sequence[Sequence[Any]], pool: _Pool) -> Column:
    lengths = [len(value) for value in values]
    if min(lengths) == max(lengths) > 0:
        return {"each": [_column([value[place] for value in values], pool) for place in range(lengths[0])]}
    return {"lengths": _column(lengths, pool), "items": _column(list(chain.from_iterable(values)), pool)}


def _numbers(values: Sequence[float]) -> Column:
    tenths = [round(value * 10) if abs(value) < MOST / 10 else 0 for value in values]
    exact = all(whole / 10 == value for whole, value in zip(tenths, values, strict=True))
    return {"tenths": _whole(tenths)} if exact else {"floats": np.asarray(values, dtype=np.float64)}


def _whole(values: Sequence[int]) -> Column:
    if min(values) == max(values):
        return {"all": values[0]}
    plain = _small(values)
    if plain.itemsize == 1:
        return {"whole": plain}
    by = _small([after - before for before, after in pairwise(values)])
    if by.itemsize < plain.itemsize:
        return {"from": values[0], "by": by}
    return (_few(values, int) if plain.itemsize > 2 else None) or {"whole": plain}


def _small(values: Sequence[int]) -> np.ndarray:
    least, most = min(values), max(values)
    kinds = (np.uint8, np.uint16, np.uint32) if least >= 0 else (np.int8, np.int16, np.int32)
    fitting = (kind for kind in kinds if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max)
    return np.asarray(values, dtype=next(fitting, np.float64))
