"""The explorer is a Panel object like any other: somebody's own app may hold it, more than once."""

import sys

from playwright.sync_api import Browser, expect

from tests.page import Watch
from tests.server import serving

APP = [sys.executable, "-m", "panel", "serve", "tests/ui/embedded_app.py", "--port", "0"]


def test_two_of_them_live_in_one_app_and_leave_each_other_alone(browser: Browser) -> None:
    with serving(APP) as server, browser.new_context(reduced_motion="reduce", locale="en-US") as context:
        page = context.new_page()
        watch = Watch(page)
        page.goto(server.url)
        stages = page.get_by_test_id("stage")
        expect(stages).to_have_count(2)
        lesson, own = stages.first, stages.last
        expect(lesson.locator('[data-node="y_hat"]')).to_be_visible()
        expect(own.locator('[data-node="W"]')).to_be_visible()
        page.locator('[data-action="last"]').last.click()
        expect(own).to_have_attribute("data-phase", "update")
        expect(lesson).to_have_attribute("data-step", "0")
        cell = own.locator('[data-node="x"] [data-cell="value:0"]')
        cell.dblclick()
        own.get_by_role("textbox").fill("3")
        own.get_by_role("textbox").press("Enter")
        expect(cell).to_have_attribute("data-number", "3.0000000000000000")
        assert page.get_by_text("A course").is_visible()
        assert not watch.complaints, "\n".join(watch.complaints)
        assert not server.trouble()
