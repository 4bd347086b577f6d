/** What stands at a tensor's cells: its symbol, and the mark of its state when there is one. */

import { assign, plainLabel, svg, svgLabel } from "explorer/dom.js";
import { fitted, textWidth } from "explorer/text.js";

/** @typedef {import("explorer/film.js").Block} Block */
/** @typedef {import("explorer/film.js").Geometry} Geometry */

const SYMBOL_SIZE = 15;
const MARK_SIZE = 10.5;
const LEAST_SIZE = 12.5;

/** ∂L of ∂L/∂h, as cards with little room write it; null for any other name. @param {Block["label"]} label */
function quotientTop(label) {
  const bar = label.findIndex(([text, script]) => !script && text.startsWith("/"));
  return bar > 0 ? label.slice(0, bar) : null;
}

/**
 * The tensor's symbol, at the left of its first row or above it, and, when there is one, the mark of its state.
 * @param {Block} block @param {Geometry} geometry @param {number} width  of the cells
 */
export function createCaption(block, { label: column, caption: row }, width) {
  const above = block.caption === "above";
  const brief = quotientTop(block.label);
  let shown = block.label;
  const symbol = svg("text", { class: "symbol", x: block.x - (above ? 0 : column) }, ...svgLabel(block.label));
  const line = block.y - 0.28 * row;
  const place = above ? { x: block.x + width, y: line, "text-anchor": "end" }
    : { x: block.x - column, y: block.y + block.cell_height - 1 };
  const mark = svg("text", { class: "mark", "font-size": MARK_SIZE, ...place });

  /** @param {string} said */
  function update(said) {
    mark.textContent = said;
    if (said) symbol.after(mark);
    else mark.remove();
    const room = above ? width - (said && textWidth(`${said} `, MARK_SIZE, "mono")) : column - 6;
    const size = (label) => fitted(plainLabel(label), SYMBOL_SIZE, "serif", room, "italic");
    const label = said && brief && size(block.label) < LEAST_SIZE ? brief : block.label;
    if (label !== shown) symbol.replaceChildren(...svgLabel(label));
    shown = label;
    assign(symbol, { "font-size": size(label).toFixed(2),
      y: above ? line : block.y + block.cell_height * (said ? 0.4 : 0.66) });
  }
  return { symbol, update };
}
