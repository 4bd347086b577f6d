/**
 * The batch axis: a row for each sample, the chosen one marked; and per-sample Jacobians side by side.
 */

import { html, htmlLabel } from "explorer/dom.js";
import { floats } from "explorer/entry.js";
import { dataNumber, formatNumber } from "explorer/format.js";
import { level } from "explorer/scale.js";

/** @typedef {import("explorer/format.js").Digits} Digits */

/** A number in a coloured cell. @param {number} number @param {Digits} digits @param {object} [attributes] */
function cell(number, digits, attributes = {}) {
  return html("td", { "data-number": dataNumber(number), "data-level": level(number), ...attributes }, formatNumber(number, digits));
}

/** Only the chosen sample's numbers stand on the stage. */
function link(group, chosen, sample, name) {
  return group.node && sample === chosen && name ? `${group.node}|${name}` : null;
}

/**
 * @param {object} block  groups of columns with the numbers of `count` samples each
 * @param {Digits} digits
 * @returns {HTMLElement}
 */
export function samplesTable({ groups, chosen, count, total }, digits) {
  const numbers = groups.map((group) => floats(group.numbers));
  const titles = html("tr", {}, html("td", { class: "corner" }), ...groups.map((group) =>
    html("th", { scope: "colgroup", colspan: group.columns.length, class: group.kind }, ...htmlLabel(group.label))));
  const names = html("tr", {}, html("th", { scope: "col", class: "axis" }, "sample"), ...groups.flatMap((group) =>
    group.columns.map((label) => html("th", { scope: "col" }, ...htmlLabel(label)))));
  const row = (sample) => html("tr", { class: sample === chosen ? "chosen" : null },
    html("th", { scope: "row" }, `${sample + 1}`, ...(sample === chosen ? [html("span", { class: "mark", title: "the chosen sample" }, "◂")] : [])),
    ...groups.flatMap((group, place) => group.columns.map((_, column) =>
      cell(numbers[place][sample * group.columns.length + column], digits,
        { "data-link": link(group, chosen, sample, group.cells?.[column]) }))));
  const body = Array.from({ length: count }, (_, sample) => row(sample));
  if (total) {
    body.push(html("tr", { class: "total" }, html("th", { scope: "row" }, total.label), ...Array.from(floats(total.numbers),
      (number, column) => cell(number, digits, { "data-link": total.cells?.[column] ? `${total.node}|${total.cells[column]}` : null }))));
  }
  return html("div", { class: "samples" }, html("table", {}, html("thead", {}, titles, names), html("tbody", {}, ...body)));
}

/**
 * @param {{shape: [number, number], count: number, chosen: number, numbers: ArrayLike<number>}} block
 * @param {Digits} digits
 */
export function jacobianStack({ shape: [rows, columns], count, chosen, numbers }, digits) {
  const all = floats(numbers);
  const one = (sample) => html("figure", { class: sample === chosen ? "chosen" : null },
    html("table", { "aria-label": `Jacobian of sample ${sample + 1}` }, html("tbody", {},
      ...Array.from({ length: rows }, (_, i) => html("tr", {},
        ...Array.from({ length: columns }, (_, j) => cell(all[(sample * rows + i) * columns + j], digits)))))),
    html("figcaption", {}, `sample ${sample + 1}${sample === chosen ? " ◂" : ""}`));
  return html("div", { class: "stack" }, ...Array.from({ length: count }, (_, sample) => one(sample)));
}
