/**
 * An outer product that fills cell by cell: a column of factors on the left, a row of them on top, and in every cell
 * the product of its row's and its column's factor. Pointing at a cell, or walking there by the arrow keys, lights both.
 */

import { html, htmlLabel } from "explorer/dom.js";
import { floats, lowered } from "explorer/entry.js";
import { formatNumber, numberData, shownNumber } from "explorer/format.js";
import { highlightOf } from "explorer/links.js";
import { level } from "explorer/scale.js";

/** @typedef {import("explorer/dom.js").Label} Label */
/** @typedef {{labels: Label[] | null, cells: string[], numbers: ArrayLike<number | string>, kind: string, negated: boolean}} Side */
/** @typedef {{of: string, wrt: string, left: Side, top: Side, sign: 1 | -1, result: object}} Outer */

/** Milliseconds from one cell to the next, and for all of them. */
const PACE = 150;
const LONGEST = 4000;
const HINT = "Point at a cell to see its two factors.";
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const quiet = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A factor's cell, as the stage shows it. @param {Side} side @param {number} place @param {Record<string, unknown>} where */
function factor({ cells, numbers, kind, negated }, place, where, digits) {
  const number = floats(numbers)[place];
  const shown = shownNumber(number, negated);
  return html("td", { class: `factor ${kind}`, ...where, ...numberData(number, negated), "data-level": level(shown),
    "data-link": cells[place] ?? null }, formatNumber(shown, digits));
}

/** @param {Side} side @param {number} place @returns {Node[]} */
function named({ labels }, place) {
  return labels ? htmlLabel(labels[place]) : [document.createTextNode(String(place + 1))];
}

/** A negative number after a sign stands in parentheses. */
function inside(text) {
  return text.startsWith("−") ? `(${text})` : text;
}

/**
 * What a cell's readout says: δ₂,₁ · x₃ = −0.07 · (−1) = 0.07, as the table has it.
 * @param {HTMLElement} outer @param {HTMLElement} cell @returns {Node[]}
 */
function sentence(outer, cell) {
  const [row, column] = (cell.dataset.product ?? "").split(",");
  const find = (selector) => /** @type {Element} */ (outer.querySelector(selector));
  const copy = (name) => [...find(`[data-name-of="${name}"]`).childNodes].map((node) => node.cloneNode(true));
  const text = (factor) => find(`[data-${factor}]`).textContent ?? "";
  const minus = outer.dataset.sign === "-1" ? "−" : "";
  const left = text(`left="${row}"`);
  return [document.createTextNode(minus), ...copy(`left ${row}`), document.createTextNode(" · "), ...copy(`top ${column}`),
    document.createTextNode(` = ${minus}${minus ? inside(left) : left} · ${inside(text(`top="${column}"`))} = ${cell.textContent}`)];
}

/** @param {Outer} block @param {import("explorer/format.js").Digits} digits @returns {HTMLElement} */
export function outerTable(block, digits) {
  const { left, top, result } = block;
  const [rows, columns] = [left.numbers.length, top.numbers.length];
  const numbers = floats(result.numbers);
  const across = Array.from({ length: columns }, (_, column) => column);
  const names = html("tr", {}, html("td", { colspan: 2 }), ...across.map((column) => html("th", { scope: "col", "data-name-of": `top ${column}` }, ...named(top, column))));
  const factors = html("tr", {}, html("td", { class: "sign", colspan: 2 }, block.sign < 0 ? "− ⊗" : "⊗"),
    ...across.map((column) => factor(top, column, { "data-top": column }, digits)));
  const product = (row, column) => {
    const place = row * columns + column;
    const cell = result.cells[place];
    return html("td", { "data-product": `${row},${column}`, ...numberData(numbers[place]), "data-level": level(numbers[place]),
      "data-links": [left.cells[row], top.cells[column], cell].filter(Boolean).join(" ") || null, "data-link": cell ?? null,
      "data-name": lowered(result.names[place]) }, formatNumber(numbers[place], digits));
  };
  const body = Array.from({ length: rows }, (_, row) => html("tr", {}, html("th", { scope: "row", "data-name-of": `left ${row}` }, ...named(left, row)),
    factor(left, row, { "data-left": row }, digits), ...across.map((column) => product(row, column))));
  const label = `Outer product, ${rows} by ${columns}. Arrow keys walk its cells.`;
  return html("div", { class: "outer", "data-of": block.of, "data-into": block.wrt, "data-sign": block.sign },
    html("div", { class: "scrolls", tabindex: 0, role: "group", "aria-label": label },
      html("table", {}, html("thead", {}, names, factors), html("tbody", {}, ...body))),
    html("div", { class: "foot" }, html("button", { type: "button", class: "tool replay", "data-replay": "" }, "Replay"),
      html("output", { class: "readout", "aria-live": "polite" }, HINT)));
}

/** Shows the cells of a table one after another. @param {HTMLElement} outer @param {AbortSignal} signal */
function fill(outer, signal) {
  const cells = [...outer.querySelectorAll("[data-product]")];
  const pace = Math.min(PACE, LONGEST / cells.length);
  for (const cell of cells) cell.classList.add("waiting");
  const run = {};
  runs.set(outer, run);
  const start = performance.now();
  /** @param {number} now */
  function frame(now) {
    if (signal.aborted || runs.get(outer) !== run || !outer.isConnected) return;
    const filled = Math.min(cells.length, Math.floor(Math.max(0, now - start) / pace));
    cells.forEach((cell, place) => cell.classList.toggle("waiting", place >= filled));
    mark(outer, filled < cells.length ? cells[filled] : null);
    if (filled < cells.length) requestAnimationFrame(frame);
    else runs.delete(outer);
  }
  requestAnimationFrame(frame);
}

/** What fills at the moment. @type {WeakMap<Element, object>} */
const runs = new WeakMap();

/** Mark a cell and its two factors. @param {HTMLElement} outer @param {Element | null} cell */
function mark(outer, cell) {
  const [row, column] = cell instanceof HTMLElement ? (cell.dataset.product ?? "").split(",") : [];
  for (const element of outer.querySelectorAll("td")) {
    const { left, top } = element.dataset;
    element.classList.toggle("current", element === cell || (left ?? null) === row || (top ?? null) === column);
  }
}

/**
 * @param {HTMLElement} panel  in which tables come and go
 * @param {import("explorer/model.js").Model} model @param {AbortSignal} signal
 */
export function createOuters(panel, model, signal) {
  /** Tables that have filled, by what they tell of. @type {WeakMap<Element, string>} */
  const known = new WeakMap();
  const sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      sight.unobserve(target);
      if (!quiet()) fill(/** @type {HTMLElement} */ (target), signal);
    }
  }, { threshold: 0.6 });
  signal.addEventListener("abort", () => sight.disconnect());

  /** @param {HTMLElement} outer @param {HTMLElement | null} cell */
  function read(outer, cell) {
    mark(outer, cell);
    outer.querySelector("output")?.replaceChildren(...(cell ? sentence(outer, cell) : [HINT]));
  }

  const outerOf = (target) => (target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest(".outer")) : null);

  panel.addEventListener("pointerover", ({ target }) => {
    const outer = outerOf(target);
    const cell = /** @type {HTMLElement | null} */ (target instanceof Element ? target.closest("[data-product]") : null);
    if (outer && cell && !runs.has(outer)) read(outer, cell);
  }, { signal });
  panel.addEventListener("pointerout", ({ target, relatedTarget }) => {
    const outer = outerOf(target);
    if (outer && outerOf(relatedTarget) !== outer && !runs.has(outer)) read(outer, null);
  }, { signal });
  panel.addEventListener("click", ({ target }) => {
    const outer = outerOf(target);
    if (outer && target instanceof Element && target.closest("[data-replay]")) fill(outer, signal);
  }, { signal });
  panel.addEventListener("keydown", (event) => {
    const outer = outerOf(event.target);
    const step = STEPS[event.key];
    if (!outer || !step || !(event.target instanceof Element) || !event.target.matches(".scrolls")) return;
    event.preventDefault();
    event.stopPropagation();
    runs.delete(outer);
    for (const cell of outer.querySelectorAll(".waiting")) cell.classList.remove("waiting");
    const now = outer.querySelector("[data-product].current");
    const [row, column] = now instanceof HTMLElement ? (now.dataset.product ?? "").split(",").map(Number) : [null, null];
    const place = row === null ? "0,0" : `${row + step[0]},${column + step[1]}`;
    const cell = /** @type {HTMLElement | null} */ (outer.querySelector(`[data-product="${place}"]`) ?? now);
    read(outer, cell);
    model.set({ highlight: highlightOf(cell?.dataset.links?.split(" ") ?? []) });
  }, { signal });

  /** What has come into the panel fills once, when it is seen. */
  function show() {
    for (const outer of panel.querySelectorAll(".outer")) {
      const { of, into } = /** @type {HTMLElement} */ (outer).dataset;
      if (known.get(outer) === `${of}|${into}`) continue;
      known.set(outer, `${of}|${into}`);
      sight.observe(outer);
    }
  }
  return { show };
}
