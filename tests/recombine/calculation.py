"""Whether the lines of a calculation say the same: symbols, numbers and result, computed from what is displayed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from tests.recombine.displayed import Unreadable, bounds
from tests.recombine.grammar import Unknown
from tests.recombine.intervals import Interval, Mismatch, agree
from tests.recombine.reading import tokens
from tests.recombine.stage import AnySample, Pile, Stage
from tests.recombine.symbols import Symbols
from tests.recombine.tokens import Name, Shown, Sign, Token, spelled, within

# What is not computed again, and why.
PASSED_OVER = {name: "a function of one number alone stands for a whole pass with it changed" for name in "ELR"}


@dataclass(frozen=True)
class Side:
    """One side of an equation: a formula in symbols or in numbers."""

    found: list[Token]
    symbolic: bool


@dataclass
class Tally:
    """What became of the formulas of a page."""

    recombined: int = 0  # sides in numbers that came to the displayed result
    followed: int = 0  # sides in symbols that did so with the numbers of the stage
    named: int = 0  # sides in symbols whose numbers the stage does not show
    open: int = 0  # sides whose digits leave the result open
    passed_over: int = 0  # sides that stand for what no formula on the page says
    linked: int = 0  # numbers that are those of the stage's cells
    complaints: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        for name in ("recombined", "followed", "named", "open", "passed_over", "linked"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.complaints += other.complaints


def equations(lines: Sequence[Mapping[str, Any]]) -> Iterator[list[Side]]:
    """The chains a = b = c of a calculation: a line without a left side goes on with the one above it."""
    chain: list[Side] = []
    for line in lines:
        if line["left"] is not None:
            if chain:
                yield chain
            assigned = line["sign"] not in ("=", "≈")
            chain = [] if assigned else [Side(tokens(line["left"]), True)]
        symbolic = line["role"] == "symbols"
        whole = [token for chunk in line["chunks"] for token in tokens(chunk)]
        chain += [Side(found, symbolic) for found in parted(whole)]
    if chain:
        yield chain


def parted(whole: list[Token]) -> Iterator[list[Token]]:
    """The tokens between equals signs that stand in no parentheses."""
    depth, part = 0, list[Token]()
    for token in whole:
        if isinstance(token, Sign):
            depth += (token.text in ("(", "[", "⟨", "{")) - (token.text in (")", "]", "⟩", "}"))
            if token.text in ("=", "≈") and depth == 0:
                yield part
                part = []
                continue
        part.append(token)
    yield part


def stands_for_a_pass(found: list[Token]) -> bool:
    """Whether a side is L(w + ε)."""
    match found:
        case [Name(text=text), Sign(text="("), *_, Sign(text=")")]:
            return text in PASSED_OVER
    return False


def check(
    lines: Sequence[Mapping[str, Any]],
    stage: Stage,
    where: str,
    known: Mapping[str, Interval] = MappingProxyType({}),
    pile: Pile | None = None,
) -> Tally:
    """Every side of a calculation against its result, every linked number against its cell.

    `known` are the numbers of symbols that are no card's, `pile` a stage of all samples, a row each.
    """
    tally = Tally()
    try:
        chains = list(equations(lines))
    except Unreadable as error:
        return Tally(complaints=[f"{where}: {error}"])
    for chain in chains:
        for side in chain:
            _links(side, stage, where, tally)
        if pile is None:
            _chain(chain, Symbols([stage], known), where, tally)
            continue
        _chain(chain, Symbols([pile, stage], known, by_row=True), where, tally)
        if all(side.symbolic for side in chain):
            for sample in range(pile.batch):
                _chain(chain, Symbols([AnySample(pile, sample)], known), f"{where}, b = {sample + 1}", tally)
    return tally


def _links(side: Side, stage: Stage, where: str, tally: Tally) -> None:
    moments = [stage, *([stage.after] if stage.after else [])]
    for shown in (token for one in side.found for token in within(one) if isinstance(token, Shown)):
        for _, _, link, text in shown.links:
            cells = [cell for moment in moments if (cell := moment.beside(link, shown.negated)) is not None]
            if not cells:
                continue
            tally.linked += 1
            if not any(np.all(agree(cell, bounds(text))[0]) for cell in cells):
                tally.complaints.append(f"{where}: {text} stands for {link}, which shows {stage.text(link)}")


def _chain(chain: list[Side], symbols: Symbols, where: str, tally: Tally) -> None:
    """All sides against the last one; a chain of symbols alone against the last one whose numbers are known."""
    if chain[-1].symbolic:
        known = [side for side in chain if symbols.values(side.found)]
        tally.named += len(chain) - len(known)
        chain = known
    if not chain:
        return
    try:
        results = symbols.values(chain[-1].found) if chain[-1].symbolic else [symbols.evaluate(chain[-1].found)]
    except (Unreadable, Mismatch) as error:
        tally.complaints.append(f"{where}: {error}")
        return
    for side in chain[:-1]:
        if stands_for_a_pass(side.found):
            tally.passed_over += 1
            continue
        outcomes = [_outcome(side, result, symbols) for result in results]
        outcome = next((found for found in outcomes if not isinstance(found, str)), outcomes[0])
        if isinstance(outcome, str):
            tally.complaints.append(f"{where}: {spelled(side.found)} = {spelled(chain[-1].found)}: {outcome}")
        elif outcome is None:
            tally.named += 1
        elif not outcome:
            tally.open += 1
        elif side.symbolic:
            tally.followed += 1
        else:
            tally.recombined += 1


def _verdict(value: Interval, result: Interval) -> str | int:
    """What is wrong, or how many entries could be held against the result."""
    try:
        meets, telling = agree(value, result)
    except Mismatch as error:
        return str(error)
    if np.all(meets):
        return int(telling.sum())
    if value.low.shape != meets.shape:
        return "numbers that do not add up"
    wrong = tuple(int(place) for place in np.argwhere(~meets)[0])
    entry = "" if meets.size == 1 else f" in row {wrong[0] + 1}, column {wrong[1] + 1}"
    return f"computed from {value.low[wrong]:.8g} to {value.high[wrong]:.8g}{entry}"


def _outcome(side: Side, result: Interval, symbols: Symbols) -> str | int | None:
    """The verdict on a side; None where it has symbols that no number is known of. A vector may stand either way."""
    try:
        if not side.symbolic:
            return _verdict(symbols.evaluate(side.found), result)
    except (Unreadable, Mismatch) as error:
        return str(error)
    verdict: str | int | None = None
    for way in symbols.ways(side.found):
        try:
            verdict = _verdict(symbols.evaluate(side.found, way), result)
        except Unknown:
            return None
        except (Unreadable, Mismatch) as error:
            verdict = verdict or str(error)
        if not isinstance(verdict, str):
            return verdict
    return verdict
