import { createInspector } from "explorer/inspector.js";
import { createModel } from "explorer/model.js";
import { smallFilm } from "tests/fixtures.js";
import { ok, same, test, until } from "tests/harness.js";

const JACOBIAN = { kind: "jacobian", of: "f1", wrt: "s", structure: "diagonal", title: ["∂f1/∂s"], shape: [2, 2], out_shape: [2], in_shape: [2],
  rows: [[["f", ""], ["1", "sub"]], [["f", ""], ["2", "sub"]]], columns: [[["s", ""], ["1", "sub"]], [["s", ""], ["2", "sub"]]],
  full: [{ kind: "note", parts: ["the long way"] }], shortcut: [{ kind: "note", parts: ["the short way"] }],
  check: { same: true, difference: 0 }, note: ["because"] };

/** What a server would say of a line; `scale` tells one film's numbers from another's. */
function explanation({ node, tab }, scale = 1) {
  const told = {
    forward: [{ kind: "note", parts: [`${node} is `, { number: scale / 3 }] }],
    jacobian: [{ ...JACOBIAN, numbers: [scale, 0, 0, -scale / 3] }],
    backward: [{ kind: "note", parts: ["back"] }], batch: [{ kind: "note", parts: ["all"] }],
  };
  return { node, heading: [{ label: [[node, ""]], node }], meta: `about ${node}`,
    tabs: { [tab]: told[tab] ?? [{ kind: "note", parts: [`${tab} of ${node}`] }] } };
}

function mounted({ answer = true } = {}) {
  const sent = [];
  const films = new Set();
  const model = createModel((message) => {
    sent.push(message);
    films.add(model.state.film);
    if (answer) queueMicrotask(() => reply(message, films.size));
  });
  const reply = (message, scale) => model.receive({ type: "explanation", request: message.request, node: message.node,
    told: explanation(message, scale) });
  const root = document.createElement("aside");
  root.className = "inspector explorer";
  document.getElementById("root").append(root);
  createInspector(root, model, new AbortController().signal);
  model.receive({ type: "film", film: smallFilm() });
  const tab = (name) => [...root.querySelectorAll("[role=tab]")].find((one) => one.textContent === name);
  const panel = root.querySelector("[role=tabpanel]");
  const opens = (name) => {
    tab(name).click();
    return until(() => panel.dataset.tab === name.toLowerCase(), `the tab ${name}`);
  };
  return { model, root, panel, sent, reply, tab, opens, shows: (node) => until(() => root.dataset.node === node, `${node} in the inspector`) };
}

test("it follows the steps until a card is picked, and again when asked", async () => {
  const { model, root, shows } = mounted();
  await shows("f1");
  model.set({ step: 2 });
  await shows("f2");
  const follow = root.querySelector(".follow");
  same(follow.hidden, true);
  model.set({ selected: "W", follow: false });
  await shows("W");
  same(follow.hidden, false);
  follow.click();
  await shows("f2");
});

test("each line is asked for once a film", async () => {
  const { model, sent, shows } = mounted();
  await shows("f1");
  for (const step of [2, 1, 2]) {
    model.set({ step });
    await shows(step === 2 ? "f2" : "f1");
  }
  same(sent.map(({ node }) => node), ["f1", "f2"]);
  model.receive({ type: "film", film: smallFilm() });
  await until(() => sent.length === 3, "another question about the new film");
});

test("a tab is asked for when it is opened, and kept", async () => {
  const { sent, opens, shows } = mounted();
  await shows("f1");
  for (const name of ["Jacobian", "Batch", "Forward", "Jacobian"]) await opens(name);
  same(sent.map(({ node, tab }) => [node, tab]), [["f1", "forward"], ["f1", "jacobian"], ["f1", "batch"]]);
});

test("the old picture stays until the new one is here, and a late answer is not shown", async () => {
  const { model, root, panel, sent, reply } = mounted({ answer: false });
  reply(sent[0], 1);
  await until(() => root.dataset.node === "f1", "f1");
  model.set({ step: 2 });
  model.set({ step: 3 });
  same([root.dataset.node, panel.textContent], ["f1", "f1 is 0.3333"]);
  reply(sent[2], 1);
  await until(() => root.dataset.node === "loss", "loss");
  reply(sent[1], 1);
  await new Promise(requestAnimationFrame);
  same(root.dataset.node, "loss");
});

test("what it is refused it says", async () => {
  const { model, root, panel, sent } = mounted({ answer: false });
  model.receive({ type: "refused", request: sent[0].request, node: "f1", reason: "the graph has no such line." });
  await until(() => root.dataset.node === "f1", "f1");
  same(panel.textContent, "the graph has no such line.");
});

test("tabs are walked by arrows and keep their place", async () => {
  const { model, panel, tab, shows } = mounted();
  await shows("f1");
  tab("Forward").focus();
  const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  press("ArrowLeft");
  await until(() => panel.dataset.tab === "derivation", "the last tab");
  same([document.activeElement.textContent, panel.textContent], ["Derivation", "derivation of f1"]);
  press("Home");
  press("ArrowRight");
  same([tab("Jacobian").getAttribute("aria-selected"), tab("Forward").tabIndex], ["true", -1]);
  same(panel.getAttribute("aria-labelledby"), tab("Jacobian").id);
  model.set({ step: 2 });
  await shows("f2");
  same(tab("Jacobian").getAttribute("aria-selected"), "true");
});

test("a Jacobian has named rows and columns, and two ways back beside one another", async () => {
  const { panel, opens, shows } = mounted();
  await shows("f1");
  await opens("Jacobian");
  const cells = [...panel.querySelectorAll('[data-wrt="s"] [data-jacobian]')];
  same(cells.map((cell) => [cell.dataset.jacobian, Number(cell.dataset.number), cell.dataset.level]),
    [["0,0", 1, "p4"], ["0,1", 0, "zero"], ["1,0", 0, "zero"], ["1,1", -1 / 3, "n3"]]);
  same([...panel.querySelectorAll("th")].map((head) => head.textContent), ["s1", "s2", "f1", "f2"]);
  same([...panel.querySelectorAll(".way")].map((way) => way.textContent),
    ["With the full matrixthe long way", "Shortcutthe short way"]);
  same(panel.querySelector(".check").textContent, "✓ same answer both ways");
});

test("a check that fails says by how much", async () => {
  const { model, panel, tab, sent, shows } = mounted({ answer: false });
  tab("Jacobian").click();
  const told = { ...explanation({ node: "f1", tab: "jacobian" }), tabs: { jacobian: [{ ...JACOBIAN, numbers: [1, 0, 0, 1],
    check: { same: false, difference: 0.25 } }] } };
  model.receive({ type: "explanation", request: sent.at(-1).request, node: "f1", told });
  await shows("f1");
  same(panel.querySelector(".check.different").textContent, "✗ the two ways differ by 0.25");
});

test("Wider makes room for both ways and stays", async () => {
  const { model, root, shows } = mounted();
  await shows("f1");
  const wider = root.querySelector(".wider");
  wider.click();
  same([wider.getAttribute("aria-pressed"), root.classList.contains("wide")], ["true", true]);
  model.set({ step: 2 });
  await shows("f2");
  ok(root.classList.contains("wide"), "still wide");
  wider.click();
  same([wider.getAttribute("aria-pressed"), root.classList.contains("wide")], ["false", false]);
});

test("digits change in place, and a new film changes numbers in the same cells", async () => {
  const { model, panel, opens, shows } = mounted();
  await shows("f1");
  await opens("Jacobian");
  const cell = panel.querySelector('[data-jacobian="1,1"]');
  model.set({ digits: 6 });
  same(cell.textContent, "−0.333333");
  model.receive({ type: "film", film: smallFilm() });
  await until(() => cell.textContent === "−0.666667", "the new number in the old cell");
  ok(cell.isConnected, "the same cell");
});

test("pointing at a number lights its likes and shows it whole", async () => {
  const { model, root, panel, opens, shows } = mounted();
  await shows("f1");
  await opens("Jacobian");
  const cell = panel.querySelector('[data-jacobian="1,0"]');
  cell.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: 10, clientY: 10 }));
  same(model.state.highlight, { node: "f1", cell: "value:1", also: [{ node: "s", cell: "value:0" }] });
  same([...root.querySelectorAll(".lit")].map((head) => head.textContent), ["s1", "f2"]);
  same(root.querySelector(".tip").textContent, "∂f₂/∂s₁ = 0");
  root.dispatchEvent(new PointerEvent("pointerleave"));
  same([model.state.highlight, root.querySelectorAll(".lit").length, root.querySelector(".tip").hidden], [null, 0, true]);
});

test("a highlight that the stage sets lights the inspector", async () => {
  const { model, root, shows } = mounted();
  await shows("f1");
  model.set({ highlight: { node: "f1", cell: "" } });
  same([...root.querySelectorAll(".lit")].map((symbol) => symbol.textContent), ["f1"]);
});

test("a large Jacobian is painted and read entry by entry", async () => {
  const { model, panel, tab, sent, shows } = mounted({ answer: false });
  const numbers = new Float64Array(10_000);
  for (let place = 0; place < 100; place += 1) numbers[place * 101] = place - 50;
  const names = (letter) => Array.from({ length: 100 }, (_, place) => [[letter, ""], [String(place + 1), "sub"]]);
  tab("Jacobian").click();
  const told = { ...explanation({ node: "f1", tab: "jacobian" }), tabs: { jacobian: [{ ...JACOBIAN, shape: [100, 100],
    out_shape: [100], in_shape: [100], numbers, rows: names("f"), columns: names("s") }] } };
  model.receive({ type: "explanation", request: sent.at(-1).request, node: "f1", told });
  await shows("f1");
  const canvas = panel.querySelector("[data-wrt=s] canvas");
  const pixel = (x, y) => [...canvas.getContext("2d").getImageData(x, y, 1, 1).data];
  ok(pixel(0, 0).join() !== pixel(99, 99).join() && pixel(0, 0).join() !== pixel(1, 0).join(), "colours by sign and size");
  const box = canvas.getBoundingClientRect();
  canvas.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: box.left + box.width * 0.025, clientY: box.top + box.height * 0.025 }));
  same(panel.querySelector(".readout").textContent, "∂f₃/∂s₃ = −48");
  same(model.state.highlight, { node: "f1", cell: "value:2", also: [{ node: "s", cell: "value:2" }] });
  canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true, cancelable: true }));
  same(panel.querySelector(".readout").textContent, "∂f₄/∂s₃ = 0");
});

test("where a painted entry has room, a negative one has a corner cut", async () => {
  const { model, panel, tab, sent, shows } = mounted({ answer: false });
  const numbers = new Float64Array(2_500);
  for (let place = 0; place < 50; place += 1) numbers[place * 51] = place - 25;
  const names = (letter) => Array.from({ length: 50 }, (_, place) => [[letter, ""], [String(place + 1), "sub"]]);
  tab("Jacobian").click();
  const told = { ...explanation({ node: "f1", tab: "jacobian" }), tabs: { jacobian: [{ ...JACOBIAN, shape: [50, 50],
    out_shape: [50], in_shape: [50], numbers, rows: names("f"), columns: names("s") }] } };
  model.receive({ type: "explanation", request: sent.at(-1).request, node: "f1", told });
  await shows("f1");
  const canvas = panel.querySelector("[data-wrt=s] canvas");
  const pixel = (x, y) => canvas.getContext("2d").getImageData(x, y, 1, 1).data.join();
  same([canvas.width, canvas.height], [250, 250]);
  /** Lower left corner and middle of an entry on the diagonal. */
  const entry = (place) => [pixel(place * 5, place * 5 + 4), pixel(place * 5 + 2, place * 5 + 2)];
  ok(entry(0)[0] !== entry(0)[1], "cut");
  ok(entry(49)[0] === entry(49)[1], "whole");
  const box = canvas.getBoundingClientRect();
  canvas.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: box.left + box.width * 0.05, clientY: box.top + box.height * 0.05 }));
  same(panel.querySelector(".readout").textContent, "∂f₃/∂s₃ = −23");
});

test("a tab that takes its time is waited for with a word, a quick one is not", async () => {
  const { model, root, panel, sent, reply } = mounted({ answer: false });
  reply(sent[0], 1);
  await until(() => root.dataset.node === "f1", "f1");
  model.set({ tab: "check" });
  same(panel.dataset.tab, "forward");
  await until(() => panel.dataset.tab === "check", "the tab that is waited for");
  same([panel.textContent, root.getAttribute("aria-busy")], ["…", "true"]);
  reply(sent[1], 1);
  await until(() => panel.textContent === "check of f1", "the answer");
  same(root.getAttribute("aria-busy"), null);
  model.set({ tab: "jacobian" });
  same(panel.dataset.tab, "check");
});
