"""One browser's conversation with the server: intents come in, replies go out. It knows nothing of Panel or sockets."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from explorer.engine.trace import Trace
from explorer.explain import explain
from explorer.film import make_film
from explorer.lessons import catalogue
from explorer.lessons.lesson import Lesson
from explorer.session.document import Document, Refused
from explorer.session.fragment import open_document
from explorer.session.intents import Edit, Explain, Intent, Open, OpenLesson, Reset, Sample, read_intent

Reply = dict[str, Any]


class Conversation:
    """Holds the document and its trace; `receive` is the only way in. What is refused changes nothing."""

    def __init__(self, home: Lesson | None = None) -> None:
        self._home = home
        self._document: Document | None = None
        self._trace: Trace | None = None

    def receive(self, message: Any) -> list[Reply]:
        """The replies to one message of the browser. Never raises for what a user did."""
        request = message.get("request") if isinstance(message, dict) else None
        try:
            intent = read_intent(message)
            return [{"request": request, **reply} for reply in self._follow(intent)]
        except (Refused, ValidationError) as error:
            reason = str(error) if isinstance(error, Refused) else f"message: {error.errors()[0]['msg']}"
            about = {key: message[key] for key in ("node", "index") if isinstance(message, dict) and key in message}
            return [{"type": "refused", "request": request, "reason": reason, **about}]

    def _follow(self, intent: Intent) -> list[Reply]:
        match intent:
            case Open():
                document, alerts = open_document(intent.fragment, intent.edits, self._home)
                self._show(document)
                broken = [("lessons", error) for error in catalogue().errors]
                said = [{"type": "alert", "key": key, "reason": reason} for key, reason in [*alerts, *broken]]
                return [self._film(), *said, *self._nonfinite()]
            case OpenLesson():
                document, alerts = open_document({"lesson": intent.lesson}, (), self._home)
                if alerts:
                    raise Refused(alerts[0][1])
                self._show(document)
            case Edit():
                self._show(self._open_document().with_edit(intent.node, intent.index, intent.text, intent.sample))
            case Sample():
                self._document = self._open_document().at_sample(intent.sample)
            case Reset():
                self._show(self._open_document().reset())
            case Explain():
                return [self._explanation(intent.node)]
        return [self._film(), *self._nonfinite()]

    def _open_document(self) -> Document:
        if self._document is None:
            raise Refused("nothing is open yet. Send “open” first.")
        return self._document

    def _show(self, document: Document) -> None:
        """Compute the pass first: if that fails, the last good picture stays."""
        data, params = document.numbers()
        self._trace = document.lesson.graph.trace(data, params, backend="numpy")
        self._document = document

    def _film(self) -> Reply:
        document = self._open_document()
        assert self._trace is not None
        edits = [
            {"node": node, "sample": sample, "index": list(index), "text": repr(number)}
            for (node, sample, index), number in document.edits.items()
        ]
        film = make_film(document.lesson, self._trace, document.sample)
        return {"type": "film", "film": film, "lessons": self._chooser(), "edits": edits}

    def _chooser(self) -> list[dict[str, Any]]:
        """The lessons by group, in the order of the chooser."""
        groups: dict[str, list[dict[str, str]]] = {}
        own = [self._home] if self._home else []
        for lesson in [*own, *catalogue().lessons.values()]:
            groups.setdefault(lesson.group, []).append({"value": lesson.id, "title": lesson.title})
        return [{"title": title, "cases": cases} for title, cases in groups.items()]

    def _explanation(self, node: str) -> Reply:
        document = self._open_document()
        assert self._trace is not None
        lesson = document.lesson
        if node not in lesson.graph.nodes:
            raise Refused(f"{node!r}: the graph has no such line.")
        tabs = explain(lesson.graph, self._trace, lesson.notation, node, document.sample, lesson.learning_rate)
        return {"type": "explanation", "node": node, "tabs": tabs}

    def _nonfinite(self) -> list[Reply]:
        if self._trace is None or self._trace.nonfinite is None:
            return []
        node, sample, kind = self._trace.nonfinite
        what = "not a number (NaN)" if kind == "nan" else "infinite"
        where = f", sample {sample + 1}" if sample is not None and self._trace.batch > 1 else ""
        return [
            {
                "type": "alert",
                "key": "numbers",
                "reason": f"{node}{where}: the value is {what}; what depends on it is too.",
            }
        ]
