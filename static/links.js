/**
 * Symbols and numbers of the inspector that stand for something on the stage: pointing at one lights its likes up
 * everywhere, and shows a number whole.
 */

import { html } from "explorer/dom.js";
import { numberShown, wholeNumber } from "explorer/format.js";
import { entriesOf, entryAt, readEntry } from "explorer/heatmap.js";

/** @typedef {{node: string, cell: string, also: {node: string, cell: string}[]}} Highlight  an empty cell means the node */

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** @param {string} link  "h|value:0" */
function place(link) {
  const [node, cell] = link.split("|");
  return { node, cell };
}

/** @param {string[]} links @returns {Highlight | null} */
export function highlightOf([first, ...others]) {
  return first ? { ...place(first), also: others.map(place) } : null;
}

/** @param {HTMLElement} root @param {import("explorer/model.js").Model} model @param {AbortSignal} signal */
export function createLinks(root, model, signal) {
  const tip = html("div", { class: "tip", hidden: true, "aria-hidden": "true" });
  root.append(tip);

  /** @param {string[]} links */
  function point(links) {
    model.set({ highlight: highlightOf(links) });
  }

  /** @param {Event} event @returns {HTMLElement | null} */
  const under = (event) => (event.target instanceof Element
    ? event.target.closest("[data-link], [data-links], [data-number], [data-heatmap]") : null);

  function showTip(element, { clientX, clientY }) {
    const number = element?.dataset.heatmap === undefined ? element?.dataset.number : undefined;
    tip.hidden = number === undefined;
    if (number === undefined) return;
    const name = element.dataset.name ? `${element.dataset.name} = ` : "";
    tip.textContent = name + wholeNumber(numberShown(element));
    const box = root.getBoundingClientRect();
    tip.style.left = `${Math.max(0, Math.min(clientX - box.left + 12, box.width - tip.offsetWidth - 8))}px`;
    tip.style.top = `${clientY - box.top + (clientY > box.bottom - 60 ? -36 : 18)}px`;
  }

  root.addEventListener("pointermove", (event) => {
    const element = under(event);
    if (element instanceof HTMLCanvasElement) point(readEntry(element, ...entryAt(element, event)));
    else point(element?.dataset.links?.split(" ") ?? (element?.dataset.link ? [element.dataset.link] : []));
    showTip(element, event);
  }, { signal });
  root.addEventListener("pointerleave", () => {
    point([]);
    tip.hidden = true;
  }, { signal });
  root.addEventListener("keydown", (event) => {
    const canvas = event.target;
    const step = STEPS[event.key];
    if (!(canvas instanceof HTMLCanvasElement) || !step) return;
    event.preventDefault();
    event.stopPropagation();
    const within = (old, change, count) => Math.min(count - 1, Math.max(0, Number(old ?? 0) + change));
    const [rows, columns] = entriesOf(canvas);
    point(readEntry(canvas, within(canvas.dataset.row, step[0], rows), within(canvas.dataset.column, step[1], columns)));
  }, { signal });

  /** @type {Set<Element>} */
  const lit = new Set();
  /** Light up what the highlight names, whoever has set it. */
  function show() {
    for (const element of lit) element.classList.remove("lit");
    lit.clear();
    const { highlight } = model.state;
    for (const { node, cell } of highlight ? [highlight, ...(highlight.also ?? [])] : []) {
      for (const element of root.querySelectorAll(`[data-link="${CSS.escape(`${node}|${cell ?? ""}`)}"]`)) {
        element.classList.add("lit");
        lit.add(element);
      }
    }
  }
  model.on(["highlight"], show);
  return { show };
}
