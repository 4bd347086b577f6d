"""One browser's conversation with the server: intents come in, replies go out. It knows nothing of Panel or sockets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import ValidationError

from explorer.engine.trace import Trace
from explorer.explain import TABS, explain, not_finite
from explorer.explain.numbers import json_number
from explorer.film import make_projection, make_words
from explorer.lessons import catalogue
from explorer.lessons.fused import fusible
from explorer.lessons.lesson import Lesson
from explorer.locale import ENGLISH, LANGUAGES, _, page_messages, retold, speaking, tell
from explorer.notation import Notation
from explorer.session.document import MOST_PASSES, Document, Refused
from explorer.session.exports import Shown, exporting
from explorer.session.fragment import open_document
from explorer.session.intents import (
    Choose,
    Edit,
    Explain,
    Export,
    Import,
    Intent,
    Open,
    OpenLesson,
    Pass,
    Projection,
    Rate,
    Reset,
    Sample,
    Words,
    read_intent,
)
from explorer.session.packed import pack
from explorer.session.recording import Ask
from explorer.session.run import Run
from explorer.session.saving import restore
from explorer.session.shared import film

Reply = dict[str, Any]
SLOW_TABS = ("check",)
MOST_WORDS = 256  # steps whose words, or projection, are told together


@dataclass(frozen=True)
class Later:
    """Replies that take their time: `work` makes them, on any thread, and touches nothing that a message may change."""

    work: Callable[[], list[Reply]]


class Conversation:
    """Holds the document and its passes; `receive` is the only way in. What is refused changes nothing."""

    def __init__(self, home: Lesson | None = None) -> None:
        self._home = home
        self._document: Document | None = None
        self._run: Run | None = None
        self._trace: Trace | None = None

    @property
    def trace(self) -> Trace | None:
        """The pass on show; None before anything has been opened."""
        return self._trace

    def receive(self, message: Any) -> list[Reply | Later]:
        """The replies to one message of the browser. Never raises for what a user did."""
        request = message.get("request") if isinstance(message, dict) else None
        try:
            with speaking(self.language):
                replies = self._follow(read_intent(message))
            return [_numbered(reply, request) for reply in replies]
        except (Refused, ValidationError) as error:
            reason = str(error) if isinstance(error, Refused) else f"message: {error.errors()[0]['msg']}"
            about = {key: message[key] for key in ("node", "index") if isinstance(message, dict) and key in message}
            return [{"type": "refused", "request": request, "reason": reason, **about}]

    def _follow(self, intent: Intent) -> list[Reply] | list[Later]:
        match intent:
            case Open():
                document, alerts = open_document(intent.fragment, intent.edits, self._home, intent.preferred)
                self.show(document)
                broken = [("lessons", retold(error.message)) for error in catalogue().broken]
                said = [{"type": "alert", "key": key, "reason": reason} for key, reason in [*alerts, *broken]]
                film, *numbers = self._picture()
                return [{**film, **self._tongue()}, *said, *numbers]
            case OpenLesson():
                document, alerts = open_document({"lesson": intent.lesson}, (), self._home)
                if alerts:
                    raise Refused(alerts[0][1])
                self.show(document.with_settings(language=self.language))
            case Edit():
                self.show(self._open_document().with_edit(intent.node, intent.index, intent.text, intent.sample))
            case Sample():
                self._document = self._open_document().at_sample(intent.sample)
            case Reset():
                self.show(self._open_document().reset())
            case Choose():
                chosen = intent.model_dump(exclude={"type", "request"}, exclude_none=True)
                self.show(self._open_document().with_settings(**chosen))
                if intent.language:
                    film, *numbers = self._picture()
                    return [{**film, **self._tongue()}, *numbers]
            case Rate():
                self.show(self._open_document().with_rate(intent.text))
            case Pass():
                self.show(self._open_document().at_pass(intent.number))
            case Words():
                return self._words(intent)
            case Projection():
                return self._projection(intent)
            case Explain():
                return self._explanation(intent)
            case Export():
                document, trace = self._open_document(), self._trace
                assert trace is not None
                return [Later(exporting(intent, Shown(document, trace)))]
            case Import():
                document, view = restore(intent.text)
                self.show(document.with_settings(language=self.language))
                film, *numbers = self._picture()
                return [{**film, "view": view.model_dump()}, *self._unlinked(), *numbers]
        return self._picture()

    def _open_document(self) -> Document:
        if self._document is None:
            raise Refused(tell("nothing is open yet. Send “open” first."))
        return self._document

    def show(self, document: Document) -> None:
        """Compute the pass first: if that fails, the last good picture stays."""
        run = Run(document) if self._run is None else self._run.follow(document)
        self._trace = run.trace(document.passes)
        self._run, self._document = run, document
        if _own_graph(document.lesson):
            self._home = document.lesson

    @property
    def language(self) -> str:
        """The code of what everything is said in."""
        return self._document.settings.language if self._document else ENGLISH

    def _tongue(self) -> Reply:
        """What goes with a film in another language: the page's own words, and which languages there are."""
        return {"languages": dict(LANGUAGES), "messages": page_messages(self.language)}

    def _picture(self) -> list[Reply]:
        """The film, and what is to be said of its numbers, in the document's language."""
        with speaking(self.language):
            return [self._film(), *self._nonfinite()]

    def _film(self) -> Reply:
        document = self._open_document()
        assert self._trace is not None and self._run is not None
        edits = [
            {"node": node, "sample": sample, "index": list(index), "text": repr(number), "pass": since}
            for (since, node, sample, index), number in document.edits.items()
        ]
        pair = fusible(document.lesson.graph)
        return {
            "type": "film",
            "film": film(document, self._trace),
            "lessons": self._chooser(),
            "edits": edits,
            "settings": asdict(document.settings),
            "own": {name: _own(document.lesson.notation, name) for name in ("gradients", "sign", "weights")},
            "fusible": list(pair) if pair else None,
            "graph": pack(document.lesson) if _own_graph(document.lesson) else "",
            "run": {
                "pass": document.passes,
                "most": MOST_PASSES,
                "losses": [json_number(loss) for loss in self._run.losses],
                "rates": [[since, repr(rate)] for since, rate in sorted(document.rates.items())],
            },
        }

    def _unlinked(self) -> list[Reply]:
        """What is said of a graph that no address can hold."""
        lesson = self._open_document().lesson
        if not _own_graph(lesson) or pack(lesson):
            return []
        with speaking(self.language):
            reason = tell("The graph has too many numbers for a link. Save it as JSON to pass it on.")
        return [{"type": "alert", "key": "graph", "reason": reason}]

    def _chooser(self) -> list[dict[str, Any]]:
        """The lessons by group, in the order of the chooser."""
        groups: dict[str, list[dict[str, str]]] = {}
        own = [self._home] if self._home else []
        for lesson in [*own, *catalogue().lessons.values()]:
            groups.setdefault(lesson.group, []).append({"value": lesson.id, "title": _(lesson.title)})
        return [{"title": _(title), "cases": cases} for title, cases in groups.items()]

    def _words(self, intent: Words) -> list[Later]:
        document, trace = self._open_document(), self._trace
        assert trace is not None
        _few_enough("words", intent)

        def work() -> list[Reply]:
            with speaking(document.settings.language):
                words = make_words(document.subject, trace, document.sample, intent.first, intent.last)
            return [{"type": "words", "first": intent.first, "words": words}]

        return [Later(work)]

    def _projection(self, intent: Projection) -> list[Later]:
        document, trace = self._open_document(), self._trace
        assert trace is not None
        _few_enough("projection", intent)

        def work() -> list[Reply]:
            told = make_projection(document.subject, trace, document.sample, intent.first, intent.last)
            return [{"type": "projection", **told}]

        return [Later(work)]

    def _explanation(self, intent: Explain) -> list[Reply] | list[Later]:
        document, trace, node = self._open_document(), self._trace, intent.node
        assert trace is not None
        lesson = document.subject
        if node not in lesson.graph.nodes:
            raise Refused(tell("{node}: the graph has no such line.", node=repr(node)))
        if intent.tab not in TABS:
            raise Refused(
                tell("tab {tab}: there is none. Expected one of {known}.", tab=repr(intent.tab), known=", ".join(TABS))
            )

        def work() -> list[Reply]:
            with speaking(document.settings.language):
                told = explain(
                    lesson.graph,
                    trace,
                    lesson.notation,
                    node,
                    document.sample,
                    lesson.learning_rate,
                    tabs=(intent.tab,),
                    stacked=intent.stacked,
                    entries={entry.node: entry.index for entry in intent.entries},
                )
            return [{"type": "explanation", "node": node, "told": told}]

        return [Later(work)] if intent.tab in SLOW_TABS else work()

    def _nonfinite(self) -> list[Reply]:
        """What is said of numbers that are not finite."""
        assert self._trace is not None
        subject = self._open_document().subject
        reason = not_finite(subject.graph, self._trace, subject.notation)
        return [{"type": "alert", "key": "numbers", "reason": reason}] if reason else []


def talk(document: Document) -> Ask:
    """Another conversation about a document, in which every question is answered at once."""
    conversation = Conversation(document.lesson if _own_graph(document.lesson) else None)
    conversation.show(document)

    def ask(message: dict[str, Any]) -> list[Reply]:
        replies: list[Reply] = []
        for reply in conversation.receive({"request": 0, **message}):
            replies += reply.work() if isinstance(reply, Later) else [reply]
        return replies

    return ask


def _few_enough(what: str, asked: Words | Projection) -> None:
    if asked.last - asked.first >= MOST_WORDS:
        raise Refused(
            tell("{what} of steps {first} to {last}: {most} steps at most at a time.",
                 what=what, first=asked.first, last=asked.last, most=MOST_WORDS)
        )


def _numbered(reply: Reply | Later, request: Any) -> Reply | Later:
    """The reply with the number of the request that it answers."""
    if isinstance(reply, Later):
        work = reply.work
        return Later(lambda: [{"request": request, **one} for one in work()])
    return {"request": request, **reply}


def _own_graph(lesson: Lesson) -> bool:
    """Whether it is a graph of the reader's own, which no lesson's name stands for."""
    return catalogue().lessons.get(lesson.id) is not lesson


def _own(notation: Notation, name: str) -> str:
    """A convention as the handout has it."""
    if name == "gradients":
        return "row" if notation.rows_of_gradients else "column"
    return str(getattr(notation, name))
