import { checkTable } from "explorer/check.js";
import { createMistakes, mistakeBlock } from "explorer/mistake.js";
import { ok, same, test } from "tests/harness.js";

const row = (place, verdict, more = {}) => ({ label: [["W", ""], [`1,${place + 1}`, "sub"]], index: [0, place], cell: `value:0,${place}`,
  analytic: place + 1 / 3, central: place + 1 / 3, complex: null, torch: null, errors: { central: 1.234e-11, complex: null, torch: null },
  error: 1.234e-11, same: verdict, chosen: place === 1, ...more });

const table = (verdicts, more = {}) => ({ node: "W", axis: "", within: 1e-6,
  columns: [["central", false], ["complex", true], ["torch", true]].map(([key, empty]) => ({ key, title: `by ${key}`, empty })),
  rows: verdicts.map((verdict, place) => row(place, verdict)),
  agree: [true, false, null].map((verdict) => verdicts.filter((one) => one === verdict).length), ...more });

const texts = (element, selector) => [...element.querySelectorAll(selector)].map((one) => one.textContent);
const summary = (verdicts, more) => checkTable(table(verdicts, more), 4).querySelector(".check").textContent;

test("each entry has its numbers, with the relative error under what was found", () => {
  const element = checkTable(table([true, true]), 4);
  same(texts(element, "thead th"), ["analytic", "by central", "by complex", "by torch"]);
  const cells = [...element.querySelectorAll("tbody tr:first-child td")];
  same(cells.map((cell) => cell.textContent), ["0.3333", "0.33331.2e−11", "–", "–", "✓agrees"]);
  same(Number(cells[1].dataset.number), 1 / 3);
  same(Number(cells[1].querySelector(".off").dataset.number), 1.234e-11);
  same(cells.map((cell) => cell.dataset.link ?? ""), ["W|gradient:0,0", "", "", "", ""]);
  same(element.querySelector("tbody th").dataset.link, "W|value:0,0");
  same([...element.querySelectorAll("tr.chosen th")].map((head) => head.textContent), ["W1,2"]);
});

test("what disagrees is marked and counted", () => {
  const element = checkTable(table([true, false, true]), 4);
  same(texts(element, "td.verdict"), ["✓agrees", "✗disagrees", "✓agrees"]);
  same(element.querySelector(".check").textContent, "✗ 1 of 3 entries disagrees");
  ok(element.querySelector(".check").classList.contains("different"), "in the colour of a failure");
});

test("the summary counts in words", () => {
  same(summary([true, true, true]), "✓ all 3 entries agree");
  same(summary([true, true]), "✓ both entries agree");
  same(summary([true]), "✓ the entry agrees");
  same(summary([false]), "✗ the entry disagrees");
  same(summary([true, null]), "✓ 1 of 2 entries agrees, 1 cannot be compared");
  same(summary([null]), "– there is nothing to compare with");
  same(summary([true, true, true], { axis: "sample" }), "✓ all 3 samples agree");
});

test("an entry can be chosen by its name, a sample or a scalar cannot", () => {
  const button = checkTable(table([true, true]), 4).querySelectorAll("tbody th button")[1];
  same([button.dataset.of, button.dataset.entry], ["W", "0,1"]);
  same(checkTable(table([true], { axis: "sample" }), 4).querySelector("button"), null);
  same(checkTable(table([true], { rows: [row(0, true, { index: [] })] }), 4).querySelector("button"), null);
});

const MISTAKE = { of: "s", button: "What if?", head: [["∂E/∂", ""]], columns: ["summed", "overwritten", "differences"],
  rows: [{ node: "s", label: [["s", ""]], cell: "value:0", numbers: [3, 1, 2.9999], right: true, wrong: false },
    { node: "W", label: [["W", ""]], cell: "", numbers: [1, "NaN", null], right: null, wrong: false }] };

test("a mistake stands behind its button, and stays open while its numbers change", () => {
  const panel = document.createElement("div");
  const mistakes = createMistakes(panel, new AbortController().signal);
  const draw = (digits) => {
    panel.replaceChildren(mistakeBlock(MISTAKE, digits, [document.createElement("p")], [document.createElement("hr")]));
    mistakes.show();
  };
  const seen = () => [panel.querySelector("button").getAttribute("aria-expanded"), panel.querySelector(".told").hidden];
  draw(4);
  same(seen(), ["false", true]);
  panel.querySelector("button").click();
  same(seen(), ["true", false]);
  draw(3);
  same(seen(), ["true", false]);
  same([...panel.querySelector(".told").children].map(({ localName }) => localName), ["p", "div", "hr"]);
  same([...panel.querySelectorAll("tbody tr")].map((line) => texts(line, "th, td")), [["s", "3✓agrees", "1✗disagrees", "3"],
    ["W", "1–nothing to compare with", "NaN✗disagrees", "–"]]);
  same([...panel.querySelectorAll("[data-link]")].map((cell) => cell.dataset.link), ["s|value:0", "s|gradient:0"]);
  panel.querySelector("button").click();
  same(seen(), ["false", true]);
});
