/** Two ways to the same numbers side by side, and buttons of the inspector that ask for edits or settings. */

import { html, htmlLabel } from "explorer/dom.js";
import { mathElement } from "explorer/formula.js";
import { t } from "explorer/language.js";

/** @typedef {import("explorer/format.js").Digits} Digits */
/** @typedef {import("explorer/formula.js").Tree} Tree */

/** What a button may ask for: the like of what the page's own switches and cells ask for. */
const ASKED = new Set(["edit", "settings"]);

/** A cell's formula; one with NaN or ∞ in it is marked. @param {Tree | null} tree @param {Digits} digits */
function cell(tree, digits) {
  if (!tree) return html("td", { class: "none" }, t("not computed"));
  const shown = mathElement(tree, digits);
  const numbers = [...shown.querySelectorAll("[data-number]")].map((one) => Number(/** @type {HTMLElement} */ (one).dataset.number));
  return html("td", { class: numbers.every(Number.isFinite) ? null : "bad" }, shown);
}

/**
 * @param {{columns: string[], rows: {label: import("explorer/dom.js").Label, cells: (Tree | null)[]}[]}} block
 * @param {Digits} digits
 * @returns {HTMLElement}
 */
export function compareTable({ columns, rows }, digits) {
  const head = html("tr", {}, html("td"), ...columns.map((name) => html("th", { scope: "col" }, name)));
  const body = rows.map(({ label, cells }) => html("tr", {}, html("th", { scope: "row" }, ...htmlLabel(label)),
    ...cells.map((tree) => cell(tree, digits))));
  return html("div", { class: "compare" }, html("table", {}, html("thead", {}, head), html("tbody", {}, ...body)));
}

/** @param {{text: string, messages: object[]}} block @returns {HTMLElement} */
export function actionButton({ text, messages }) {
  return html("p", { class: "action" }, html("button", { type: "button", class: "tool", "data-messages": JSON.stringify(messages) }, text));
}

/**
 * Ask for what a button says, one thing after the other. The button may be gone then: the panel takes its focus.
 * @param {HTMLElement} panel @param {import("explorer/model.js").Model} model @param {AbortSignal} signal
 */
export function listenToActions(panel, model, signal) {
  panel.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-messages]") : null;
    if (!(button instanceof HTMLElement)) return;
    panel.focus();
    for (const message of JSON.parse(button.dataset.messages ?? "[]")) {
      if (!ASKED.has(message.type)) return;
      const reply = await model.send(message);
      if (reply.type === "refused") {
        model.alert("refused", reply.reason);
        return;
      }
    }
  }, { signal });
}
