"""The files that a picture can be taken away as, by the name that the page asks with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from explorer.engine.trace import Trace
from explorer.export.latex import derivation_document
from explorer.export.scripts import numpy_script, torch_script
from explorer.lessons.lesson import Lesson
from explorer.locale import speaking, tell
from explorer.session.document import Document, Refused
from explorer.session.intents import Export
from explorer.session.recording import held
from explorer.session.saving import save

MOST_NUMBERS = 700_000  # of data and parameters that are written out in digits


@dataclass(frozen=True)
class Shown:
    """What is on the screen, and so in the file."""

    document: Document
    trace: Trace


@dataclass(frozen=True)
class Exporter:
    """One kind of file: the end of its name, its media type, what writes it, and whether a single line may be asked.

    What takes long is `recorded`, in a process of its own: `write` only saves the picture for it.
    """

    ending: str
    media: str
    write: Callable[[Shown, Export], str]
    by_line: bool = False
    recorded: bool = False


def _json(shown: Shown, asked: Export) -> str:
    return save(shown.document, asked.step, asked.node)


def _latex(shown: Shown, asked: Export) -> str:
    document = shown.document
    entries = {entry.node: entry.index for entry in asked.entries}
    return derivation_document(
        document.subject, shown.trace, document.sample, asked.node, stacked=asked.stacked, entries=entries
    )


def _recording(shown: Shown, asked: Export) -> str:
    """The picture as a recorder takes it."""
    held(shown.document)  # or refuse it here
    return save(shown.document)


def _sampled(write: Callable[[Shown, Export], str]) -> Callable[[Shown, Export], str]:
    def written(shown: Shown, asked: Export) -> str:
        if not shown.trace.batch:
            raise Refused(tell("export {what}: the batch has no samples to compute with.", what=asked.what))
        return write(shown, asked)

    return written


def _script(write: Callable[[Lesson, Trace], str]) -> Callable[[Shown, Export], str]:
    return _sampled(lambda shown, asked: write(shown.document.subject, shown.trace))


EXPORTERS: Mapping[str, Exporter] = MappingProxyType(
    {
        "latex": Exporter(".tex", "text/x-tex", _latex, by_line=True),
        "numpy": Exporter("-numpy.py", "text/x-python", _script(numpy_script)),
        "pytorch": Exporter("-pytorch.py", "text/x-python", _script(torch_script)),
        "json": Exporter(".json", "application/json", _json),
        "html": Exporter(".html", "text/html", _sampled(_recording), recorded=True),
    }
)


def exporting(asked: Export, shown: Shown) -> Callable[[], list[dict[str, Any]]]:
    """The work of writing the file that was asked for, and the reply that carries it. Raises: Refused.

    The reply is {type: "export", name, media, text}; what is recorded, the host is asked for: {type: "record", name,
    media, saved}.
    """
    exporter = EXPORTERS.get(asked.what)
    if exporter is None:
        raise Refused(
            tell(
                "export {what}: there is no such file. Expected one of {known}.",
                what=asked.what,
                known=", ".join(EXPORTERS),
            )
        )
    graph = shown.document.subject.graph
    if asked.node is not None and asked.node not in graph.nodes:
        raise Refused(tell("{node}: the graph has no such line.", node=repr(asked.node)))
    written = sum(shown.trace.values[name].size for name in (*graph.inputs, *graph.targets, *graph.parameters))
    if written > MOST_NUMBERS:
        raise Refused(
            tell(
                "export {what}: the data and parameters are {written:,} numbers. Expected at most {most:,}. "
                "Take fewer samples.",
                what=asked.what,
                written=written,
                most=MOST_NUMBERS,
            )
        )
    line = f"-{asked.node}" if asked.node and exporter.by_line else ""
    name = shown.document.lesson.id.replace("/", "-") + line

    def work() -> list[dict[str, Any]]:
        try:
            with speaking(shown.document.settings.language):
                text = exporter.write(shown, asked)
        except Refused as error:
            return [{"type": "refused", "reason": str(error)}]
        kind, content = ("record", "saved") if exporter.recorded else ("export", "text")
        return [{"type": kind, "name": name + exporter.ending, "media": exporter.media, content: text}]

    return work
