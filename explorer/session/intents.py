"""What the browser may ask for: validated messages, nothing else gets through."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from explorer.session.settings import Language

Text = Annotated[str, Field(max_length=200)]
Typed = Annotated[str, Field(max_length=10_000)]  # whatever was typed; what it means is the reader's to say
Index = Annotated[tuple[int, ...], Field(max_length=16)]


class _Intent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    request: int


class EditedNumber(BaseModel):
    """One number that differs from the handout's since some pass; `sample` is null for a parameter."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    node: Text
    index: Index
    sample: int | None = None
    text: Typed
    since: int = Field(default=0, alias="pass")


class Open(_Intent):
    """The browser's first message, after every (re)connection: what the address bar and the page hold."""

    type: Literal["open"]
    fragment: dict[Text, Annotated[str, Field(max_length=100_000)]] = {}
    edits: list[EditedNumber] = Field(default=[], max_length=10_000)
    preferred: list[Text] = Field(default=[], max_length=100)  # languages, as the browser has them ("pl-PL")


class Edit(_Intent):
    """Replace one number of an input, target or parameter by what was typed."""

    type: Literal["edit"]
    node: Text
    index: Index
    sample: int | None = None
    text: Typed


class Sample(_Intent):
    """Show another sample of the batch (from 0)."""

    type: Literal["sample"]
    sample: int


class OpenLesson(_Intent):
    """Open another lesson's case."""

    type: Literal["lesson"]
    lesson: Text


class Reset(_Intent):
    """Back to the handout's numbers."""

    type: Literal["reset"]


class Choose(_Intent):
    """Another language, other conventions or objective, fusion on or off; null leaves a thing as it is."""

    type: Literal["settings"]
    gradients: Literal["", "column", "row"] | None = None
    sign: Literal["", "plus", "minus"] | None = None
    weights: Literal["", "row-column", "from-to"] | None = None
    reduction: Literal["mean", "sum"] | None = None
    fuse: bool | None = None
    language: Language | None = None


class Rate(_Intent):
    """Another learning rate from the pass on show on, as it was typed."""

    type: Literal["rate"]
    text: Typed


class Pass(_Intent):
    """Show the pass after that many updates."""

    type: Literal["pass"]
    number: int = Field(alias="pass")


class Words(_Intent):
    """Send the words of some of the film's steps (from 1)."""

    type: Literal["words"]
    first: int = Field(ge=1)
    last: int = Field(ge=1)


class Projection(_Intent):
    """Send how some of the film's steps (from 0) are drawn on a projector."""

    type: Literal["projection"]
    first: int = Field(ge=0)
    last: int = Field(ge=0)


class Entry(BaseModel):
    """The entry of a line that the reader has chosen."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    node: Text
    index: Index


class Explain(_Intent):
    """Send a tab of what the inspector shows for a node."""

    type: Literal["explain"]
    node: Text
    tab: Text = "forward"
    stacked: bool = False
    entries: list[Entry] = Field(default=[], max_length=1_000)


class Export(_Intent):
    """Send the picture as a file: {type: "export", name, media, text}.

    `what` is one of the names in `explorer.session.exports`; `node` the line that a derivation is asked for, all of
    them where it is null, else the line that is inspected; `step` the steps shown; `entries` as for a tab.
    """

    type: Literal["export"]
    what: Text
    node: Text | None = None
    step: int = Field(default=0, ge=0)
    stacked: bool = False
    entries: list[Entry] = Field(default=[], max_length=1_000)


class Import(_Intent):
    """Open a file that was saved: a film, with the `view` {step, node} that it was saved at."""

    type: Literal["import"]
    text: str


AnyIntent = (
    Open
    | Edit
    | Sample
    | OpenLesson
    | Reset
    | Choose
    | Rate
    | Pass
    | Words
    | Projection
    | Explain
    | Export
    | Import
)
Intent = Annotated[AnyIntent, Field(discriminator="type")]
_ADAPTER: TypeAdapter[Intent] = TypeAdapter(Intent)


def read_intent(message: Any) -> Intent:
    """A message from the browser as an intent. Raises: pydantic.ValidationError (a ValueError)."""
    return _ADAPTER.validate_python(message)
