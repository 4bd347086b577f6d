/**
 * A tensor on its card: its symbol, the cells with their numbers, the gap "… n" and the heat strip of a long one.
 */

import { createCaption } from "explorer/caption.js";
import { assign, svg } from "explorer/dom.js";
import { cellName, indexOf, spokenCell } from "explorer/film.js";
import { numberData, shownNumber } from "explorer/format.js";
import { t } from "explorer/language.js";
import { largest, level } from "explorer/scale.js";
import { fitted, fittedNumbers, TIGHT } from "explorer/text.js";

/** @typedef {import("explorer/film.js").Block} Block */
/** @typedef {import("explorer/film.js").FilmNode} FilmNode */
/** @typedef {import("explorer/film.js").Geometry} Geometry */

const ROUND = 5;
const CUT = 7;
const INSET = 4;
const STRIP_MOST = 240;
const LOW = 0.5;

/** What stands at a tensor whose state needs a word. @param {import("explorer/player.js").Look} state @returns {string} */
function markOf(state) {
  return { zero: "⊘", stale: t("old") }[state] ?? "";
}

/** A cell's outline: rounded, with both left corners cut off for a negative number. */
function outline({ x, y, width, height }, negative) {
  const left = negative ? CUT : ROUND;
  const [across, down] = [width - left - ROUND, height - 2 * ROUND];
  const corner = `q${ROUND} 0 ${ROUND} ${ROUND}v${down}q0 ${ROUND} ${-ROUND} ${ROUND}`;
  const right = `M${x + left} ${y}h${across}${corner}h${-across}`;
  return negative ? `${right}l${-CUT} ${-CUT}v${2 * CUT - height}z`
    : `${right}q${-ROUND} 0 ${-ROUND} ${-ROUND}v${-down}q0 ${-ROUND} ${ROUND} ${-ROUND}z`;
}

/**
 * One cell, empty. All coordinates are the drawing's own: a transform on each would cost every frame of a large graph.
 * @param {string} name  as in data-cell @param {import("explorer/geometry.js").Box} box
 */
function makeCell(name, box) {
  const path = svg("path");
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const text = svg("text", { ...middle, dy: "0.35em", "text-anchor": "middle" });
  return { element: svg("g", { class: "cell", "data-cell": name }, path, text), path, text, box, number: null, negated: false };
}

/** Put a number, or nothing yet, into a cell; a negated one looks like minus itself. */
function paint(cell, number, negated, text, size) {
  const known = number !== undefined;
  if (cell.text.textContent !== text) cell.text.textContent = text;
  assign(cell.text, { "font-size": size });
  if (known && cell.number === number && cell.negated === negated) return;
  Object.assign(cell, { number, negated });
  const shown = shownNumber(number, negated);
  const shade = known ? level(shown) : "empty";
  const data = known ? numberData(number, negated) : { "data-number": null, "data-sign": null };
  assign(cell.element, { "data-level": shade, ...data });
  assign(cell.path, { d: outline(cell.box, shown < 0), fill: known ? "currentColor" : "url(#waiting)" });
}

/** All entries in one thin line: a long tensor is seen as a whole. Each bar shows the strongest of its entries; a negative one is low. */
function heatStrip(numbers, { x, y, width, height }) {
  const bars = Math.min(numbers.length, STRIP_MOST);
  const start = (bar) => Math.floor((bar * numbers.length) / bars);
  const wide = (width / bars).toFixed(2);
  const paths = new Map();
  for (let bar = 0; bar < bars; bar += 1) {
    const part = numbers.subarray(start(bar), start(bar + 1));
    const peak = largest(part);
    const strongest = part.find((number) => Math.abs(number) === peak) ?? Number.NaN;
    const shade = level(strongest);
    const tall = strongest < 0 ? height * LOW : height;
    const left = (x + (bar * width) / bars).toFixed(2);
    paths.set(shade, `${paths.get(shade) ?? ""}M${left} ${y + height - tall}h${wide}v${tall}h-${wide}z`);
  }
  return [...paths].map(([shade, d]) => svg("path", { d, "data-level": shade, fill: "currentColor" }));
}

/** Where the block's cells stand, and the entry that each shows; null in a gap. */
function* places({ x, y, rows, columns, stride, cell_width: width, cell_height: height }, gap) {
  for (const [i, row] of rows.entries()) {
    for (const [j, column] of columns.entries()) {
      const flat = row === null || column === null ? null : row * stride + column;
      yield { flat, box: { x: x + j * (width + gap), y: y + i * (height + gap), width, height } };
    }
  }
}

/** "… 92" in the first place of a gap, "…" in the others. */
function gapText({ x, y, width, height }, text, wanted) {
  const size = fitted(text, wanted, "mono", width);
  const middle = { x: x + width / 2, y: y + height / 2 };
  return svg("text", { class: "gap", ...middle, dy: "0.35em", "text-anchor": "middle", "font-size": size }, text);
}

/** @returns {{grid: SVGElement, cells: (ReturnType<typeof makeCell> & {flat: number, index: number[]})[]}} */
function makeGrid(node, kind, block, { gap, number }) {
  const cells = [];
  const grid = svg("g", { class: "grid", "letter-spacing": `${TIGHT}em` });
  for (const { flat, box } of places(block, gap)) {
    if (flat === null) {
      if (number) grid.append(gapText(box, grid.querySelector(".gap") ? "…" : `… ${block.hidden}`, number));
      continue;
    }
    const index = indexOf(node.shape, flat);
    const cell = makeCell(cellName(kind, index), box);
    if (kind === "value" && node.editable) {
      assign(cell.element, { "data-index": JSON.stringify(index), role: "button", tabindex: -1 });
    }
    cells.push({ ...cell, flat, index });
    grid.append(cell.element);
  }
  return { grid, cells };
}

/**
 * @param {FilmNode} node @param {"value" | "gradient" | "mean" | "inside"} kind @param {Geometry} geometry
 * @param {Block} own  with its place on the card
 */
export function createBlock(node, kind, own, geometry) {
  const { gap } = geometry;
  const block = { ...own, x: node.x + own.x, y: node.y + own.y };
  const width = block.columns.length * (block.cell_width + gap) - gap;
  const height = block.rows.length * (block.cell_height + gap) - gap;
  const { grid, cells } = makeGrid(node, kind, block, geometry);
  const caption = createCaption(block, geometry, width);
  const barrier = svg("path", { class: "barrier", d: `M${block.x - gap - 1} ${block.y - 1}v${height + 2}` });
  const strip = svg("g", { class: "strip" });
  const stripBox = { x: block.x, y: block.y + height + gap, width, height: geometry.strip - gap };
  const element = svg("g", { class: `block ${kind}` }, caption.element, grid);
  let negated = false;
  if (block.strip) element.append(strip);

  /**
   * @param {import("explorer/player.js").Shown} shown @param {string | null} contributions  "1/2"
   * @param {number | "all"} digits
   */
  function update({ state, numbers }, contributions, digits) {
    const shown = numbers && (negated ? numbers.map((number) => -number) : numbers);
    const legible = shown && geometry.number ? cells.map(({ flat }) => shown[flat]) : [];
    const { texts, size } = fittedNumbers(legible, digits, block.cell_width - INSET,
      geometry.number, geometry);
    cells.forEach((cell, place) => paint(cell, numbers?.[cell.flat], negated, texts[place] ?? "", size));
    caption.update(state === "partial" ? contributions : markOf(state));
    assign(element, { "data-state": state });
    if (state !== "zero") barrier.remove();
    else if (grid.previousSibling !== barrier) grid.before(barrier);
    if (block.strip) strip.replaceChildren(...(shown ? heatStrip(shown, stripBox) : []));
  }

  /** Take over what the conventions say of the same cells. @param {FilmNode} node @param {Block} block */
  function recast({ name, axes }, { label, brief, note, turned, sign }) {
    negated = sign === -1;
    caption.recast({ label, brief, note, turned });
    for (const { element: cell, index } of cells) {
      if (cell.dataset.index) assign(cell, { "aria-label": spokenCell(name, index, axes) });
    }
  }

  recast(node, own);
  return { element, update, recast };
}
