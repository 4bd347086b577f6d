"""The derivation as a LaTeX document: of one line, or of the whole pass from the loss back to the inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from explorer.engine.trace import Trace
from explorer.explain.any_sample import in_general
from explorer.explain.derivation.steps import Calculation, Derivation, Line, Step
from explorer.explain.derivation.tab import nothing, shown
from explorer.explain.expression import expressions
from explorer.explain.latex import latex, pieces
from explorer.explain.latex_text import label, prose, sentence
from explorer.explain.scene import Scene
from explorer.explain.tex import Tex, after, leaf
from explorer.export.preamble import preamble
from explorer.film.subject import Subject
from explorer.locale import _, tell

ROOM = 44.0  # ems of a line
INDENT = 2.0


def derivation_document(
    subject: Subject,
    trace: Trace,
    sample: int = 0,
    node: str | None = None,
    *,
    stacked: bool = False,
    entries: Mapping[str, tuple[int, ...]] | None = None,
) -> str:
    """The Derivation tab of line `node`, or those of all lines that compute something, from the loss back.

    The numbers are those of sample `sample` (from 0), or `stacked` those of all samples; `entries` are the entries that
    the reader has chosen, by line. pdfLaTeX is enough for Latin letters, others need XeLaTeX or LuaLaTeX.
    Raises: GraphError when the graph has no such line.
    """
    graph = subject.graph
    computed = [one for one in graph.nodes.values() if one.kind == "op"]
    lines = [graph.node(node)] if node else computed[::-1]
    scene = Scene(graph, trace, subject.notation, lines[0], sample, subject.learning_rate, entries or {}, stacked)
    with np.errstate(all="ignore"):
        told = [paragraph for line in lines for paragraph in _line(scene.at(line.name))] if trace.batch else []
    body = "\n\n".join([*_head(subject, trace, sample, stacked), *told])
    return preamble(body) + "\n\\begin{document}\n\n" + body + "\n\n\\end{document}\n"


def _head(subject: Subject, trace: Trace, sample: int, stacked: bool) -> Iterator[str]:
    title = " · ".join(_(part) for part in (subject.group, subject.title) if part)
    yield rf"\section*{{{prose(title)}}}"
    if subject.handout:
        yield prose(_(subject.handout))
    if trace.batch == 0:
        yield prose(tell("The batch has no samples: there is nothing to show."))
    elif trace.batch > 1 and not stacked:
        yield prose(tell("The numbers are those of sample {sample} of {batch}.", sample=sample + 1, batch=trace.batch))


def _line(scene: Scene) -> Iterator[str]:
    """A section for a line: its formula, then every derivation of what goes back from it."""
    name = label(scene.label(scene.node.name))
    written = latex(expressions(in_general(scene))[-1]) if scene.node.kind == "op" else ""
    yield rf"\section*{{\boldmath${f'{name} = {written}' if written else name}$}}"
    found = shown(scene)
    if not found:
        yield sentence(nothing(scene))
    for told in found:
        yield from _derivation(told)


def _derivation(told: Derivation) -> Iterator[str]:
    yield rf"\subsection*{{{sentence(told.title)}}}"
    for number, step in enumerate(told.steps, 1):
        yield "\n".join(_step(number, step))


def _step(number: int, told: Step) -> Iterator[str]:
    """One paragraph: a blank line before a displayed formula would be one on paper."""
    badge = f" ({prose(told.badge)})" if told.badge else ""
    yield rf"\step{{{number}}}{{{sentence(told.title)}{badge}}}"
    for piece in told.pieces:
        if isinstance(piece, Calculation):
            yield _calculation(piece)
        elif piece["kind"] == "note":
            yield sentence(piece["parts"])
        else:
            raise TypeError(f"a block of kind {piece['kind']!r} has no LaTeX. Add it to export.latex.")
    if told.remark:
        yield sentence(told.remark)


# -- calculations ------------------------------------------------------------------------------------------------------
def _calculation(told: Calculation) -> str:
    """left = right, and a line for every further "= right", those that are too long broken at their signs."""
    rows = [row for left, right in _rows(told.lines) for row in _broken(left, right)]
    caption = f"{sentence(told.caption)}\n" if told.caption else ""
    return caption + "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"


def _rows(lines: Sequence[Line]) -> list[tuple[Tex | None, list[Tex]]]:
    """What stands on each row; one that says again what stands above it takes its place, as on the page."""
    rows: list[tuple[Tex | None, list[Tex]]] = []
    for line in lines:
        right = pieces(line.right, line.numbers)
        left = leaf(latex(line.left)) if line.left is not None else None
        if line.beside and rows:
            rows[-1] = rows[-1][0], [*rows[-1][1], *after(leaf("="), right)]
            continue
        if rows and left is None and [one.text for one in rows[-1][1]] == [one.text for one in right]:
            left = rows.pop()[0]
        rows.append((left, right))
    return rows


def _broken(left: Tex | None, right: list[Tex]) -> Iterator[str]:
    text, room = f"{left.text if left else ''} &= ", ROOM - (left.width if left else 4.0)
    used = 0.0
    for place, piece in enumerate(right):
        if place and used + piece.width > room:
            yield text.rstrip()
            text, used = r"&\qquad ", INDENT
        text += piece.text + " "
        used += piece.width
    yield text.rstrip()
