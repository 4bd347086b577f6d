/**
 * A Jacobian as a table with named rows and columns: every entry a cell with its number, coloured by sign and size.
 * A large one is painted (heatmap.js).
 */

import { html, htmlLabel } from "explorer/dom.js";
import { entryName, floats, linksOf } from "explorer/entry.js";
import { dataNumber, formatNumber } from "explorer/format.js";
import { heatmap } from "explorer/heatmap.js";
import { t } from "explorer/language.js";
import { level } from "explorer/scale.js";

/** @typedef {import("explorer/dom.js").Label} Label */
/** @typedef {import("explorer/entry.js").Jacobian} Jacobian */
/** @typedef {import("explorer/format.js").Digits} Digits */
const MOST_CELLS = 600;
const MOST_COLUMNS = 40;
const COMPACT_FROM = 7;
/** What is wider than the inspector scrolls, and the keyboard must reach what scrolls. */
const scrolling = () => ({ tabindex: 0, role: "group", "aria-label": t("Jacobian") });

/** @param {Jacobian} block @param {Digits} digits @returns {HTMLElement} */
export function jacobianMatrix(block, digits) {
  const [rows, columns] = block.shape;
  if (!block.numbers) return html("p", { class: "note" }, t("{rows} × {columns} numbers: too many to lay out.", { rows, columns }));
  const numbers = floats(block.numbers);
  if (rows * columns > MOST_CELLS || columns > MOST_COLUMNS) return heatmap(block, numbers);
  const head = html("tr", {}, html("td", { class: "corner" }), ...Array.from({ length: columns }, (_, j) =>
    heading("col", block.columns?.[j], j, block.apart ? null : linksOf(block, 0, j)[1])));
  const body = Array.from({ length: rows }, (_, i) => html("tr", {},
    heading("row", block.rows?.[i], i, block.apart ? null : linksOf(block, i, 0)[0]),
    ...Array.from({ length: columns }, (_, j) => cell(block, numbers[i * columns + j], i, j, digits))));
  return html("div", { class: `matrix${columns >= COMPACT_FROM ? " compact" : ""}`, ...scrolling() },
    html("table", { "aria-label": t("Jacobian, {rows} by {columns}", { rows, columns }) }, html("thead", {}, head), html("tbody", {}, ...body)));
}

/** @param {"row" | "col"} scope @param {Label | undefined} label @param {number} place @param {string | null} link */
function heading(scope, label, place, link) {
  return html("th", { scope, "data-link": link }, ...(label ? htmlLabel(label) : [String(place + 1)]));
}

function cell(block, number, row, column, digits) {
  return html("td", {
    "data-jacobian": `${row},${column}`, "data-number": dataNumber(number), "data-level": level(number),
    "data-links": block.apart ? null : linksOf(block, row, column).join(" "), "data-name": entryName(block, row, column),
  }, formatNumber(number, digits));
}
