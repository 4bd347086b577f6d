"""The derivation as LaTeX: it says what the page says, KaTeX reads all of it, and TeX does where there is one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from explorer import lessons
from explorer.explain import derived as d
from explorer.explain import formula as f
from explorer.explain.derivation.steps import Calculation
from explorer.explain.derivation.tab import derivations
from explorer.explain.latex import latex
from explorer.explain.latex_text import COMMANDS, label, number, prose
from explorer.explain.scene import Scene
from explorer.explain.text import text
from explorer.export import derivation_document
from explorer.locale import speaking
from explorer.notation import parse_label
from tests.export.tex import compiled, documents, formulas, has, hostile, own_graph, parsed

LETTERS = {command: sign for sign, command in COMMANDS.items() if len(command) > 2} | {r"\top": "T"}
TALES = {" (cancels)": "", " (is 0)": "0", " (is 1)": "1"}


def bare(written: str) -> str:
    """The letters and digits of a formula, sorted: what is left of it in any notation."""
    plain = unicodedata.normalize("NFKD", written)
    return "".join(sorted(sign for sign in plain if sign.isalnum() or sign in "∂Σ"))


def without_commands(written: str) -> str:
    named = re.sub(r"\\[A-Za-z]+", lambda found: LETTERS.get(found[0], ""), written.replace(r"\sum", "Σ"))
    return named.replace("bmatrix", "").replace("[0.4em]", "")


@pytest.mark.parametrize("case", list(lessons.catalogue().lessons))
def test_every_line_has_the_symbols_that_the_page_speaks(case: str) -> None:
    lesson = lessons.load(case)
    trace = lesson.graph.trace(lesson.data, lesson.params)
    compared = 0
    for node in lesson.graph.nodes.values():
        if node.kind != "op":
            continue
        for told in derivations(Scene(lesson.graph, trace, lesson.notation, node, 0, lesson.learning_rate)):
            lines = [
                line
                for step in told.steps
                for piece in step.pieces
                if isinstance(piece, Calculation)
                for line in piece.lines
            ]
            for line in lines:
                for formula in filter(None, (line.left, None if line.numbers else line.right)):
                    spoken = text(formula)
                    for said, meant in TALES.items():
                        spoken = spoken.replace(said, meant)
                    assert bare(without_commands(latex(formula))) == bare(spoken), (latex(formula), spoken)
                    compared += 1
    assert compared > 5


def test_every_kind_of_formula_has_latex() -> None:
    leaves = {"str": "a", "float": 2.0, "bool": False}
    one = f.Number(1.0)
    for kind in [*vars(f).values(), *vars(d).values()]:
        if isinstance(kind, type) and issubclass(kind, f.Formula) and kind is not f.Formula:
            values: dict[str, Any] = {}
            for field in fields(kind):
                named = str(field.type)
                values[field.name] = (
                    np.ones((1, 1)) if "Array" in named
                    else (("a", ""),) if "Label" in named
                    else ((one, None),) if "tuple[tuple" in named
                    else (one, one) if "tuple" in named
                    else one if "Formula" in named
                    else {"sign": "·", "mark": "one", "d": "∂", "kind": "", "row": None}.get(field.name)
                    if field.name in ("sign", "mark", "d", "kind", "row")
                    else leaves.get(named)
                )  # fmt: skip
            values |= {"sign": "<"} if kind is f.Indicator else {}
            for numbers in (False, True):
                assert latex(kind(**values), numbers), kind


def test_symbols() -> None:
    written = {
        "W^{(1)}": "W^{(1)}", "b_1": "b_{1}", "ŷ": r"\hat{y}", "δ_2": r"\delta_{2}", "w_{i,j}": "w_{i,j}",
        "δ_{t1}": r"\delta_{t1}", "loss": r"\mathrm{loss}", "θx": r"\theta x", "x_{out}^2": r"x_{\mathrm{out}}^{2}",
        "вес": r"\text{в}\text{е}\text{с}", "a b ": r"a\ b\ ",
    }  # fmt: skip
    assert {markup: label(parse_label(markup)) for markup in written} == written
    assert [number(value) for value in (-0.074761, 1.5e-7, np.inf, -np.inf, np.nan, 12.0, -0.0)] == [
        "-0.07476", r"1.5 \cdot 10^{-7}", r"\infty", r"-\infty", r"\mathrm{NaN}", "12", "0",
    ]  # fmt: skip


def test_sentences() -> None:
    assert prose("5 % of {a_b} & #1 \\x ~") == r"5 \% of \{a\_b\} \& \#1 \textbackslash{}x \textasciitilde{}"
    assert prose("σ′ via f₁₂ × η") == r"$\sigma$$'$ via f$_{12}$ $\times$ $\eta$"
    with speaking("el"):
        assert prose("η κλίση × 2") == r"η κλίση $\times$ 2"


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return dict(documents())


def test_katex_reads_every_formula(page: Page, written: dict[str, str]) -> None:
    found = {name: formulas(document) for name, document in written.items()}
    assert all(found.values()) and sum(map(len, found.values())) > 1000
    assert parsed(page, [r"\frac{1", r"\nosuch"]) != []
    assert parsed(page, sorted({one for ones in found.values() for one in ones})) == []


@pytest.mark.skipif(not has("pdflatex", "amsmath.sty", "cancel.sty", "lmodern.sty"), reason="no pdfTeX")
def test_pdftex_reads_every_document(written: dict[str, str], tmp_path: Path) -> None:
    heads, bodies = zip(*(document.split("\\begin{document}") for document in written.values()), strict=True)
    assert len(set(heads)) == 1, "a document in English needs XeTeX"
    body = "\n".join(one.partition("\\end{document}")[0] for one in bodies)
    log = compiled("pdflatex", f"{heads[0]}\\begin{{document}}{body}\\end{{document}}", tmp_path)
    assert [points for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log) if float(points) > 20] == []


OTHERS = {"Latin": {}, "Cyrillic": {"x": "вес^{(1)}", "v": "λόγος"}, "Chinese": {"x": "速度_1"}}


@pytest.mark.skipif(not has("xelatex", "fontspec.sty", "amsmath.sty", "cancel.sty"), reason="no XeTeX")
@pytest.mark.parametrize("letters", OTHERS)
def test_xetex_reads_other_alphabets_too(letters: str, tmp_path: Path) -> None:
    lesson = own_graph("x * v", OTHERS[letters])
    document = derivation_document(lesson, lesson.graph.trace(lesson.data, lesson.params), node="y")
    assert ("program = xelatex" in document) == bool(OTHERS[letters])
    compiled("xelatex", document, tmp_path)


def test_no_symbol_is_ever_a_command() -> None:
    body = hostile().partition("\\begin{document}")[2]
    assert r"\textbackslash" in body
    assert not re.search(r"(?<!\\)(\\\\)*\\(input|def|x)\b", body) and r"\end100" not in body.replace(" ", "")


def test_one_line_and_its_chosen_entry() -> None:
    lesson = lessons.load("mlp")
    trace = lesson.graph.trace(lesson.data, lesson.params)
    whole = derivation_document(lesson, trace)
    of_z = derivation_document(lesson, trace, node="z")
    section = of_z.partition("\\subsection*")[2].partition("\n\n\\end{document}")[0]
    assert section and section in whole
    assert "w_{3,2}" in derivation_document(lesson, trace, node="z", entries={"W": (2, 1)})
    assert "Nothing to derive" in derivation_document(lesson, trace, node="y")
    empty = lesson.graph.trace({name: array[:0] for name, array in lesson.data.items()}, lesson.params)
    assert "no samples" in derivation_document(lesson, empty)
