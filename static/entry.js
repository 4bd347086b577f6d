/**
 * An entry of a Jacobian: its name, and where its row and column stand on the stage.
 */

import { cellName, indexOf } from "explorer/film.js";
import { readNumber } from "explorer/format.js";
import { t } from "explorer/language.js";

/** @typedef {import("explorer/dom.js").Label} Label */
/**
 * @typedef {object} Jacobian
 * @property {string} of  the line that is differentiated: its entries are the rows
 * @property {string} wrt  the line by which: its entries are the columns
 * @property {string} structure
 * @property {[number, number]} shape
 * @property {number[]} out_shape
 * @property {number[]} in_shape
 * @property {ArrayLike<number | string> | null} numbers  in C order; null where they are too many
 * @property {Label[] | null} rows
 * @property {Label[] | null} columns
 * @property {boolean} [apart]  whether its numbers are not those that stand on the stage
 */

/** @param {ArrayLike<number | string>} numbers @returns {Float64Array} */
export function floats(numbers) {
  return numbers instanceof Float64Array ? numbers : Float64Array.from(numbers, readNumber);
}

/** Where an entry's row and column stand on the stage: "h|value:0 z|value:2". */
export function linksOf({ of, wrt, out_shape: out, in_shape: into }, row, column) {
  return [`${of}|${cellName("value", indexOf(out, row))}`, `${wrt}|${cellName("value", indexOf(into, column))}`];
}

/** A label as text, numbered subscripts lowered: h₁. @param {Label} label */
export function lowered(label) {
  const lower = (text) => text.replace(/\d/g, (digit) => String.fromCodePoint(0x2080 + Number(digit)));
  return label.map(([text, script]) => (script === "sub" ? lower(text) : text)).join("");
}

/** "∂h₁/∂z₃", or by place where there are too many to name. */
export function entryName({ rows, columns }, row, column) {
  return rows && columns ? `∂${lowered(rows[row])}/∂${lowered(columns[column])}` : t("row {row}, column {column}", { row: row + 1, column: column + 1 });
}
