"""A picture as a file: the graph's text with all its numbers, what was edited and chosen, where the reader stood.

    text = dump(SavedFile(…))
    file = load(text)                       # or SavedError, which names the place

`version` goes up with every change that an older reader would get wrong.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from explorer.explain.numbers import json_number
from explorer.lessons.schema import Markup, NotationFile
from explorer.locale import tell

FORMAT = "backprop-explorer"
VERSION = 1
MOST_BYTES = 20_000_000


class SavedError(ValueError):
    """A file that cannot be read or written; the message names the place in it and says what is expected."""


# -- what a file holds -------------------------------------------------------------------------------------------------
def _checked(numbers: Any) -> Any:
    """Nested lists of equal length, of numbers or their names (NaN, Infinity). Raises: ValueError with the place."""
    walk: list[tuple[str, Any]] = [("", numbers)]
    while walk:
        place, found = walk.pop()
        if isinstance(found, list):
            walk += [(f"{place}[{at}]", one) for at, one in reversed(list(enumerate(found)))]
        elif found not in NAMED and (isinstance(found, bool) or not isinstance(found, int | float)):
            shown = json.dumps(found, ensure_ascii=False)[:24]
            raise ValueError(tell("{place}{found} is no number.", place=place and f"{place} ", found=shown))
    try:
        np.array(numbers, dtype=np.float64)
    except (ValueError, OverflowError) as error:
        raise ValueError(tell("the rows differ in length, or a number is too large.")) from error
    return numbers


NAMED = ("NaN", "Infinity", "-Infinity")
Numbers: TypeAlias = Annotated[Any, BeforeValidator(_checked)]  # a number, or rows of rows


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SavedNotation(NotationFile):
    """The symbols of lines and gradients, and the conventions; see `explorer.notation.Notation`."""

    symbols: dict[str, Markup] = {}
    gradients: dict[str, Markup] = {}
    inside: dict[str, str] = {}


class SavedSettings(_Strict):
    """What is chosen over the notation; "" leaves a convention to it."""

    gradients: Literal["", "column", "row"] = ""
    sign: Literal["", "plus", "minus"] = ""
    weights: Literal["", "row-column", "from-to"] = ""
    reduction: Literal["mean", "sum"] = "mean"
    fuse: bool = False


class SavedEdit(_Strict):
    """A number put in by hand since some pass; `sample` is null for a parameter."""

    node: str
    index: tuple[int, ...] = Field(max_length=16)
    sample: int | None = None
    value: float = Field(allow_inf_nan=False)
    since: int = Field(default=0, alias="pass")


class SavedRate(_Strict):
    """A learning rate from some pass on."""

    rate: float = Field(gt=0, allow_inf_nan=False)
    since: int = Field(default=0, alias="pass")


class SavedView(_Strict):
    """Where the reader stood: steps shown, and the line that was inspected."""

    step: int = Field(default=0, ge=0)
    node: str | None = None


class SavedFile(_Strict):
    """The whole picture. `data` batch-first and `params` are the numbers before the first edit and the first pass."""

    format: Literal["backprop-explorer"] = "backprop-explorer"
    version: Literal[1] = 1
    lesson: str = ""  # the lesson's id, if it is one
    graph: str
    data: dict[str, Numbers]
    params: dict[str, Numbers] = {}
    learning_rate: float = Field(allow_inf_nan=False)
    notation: SavedNotation = SavedNotation()
    edits: list[SavedEdit] = Field(default=[], max_length=10_000)
    rates: list[SavedRate] = Field(default=[], max_length=10_000)
    passes: int = Field(default=0, ge=0, alias="pass")
    sample: int = Field(default=0, ge=0)
    settings: SavedSettings = SavedSettings()
    view: SavedView = SavedView()


class _Head(BaseModel):
    """What every version says first."""

    format: str
    version: int


# -- writing and reading -----------------------------------------------------------------------------------------------
def dump(file: SavedFile) -> str:
    """The file as JSON, a line for each array. Raises: SavedError where it would be larger than is read again."""
    text = _laid_out(file.model_dump(mode="json", by_alias=True)) + "\n"
    _refuse_large(text)
    return text


def load(text: str) -> SavedFile:
    """The file that a text is. Raises: SavedError."""
    _refuse_large(text)
    try:
        head = _Head.model_validate_json(text)
    except ValidationError as error:
        raise SavedError(
            tell(
                "The file is none of Backprop Explorer's: {problem}. Expected JSON that begins with {beginning}.",
                problem=_first(error),
                beginning=f'"format": "{FORMAT}"',
            )
        ) from error
    if head.format != FORMAT or head.version != VERSION:
        raise SavedError(
            tell(
                "The file says format “{format}”, version {version}. Expected format “{expected}”, version {known}. "
                "Save it again with the version of Backprop Explorer that you have.",
                format=head.format[:40],
                version=head.version,
                expected=FORMAT,
                known=VERSION,
            )
        )
    try:
        return SavedFile.model_validate_json(text)
    except ValidationError as error:
        raise SavedError(tell("The file, {problem}", problem=_first(error))) from error


def lists(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Arrays as a file holds them: nested lists, numbers that are not finite by their names."""
    return {name: _nested(np.asarray(array, dtype=np.float64)) for name, array in tables.items()}


def arrays(tables: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The arrays of a file's data or parameters, float64."""
    return {name: np.array(numbers, dtype=np.float64) for name, numbers in tables.items()}


def _nested(array: np.ndarray) -> Any:
    if np.isfinite(array).all():
        return array.tolist()
    return json_number(float(array)) if array.ndim == 0 else [_nested(row) for row in array]


def _first(error: ValidationError) -> str:
    """The first thing that is wrong, with its place: data.x: …"""
    first = error.errors()[0]
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in first["loc"]).lstrip(".")
    said = str(first["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{place}: {said}" if place else said


def _refuse_large(text: str) -> None:
    size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    if size > MOST_BYTES:
        raise SavedError(
            tell(
                "The file has {size:,} bytes. Expected at most {most:,}. Take fewer samples.",
                size=size,
                most=MOST_BYTES,
            )
        )


def _laid_out(value: Any, margin: str = "") -> str:
    if not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    inner = margin + "  "
    lines = [f"{inner}{json.dumps(key, ensure_ascii=False)}: {_laid_out(one, inner)}" for key, one in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{margin}}}"
