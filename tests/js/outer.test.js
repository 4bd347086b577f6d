import { renderBlocks } from "explorer/explanation.js";
import { createOuters } from "explorer/filling.js";
import { createModel } from "explorer/model.js";
import { ok, same, test, until } from "tests/harness.js";

const label = (text, place) => [[text, ""], [place, "sub"]];
const BLOCK = { kind: "outer", of: "z", wrt: "W", sign: 1,
  left: { labels: [label("δ", "2,1"), label("δ", "2,2")], cells: ["z|gradient:0", "z|gradient:1"], numbers: [-0.5, 2],
    kind: "gradient", negated: false },
  top: { labels: [label("x", "1"), label("x", "2"), label("x", "3")], cells: ["x|value:0", "x|value:1", "x|value:2"],
    numbers: [1, -1, 0.5], kind: "value", negated: false },
  result: { node: "W", label: [["∂L/∂W", ""]], numbers: [-0.5, 0.5, -0.25, 2, -2, 1],
    names: Array.from({ length: 6 }, (_, place) => label("∂L/∂W", `${1 + Math.floor(place / 3)},${1 + place % 3}`)),
    cells: Array.from({ length: 6 }, (_, place) => `W|gradient:${Math.floor(place / 3)},${place % 3}`) } };

function mounted(block = BLOCK) {
  const root = document.createElement("aside");
  root.className = "inspector explorer";
  root.style.overflow = "auto";
  const panel = document.createElement("div");
  panel.setAttribute("role", "tabpanel");
  root.append(panel);
  document.getElementById("root").append(root);
  const model = createModel(() => {});
  const ending = new AbortController();
  const outers = createOuters(panel, model, ending.signal);
  panel.append(...renderBlocks([block], { digits: 4 }));
  const cells = () => [...panel.querySelectorAll("[data-product]")];
  const waiting = () => cells().filter((cell) => cell.classList.contains("waiting")).length;
  const read = () => panel.querySelector(".readout").textContent;
  return { panel, model, outers, cells, waiting, read, end: () => ending.abort() };
}

test("factors stand to the left and above, products between them", () => {
  const { panel, cells } = mounted();
  same([...panel.querySelectorAll("[data-left]")].map((cell) => cell.textContent), ["−0.5", "2"]);
  same([...panel.querySelectorAll("[data-top]")].map((cell) => cell.textContent), ["1", "−1", "0.5"]);
  same(cells().map((cell) => [cell.dataset.product, Number(cell.dataset.number)]),
    [["0,0", -0.5], ["0,1", 0.5], ["0,2", -0.25], ["1,0", 2], ["1,1", -2], ["1,2", 1]]);
});

test("what comes into sight fills cell by cell, once, and again when asked", async () => {
  const { panel, outers, waiting, end } = mounted();
  same(waiting(), 0);
  outers.show();
  await until(() => waiting() === 6, "an empty table");
  await until(() => waiting() > 0 && waiting() < 6, "a part of it");
  const next = panel.querySelector(".waiting").dataset.product;
  const marked = [...panel.querySelectorAll(".current")].map((cell) => cell.dataset.product ?? cell.dataset.left ?? cell.dataset.top);
  same(marked.sort(), [...next.split(","), next].sort());
  await until(() => waiting() === 0, "all of it");
  outers.show();
  await new Promise(requestAnimationFrame);
  same([waiting(), panel.querySelectorAll(".current").length], [0, 0]);
  panel.querySelector("[data-replay]").click();
  same(waiting(), 6);
  end();
});

test("pointing at a cell names its two factors and marks them", () => {
  const { panel, cells, read } = mounted();
  cells()[4].dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
  same(read(), "δ2,2 · x2 = 2 · (−1) = −2");
  same([...panel.querySelectorAll(".current")].map((cell) => cell.textContent), ["−1", "2", "−2"]);
  same(cells()[4].dataset.links, "z|gradient:1 x|value:1 W|gradient:1,1");
  cells()[4].dispatchEvent(new PointerEvent("pointerout", { bubbles: true, relatedTarget: document.body }));
  same(panel.querySelectorAll(".current").length, 0);
});

test("a minus sign before the product is part of the sentence", () => {
  const { cells, read } = mounted({ ...BLOCK, sign: -1, result: { ...BLOCK.result, numbers: [0.5, -0.5, 0.25, -2, 2, -1] } });
  cells()[0].dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
  same(read(), "−δ2,1 · x1 = −(−0.5) · 1 = 0.5");
});

test("arrow keys walk the cells, fill them at once and light their factors everywhere", () => {
  const { panel, model, outers, waiting, read, end } = mounted();
  outers.show();
  panel.querySelector("[data-replay]").click();
  const press = (key) => panel.querySelector(".scrolls").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  press("ArrowRight");
  same([waiting(), read()], [0, "δ2,1 · x1 = −0.5 · 1 = −0.5"]);
  press("ArrowRight");
  press("ArrowDown");
  press("ArrowDown");
  same(read(), "δ2,2 · x2 = 2 · (−1) = −2");
  same(model.state.highlight, { node: "z", cell: "gradient:1", also: [{ node: "x", cell: "value:1" }, { node: "W", cell: "gradient:1,1" }] });
  end();
});
