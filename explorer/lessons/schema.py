"""What a `lesson.toml` may say, and nothing else: the pydantic models that a lesson file is validated against."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from typing_extensions import TypeAliasType

from explorer.explain.errata import typeset
from explorer.notation import parse_label

Numbers = TypeAliasType("Numbers", "float | list[Numbers]")    # a scalar, or rows of rows


def _markup(text: str) -> str:
    """Symbol markup such as `W^{(1)}`; malformed markup raises ValueError, which pydantic reports with its place."""
    parse_label(text)
    return text


def _prose(text: str) -> str:
    """A text with symbols between backquotes, as in "printed `σ′(z_1)`"."""
    typeset(text)
    return text


Markup = Annotated[str, AfterValidator(_markup)]
Prose = Annotated[str, Field(min_length=1), AfterValidator(_prose)]
StepKind = Literal["forward", "seed", "backward", "accumulate", "update"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NotationFile(_Strict):
    """The handout's conventions; see `explorer.notation.Notation` for what each of them means."""

    vectors: Literal["column", "row"] = "column"
    deltas: Literal["", "column", "row"] = ""
    sign: Literal["plus", "minus"] = "plus"
    weights: Literal["row-column", "from-to"] = "row-column"
    entries: Literal["kept", "small"] = "kept"
    loss: Markup = "L"
    learning_rate: Markup = "η"


class NotesFile(_Strict):
    """What a lecturer may say, ask and point at: before the first step, and at steps, by line."""

    start: Prose | None = None
    forward: dict[str, Prose] = {}
    seed: dict[str, Prose] = {}
    backward: dict[str, Prose] = {}
    accumulate: dict[str, Prose] = {}
    update: dict[str, Prose] = {}

    def steps(self) -> dict[tuple[str, str], str]:
        """The texts by kind of step and line."""
        tables = {kind: getattr(self, kind) for kind in get_args(StepKind)}
        return {(kind, node): text for kind, table in tables.items() for node, text in table.items()}


class CaseFile(_Strict):
    """One network of the lesson with its numbers: graph text, batch-first data, parameters, symbols, places, notes."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=1)
    learning_rate: float = Field(gt=0, allow_inf_nan=False)
    graph: str
    data: dict[str, Numbers]
    params: dict[str, Numbers] = {}
    symbols: dict[str, Markup] = {}
    gradients: dict[str, Markup] = {}
    places: dict[StepKind, dict[str, str]] = {}
    notes: NotesFile = NotesFile()


class ErratumFile(_Strict):
    """A slip of the handout: the steps that meet it, further lines that tell of it, in which cases (all if none)."""

    cases: list[str] = []
    steps: dict[StepKind, list[str]] = Field(min_length=1)
    nodes: list[str] = []
    place: Prose
    printed: Prose
    right: Prose


class LessonFile(_Strict):
    """A whole lesson: what the chooser and the page say of it, its notation, its cases, slips of the handout."""

    title: str = Field(min_length=1)
    order: int
    handout: str
    about: str
    notation: NotationFile = NotationFile()
    cases: list[CaseFile] = Field(min_length=1)
    errata: list[ErratumFile] = []
