"""Numbers that add up: whatever the page shows as a calculation comes to what it shows as the result.

Every step of every case is walked, with several sets of random numbers. Only displayed digits are used; formulas are
read off the page and computed again by an evaluator of the tests' own (`tests.recombine`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.page import Explorer
from tests.recombine.film import Walk, examine
from tests.ui.conftest import Opener
from tests.ui.golden import CASES, Golden

TABS = ("Forward", "Jacobian", "Backward", "Batch", "Check", "Derivation")
FOLDER = Path(__file__).resolve().parent.parent / "recombine"
WALK, READ = (FOLDER / "walk.js").read_text(), (FOLDER / "page.js").read_text()
# Weights of everyday size; small ones, whose gradients are tiny; large ones, which saturate units.
SCALES = {"plain": 1.0, "small": 1e-3, "large": 3.0}
# Between them every convention, objective and pass that no case has of its own.
CONVENTIONS = (
    "gradients=row&sign=minus&fuse=1",
    "gradients=column&sign=plus&weights=from-to&reduction=sum&pass=1",
)


def fragment(case: str, scale: str) -> str:
    """A link to the case with other numbers in every input and parameter, at one of its samples."""
    golden = Golden(case)
    random = np.random.default_rng([*map(ord, f"{case} {scale}")])
    edits = []
    for name, array in golden.numbers().items():
        for index in np.ndindex(*array.shape):
            number = float(random.normal() * SCALES[scale])
            text = f"{number:.2f}" if scale == "large" else repr(number)
            whose, place = ("", index) if name in golden.parameters else (f"@{index[0]}", index[1:])
            edits.append(f"{'.'.join([name, *map(str, place)])}{whose}={text}")
    sample = len(scale) % golden.batch
    return f"lesson={case}&sample={sample}&edits={';'.join(edits)}"


def walks() -> Iterator[Any]:
    """Every case with plain numbers in every run, and with large ones where a walk is short; the others on demand."""
    for case, scale in product(CASES, SCALES):
        always = scale == "plain" or (scale == "large" and Golden(case).batch == 1)
        yield pytest.param(case, scale, marks=() if always else pytest.mark.exhaustive)


@pytest.mark.parametrize(("case", "scale"), list(walks()))
def test_what_is_displayed_adds_up(explorer: Opener, case: str, scale: str) -> None:
    assert_adds_up(explorer(fragment(case, scale)))


@pytest.mark.exhaustive
@pytest.mark.parametrize("conventions", CONVENTIONS)
@pytest.mark.parametrize("case", [case for case in CASES if not case.startswith("gates/")])
def test_it_adds_up_in_other_conventions(explorer: Opener, case: str, conventions: str) -> None:
    assert_adds_up(explorer(f"{fragment(case, 'plain')}&{conventions}"))


def assert_adds_up(page: Explorer) -> None:
    """Walk every step, card and tab of an open page, and hold all that is displayed against itself."""
    arguments = [page.stage.element_handle(), page.inspector.element_handle(), page.slider.element_handle()]
    walk = Walk(page.page.evaluate(f"given => ({WALK})([...given, ({READ})])", [*arguments, TABS]))
    tally = examine(walk)
    assert not tally.complaints, "\n".join([f"{len(tally.complaints)} complaints:", *tally.complaints])
    assert tally.recombined and tally.followed and tally.linked
    assert tally.open <= 0.05 * tally.recombined, f"{tally.open} of {tally.recombined} sides are left open"
