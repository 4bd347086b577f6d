/**
 * A batch along its axis, b = 1 … B: matrices with the samples' numbers beside their rows, a sheet for each sample's
 * Jacobian, and row-wise products, a box for each row. The chosen sample is marked.
 */

import { html } from "explorer/dom.js";
import { floats } from "explorer/entry.js";
import { formatNumber, numberData, shownNumber } from "explorer/format.js";
import { t } from "explorer/language.js";
import { jacobianMatrix } from "explorer/matrix.js";
import { level } from "explorer/scale.js";

/** @typedef {import("explorer/format.js").Digits} Digits */
/** @typedef {{rows: string[], chosen: string}} Axis  numbers of samples, "" where rows are left out */
/** @typedef {{numbers: ArrayLike<number | string>, negated: boolean}} Side */

/** b = 2, marked if it is the chosen sample. @param {string} sample @param {boolean} chosen @param {string} tag */
function sampleName(sample, chosen, tag) {
  const mark = chosen ? [html("span", { class: "mark", title: t("the chosen sample") }, "◂")] : [];
  const letter = html("span", { class: "letter" }, html("i", {}, "b"), " = ");
  return html(tag, { class: chosen ? "sample chosen" : "sample" }, letter, sample, ...mark);
}

/**
 * The samples' numbers to the left of a line's first matrix, whose rows they are.
 * @param {HTMLElement} line @param {Axis} [axis] @returns {HTMLElement}
 */
export function axisLine(line, axis) {
  const chunk = line.querySelector(".chunk");
  if (!axis || !chunk) return line;
  chunk.classList.add("along");
  chunk.prepend(html("span", { class: "axis" }, ...axis.rows.map((row) => (
    row ? sampleName(row, row === axis.chosen, "span") : html("span", { class: "sample" }, "⋮")))));
  return line;
}

/** @param {object} block @param {Digits} digits @returns {HTMLElement} the samples' Jacobians, one after another */
export function sheets(block, digits) {
  const numbers = floats(block.numbers);
  const size = block.shape[0] * block.shape[1];
  const sheet = (sample, place) => {
    const chosen = sample === block.chosen;
    const one = { ...block, numbers: numbers.subarray(place * size, (place + 1) * size), apart: !chosen };
    return html("figure", { class: chosen ? "sheet chosen" : "sheet", "data-sample": sample },
      sampleName(String(sample + 1), chosen, "figcaption"), jacobianMatrix(one, digits));
  };
  return html("div", { class: "pile" }, ...block.samples.map(sheet));
}

/** A row of numbers. @param {Side} side @param {number} place @param {number} length @param {Digits} digits */
function rowOf({ numbers, negated }, place, length, digits, links) {
  const all = floats(numbers);
  const cell = (number, column) => html("td", { ...numberData(number, negated), "data-level": level(shownNumber(number, negated)),
    "data-link": links?.(column) ?? null }, formatNumber(shownNumber(number, negated), digits));
  return html("tr", {}, ...Array.from(all.subarray(place * length, (place + 1) * length), cell));
}

/** @param {HTMLElement[]} rows @param {string} kind */
function boxed(rows, kind) {
  return html("table", { class: `box ${kind}` }, html("tbody", {}, ...rows));
}

/**
 * row(∂L/∂s_b) dot J_b = row(∂L/∂a_b), a line for each sample.
 * @param {object} block @param {Digits} digits @param {(parts: any[]) => Node[]} parts
 */
export function rowwise(block, digits, parts) {
  const [m, n] = block.shape;
  const stack = { numbers: floats(block.matrices), negated: false };
  const [first, second, third] = block.titles.map((title) => html("span", { class: "title" }, ...parts(title)));
  const sign = (text) => html("span", { class: "dot" }, text);
  const head = html("div", { class: "rowwise head" }, first, sign("dot"), second, sign("="), third);
  const line = (sample, place) => {
    const chosen = sample === block.chosen;
    const link = (name) => (column) => (chosen ? `${name}|gradient:${column}` : null);
    const rows = Array.from({ length: m }, (_, row) => rowOf(stack, place * m + row, n, digits, null));
    const part = (...nodes) => html("span", { class: "part" }, ...nodes);
    return html("div", { class: chosen ? "rowwise chosen" : "rowwise", "data-sample": sample },
      sampleName(String(sample + 1), chosen, "span"),
      part(sign(block.sign < 0 ? "−" : ""), boxed([rowOf(block.left, place, m, digits, link(block.of))], "gradient")),
      part(sign("dot"), boxed(rows, "sheet")),
      part(sign("="), boxed([rowOf(block.right, place, n, digits, link(block.into))], "gradient result")));
  };
  return html("div", { class: "products" }, head, ...block.samples.map(line));
}
