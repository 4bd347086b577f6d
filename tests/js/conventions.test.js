import { createConventions } from "explorer/conventions.js";
import { flightsOf } from "explorer/flights.js";
import { createModel } from "explorer/model.js";
import { createStage } from "explorer/stage.js";
import { smallFilm } from "tests/fixtures.js";
import { ok, same, test, until } from "tests/harness.js";

const OWN = { gradients: "column", sign: "minus", weights: "from-to" };
const NONE = { gradients: "", sign: "", weights: "", reduction: "mean", fuse: false };
const LETTERS = { delta: ["δ", "∂E/∂s"], entry: { "row-column": "W₂,₁", "from-to": "w₁,₂" } };

/** The film as other conventions would have it: other words, and perhaps the sign of s turned. */
function film({ sign = 1, label = "∂L", turned = "", note = "mean", ...changes } = {}) {
  const made = smallFilm({ reduction: "mean", conventions: { ...OWN, ...LETTERS }, ...changes });
  Object.assign(made.nodes[0].gradient, { label: [[label, ""]], brief: [["∂", ""]], sign, turned });
  made.nodes[1].axes = changes.axes ?? ["row", "column"];
  made.nodes.at(-1).mean_box.note = note;
  return made;
}

function page() {
  const ending = new AbortController();
  const sent = [];
  const model = createModel((message) => sent.push(message));
  const stage = createStage(model, ending.signal);
  const conventions = createConventions(model, ending.signal);
  const root = document.getElementById("root");
  root.className = "explorer";
  root.replaceChildren(conventions.field, conventions.button, conventions.dialog, stage.element);
  stage.element.style.height = "400px";
  const receive = (shown, settings = NONE) => model.receive({ type: "film", film: shown, settings, own: OWN });
  receive(film());
  model.set({ step: 8 });
  const find = (selector) => root.querySelector(selector);
  const cell = (name) => find(`[data-node="s"] [data-cell="${name}"]`);
  return { model, sent, stage, find, cell, receive, ...conventions, end: () => ending.abort() };
}

const values = (select) => [...select.options].map(({ value, textContent }) => [value, textContent]);

test("what stands for minus a gradient looks like minus it and keeps its number", () => {
  const { cell, receive, end } = page();
  const look = (name) => [cell(name).textContent, cell(name).dataset.number, cell(name).dataset.level, cell(name).dataset.sign];
  const before = cell("gradient:1");
  same(look("gradient:1"), ["−0.5", "-0.50000000000000000", "n3", undefined]);
  receive(film({ sign: -1 }));
  same(look("gradient:1"), ["0.5", "-0.50000000000000000", "p3", "-1"]);
  same(look("value:1"), ["−2", "-2.0000000000000000", "n4", undefined]);
  ok(before === cell("gradient:1"), "the same cell");
  receive(film());
  same(look("gradient:1"), ["−0.5", "-0.50000000000000000", "n3", undefined]);
  end();
});

test("a pulse carries what is shown", () => {
  const floats = (shown) => ({ ...shown, numbers: Float64Array.from(shown.numbers) });
  const carried = (shown) => [...flightsOf(floats(shown), 6, 1, () => [[0, 0], [10, 0]])[0].numbers];
  same([carried(film()), carried(film({ sign: -1 }))], [[1, 1], [-1, -1]]);
});

test("other words are put on the same cards", () => {
  const { find, receive, end } = page();
  const caption = (node, kind) => find(`[data-node="${node}"] .block.${kind} .caption`);
  const first = caption("s", "gradient");
  receive(film({ label: "δ", turned: "δ is a row (1,2)", note: "sum" }));
  ok(first === caption("s", "gradient"), "the same caption");
  same([...first.children].map(({ textContent }) => textContent), ["δ is a row (1,2)", "δ", "⊤"]);
  same([...caption("loss", "mean").children].map(({ textContent }) => textContent), ["L", "sum"]);
  receive(film());
  same([...first.children].map(({ textContent }) => textContent), ["∂L"]);
  end();
});

test("the short choice is the handout's own, rows, columns, or a mix", () => {
  const { field, sent, receive, end } = page();
  const select = field.querySelector("select");
  same(values(select).map(([value]) => value), ["handout", "rows", "columns"]);
  for (const [settings, value] of [[{}, "handout"], [{ gradients: "row" }, "rows"], [{ gradients: "column" }, "columns"],
    [{ sign: "minus" }, "handout"], [{ sign: "plus" }, "custom"], [{ gradients: "row", weights: "row-column" }, "custom"]]) {
    receive(film(), { ...NONE, ...settings });
    same(select.value, value, JSON.stringify(settings));
  }
  select.value = "rows";
  select.dispatchEvent(new Event("change"));
  same(sent.at(-1), { type: "settings", gradients: "row", sign: "", weights: "", request: 1 });
  end();
});

test("each convention is told in the lesson's letters, marks the handout's own, and says why it cannot be chosen", () => {
  const { dialog, sent, receive, end } = page();
  const one = (name) => dialog.querySelector(`#choose-${name}`);
  same(values(one("sign")), [["plus", "δ = ∂E/∂s"], ["minus", "δ = −∂E/∂s (handout)"]]);
  same(values(one("weights")), [["row-column", "W₂,₁: row, column"], ["from-to", "w₁,₂: from, to (handout)"]]);
  one("sign").value = "plus";
  one("sign").dispatchEvent(new Event("change"));
  one("weights").dispatchEvent(new Event("change"));
  same(sent.map(({ sign, weights }) => [sign, weights]), [["plus", undefined], [undefined, ""]]);
  same(one("reduction").disabled, false);
  receive(film({ batch: 1, conventions: { ...OWN, delta: null, entry: null } }));
  for (const name of ["sign", "weights", "reduction"]) {
    same(one(name).disabled, true);
    ok(dialog.querySelector(`#${one(name).getAttribute("aria-describedby")}`).textContent, `a reason for ${name}`);
  }
  end();
});

test("the popover gives the focus back, unless somebody goes on elsewhere", async () => {
  const { button, dialog, stage, end } = page();
  const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  button.click();
  same([dialog.open, document.activeElement.id, button.getAttribute("aria-expanded")], [true, "choose-gradients", "true"]);
  press("Escape");
  same([dialog.open, document.activeElement === button, button.getAttribute("aria-expanded")], [false, true, "false"]);
  button.click();
  stage.element.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, composed: true }));
  same(dialog.open, false);
  button.click();
  await until(() => dialog.open, "an open popover");
  stage.card("s").focus();
  same([dialog.open, document.activeElement === stage.card("s")], [false, true]);
  end();
});
