/**
 * A line's gradient in a table beside numbers that were found without any rule, each with its relative error under it.
 */

import { html, htmlLabel } from "explorer/dom.js";
import { dataNumber, formatNumber, readNumber } from "explorer/format.js";
import { t, tn } from "explorer/language.js";

/** @typedef {import("explorer/dom.js").Label} Label */
/** @typedef {import("explorer/format.js").Digits} Digits */
/** @typedef {{label: Label, index: number[], cell: string, analytic: number | string, same: boolean | null, chosen: boolean,
 *   errors: Record<string, number | string | null>} & Record<string, any>} Row */
/** @typedef {{key: string, title: string, empty: boolean}} Column */
/** @typedef {{node: string, axis: string, within: number, columns: Column[], rows: Row[], agree: [number, number, number]}} Check */

/** An error is a size, not a number to calculate with. */
const ERROR_DIGITS = 2;
const verdicts = () => new Map([[true, ["✓", "same", t("agrees")]], [false, ["✗", "different", t("disagrees")]],
  [null, ["–", "unknown", t("nothing to compare with")]]]);

/** ✓, ✗ or – with its words. @param {boolean | null} verdict @param {string} [tag] */
export function mark(verdict, tag = "td") {
  const [sign, name, words] = verdicts().get(verdict);
  return html(tag, { class: `verdict ${name}`, title: words },
    html("span", { "aria-hidden": "true" }, sign), html("span", { class: "unseen" }, words));
}

/** @param {Row} row @param {string} key @param {Digits} digits */
function foundCell(row, key, digits) {
  if (row[key] === null) return html("td", { class: "none" }, "–");
  const number = readNumber(row[key]);
  const error = readNumber(row.errors[key]);
  return html("td", { "data-number": dataNumber(number), "data-method": key }, formatNumber(number, digits),
    html("span", { class: "off", "data-number": dataNumber(error) }, formatNumber(error, ERROR_DIGITS)));
}

/** @param {Check} block @param {Row} row @param {Digits} digits */
function tableRow({ node, axis, columns }, row, digits) {
  const at = (kind) => (row.cell ? `${node}|${row.cell.replace("value", kind)}` : null);
  const label = axis || !row.index.length ? htmlLabel(row.label)
    : [html("button", { type: "button", "data-of": node, "data-entry": row.index.join(), title: t("Work this entry out") }, ...htmlLabel(row.label))];
  const analytic = readNumber(row.analytic);
  return html("tr", { class: row.chosen ? "chosen" : null },
    html("th", { scope: "row", "data-link": at("value") }, ...label),
    html("td", { "data-number": dataNumber(analytic), "data-method": "analytic", "data-link": at("gradient") }, formatNumber(analytic, digits)),
    ...columns.map(({ key }) => foundCell(row, key, digits)), mark(row.same));
}

/** @param {number} n  of them @param {number} all @param {boolean} samples  not entries @returns {string} */
function differing(n, all, samples) {
  if (all === 1) return samples ? t("✗ the sample disagrees") : t("✗ the entry disagrees");
  return samples ? tn("✗ {n} of {all} samples disagrees", "✗ {n} of {all} samples disagree", n, { all })
    : tn("✗ {n} of {all} entries disagrees", "✗ {n} of {all} entries disagree", n, { all });
}

/** The others cannot be compared. @param {number} n  of them @param {number} all @param {boolean} samples  not entries @returns {string} */
function agreeing(n, all, samples) {
  const unknown = all - n;
  if (all === 1) return samples ? t("✓ the sample agrees") : t("✓ the entry agrees");
  if (unknown && samples) {
    return tn("✓ {n} of {all} samples agrees, {unknown} cannot be compared",
      "✓ {n} of {all} samples agree, {unknown} cannot be compared", n, { all, unknown });
  }
  if (unknown) {
    return tn("✓ {n} of {all} entries agrees, {unknown} cannot be compared",
      "✓ {n} of {all} entries agree, {unknown} cannot be compared", n, { all, unknown });
  }
  if (n === 2) return samples ? t("✓ both samples agree") : t("✓ both entries agree");
  return samples ? tn("✓ {n} sample agrees", "✓ all {n} samples agree", n) : tn("✓ {n} entry agrees", "✓ all {n} entries agree", n);
}

/** How many entries agree. @param {Check} block */
function summary({ agree: [same, different], rows, axis }) {
  if (different) return html("p", { class: "check different" }, differing(different, rows.length, Boolean(axis)));
  if (!same) return html("p", { class: "check" }, t("– there is nothing to compare with"));
  return html("p", { class: "check same" }, agreeing(same, rows.length, Boolean(axis)));
}

/** @param {Check} block @param {Digits} digits @returns {HTMLElement} */
export function checkTable(block, digits) {
  const titles = block.columns.map(({ title, empty }) => html("th", { scope: "col", class: empty ? "none" : null }, title));
  const corner = () => html("td", { class: "corner" });
  const head = html("tr", {}, block.axis ? html("th", { scope: "col", class: "axis" }, block.axis) : corner(),
    html("th", { scope: "col" }, t("analytic")), ...titles, corner());
  return html("div", { class: "checked" },
    html("div", { class: "scroller", tabindex: 0, role: "group", "aria-label": t("Gradients and what they are checked with") },
      html("table", {}, html("thead", {}, head), html("tbody", {}, ...block.rows.map((row) => tableRow(block, row, digits))))),
    html("p", { class: "legend" },
      t("Under each number: its relative error. ✓ stands where it is below {within}, or no more than rounding.",
        { within: formatNumber(block.within, digits) })),
    summary(block));
}
