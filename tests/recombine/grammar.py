"""Reads a formula as a person does who knows the handouts' notation, and computes it in interval arithmetic.

formula  = ["−"] term { ("+" | "−") term }
term     = product { ("∘" | "⊙" | "⊗" | "/") product }
product  = factor { ["·" | "×"] factor }            a matrix product; a single number scales
factor   = number | matrix | "(" formula ")" | function "(" formula {"," formula} ")" | "⟨" a "," b "⟩" | "|" a "|"
         | "[" a ("<" | ">" | "=") b "]" | "[" a "," b … "]", a row | fraction | power | ᵀ | √ | ∑ product | e | ⋯
         | a symbol with known numbers
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.recombine import arithmetic as calc
from tests.recombine.displayed import Unreadable
from tests.recombine.functions import CONSTANTS, FUNCTIONS, LOSSES, rowwise
from tests.recombine.intervals import UNKNOWN, Interval
from tests.recombine.tokens import DOTS, Fraction, Grid, Name, Root, Script, Shown, Sign, Token, spelled

PLUS, MINUS = "+", "−-"
BETWEEN = {"∘": calc.times, "⊙": calc.times, "⊗": calc.kron, "/": calc.divide}
JUXTAPOSED = {"·", "×", "\N{INVISIBLE TIMES}", "⋅"}
CLOSING = {")", "]", "⟩", "|", ",", "<", ">", "=", ""}
TRANSPOSED = {"⊤", "ᵀ", "T"}

Symbols = Callable[[Name], Interval | None]


class Unknown(Unreadable):
    """A symbol without numbers."""


def evaluate(found: list[Token], symbols: Symbols = lambda name: None, by_row: bool = False) -> Interval:
    """What a formula comes to. `symbols` knows the numbers of names; `by_row` says that every row is a sample's.

    Raises: Unreadable for what is no formula, Unknown for a symbol without numbers, Mismatch for shapes.
    """
    reader = _Reader(found, symbols, by_row)
    value = reader.formula()
    if reader.sign():
        raise Unreadable(f"“{reader.sign()}” after a formula: {spelled(found)}")
    return value


class _Reader:
    """Goes through the tokens once, from left to right."""

    def __init__(self, found: list[Token], symbols: Symbols, by_row: bool) -> None:
        self._tokens = found
        self._symbols = symbols
        self._by_row = by_row
        self._at = 0

    # -- looking ahead -------------------------------------------------------------------------------------------------
    def _next(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def sign(self) -> str:
        """The operator that comes next; "" for anything else and at the end."""
        token = self._next()
        return token.text if isinstance(token, Sign) else ""

    def _take(self, expected: str) -> None:
        if self.sign() != expected:
            raise Unreadable(f"“{expected}” is missing in {spelled(self._tokens)}")
        self._at += 1

    def _ended(self) -> bool:
        return self._next() is None or (isinstance(self._next(), Sign) and self.sign() in CLOSING)

    # -- sums and products ---------------------------------------------------------------------------------------------
    def formula(self) -> Interval:
        value = self._term(first=True)
        while self.sign() and (self.sign() == PLUS or self.sign() in MINUS):
            minus = self.sign() in MINUS
            self._at += 1
            term = self._term(first=False)
            value = calc.add(value, calc.negative(term) if minus else term)
        return value

    def _term(self, first: bool) -> Interval:
        minus = first and bool(self.sign()) and self.sign() in MINUS
        if minus:
            self._at += 1
        value = self._product(first and not minus)
        while self.sign() in BETWEEN:
            operation = BETWEEN[self.sign()]
            self._at += 1
            value = operation(value, self._product(first=False))
        return calc.negative(value) if minus else value

    def _product(self, first: bool) -> Interval:
        value = self._factor(first)
        while (
            not self._ended() and self.sign() not in BETWEEN and self.sign() != PLUS and self.sign() not in list(MINUS)
        ):
            if self.sign() in JUXTAPOSED:
                self._at += 1
            value = calc.matmul(value, self._factor(first=False))
        return value

    # -- factors -------------------------------------------------------------------------------------------------------
    def _factor(self, first: bool) -> Interval:
        token = self._next()
        match token:
            case Shown() if token.signed and not first:
                raise Unreadable(
                    f"{token.text} stands after another sign, without parentheses: {spelled(self._tokens)}"
                )
            case Shown(value=value):
                self._at += 1
                return value
            case Name():
                return self._name(token)
            case Fraction(over, under):
                self._at += 1
                return calc.divide(self._inside(over), self._inside(under))
            case Script():
                self._at += 1
                return self._script(token)
            case Root(inner):
                self._at += 1
                return calc.monotone(np.sqrt, self._inside(inner))
            case Grid(rows):
                self._at += 1
                return _laid_out([[self._inside(entry) for entry in row] for row in rows])
            case Sign(text=text) if text in DOTS:
                self._at += 1
                return UNKNOWN
        return self._fenced()

    def _inside(self, found: list[Token]) -> Interval:
        return evaluate(found, self._symbols, self._by_row)

    def _fenced(self) -> Interval:
        opening = self.sign()
        if opening not in ("(", "⟨", "[", "|"):
            raise Unreadable(f"“{opening}” where a number is expected: {spelled(self._tokens)}")
        self._at += 1
        first = self.formula()
        if opening == "|":
            self._take("|")
            return FUNCTIONS["max"](first, calc.negative(first))
        if opening == "(":
            self._take(")")
            return self._raised(first)
        if opening == "⟨":
            self._take(",")
            second = self.formula()
            self._take("⟩")
            return calc.inner(first, second)
        if self.sign() == ",":
            return self._row(first)
        comparison = self.sign()
        self._at += 1
        second = self.formula()
        self._take("]")
        return indicator(first, comparison, second)

    def _raised(self, value: Interval) -> Interval:
        """What stands in parentheses, with the exponent that only the closing one carries."""
        match self._next():
            case Script(base=[], exponent=[Sign(text=text)]) if text in TRANSPOSED:
                self._at += 1
                return value.transposed
        return value

    def _row(self, first: Interval) -> Interval:
        """[a, b, c], after its first entry."""
        entries = [first]
        while self.sign() == ",":
            self._at += 1
            entries.append(self.formula())
        self._take("]")
        return _laid_out([entries])

    def _name(self, name: Name) -> Interval:
        self._at += 1
        known = self._symbols(name)
        if known is not None:
            return known
        if name.text in FUNCTIONS and self.sign() == "(":
            return self._call(name.text)
        if name.text in ("∑", "Σ"):
            return calc.total(self._product(first=False))
        if name.text in CONSTANTS:
            return CONSTANTS[name.text]
        raise Unknown(f"“{name.text}” has no numbers in {spelled(self._tokens)}")

    def _call(self, function: str) -> Interval:
        self._take("(")
        arguments = [self.formula()]
        while self.sign() == ",":
            self._at += 1
            arguments.append(self.formula())
        self._take(")")
        called = rowwise(FUNCTIONS[function]) if self._by_row and function in LOSSES else FUNCTIONS[function]
        try:
            return called(*arguments)
        except TypeError:
            raise Unreadable(f"{function} of {len(arguments)} numbers") from None

    def _script(self, script: Script) -> Interval:
        match script.exponent:
            case [Sign(text=text) | Name(text=text)] if text in TRANSPOSED:
                return self._inside(script.base).transposed
        exponent = self._inside(script.exponent)
        match script.base:
            case [Name(text="e")]:
                return calc.monotone(np.exp, exponent)
            case [Shown() as bare] if bare.signed:
                return calc.negative(calc.power(calc.negative(bare.value), exponent))  # −2² is −4
        return calc.power(self._inside(script.base), exponent)


def _laid_out(entries: list[list[Interval]]) -> Interval:
    """A matrix of numbers, or of rows that stand under each other; of a row or column of dots nothing is known."""
    low, high = (np.block([[getattr(x, end) for x in row] for row in entries]) for end in ("low", "high"))
    dots = np.array([[x is UNKNOWN for x in row] for row in entries])
    if dots.any() and dots.shape != low.shape:
        raise Unreadable("dots beside entries that are no single numbers")
    places = [np.flatnonzero(dots.any() and dots.all(axis=axis)) for axis in (1, 0)]
    gaps = tuple(int(found[0]) if len(found) else None for found in places)
    return Interval(low, high, (gaps[0], gaps[1]))


def indicator(a: Interval, comparison: str, b: Interval) -> Interval:
    """[a > b]: 1 where it holds, 0 where it does not, from 0 to 1 where the digits leave it open."""
    if comparison not in ("<", ">", "="):
        raise Unreadable(f"“{comparison}” between brackets")
    a, b = calc.aligned(a, b)
    if comparison == ">":
        a, b = b, a
    if comparison == "=":
        surely = (a.low == a.high) & (b.low == b.high) & (a.low == b.low)
        possibly = (a.low <= b.high) & (b.low <= a.high)
    else:
        surely, possibly = a.high < b.low, a.low < b.high
    return Interval(surely.astype(float), possibly.astype(float), a.gaps)
