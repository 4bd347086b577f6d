/**
 * What would go wrong, behind a button: the wrong numbers beside the right ones and beside what tells them apart.
 */

import { mark } from "explorer/check.js";
import { html, htmlLabel } from "explorer/dom.js";
import { dataNumber, formatNumber, readNumber } from "explorer/format.js";
import { t } from "explorer/language.js";

/** @typedef {import("explorer/dom.js").Label} Label */
/** @typedef {import("explorer/format.js").Digits} Digits */
/** @typedef {{node: string, label: Label, cell: string, numbers: (number | string | null)[], right: boolean | null, wrong: boolean | null}} Row */
/** @typedef {{of: string, button: string, head: Label, columns: string[], rows: Row[]}} Mistake */

/** @param {number | string | null} sent @param {Digits} digits @param {object} attributes @param {...Node} after */
function cell(sent, digits, attributes, ...after) {
  if (sent === null) return html("td", { class: "none" }, "–");
  const number = readNumber(sent);
  return html("td", { "data-number": dataNumber(number), ...attributes }, formatNumber(number, digits), ...after);
}

/** @param {Row} row @param {Digits} digits */
function tableRow({ node, label, cell: place, numbers: [summed, overwritten, difference], right, wrong }, digits) {
  const at = (kind) => (place ? `${node}|${place.replace("value", kind)}` : null);
  return html("tr", {}, html("th", { scope: "row", "data-link": at("value") }, ...htmlLabel(label)),
    cell(summed, digits, { "data-method": "summed", "data-link": at("gradient") }, mark(right, "span")),
    cell(overwritten, digits, { "data-method": "overwritten" }, mark(wrong, "span")),
    cell(difference, digits, { "data-method": "central" }));
}

/** @param {Mistake} block @param {Digits} digits */
function table({ head, columns, rows }, digits) {
  return html("div", { class: "checked" },
    html("div", { class: "scroller", tabindex: 0, role: "group", "aria-label": t("Gradients summed and overwritten") },
      html("table", {},
        html("thead", {}, html("tr", {}, html("th", { scope: "col", class: "symbol" }, ...htmlLabel(head)),
          ...columns.map((title) => html("th", { scope: "col" }, title)))),
        html("tbody", {}, ...rows.map((row) => tableRow(row, digits))))));
}

/**
 * The button, and what it shows, out of sight until `createMistakes` is told to show it.
 * @param {Mistake} block @param {Digits} digits @param {HTMLElement[]} before @param {HTMLElement[]} after  its blocks, made
 * @returns {HTMLElement}
 */
export function mistakeBlock(block, digits, before, after) {
  return html("div", { class: "mistake" },
    html("button", { type: "button", class: "tool", "data-mistake": block.of, "aria-expanded": "false" }, block.button),
    html("div", { class: "told", hidden: true }, ...before, table(block, digits), ...after));
}

/**
 * Opens and closes what the buttons hide; what was open stays so when its numbers change.
 * @param {HTMLElement} panel @param {AbortSignal} signal
 * @returns {{show: () => void}} show: to be called when the panel's contents are new
 */
export function createMistakes(panel, signal) {
  /** @type {Set<string>} */
  const open = new Set();

  function show() {
    for (const button of panel.querySelectorAll("[data-mistake]")) {
      const shown = open.has(/** @type {HTMLElement} */ (button).dataset.mistake ?? "");
      button.setAttribute("aria-expanded", String(shown));
      /** @type {HTMLElement} */ (button.nextElementSibling).hidden = !shown;
    }
  }

  panel.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-mistake]") : null;
    if (!(button instanceof HTMLElement)) return;
    const of = button.dataset.mistake ?? "";
    if (!open.delete(of)) open.add(of);
    show();
  }, { signal });
  return { show };
}
