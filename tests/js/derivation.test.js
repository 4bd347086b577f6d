import { createDerivations } from "explorer/derivation.js";
import { renderBlocks } from "explorer/explanation.js";
import { createModel } from "explorer/model.js";
import { smallFilm } from "tests/fixtures.js";
import { ok, same, test, until } from "tests/harness.js";

const line = (text, more = {}) => ({ left: ["mi", {}, "x"], chunks: [["mi", {}, text]], role: "symbols", text: `x = ${text}`, ...more });
const formula = (...lines) => ({ kind: "formula", caption: [], lines });
const cells = (rows) => ["mtable", {}, ...rows.map((row) => ["mtr", {}, ...row.map((number) => ["mtd", {}, { number }])])];

function block(key, steps) {
  return { kind: "derivation", key, of: "f1", wrt: "s", title: [`derivation ${key}`], choice: [[key, ""]],
    entries: [{ node: "s", label: [["s", ""]], columns: 2, chosen: [1],
      choices: [0, 1].map((at) => ({ index: [at], label: [["s", ""], [String(at + 1), "sub"]] })) }], steps };
}

const STEPS = [
  { title: ["First"], note: ["because"], blocks: [formula(line("a"), line("b")), { kind: "note", parts: ["in words"] }] },
  { title: ["Second"], note: [], blocks: [formula(line("c"))] },
];

function mounted(blocks = [block("one", STEPS)]) {
  const root = document.createElement("aside");
  root.className = "inspector explorer";
  const panel = document.createElement("div");
  root.append(panel);
  document.getElementById("root").append(root);
  const model = createModel(() => {});
  model.receive({ type: "film", film: smallFilm() });
  const derivations = createDerivations(panel, model, new AbortController().signal);
  const draw = () => {
    panel.replaceChildren(...renderBlocks(blocks, { digits: 4 }));
    derivations.show();
  };
  draw();
  const press = (name) => [...panel.querySelectorAll(".derivation:not([hidden]) [data-reveal]")].find((one) => one.textContent === name).click();
  const seen = () => [...panel.querySelectorAll(".derivation:not([hidden]) .step:not([hidden])")].flatMap((step) => [step.querySelector("h4").textContent,
    ...[...step.querySelectorAll(".line:not([hidden])")].map((one) => one.getAttribute("aria-label")),
    ...[...step.querySelectorAll(".note:not([hidden])")].map((one) => one.textContent)]);
  return { root, panel, model, draw, press, seen };
}

test("lines are revealed in turn, a step's remark after its last line", () => {
  const { press, seen, panel } = mounted();
  same(seen(), ["First", "x = a"]);
  press("Next line");
  same(seen(), ["First", "x = a", "x = b"]);
  press("Next line");
  same(seen(), ["First", "x = a", "x = b", "in words", "because"]);
  press("Next line");
  same(seen(), ["First", "x = a", "x = b", "in words", "because", "Second", "x = c"]);
  same(panel.querySelector(".progress").textContent, "4 of 4");
  press("Next line");
  same(panel.querySelector(".progress").textContent, "4 of 4");
  press("Start again");
  same(seen(), ["First", "x = a"]);
  press("All lines");
  same(panel.querySelector(".progress").textContent, "4 of 4");
});

test("a new line is said, politely", () => {
  const { press, panel } = mounted();
  const said = panel.querySelector(".said");
  same([said.getAttribute("aria-live"), said.textContent], ["polite", ""]);
  press("Next line");
  same(said.textContent, "Line 2 of 4: x = b");
});

test("letters do the same as buttons, where no key with them is held", () => {
  const { panel, seen } = mounted();
  const key = (name, more = {}) => {
    const event = new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...more });
    panel.querySelector(".derivation").dispatchEvent(event);
    return event.defaultPrevented;
  };
  same([key("n"), seen().length], [true, 3]);
  same([key("n", { ctrlKey: true }), seen().length], [false, 3]);
  same([key("A"), seen().length], [true, 7]);
  same([key("r"), seen().length], [true, 2]);
  same(key("x"), false);
});

test("what was revealed stays revealed when the numbers change, and is forgotten with the case", () => {
  const { press, seen, draw, model } = mounted();
  press("Next line");
  draw();
  same(seen().length, 3);
  model.receive({ type: "film", film: smallFilm({ case: "test/other" }) });
  draw();
  same(seen().length, 2);
});

test("of several derivations one is in sight, each with its own lines", () => {
  const { press, panel, seen } = mounted([{ kind: "derivations", blocks: [block("one", STEPS), block("two", STEPS.slice(1))] }]);
  const choices = () => [...panel.querySelectorAll("[data-derivation]")].map((one) => [one.textContent, one.getAttribute("aria-pressed")]);
  same(choices(), [["one", "true"], ["two", "false"]]);
  press("All lines");
  panel.querySelectorAll("[data-derivation]")[1].click();
  same([choices(), seen()], [[["one", "false"], ["two", "true"]], ["Second", "x = c"]]);
  panel.querySelectorAll("[data-derivation]")[0].click();
  same(seen().length, 7);
});

test("entries are buttons that say which one is picked", () => {
  const { panel } = mounted();
  same([...panel.querySelectorAll("[data-entry]")].map((one) => [one.dataset.of, one.dataset.entry, one.textContent, one.getAttribute("aria-pressed")]),
    [["s", "0", "s1", "false"], ["s", "1", "s2", "true"]]);
});

test("two matrices are seen multiplying: row and column light up, the entries come one by one", async () => {
  const product = line("", { moves: true, chunks: [["mrow", {}, cells([[1, 2]]), cells([[3, 4], [5, 6]])]] });
  const made = line("", { chunks: [["mrow", {}, cells([[13, 16]])]] });
  const { press, panel } = mounted([block("one", [{ title: ["Product"], note: [], blocks: [formula(product, made)] }])]);
  press("Next line");
  const lit = () => [...panel.querySelectorAll(".swept")].map((cell) => cell.textContent).join(" ");
  const hidden = () => [...panel.querySelectorAll(".unmade")].map((cell) => cell.textContent).join(" ");
  same([lit(), hidden()], ["1 2 3 5", "13 16"]);
  await until(() => lit() === "1 2 4 6", "the second column");
  same(hidden(), "16");
  await until(() => lit() === "", "the end");
  same(hidden(), "");
});

test("pressing on ends what moves", () => {
  const product = line("", { moves: true, chunks: [["mrow", {}, cells([[1, 2]]), cells([[3, 4], [5, 6]])]] });
  const made = line("", { chunks: [["mrow", {}, cells([[13, 16]])]] });
  const { press, panel } = mounted([block("one", [{ title: ["Product"], note: [], blocks: [formula(product, made)] }])]);
  press("Next line");
  ok(panel.querySelector(".unmade"), "something under way");
  press("All lines");
  same(panel.querySelectorAll(".unmade, .swept, .fresh").length, 0);
});
