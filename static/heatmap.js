/**
 * A matrix too large for cells, painted: one rectangle an entry, and under the pointer (or the arrow keys) the entry's
 * names and number.
 */

import { html } from "explorer/dom.js";
import { entryName, linksOf } from "explorer/entry.js";
import { dataNumber, wholeNumber } from "explorer/format.js";
import { t } from "explorer/language.js";
import { level } from "explorer/scale.js";

const WIDTH = 440;
const TALLEST = 440;
const SMALLEST = 1;
const LARGEST = 18;
/** Where an entry has room for it, it is painted in this many dots a side, and a negative one has a corner cut. */
const DOTS = 5;
const CORNER = 2;
const LEVELS = ["n4", "n3", "n2", "n1", "zero", "p1", "p2", "p3", "p4", "bad"];

/** What every heat map on the page is painted from. @type {WeakMap<Element, {block: object, numbers: Float64Array, dots: number}>} */
const painted = new WeakMap();

/** @param {import("explorer/entry.js").Jacobian} block @param {Float64Array} numbers */
export function heatmap(block, numbers) {
  const [rows, columns] = block.shape;
  const size = Math.min(LARGEST, Math.max(SMALLEST, Math.min(WIDTH / columns, TALLEST / rows)));
  const dots = size < DOTS ? 1 : DOTS;
  const canvas = /** @type {HTMLCanvasElement} */ (html("canvas", { width: columns * dots, height: rows * dots, tabindex: 0,
    role: "img", "data-heatmap": "", "aria-label": t("Jacobian, {rows} by {columns}. Arrow keys walk its entries.", { rows, columns }) }));
  canvas.style.width = `${columns * size}px`;
  canvas.style.aspectRatio = `${columns} / ${rows}`;
  painted.set(canvas, { block, numbers, dots });
  return html("div", { class: "heatmap" }, canvas,
    html("output", { class: "readout", "aria-live": "polite" }, t("Point at an entry to read it.")));
}

/** Colours are the page's own, so this waits until the canvas stands in it. @param {HTMLCanvasElement} canvas */
export function paint(canvas) {
  const known = painted.get(canvas);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!known || !context) return;
  const style = getComputedStyle(canvas);
  const colours = Object.fromEntries(LEVELS.map((name) => [name, rgb(context, style.getPropertyValue(`--${name}`))]));
  const ground = rgb(context, style.getPropertyValue("--card"));
  const image = context.createImageData(canvas.width, canvas.height);
  const { numbers, dots, block: { shape: [, columns] } } = known;
  numbers.forEach((number, place) => {
    const [row, column] = [Math.floor(place / columns) * dots, (place % columns) * dots];
    for (let y = 0; y < dots; y += 1) {
      for (let x = 0; x < dots; x += 1) {
        const cut = dots > 1 && number < 0 && x + (dots - 1 - y) < CORNER;
        image.data.set(cut ? ground : colours[level(number)], ((row + y) * canvas.width + column + x) * 4);
      }
    }
  });
  context.putImageData(image, 0, 0);
}

/** @param {HTMLCanvasElement} canvas @returns {[number, number]} its rows and columns of entries */
export const entriesOf = (canvas) => painted.get(canvas)?.block.shape ?? [0, 0];

/** A CSS colour as four bytes. */
function rgb(context, colour) {
  context.fillStyle = colour.trim() || "#888888";
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data;
}

/**
 * The entry at a place of the canvas, shown in its readout.
 * @param {HTMLCanvasElement} canvas @param {number} row @param {number} column
 * @returns {string[]} where its row and its column stand on the stage
 */
export function readEntry(canvas, row, column) {
  const known = painted.get(canvas);
  if (!known) return [];
  const number = known.numbers[row * known.block.shape[1] + column];
  const output = canvas.parentElement?.querySelector(".readout");
  if (output) output.textContent = `${entryName(known.block, row, column)} = ${wholeNumber(number)}`;
  Object.assign(canvas.dataset, { row: String(row), column: String(column), number: dataNumber(number) });
  return linksOf(known.block, row, column);
}

/**
 * @param {HTMLCanvasElement} canvas @param {{clientX: number, clientY: number}} pointer
 * @returns {[number, number]} row and column under the pointer
 */
export function entryAt(canvas, { clientX, clientY }) {
  const box = canvas.getBoundingClientRect();
  const [rows, columns] = entriesOf(canvas);
  const within = (share, count) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
  return [within((clientY - box.top) / box.height, rows), within((clientX - box.left) / box.width, columns)];
}
