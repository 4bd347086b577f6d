"""Every line of the five handouts is seen where the table says: explorer/lessons/HANDOUTS.md, row by row."""

import re
from typing import NamedTuple

import pytest
from playwright.sync_api import TimeoutError, expect

from tests.page import Explorer
from tests.server import ROOT
from tests.ui.conftest import Opener

TABLE = ROOT / "explorer" / "lessons" / "HANDOUTS.md"
ROW = re.compile(r"^\| (?P<line>.+) \| `(?P<fragment>[^`]+)` \| (?P<press>.*?) ?\| (?P<seen>.+) \|$")

# Whether something stands in all that the page says: what is written, and what formulas say to a screen reader.
SAYS = """([page, seen]) => [page.innerText,
  ...[...page.querySelectorAll('[role=math]')].map(line => line.getAttribute('aria-label'))]
  .join('\\n').replace(/\\s+/g, ' ').includes(seen)"""


class Row(NamedTuple):
    """A line of a handout: how its page is opened, what is pressed there, and what is to be seen."""

    line: str
    fragment: str
    press: str
    seen: str


def rows() -> dict[str, list[Row]]:
    """The rows of the table by what is opened, so that each page is opened once."""
    found: dict[str, list[Row]] = {}
    for text in TABLE.read_text(encoding="utf-8").splitlines():
        if match := ROW.match(text):
            row = Row(**match.groupdict())
            found.setdefault(row.fragment.split("&")[0], []).append(row)
    return found


def show(page: Explorer, row: Row) -> None:
    """Open what the row names, all lines of a derivation, and press what is to be pressed."""
    page.open(f"lesson={row.fragment}")
    keys = dict(pair.split("=") for pair in row.fragment.split("&")[1:])
    if "node" in keys:
        expect(page.inspector).to_have_attribute("data-node", keys["node"])
        expect(page.inspector.locator(f'[role=tabpanel][data-tab="{keys["tab"]}"]')).to_be_visible()
    if keys.get("tab") == "derivation":
        page.inspector.get_by_role("button", name="All lines").first.click()
        expect(page.inspector.locator(".derivation .progress").first).to_have_text(re.compile(r"^(\d+) of \1$"))
    for name in filter(None, row.press.split(", ")):
        page.button(name).click()


@pytest.mark.parametrize("case", rows())
def test_every_line_is_seen_where_the_table_says(explorer: Opener, case: str) -> None:
    page = explorer()
    shown, missing = " ", list[str]()
    for row in rows()[case]:
        if shown != (view := f"{row.fragment} {row.press}"):
            if not shown.endswith(" "):
                page.page.goto("about:blank")  # what was pressed for the last row does not stay
            shown = view
            show(page, row)
        try:
            whole = page.page.locator(".page").element_handle()
            page.page.wait_for_function(SAYS, arg=[whole, row.seen], timeout=5_000)
        except TimeoutError:
            missing.append(f"{row.line} ({shown}): {row.seen}")
    assert not missing, "\n".join(missing)


def test_the_table_has_rows_of_all_five_handouts() -> None:
    cases = {case.split("/")[0] for case in rows()}
    assert cases == {"gates", "lecture20", "matrix-language", "batch", "mlp"}
    assert sum(map(len, rows().values())) > 90
