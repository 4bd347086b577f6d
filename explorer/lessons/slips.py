"""The slips of a handout, put to the cases that meet them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from explorer.engine.errors import Message
from explorer.engine.graph import Graph
from explorer.engine.steps import steps_of
from explorer.explain.errata import Erratum
from explorer.lessons.errors import LessonError, only_nodes
from explorer.lessons.lesson import Lesson
from explorer.lessons.schema import ErratumFile


def with_errata(file: str, errata: Sequence[ErratumFile], cases: list[Lesson]) -> list[Lesson]:
    """The cases, each with the slips that concern it. Raises: LessonError: "mlp/lesson.toml, errata[0].steps: …"."""
    names = [_name(case) for case in cases]
    for position, erratum in enumerate(errata):
        unknown = [name for name in erratum.cases if name not in names]
        if unknown:
            raise LessonError(
                Message(
                    "{place}: no case {name}. Expected one of {known}.",
                    place=f"{file}, errata[{position}].cases",
                    name=repr(unknown[0]),
                    known=", ".join(names),
                )
            )
    return [replace(case, errata=tuple(_of_case(file, errata, case))) for case in cases]


def steps_with_updates(graph: Graph) -> set[tuple[str, str]]:
    """Kind and line of everything that happens in a pass."""
    return {(step.kind, step.node) for step in steps_of(graph)} | {("update", name) for name in graph.parameters}


def _of_case(file: str, errata: Sequence[ErratumFile], case: Lesson) -> list[Erratum]:
    known = steps_with_updates(case.graph)
    found = []
    for position, erratum in enumerate(errata):
        if erratum.cases and _name(case) not in erratum.cases:
            continue
        met = tuple((kind, node) for kind, nodes in erratum.steps.items() for node in nodes)
        for kind, node in met:
            if (kind, node) not in known:
                raise LessonError(
                    Message(
                        "{place}: the case {name} has no such step of {node}. Name a line that has one, or name the "
                        "cases that do in cases.",
                        place=f"{file}, errata[{position}].steps.{kind}",
                        name=repr(_name(case)),
                        node=repr(node),
                    )
                )
        only_nodes(f"{file}, errata[{position}].nodes", erratum.nodes, case.graph)
        nodes = dict.fromkeys([*(node for _, node in met), *erratum.nodes])
        found.append(Erratum(met, tuple(nodes), erratum.place, erratum.printed, erratum.right))
    return found


def _name(case: Lesson) -> str:
    return case.id.partition("/")[2]
