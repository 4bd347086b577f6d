"""A graph of one's own with its numbers as a text for an address: the file that is saved, deflated.

Whoever opens the address needs neither the Python that made the graph nor the file.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import zlib
from contextlib import suppress
from weakref import WeakKeyDictionary

from explorer.engine.errors import GraphError
from explorer.engine.graph import Graph
from explorer.export.saved import FORMAT, VERSION, SavedError, SavedFile, SavedNotation, lists, load
from explorer.lessons.lesson import Lesson
from explorer.locale import tell
from explorer.session.document import Refused
from explorer.session.saving import restore

LONGEST = 64_000  # characters: browsers, mail and chats carry so many
MOST_NUMBERS = 40_000  # beyond them no text is short enough
MOST_BYTES = 4_000_000  # that a text may unfold to
MOST_LINES = 2_000
MOST_VALUES = 5_000_000  # of all lines, what is inside them, and samples
_packed: WeakKeyDictionary[Lesson, str] = WeakKeyDictionary()


def pack(lesson: Lesson) -> str:
    """The lesson's graph, numbers and notation; "" where they are too many for an address."""
    if lesson not in _packed:
        _packed[lesson] = _pack(lesson)
    return _packed[lesson]


def _pack(lesson: Lesson) -> str:
    numbers = sum(array.size for table in (lesson.data, lesson.params) for array in table.values())
    if numbers > MOST_NUMBERS or not _showable(lesson.graph, len(next(iter(lesson.data.values()), ()))):
        return ""
    notation = {name: getattr(lesson.notation, name) for name in SavedNotation.model_fields}
    file = SavedFile.model_validate(
        {
            "graph": lesson.graph.source,
            "data": lists(lesson.data),
            "params": lists(lesson.params),
            "learning_rate": lesson.learning_rate,
            "notation": notation,
        }
    )
    said = file.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    text = json.dumps({"format": FORMAT, "version": VERSION, **said}, ensure_ascii=False, separators=(",", ":"))
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    return packed if len(packed) <= LONGEST else ""


def unpack(text: str) -> Lesson:
    """The lesson of such a text. Raises: Refused, which says what is wrong with it, and in which line of the graph."""
    try:
        deflated = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        reading = zlib.decompressobj()
        inflated = reading.decompress(deflated, MOST_BYTES)
        whole = reading.eof
    except (ValueError, binascii.Error, zlib.error) as error:
        raise Refused(tell("The link's graph is damaged. Copy the whole link once more.")) from error
    if not whole and len(inflated) < MOST_BYTES:
        raise Refused(tell("The link's graph is cut off. Copy the whole link once more."))
    if not whole:
        raise Refused(tell("The link's graph unfolds to more than {most:,} bytes.", most=MOST_BYTES))
    said = inflated.decode("utf-8", "replace")
    with suppress(SavedError, GraphError, TypeError):  # which `restore` tells
        file = load(said)
        if not _showable(Graph.parse(file.graph), max(map(len, file.data.values()), default=1)):
            raise Refused(tell("The link's graph is too large. Open it from a file or in Python."))
    document, _ = restore(said)
    return document.lesson


def _showable(graph: Graph, batch: int) -> bool:
    """Whether a stranger's graph is small enough to be computed for everyone who opens an address."""
    if len(graph.nodes) > MOST_LINES:
        return False
    sizes = (math.prod(kind.shape) * (batch if kind.batched else 1) for kind in graph.program.registers)
    return sum(sizes) <= MOST_VALUES
