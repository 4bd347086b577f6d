"""The explorer's page as its users find it: by the names, roles and attributes that are promised, nothing else."""

import re
from typing import Any, NamedTuple

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

# One reading of the whole stage in one round trip; `cells` maps "value:0" to (data-number, text).
_READ = """stage => ({
  step: Number(stage.dataset.step), steps: Number(stage.dataset.steps), phase: stage.dataset.phase,
  nodes: Object.fromEntries([...stage.querySelectorAll('[data-node]')].map(node => [node.dataset.node, {
    kind: node.dataset.kind, value: node.dataset.stateValue, gradient: node.dataset.stateGradient,
    contributions: node.dataset.contributions ?? '', label: node.getAttribute('aria-label') ?? '',
    cells: Object.fromEntries([...node.querySelectorAll('[data-cell]')].map(
      cell => [cell.dataset.cell, [cell.dataset.number ?? '', cell.textContent.trim()]]))
  }])),
  edges: [...stage.querySelectorAll('[data-edge]')].map(edge => edge.dataset.edge),
})"""

# Looked up anew each time: another film may have come with other cards.
_HOLDS = """([stage, node, cell, number]) => Number(stage.querySelector(
  `[data-node="${node}"] [data-cell="${cell}"]`)?.dataset.number) === number"""

# Everything that the stage's document says, attribute by attribute: what "the same picture" means.
_SERIALISE = """stage => [stage, ...stage.querySelectorAll('*:not(canvas)')].map(element => [
  element.tagName,
  ...[...element.attributes].map(({name, value}) => `${name}=${value}`).sort(),
  [...element.childNodes].filter(({nodeType}) => nodeType === 3).map(({data}) => data).join(''),
].join(' ')).join('\\n')"""

_FOCUSED = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? '';
}"""

_POSITIVE = re.compile(r"^[1-9]\d*$")
_LOCAL = ("http://localhost:", "http://127.0.0.1:", "ws://localhost:", "ws://127.0.0.1:", "data:", "blob:", "about:")


class Cell(NamedTuple):
    """What a cell holds, whole, and what it shows."""

    number: str
    text: str


class Node(NamedTuple):
    """A card: its kind, honest states, and cells by name."""

    kind: str
    value: str
    gradient: str | None
    contributions: str
    label: str
    cells: dict[str, Cell]


class Picture(NamedTuple):
    """The stage at one moment."""

    step: int
    steps: int
    phase: str
    nodes: dict[str, Node]
    edges: list[str]


class Watch:
    """Collects what a page must not do: print errors or warnings, throw, or reach beyond its server."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.on("request", self._request)
        page.on("websocket", lambda socket: self._address(socket.url))

    def _console(self, message: ConsoleMessage) -> None:
        # The icon is the browser's own request, made whenever it likes, even after a test has cut the line.
        if message.location["url"].endswith("/favicon.ico"):
            return
        if message.type in {"error", "warning", "assert"}:
            self.complaints.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        self._address(request.url)

    def _address(self, url: str) -> None:
        if not url.startswith(_LOCAL):
            self.complaints.append(f"request leaves the server: {url}")


class Explorer:
    """One open page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.stage = page.get_by_test_id("stage")
        self.narration = page.get_by_test_id("narration")
        self.inspector = page.get_by_test_id("inspector")
        self.slider = page.get_by_role("slider", name="Step", exact=True)
        self.alert = page.get_by_role("alert")

    def open(self, fragment: str = "") -> "Explorer":
        """Load the page, with a fragment like "lesson=mlp/bce_mlp&step=7", and wait for its film."""
        self.page.goto(f"{self.url}#{fragment}" if fragment else self.url)
        self.ready()
        return self

    def ready(self) -> None:
        """Until a film is on the stage."""
        expect(self.stage.locator("[data-node]").first).to_be_visible(timeout=30_000)
        expect(self.stage).to_have_attribute("data-steps", _POSITIVE)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def chooser(self, name: str) -> Locator:
        return self.page.get_by_role("combobox", name=name, exact=True)

    def tab(self, name: str) -> Locator:
        return self.inspector.get_by_role("tab", name=name)

    def node(self, name: str) -> Locator:
        return self.stage.locator(f'[data-node="{name}"]')

    def cell(self, node: str, cell: str) -> Locator:
        return self.node(node).locator(f'[data-cell="{cell}"]')

    def number(self, node: str, cell: str) -> float:
        return float(self.cell(node, cell).get_attribute("data-number") or "nan")

    def until(self, node: str, cell: str, number: float) -> None:
        """Until a cell holds this number, to the last bit."""
        self.page.wait_for_function(_HOLDS, arg=[self.stage.element_handle(), node, cell, number])

    def read(self) -> Picture:
        found: dict[str, Any] = self.stage.evaluate(_READ)
        nodes = {
            name: Node(**(node | {"cells": {key: Cell(*cell) for key, cell in node["cells"].items()}}))
            for name, node in found.pop("nodes").items()
        }
        return Picture(nodes=nodes, **found)

    def serialise(self) -> str:
        """The stage's whole document as text, and the sentence under it."""
        return f"{self.stage.evaluate(_SERIALISE)}\n{self.narration.text_content()}"

    @property
    def steps(self) -> int:
        return int(self.stage.get_attribute("data-steps") or 0)

    def at(self, step: int) -> None:
        """Until the stage shows `step` and rests there."""
        expect(self.stage).to_have_attribute("data-step", str(step), timeout=10_000)
        expect(self.stage).to_have_attribute("data-playing", "false")

    def last(self) -> Picture:
        """Go to the last step and read the stage."""
        if self.stage.get_attribute("data-step") != self.stage.get_attribute("data-steps"):
            self.button("Last step").click()
        self.at(self.steps)
        return self.read()

    def show(self, node: str, tab: str | None = None) -> None:
        """Open a node in the inspector, and one of its tabs."""
        self.node(node).focus()
        self.page.keyboard.press("Enter")
        expect(self.inspector).to_have_attribute("data-node", node)
        if tab:
            self.tab(tab).click()
            expect(self.tab(tab)).to_have_attribute("aria-selected", "true")
        self.told()

    def told(self) -> None:
        """Until the inspector shows the answer to what was asked last."""
        expect(self.inspector).not_to_have_attribute("aria-busy", "true", timeout=10_000)

    def edit(self, node: str, cell: str, text: str) -> None:
        """Type over a cell's number, as a person does."""
        self.cell(node, cell).dblclick()
        editor = self.page.get_by_role("textbox")
        expect(editor).to_be_focused()
        editor.fill(text)
        self.page.keyboard.press("Enter")

    def focused(self) -> str:
        """The name of what has the focus, through shadow roots: its label, else its text."""
        return str(self.page.evaluate(_FOCUSED))
