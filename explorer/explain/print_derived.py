"""MathML of the pieces that derivations are written with (`explain.derived`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from explorer.explain import derived as d
from explorer.explain import formula as f
from explorer.explain.binding import ATOM, POSTFIX, PRODUCT, SUM
from explorer.explain.mathml import DOTS, Element, element, infix, operator, table

if TYPE_CHECKING:
    from explorer.explain.printer import Printer

Pieces: TypeAlias = d.BigSum | d.Series | d.Derivative | d.Grid | d.Listed | d.Marked | d.Braced | d.Outer | d.Remark


def printed(printer: Printer, piece: Pieces) -> tuple[Any, int]:
    """The piece as one element, and how tightly it binds."""
    match piece:
        case d.BigSum():
            if printer.numbers:
                return element("mrow", *chunks(printer, piece)), SUM
            return element("mrow", sign_of(piece), printer.operand(piece.body, PRODUCT)), SUM
        case d.Series():
            return element("mrow", *chunks(printer, piece)), SUM
        case d.Derivative(value=value):
            if printer.numbers:
                body = table(value)
                return body, printer.level_of_numbers(body, value)
            return _quotient(printer, piece)
        case d.Grid():
            return _grid(printer, piece), ATOM
        case d.Listed():
            return element("mrow", *chunks(printer, piece)), ATOM
        case d.Marked(inner=inner, mark="one") if not printer.numbers:
            return _brace(_held(printer, inner), element("mn", "1")), ATOM
        case d.Marked(inner=inner, mark=mark):
            body, level = printer.printed(inner)
            return marked(body, mark), level
        case d.Braced(inner=inner, under=under):
            if printer.numbers:
                return printer.printed(inner)
            return _brace(_held(printer, inner), printer.row(under)), ATOM
        case d.Outer(left=left, right=right):
            ends = printer.operand(left, PRODUCT), printer.operand(right, PRODUCT, first=False)
            return element("mrow", ends[0], infix("⊗"), ends[1]), PRODUCT
        case d.Remark():
            return element("mrow", *chunks(printer, piece)), SUM


def marked(body: Any, mark: str) -> Element:
    """What was printed, with what happens to it."""
    return element("mrow", body, class_=f"mark {mark}")


def chunks(printer: Printer, piece: f.Formula) -> list[Element]:
    """The piece in parts between which a line may be broken."""
    match piece:
        case d.BigSum(terms=terms) if printer.numbers:
            return _series(printer, d.Series(terms))
        case d.Series():
            return _series(printer, piece)
        case d.Listed(entries=entries):
            return _listed(printer, entries)
        case d.Outer(left=left, right=right):
            second = element("mrow", infix("⊗"), printer.operand(right, PRODUCT, first=False))
            return [printer.operand(left, PRODUCT), second]
        case d.Remark(inner=inner, words=words):
            return [*printer.chunks(inner), element("mtext", words, class_="words")]
    return [printer.row(piece)]


def sign_of(total: d.BigSum) -> Element:
    """Σ with what stands below and above it."""
    sign, below = operator("∑"), _spelled(total.below)
    if total.above:
        return element("munderover", sign, below, _spelled(total.above))
    return element("munder", sign, below)


def _spelled(text: str) -> Element:
    """j = 1 as an identifier, a sign and a number."""
    words = [
        element("mn" if word.isdigit() else "mi" if word.isalpha() else "mo", word) for word in text.split(" ") if word
    ]
    return words[0] if len(words) == 1 else element("mrow", *words)


def _quotient(printer: Printer, piece: d.Derivative) -> tuple[Element, int]:
    by = element("mrow", element("mi", piece.d), printer.operand(piece.under, ATOM))
    if piece.apart:
        body = printer.operand(piece.over, SUM if isinstance(piece.over, d.BigSum) else POSTFIX, first=False)
        called = isinstance(piece.over, f.Call)
        body = element("mrow", body, class_="apart") if called else body  # a function's name keeps a little distance
        return element("mrow", element("mfrac", element("mi", piece.d), by), body), PRODUCT
    over = element("mrow", element("mi", piece.d), printer.operand(piece.over, ATOM))
    return element("mfrac", over, by), PRODUCT


def _held(printer: Printer, inner: f.Formula) -> Any:
    """What stands over a brace: a sum in its parentheses, which need not be as tall as the brace then."""
    body, level = printer.printed(inner)
    return element("mrow", fence("("), body, fence(")")) if level < PRODUCT else body


def fence(sign: str) -> Element:
    """A parenthesis or a bracket that does not grow with what it holds."""
    return element("mo", sign, stretchy="false")


def _brace(body: Any, under: Any) -> Element:
    return element("munder", element("munder", body, operator("⏟")), under, class_="brace")


def _series(printer: Printer, series: d.Series) -> list[Element]:
    pieces: list[Element] = []
    for term in series.shown:
        if term is None:
            pieces.append(element("mrow", infix("+"), operator("⋯")))
            continue
        negative = isinstance(term, f.Negative)
        inner = term.inner if isinstance(term, f.Negative) else term
        body = printer.operand(inner, PRODUCT, first=not pieces and not negative)
        sign = infix("−" if negative else "+") if pieces else operator("−")
        pieces.append(element("mrow", sign, body) if pieces or negative else body)
    return pieces


def _listed(printer: Printer, entries: tuple[f.Formula, ...]) -> list[Element]:
    """[a, b, c]: every entry is a piece, with the bracket or the comma that belongs to it."""
    pieces: list[Element] = []
    for position, entry in enumerate(entries):
        start = [] if position else [fence("[")]
        end = operator(",") if position < len(entries) - 1 else fence("]")
        pieces.append(element("mrow", *start, printer.row(entry), end))
    return pieces


def _grid(printer: Printer, grid: d.Grid) -> Element:
    """Rows between brackets; numbers where numbers are asked for, dots where entries are left out."""
    rows = grid.entries
    gaps = [all(row[j] is None for row in rows) for j in range(len(rows[0]))]

    def entry(i: int, j: int) -> Any:
        found = rows[i][j]
        if found is not None:
            return printer.row(found)
        whole_row = all(cell is None for cell in rows[i])
        return operator(DOTS["both" if whole_row and gaps[j] else "row" if whole_row else "column"])

    body = [element("mtr", *(element("mtd", entry(i, j)) for j in range(len(rows[0])))) for i in range(len(rows))]
    shown = [cell for row in rows for cell in row if cell is not None]
    gradients = all(isinstance(cell, f.Symbol) and cell.kind == "gradient" for cell in shown)
    colour = "table gradient" if gradients else "table"
    return element("mrow", operator("["), element("mtable", *body), operator("]"), class_=colour)
