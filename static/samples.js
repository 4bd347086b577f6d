/**
 * The batch axis: a row for each sample, the chosen one marked; and per-sample Jacobians side by side.
 */

import { html, htmlLabel } from "explorer/dom.js";
import { floats } from "explorer/entry.js";
import { formatNumber, numberData, shownNumber } from "explorer/format.js";
import { t } from "explorer/language.js";
import { level } from "explorer/scale.js";

/** @typedef {import("explorer/format.js").Digits} Digits */

const WIDEST = 5;

/**
 * A number in a coloured cell; a negated one shows minus itself.
 * @param {number} number @param {Digits} digits @param {object} [attributes] @param {boolean} [negated]
 */
function cell(number, digits, attributes = {}, negated = false) {
  const shown = shownNumber(number, negated);
  return html("td", { ...numberData(number, negated), "data-level": level(shown), ...attributes }, formatNumber(shown, digits));
}

/** @param {"row" | "col"} scope @param {number} sample @param {number} chosen */
function sampleName(scope, sample, chosen) {
  const mark = sample === chosen ? [html("span", { class: "mark", title: t("the chosen sample") }, scope === "row" ? "◂" : "▾")] : [];
  return html("th", { scope, class: sample === chosen ? "chosen" : null }, String(sample + 1), ...mark);
}

/** Only the chosen sample's numbers stand on the stage. */
function link(group, chosen, sample, name) {
  return group.node && sample === chosen ? `${group.node}|${name}` : null;
}

/** Samples down, entries across: one table while it is narrow, else one for each group. */
function down({ groups, chosen, samples }, digits) {
  const across = groups.reduce((total, group) => total + group.columns.length, 0);
  const tables = across > WIDEST ? groups.map((group) => [group]) : [groups];
  return tables.map((shown) => {
    const numbers = shown.map((group) => floats(group.numbers));
    const titles = html("tr", {}, html("td", { class: "corner" }), ...shown.map((group) =>
      html("th", { scope: "colgroup", colspan: group.columns.length, class: group.kind }, ...htmlLabel(group.label))));
    const names = html("tr", {}, html("th", { scope: "col", class: "axis" }, t("sample")), ...shown.flatMap((group) =>
      group.columns.map((label) => html("th", { scope: "col" }, ...(group.columns.length > 1 ? htmlLabel(label) : [])))));
    const rows = samples.map((sample, row) => html("tr", { class: sample === chosen ? "chosen" : null },
      sampleName("row", sample, chosen), ...shown.flatMap((group, place) => group.columns.map((_label, column) =>
        cell(numbers[place][row * group.columns.length + column], digits, { "data-link": link(group, chosen, sample, group.cells[column]) },
          group.negated)))));
    return html("table", {}, html("thead", {}, titles, names), html("tbody", {}, ...rows));
  });
}

/** Entries down, samples and their sum across: for shares of a matrix, which has more entries than there are samples. */
function across({ groups: [group], chosen, samples, total }, digits) {
  const numbers = floats(group.numbers);
  const sums = floats(total.numbers);
  const head = html("tr", {}, html("th", { class: "axis" }, t("sample")), ...samples.map((sample) => sampleName("col", sample, chosen)),
    html("th", { scope: "col", class: "sum" }, total.label));
  const rows = group.columns.map((label, column) => html("tr", {}, html("th", { scope: "row" }, ...htmlLabel(label)),
    ...samples.map((sample, row) => cell(numbers[row * group.columns.length + column], digits, { class: sample === chosen ? "chosen" : null },
      group.negated)),
    cell(sums[column], digits, { class: "sum", "data-link": `${total.node}|${group.cells[column]}` }, total.negated)));
  return html("table", {}, html("thead", {}, head), html("tbody", {}, ...rows));
}

/** The sum as the last row. */
function withSum(table, { groups, total }, digits) {
  table.querySelector("tbody")?.append(html("tr", {}, html("th", { scope: "row", class: "sum" }, total.label),
    ...Array.from(floats(total.numbers), (number, column) =>
      cell(number, digits, { class: "sum", "data-link": `${total.node}|${groups[0].cells[column]}` }, total.negated))));
  return table;
}

/**
 * @param {object} block  groups of columns with the numbers of `samples` each, and perhaps their `total`
 * @param {Digits} digits
 * @returns {HTMLElement}
 */
export function samplesTable(block, digits) {
  const { total, groups, samples } = block;
  const scrolling = { class: "samples", tabindex: 0, role: "group", "aria-label": t("Samples") };
  if (!total) return html("div", scrolling, ...down(block, digits));
  const tall = groups[0].columns.length > WIDEST && samples.length <= WIDEST;
  return html("div", scrolling, tall ? across(block, digits) : withSum(down(block, digits)[0], block, digits));
}

/**
 * @param {{shape: [number, number], count: number, chosen: number, numbers: ArrayLike<number>}} block
 * @param {Digits} digits
 */
export function jacobianStack({ shape: [rows, columns], count, chosen, numbers }, digits) {
  const all = floats(numbers);
  const one = (sample) => html("figure", { class: sample === chosen ? "chosen" : null },
    html("table", { "aria-label": t("Jacobian of sample {n}", { n: sample + 1 }) }, html("tbody", {},
      ...Array.from({ length: rows }, (_, i) => html("tr", {},
        ...Array.from({ length: columns }, (_, j) => cell(all[(sample * rows + i) * columns + j], digits)))))),
    html("figcaption", {}, t("sample {n}", { n: sample + 1 }), sample === chosen ? " ◂" : ""));
  return html("div", { class: "stack", tabindex: 0, role: "group", "aria-label": t("Jacobians of the samples") },
    ...Array.from({ length: count }, (_, sample) => one(sample)));
}
