/** What stands at a tensor's cells: its symbol, and the mark of its state when there is one. */

import { assign, present, SCRIPT_SIZE, svg, svgLabel } from "explorer/dom.js";
import { fitted, textWidth } from "explorer/text.js";

/** @typedef {import("explorer/film.js").Block} Block */
/** @typedef {import("explorer/film.js").Geometry} Geometry */

const APART_FROM_CELLS = 6;
/** A mark takes no more of the line above the cells than this share, and at their left it keeps this far from them. */
const MARK_MOST = 0.5;
const MARK_AWAY = 2;
const TRANSPOSED = "⊤";
/** Of the transposed sign, in the symbol's size: how high it stands, how large it is, and how far from the symbol. */
const RAISED = 0.3;
const RAISED_SIZE = 0.7;
const APART = 0.06;

/** @param {Block["label"]} label @returns {number} its width in type of size 1 */
function widthOf(label) {
  return label.reduce((sum, [text, script]) => sum + textWidth(text, script ? SCRIPT_SIZE : 1, "serif", "italic"), 0);
}

/**
 * The tensor's symbol, at the left of its first row or above it, and, when there is one, the mark of its state.
 * @param {Block} block @param {Geometry} geometry @param {number} width  of the cells
 */
export function createCaption(block, geometry, width) {
  const { label: column, caption: row, symbol: wanted, least_symbol: least, mark: markSize, mark_beside: beside } = geometry;
  if (!wanted) return { element: svg("g"), update() {}, recast() {} };
  const above = block.caption === "above";
  const left = block.x - (above ? 0 : column);
  const line = block.y - 0.28 * row;
  const symbol = svg("text", { class: "symbol", x: left });
  const sign = svg("text", { class: "symbol transposed" }, TRANSPOSED);
  const title = svg("title");
  const place = above ? { x: block.x + width, y: line, "text-anchor": "end" }
    : beside ? { x: block.x - APART_FROM_CELLS, y: block.y + block.cell_height * 0.72, "text-anchor": "end" }
      : { x: left, y: block.y + block.cell_height - 1 };
  const mark = svg("text", { class: "mark", "font-size": markSize, ...place });
  const element = svg("g", { class: "caption" }, symbol);
  const signWidth = textWidth(TRANSPOSED, RAISED_SIZE, "serif") + APART;
  /** @type {Pick<Block, "label" | "brief" | "note" | "turned">} */
  let told = { label: [] };
  let shown = "";
  /** @type {string | null} */
  let marked = null;

  /** The transposed sign is a text of its own: it says how the symbol stands, the symbol says what it is. */
  function transpose(turned, size, at, y) {
    assign(sign, { x: (at + APART * size).toFixed(2), y: (y - RAISED * size).toFixed(2), "font-size": (RAISED_SIZE * size).toFixed(2) });
    if (turned && symbol.nextSibling !== sign) symbol.after(sign);
    else if (!turned) sign.remove();
  }

  /** @param {string} state  the mark of the state, "" where it needs none */
  function update(state) {
    const said = state || (told.note ?? "");
    if (said === marked) return;
    marked = said;
    mark.textContent = said;
    const markType = fitted(said, markSize, "sans", above ? width * MARK_MOST : column - MARK_AWAY);
    assign(mark, { "font-size": markType.toFixed(2) });
    present(element, mark, Boolean(said));
    const taken = said && (above || beside) ? textWidth(`${said} `, markType, "sans") : 0;
    const room = (above ? width : column - APART_FROM_CELLS) - taken;
    const ends = told.turned ? signWidth : 0;
    const size = (label, end) => Math.min(wanted, room / (widthOf(label) + end));
    const short = Boolean(said && told.brief && size(told.label, ends) < least);
    const label = short ? told.brief : told.label;
    const type = size(label, short ? 0 : ends);
    const y = above ? line : block.y + block.cell_height * (beside ? 0.72 : said ? 0.4 : 0.66);
    const key = JSON.stringify(label);
    if (key !== shown) symbol.replaceChildren(...svgLabel(label));
    shown = key;
    assign(symbol, { "font-size": type.toFixed(2), y });
    transpose(told.turned && !short, type, left + widthOf(label) * type, y);
  }

  /** Other words for the same cells; drawn at the next update. @param {typeof told} words */
  function recast(words) {
    if (JSON.stringify(words) === JSON.stringify(told)) return;
    told = words;
    marked = null;
    title.textContent = words.turned ?? "";
    if (words.turned) element.prepend(title);
    else title.remove();
  }
  return { element, update, recast };
}
