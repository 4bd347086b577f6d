"""One lesson folder → validated cases. Every complaint names the file and the place in it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from pydantic import ValidationError

from explorer.engine.errors import GraphError, Message
from explorer.engine.graph import Graph
from explorer.lessons.errors import LessonError, broken, only_nodes
from explorer.lessons.lesson import Lesson
from explorer.lessons.schema import CaseFile, LessonFile
from explorer.lessons.slips import steps_with_updates, with_errata
from explorer.notation import Notation

__all__ = ["LessonError", "read_folder"]


def read_folder(folder: Path) -> tuple[int, list[Lesson]]:
    """The lesson's place in the chooser and its cases.

    Raises: LessonError: "mlp/lesson.toml, cases[0].data.x: …".
    """
    file = folder / "lesson.toml"
    name = f"{folder.name}/{file.name}"
    try:
        lesson = LessonFile.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise broken(name, error) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise broken(f"{name}, {_place(first['loc'])}", first["msg"]) from error
    repeated = {case.name for case in lesson.cases if [c.name for c in lesson.cases].count(case.name) > 1}
    if repeated:
        raise LessonError(
            Message(
                "{place}: the name {name} is used twice. Give every case its own.",
                place=f"{name}, cases",
                name=repr(min(repeated)),
            )
        )
    cases = [_case(folder.name, f"{name}, cases[{i}]", lesson, case) for i, case in enumerate(lesson.cases)]
    return lesson.order, with_errata(name, lesson.errata, cases)


def _place(location: tuple[int | str, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).lstrip(".")


def _case(lesson_id: str, place: str, lesson: LessonFile, case: CaseFile) -> Lesson:
    try:
        graph = Graph.parse(case.graph)
    except GraphError as error:
        raise broken(f"{place}.graph", error.message) from error
    for table in ("symbols", "gradients", *(f"places.{kind}" for kind in case.places)):
        named = case.places[table.split(".")[1]] if "." in table else getattr(case, table)  # type: ignore[index]
        only_nodes(f"{place}.{table}", named, graph)
    _only_steps(f"{place}.notes", case.notes.steps(), graph)
    data = _arrays(f"{place}.data", case.data)
    params = _arrays(f"{place}.params", case.params)
    try:
        graph.trace(data, params, backend="numpy", kernels=False)
    except GraphError as error:
        table = "params" if error.node in graph.parameters else "data" if error.node in data else "graph"
        raise broken(f"{place}.{table}", error.message) from error
    notation = Notation(symbols=dict(case.symbols), gradients=dict(case.gradients), **lesson.notation.model_dump())
    return Lesson(
        id=f"{lesson_id}/{case.name}",
        title=case.title,
        group=lesson.title,
        handout=lesson.handout,
        about=lesson.about,
        graph=graph,
        data=data,
        params=params,
        learning_rate=case.learning_rate,
        notation=notation,
        places=MappingProxyType(
            {(kind, node): text for kind, table in case.places.items() for node, text in table.items()}
        ),
        opening=case.notes.start or "",
        notes=MappingProxyType(case.notes.steps()),
    )


def _only_steps(place: str, named: Iterable[tuple[str, str]], graph: Graph) -> None:
    """Refuse notes of steps that the pass has not. Raises: LessonError."""
    known = steps_with_updates(graph)
    for kind, node in named:
        if (kind, node) not in known:
            raise LessonError(
                Message(
                    "{place}: the pass has no such step. Name a line that has one.", place=f"{place}.{kind}.{node}"
                )
            )


def _arrays(place: str, tables: Mapping[str, Any]) -> Mapping[str, np.ndarray]:
    arrays = {}
    for name, numbers in tables.items():
        try:
            arrays[name] = np.array(numbers, dtype=np.float64)
        except ValueError as error:
            raise LessonError(
                Message(
                    "{place}: the rows differ in length. Expected a full array of numbers.", place=f"{place}.{name}"
                )
            ) from error
        arrays[name].flags.writeable = False
    return MappingProxyType(arrays)
