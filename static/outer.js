/**
 * An outer product that fills cell by cell: a column of factors on the left, a row of them on top, and in every cell
 * the product of its row's and its column's factor. Pointing at a cell, or walking there by the arrow keys, lights both.
 */

import { html, htmlLabel } from "explorer/dom.js";
import { floats, lowered } from "explorer/entry.js";
import { formatNumber, numberData, shownNumber } from "explorer/format.js";
import { t } from "explorer/language.js";
import { level } from "explorer/scale.js";

/** @typedef {import("explorer/dom.js").Label} Label */
/** @typedef {{labels: Label[] | null, cells: string[], numbers: ArrayLike<number | string>, kind: string, negated: boolean}} Side */
/** @typedef {{of: string, wrt: string, left: Side, top: Side, sign: 1 | -1, result: object}} Outer */

/** What the readout says while nothing is pointed at. */
export const hint = () => html("span", { class: "hint" }, t("Point at a cell to see its two factors."));

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

/** @param {Outer} block @param {import("explorer/format.js").Digits} digits @returns {HTMLElement} */
export function outerTable(block, digits) {
  const { left, top, result } = block;
  const [rows, columns] = [left.numbers.length, top.numbers.length];
  const numbers = floats(result.numbers);
  const across = Array.from({ length: columns }, (_, column) => column);
  const name = (column) => html("th", { scope: "col", "data-name-of": `top ${column}` }, ...named(top, column));
  const names = html("tr", {}, html("td", { colspan: 2 }), ...across.map(name));
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
  const label = t("Outer product, {rows} by {columns}. Arrow keys walk its cells.", { rows, columns });
  return html("div", { class: "outer", "data-of": block.of, "data-into": block.wrt, "data-sign": block.sign },
    html("div", { class: "scrolls", tabindex: 0, role: "group", "aria-label": label },
      html("table", {}, html("thead", {}, names, factors), html("tbody", {}, ...body))),
    html("div", { class: "foot" }, html("button", { type: "button", class: "tool replay", "data-replay": "" }, t("Replay")),
      html("output", { class: "readout", "aria-live": "polite" }, hint())));
}
