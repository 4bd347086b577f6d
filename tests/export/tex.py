"""Documents to try, TeX where there is one, and KaTeX, which Panel brings along."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import panel
from playwright.sync_api import Page

from explorer import lessons
from explorer.export import derivation_document
from explorer.lessons.lesson import Lesson
from explorer.lessons.own import own_lesson
from explorer.notation import Notation
from tests.explain.graphs import LINES, LOSSES, VECTORS, tensor

EVIL = {"x": r"\input/a", "v": "%&#~'\"`", "W": r"\def\x", "M": r"\end $", "c": "<b>\n\n"}
ALIGNED = re.compile(r"\\begin\{align\*\}.*?\\end\{align\*\}", re.DOTALL)
INLINE = re.compile(r"(?<!\\)\$(.+?)(?<!\\)\$", re.DOTALL)
KATEX = next((Path(panel.__file__).parent / "dist" / "bundled" / "katex").glob("*/dist/katex.min.js"))
PARSE = """formulas => formulas.flatMap(formula => {
  try { katex.renderToString(formula, { throwOnError: true, strict: "error", displayMode: true }); return []; }
  catch (error) { return [`${error.message}\\n${formula}`]; }
})"""


def documents() -> Iterator[tuple[str, str]]:
    """The whole derivation of every case, for one sample and for all, and of a graph for every op."""
    for name, lesson in lessons.catalogue().lessons.items():
        trace = lesson.graph.trace(lesson.data, lesson.params)
        yield name, derivation_document(lesson, trace, trace.batch - 1)
        if name == "mlp/bce_mlp_batch":
            yield f"{name}, all samples", derivation_document(lesson, trace, stacked=True)
    losses = {loss: f"{loss}(sigmoid(x), softmax(v))" for loss in LOSSES}
    for name, line in (LINES | losses).items():
        own = own_graph(line)
        yield name, derivation_document(own, own.graph.trace(own.data, own.params), node="y")
    yield "hostile symbols", hostile()


def hostile() -> str:
    """A document whose symbols would be commands, if anybody let them."""
    own = own_graph("sigmoid(c * (W @ x) + M.T @ v)", EVIL)
    return derivation_document(own, own.graph.trace(own.data, own.params))


def own_graph(line: str, symbols: dict[str, str] | None = None) -> Lesson:
    """A graph with that line in it, and a loss."""
    rng = np.random.default_rng(3)
    data = {"x": rng.normal(size=(2, 3)), "A": rng.normal(size=(2, 2, 3))}
    if tensor(line):
        data["T"] = rng.normal(size=(2, 2, 2, 3))
    shapes = {"v": (3,), "W": (2, 3), "M": (3, 2), "c": ()}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    source = f"{VECTORS}{tensor(line)}y = {line}\nloss = sum(y * y) + sum(y)"
    return own_lesson(source, data, params, notation=Notation(symbols=symbols or {}))


def formulas(document: str) -> list[str]:
    """All mathematics of a document: displays, and what stands in sentences."""
    body = document.partition("\\begin{document}")[2]
    return [*ALIGNED.findall(body), *INLINE.findall(ALIGNED.sub("", body))]


def parsed(page: Page, written: list[str]) -> list[str]:
    """What KaTeX has to complain of."""
    page.add_script_tag(path=str(KATEX))
    complaints: list[str] = page.evaluate(PARSE, written)
    return complaints


def compiled(engine: str, document: str, folder: Path) -> str:
    """TeX's log of a document that it could read to its end."""
    (folder / "derivation.tex").write_text(document, encoding="utf-8")
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "derivation.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace")
    said = [line for line in done.stdout.splitlines() if line.startswith(("!", "l."))]
    assert done.returncode == 0, "\n".join(said) or done.stdout[-2000:]
    return done.stdout


def has(engine: str, *packages: str) -> bool:
    """Whether that TeX is installed, with what the documents need of it."""
    if not (shutil.which(engine) and shutil.which("kpsewhich")):
        return False
    found = subprocess.run(["kpsewhich", *packages], capture_output=True, text=True).stdout.split()
    return len(found) == len(packages)
