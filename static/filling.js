/**
 * Outer products fill cell by cell when they come into sight, and again when asked. Pointing at a cell, or walking there
 * by the arrow keys, lights its two factors and reads it.
 */

import { highlightOf } from "explorer/links.js";
import { hint } from "explorer/outer.js";

/** Milliseconds from one cell to the next, and for all of them. */
const PACE = 150;
const LONGEST = 4000;
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const quiet = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

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
    outer.querySelector("output")?.replaceChildren(...(cell ? sentence(outer, cell) : [hint()]));
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
