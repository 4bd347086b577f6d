"""What axe is asked wherever it is asked: WCAG 2.0 to 2.2, A and AA, and the good practice that it knows of."""

import json
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# target-size is off unless it is asked for: WCAG 2.2 is young.
OPTIONS = {
    "runOnly": [*WCAG, "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# What it finds to be in order would be most of the answer, and is not asked for.
_RUN = "options => axe.run(options).then(({violations}) => violations)"


def violations(page: Page) -> list[str]:
    """What axe finds, a line for each element: the rule, where, and what is wrong."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    found: list[dict[str, Any]] = page.evaluate(_RUN, OPTIONS)
    return [
        f"{violation['id']} at {node['target']}: {node['failureSummary']} {node['html'][:200]}"
        for violation in found
        for node in violation["nodes"]
    ]


def axe_free(page: Page, where: str = "") -> None:
    """Fail on anything that axe finds."""
    found = violations(page)
    assert not found, f"{where}: {json.dumps(found, indent=1, ensure_ascii=False)[:6000]}"
