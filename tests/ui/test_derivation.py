"""Derivations on the page: revealed line by line, linked to the stage both ways, with numbers that recombine."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.page import Explorer
from tests.ui.conftest import Opener
from tests.ui.golden import mostly

LIT = re.compile(r"\blit\b")

# The widths of formulas that no shrinking could fit, and how far any was shrunk.
_WIDTHS = """panel => ({
  over: panel.scrollWidth - panel.clientWidth,
  shrunk: Math.min(1, ...[...panel.querySelectorAll('.chunks')].map(
    line => Number(line.style.getPropertyValue('--shrunk') || 1))),
})"""

# A line's numbers by their whole value, and what stands between them.
_LINE = """line => [...line.querySelectorAll('.chunks mn, .chunks mo')].filter(e => !e.closest('msub, msup'))
  .map(e => e.dataset.number ?? e.textContent)"""


def derivation(page: Explorer) -> Locator:
    """The derivation in sight."""
    return page.inspector.locator(".derivation:not([hidden])")


def lines(page: Explorer) -> Locator:
    """The revealed lines of calculations. (They have no box of their own: their parts are laid out in a grid.)"""
    return derivation(page).locator(".step:not([hidden]) .line:not([hidden])")


def said(page: Explorer, text: str) -> Locator:
    """The lines that a screen reader reads as this text."""
    return derivation(page).locator(f'.line[aria-label="{text}"]')


def opened(explorer: Opener, case: str, node: str, *, step: int = 99, everything: bool = True) -> Explorer:
    page = explorer(f"lesson={case}&step={step}")
    page.show(node, "Derivation")
    expect(derivation(page)).to_be_visible()
    if everything:
        derivation(page).get_by_role("button", name="All lines").click()
    return page


def test_lines_are_revealed_in_turn(explorer: Opener) -> None:
    page = opened(explorer, "gates/sigmoid_gate", "o", everything=False)
    expect(lines(page)).to_have_count(1)
    more = derivation(page).get_by_role("button", name="Next line")
    for count in range(2, 6):
        more.click()
        expect(lines(page)).to_have_count(count)
    told = derivation(page).locator(".said")
    expect(told).to_have_attribute("aria-live", "polite")
    expect(told).to_contain_text("Line 5 of ")
    derivation(page).get_by_role("button", name="All lines").click()
    total = lines(page).count()
    assert total > 20
    expect(derivation(page).locator(".progress")).to_have_text(re.compile(r"^(\d+) of \1$"))
    derivation(page).get_by_role("button", name="Start again").click()
    expect(lines(page)).to_have_count(1)


@pytest.mark.parametrize("case", ["gates/sigmoid_gate", "lecture20/lecture20_network"])
def test_the_heading_stays_in_sight_as_lines_come(explorer: Opener, case: str) -> None:
    page = opened(explorer, case, "o" if case.startswith("gates") else "o1", everything=False)
    above = page.inspector.locator("h2").bounding_box()
    for _ in range(14):
        derivation(page).get_by_role("button", name="Next line").click()
    assert page.inspector.get_by_role("tabpanel").evaluate("panel => panel.scrollTop") > 0
    assert page.inspector.locator("h2").bounding_box() == above


def test_the_keyboard_alone_does_it(explorer: Opener) -> None:
    page = opened(explorer, "gates/sigmoid_gate", "o", step=3, everything=False)
    derivation(page).get_by_role("button", name="Next line").focus()
    page.page.keyboard.press("Enter")
    expect(lines(page)).to_have_count(2)
    page.page.keyboard.press("n")
    expect(lines(page)).to_have_count(3)
    page.page.keyboard.press("r")
    expect(lines(page)).to_have_count(1)
    page.page.keyboard.press("a")
    expect(derivation(page).locator(".progress")).to_have_text(re.compile(r"^(\d+) of \1$"))
    page.at(3)


def test_an_entry_is_picked_and_worked_out(explorer: Opener) -> None:
    page = opened(explorer, "gates/matvec_gate", "s")
    page.inspector.locator("[data-derivation]", has_text="W").click()
    derivation(page).get_by_role("button", name="All lines").click()
    first = said(page, "= −0.3·0.5")
    expect(first).to_have_count(1)
    pick = derivation(page).locator('[data-entry="1,2"]')
    pick.click()
    expect(pick).to_have_attribute("aria-pressed", "true")
    expect(said(page, "= −0.15·2")).to_have_count(1)
    expect(first).to_have_count(0)
    assert lines(page).count() > 20, "what was revealed stays revealed"


def test_symbols_light_their_cells_and_cells_their_symbols(explorer: Opener) -> None:
    page = opened(explorer, "gates/sigmoid_gate", "o")
    cell = page.cell("o", "gradient:1")
    symbol = derivation(page).locator('[data-link="o|gradient:1"]')
    symbol.first.hover()
    expect(cell).to_have_class(LIT)
    derivation(page).locator('[data-link="s|value:2"]').first.hover()
    expect(page.cell("s", "value:2")).to_have_class(LIT)
    expect(cell).not_to_have_class(LIT)
    cell.hover()
    expect(symbol.first).to_have_class(LIT)
    lit = derivation(page).locator(".lit")
    assert lit.count() > 3
    page.cell("s", "value:0").hover()
    expect(symbol.first).not_to_have_class(LIT)
    assert {link.get_attribute("data-link") for link in lit.all()} == {"s|value:0"}


def test_a_factor_of_the_whole_way_points_at_its_card(explorer: Opener) -> None:
    page = opened(explorer, "matrix-language/matrix_language", "s")
    page.inspector.locator("[data-derivation]", has_text="whole way").click()
    derivation(page).get_by_role("button", name="All lines").click()
    for factor, card in (("V|", "V"), ("W|", "W"), ("g|", "g"), ("y|", "y")):
        derivation(page).locator(f'[data-link="{factor}"]').first.hover()
        expect(page.node(card)).to_have_class(LIT)


def product(tokens: list[str]) -> float:
    """What a line of numbers with · between them, and parentheses around sums, comes to."""
    text = "".join(tokens).translate(str.maketrans("·−\N{INVISIBLE TIMES}", "*-*"))
    assert re.fullmatch(r"[-+*()\d.e]*", text), text
    total = 0.0
    for sign, term in re.findall(r"(^|[-+])((?:[^-+(e]|e[-+]\d+|\([^()]*\)|(?<=\*)-)+)", text):
        value = 1.0
        for factor in re.findall(r"\([^()]*\)|[^*()]+", term):
            inner = factor.strip("()")
            parts = re.findall(r"[-+]?[\d.]+(?:e[-+]?\d+)?", inner)
            value *= sum(float(part) for part in parts)
        total += -value if sign == "-" else value
    return total


def test_the_numbers_of_a_line_recombine_to_the_next(explorer: Opener) -> None:
    """−0.6225 · 0.3775 · (1 − 0.3775) is −0.1463, as the page shows them and to the last digit."""
    page = opened(explorer, "gates/sigmoid_gate", "o")
    derivation(page).locator('[data-entry="1"]').click()
    line = said(page, "= −0.6225·0.3775·(1 − 0.3775)")
    expect(line).to_have_count(1)
    found = product(line.evaluate(_LINE))
    assert found == pytest.approx(page.number("s", "gradient:1"), rel=1e-9)
    shown = product(line.locator(".chunks").inner_text().split())
    assert shown == pytest.approx(found, abs=5e-4)


def test_the_collapse_leaves_one_subtraction(explorer: Opener) -> None:
    page = opened(explorer, "batch/batch_softmax", "s")
    page.inspector.locator("[data-derivation]", has_text="s − t").click()
    derivation(page).get_by_role("button", name="All lines").click()
    assert derivation(page).locator(".mark.cancel").count() == 6
    expect(derivation(page).locator(".mark.kept").last).to_have_text("s−t")
    results = derivation(page).locator(".line.result").nth(-2).locator("mn")
    numbers = [float(one.get_attribute("data-number") or "nan") for one in results.all()]
    assert numbers == pytest.approx([page.number("a2", f"gradient:{i}") for i in range(3)], rel=1e-9)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_terms_that_vanish_end_struck_and_pale(explorer: Opener, motion: str) -> None:
    """With motion they fade while their line comes in; without it they are at once as they end."""
    page = explorer("lesson=gates/sigmoid_gate&step=5", reduced_motion=motion)
    page.show("o", "Derivation")
    more = derivation(page).get_by_role("button", name="Next line")
    zero = derivation(page).locator(".line:not([hidden]) .mark.zero").first
    while not zero.count():
        more.click()
    running = zero.evaluate("mark => mark.getAnimations().length")
    assert (running > 0) is (motion == "no-preference")
    expect(zero).to_have_css("opacity", "0.75")


@pytest.mark.parametrize("size", [(1366, 768), pytest.param((1920, 1080), marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("case", mostly("batch/batch_softmax", "lecture20/lecture20_network"))
def test_every_derivation_fits_the_inspector(explorer: Opener, case: str, size: tuple[int, int]) -> None:
    page = explorer(f"lesson={case}&step=99", size=size)
    if page.button("Stack").is_visible():
        page.button("Stack").click()
    for name, node in page.read().nodes.items():
        if node.kind == "target":
            continue
        page.show(name, "Derivation")
        panel = page.inspector.get_by_role("tabpanel")
        expect(derivation(page)).to_be_visible()
        expect(panel).not_to_contain_text("cannot be shown")
        for choice in range(max(1, page.inspector.locator("[data-derivation]").count())):
            if page.inspector.locator("[data-derivation]").count():
                page.inspector.locator("[data-derivation]").nth(choice).click()
            derivation(page).get_by_role("button", name="All lines").click()
            widths = panel.evaluate(_WIDTHS)
            assert widths["over"] == 0, (name, choice)
            assert widths["shrunk"] >= 0.7, (name, choice, widths)
