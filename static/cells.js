/**
 * A tensor on its card: its symbol, the cells with their numbers, the gap "… n" and the heat strip of a long one.
 */

import { assign, plainLabel, svg, svgLabel } from "explorer/dom.js";
import { cellName, indexOf, spokenCell } from "explorer/film.js";
import { dataNumber } from "explorer/format.js";
import { largest, level } from "explorer/scale.js";
import { fitted, fittedNumbers, FONTS, textWidth, TIGHT } from "explorer/text.js";

/** @typedef {import("explorer/film.js").Block} Block */
/** @typedef {import("explorer/film.js").FilmNode} FilmNode */
/** @typedef {import("explorer/film.js").Geometry} Geometry */

const ROUND = 5;
const CUT = 7;
const INSET = 4;
const NUMBER_SIZE = 0.5;
const SYMBOL_SIZE = 15;
const MARK_SIZE = 10.5;
const STRIP_MOST = 240;
const MARKS = { zero: "⊘", stale: "old" };

/** A cell's outline: rounded, with both left corners cut off for a negative number. */
function outline(width, height, negative) {
  const [right, bottom] = [width - ROUND, height - ROUND];
  const rest = `H${right}Q${width} 0 ${width} ${ROUND}V${bottom}Q${width} ${height} ${right} ${height}`;
  return negative ? `M${CUT} 0${rest}H${CUT}L0 ${height - CUT}V${CUT}Z`
    : `M${ROUND} 0${rest}H${ROUND}Q0 ${height} 0 ${bottom}V${ROUND}Q0 0 ${ROUND} 0Z`;
}

/** One cell, empty. @param {string} name  as in data-cell */
function makeCell(name, x, y, box) {
  const path = svg("path");
  const text = svg("text", { x: box.cell_width / 2, y: box.cell_height / 2, "text-anchor": "middle", dy: "0.35em" });
  const element = svg("g", { class: "cell", "data-cell": name, transform: `translate(${x} ${y})` }, path, text);
  return { element, path, text, number: null };
}

/** Put a number, or nothing yet, into a cell. */
function paint(cell, number, text, size, box) {
  const known = number !== undefined;
  if (cell.text.textContent !== text) cell.text.textContent = text;
  cell.text.setAttribute("font-size", size);
  if (known && cell.number === number) return;
  cell.number = number;
  const shade = known ? level(number) : "empty";
  assign(cell.element, { "data-level": shade, "data-number": known ? dataNumber(number) : null });
  cell.path.setAttribute("d", outline(box.cell_width, box.cell_height, number < 0));
  cell.path.setAttribute("fill", known ? "currentColor" : "url(#waiting)");
}

/** All entries in one thin line, so that a long tensor is seen as a whole; each bar shows the strongest of its entries. */
function heatStrip(numbers, width, height) {
  const bars = Math.min(numbers.length, STRIP_MOST);
  const start = (bar) => Math.floor((bar * numbers.length) / bars);
  const paths = new Map();
  for (let bar = 0; bar < bars; bar += 1) {
    const part = numbers.subarray(start(bar), start(bar + 1));
    const peak = largest(part);
    const shade = level(part.find((number) => Math.abs(number) === peak) ?? Number.NaN);
    const left = ((bar * width) / bars).toFixed(2);
    const wide = (width / bars).toFixed(2);
    paths.set(shade, `${paths.get(shade) ?? ""}M${left} 0h${wide}v${height}h-${wide}z`);
  }
  return [...paths].map(([shade, d]) => svg("path", { d, "data-level": shade, fill: "currentColor" }));
}

/** Where the block's cells stand, and the entry that each shows; null in a gap. */
function* places({ rows, columns, stride, cell_width: width, cell_height: height }, gap) {
  for (const [i, row] of rows.entries()) {
    for (const [j, column] of columns.entries()) {
      const flat = row === null || column === null ? null : row * stride + column;
      yield { x: j * (width + gap), y: i * (height + gap), flat };
    }
  }
}

/** "… 92" in the first place of a gap, "…" in the others. */
function gapText(x, y, block, first) {
  const text = first ? `… ${block.hidden}` : "…";
  return svg("text", { class: "gap", x: x + block.cell_width / 2, y: y + block.cell_height / 2, dy: "0.35em", "text-anchor": "middle",
    "font-size": fitted(text, block.cell_height * NUMBER_SIZE, "mono", block.cell_width) }, text);
}

/** @returns {{grid: SVGElement, cells: (ReturnType<typeof makeCell> & {flat: number})[]}} */
function makeGrid(node, kind, block, gap) {
  const cells = [];
  const grid = svg("g", { "font-family": FONTS.mono, "letter-spacing": `${TIGHT}em` });
  for (const { x, y, flat } of places(block, gap)) {
    if (flat === null) {
      grid.append(gapText(x, y, block, !grid.querySelector(".gap")));
      continue;
    }
    const index = indexOf(node.shape, flat);
    const cell = makeCell(cellName(kind, index), x, y, block);
    if (kind === "value" && node.editable) {
      assign(cell.element, { "data-index": JSON.stringify(index), role: "button", tabindex: -1,
        "aria-label": spokenCell(node.name, index) });
    }
    cells.push({ ...cell, flat });
    grid.append(cell.element);
  }
  return { grid, cells };
}

/**
 * The tensor's symbol, at the left of its first row or above it, and a place for the mark of its state.
 * @param {Block} block @param {Geometry} geometry @param {number} width  of the cells
 */
function makeCaption(block, { label: column, caption: row }, width) {
  const above = block.caption === "above";
  const text = plainLabel(block.label);
  const symbol = svg("text", { class: "symbol", x: above ? 0 : -column, "font-family": FONTS.serif, "font-style": "italic" },
    ...svgLabel(block.label));
  const mark = svg("text", { class: "mark", "font-size": MARK_SIZE, "font-family": FONTS.mono,
    ...(above ? { x: width, y: -0.28 * row, "text-anchor": "end" } : { x: -column, y: block.cell_height - 1 }) });

  /** @param {string} said */
  function update(said) {
    mark.textContent = said;
    const room = above ? width - (said && textWidth(`${said} `, MARK_SIZE, "mono")) : column - 6;
    assign(symbol, { "font-size": fitted(text, SYMBOL_SIZE, "serif", room, "italic").toFixed(2),
      y: above ? -0.28 * row : block.cell_height * (said ? 0.48 : 0.66) });
  }
  return { symbol, mark, update };
}

/**
 * @param {FilmNode} node @param {"value" | "gradient" | "mean"} kind @param {Block} block @param {Geometry} geometry
 */
export function createBlock(node, kind, block, geometry) {
  const { gap, strip: stripHeight } = geometry;
  const width = block.columns.length * (block.cell_width + gap) - gap;
  const height = block.rows.length * (block.cell_height + gap) - gap;
  const { grid, cells } = makeGrid(node, kind, block, gap);
  const caption = makeCaption(block, geometry, width);
  const barrier = svg("path", { class: "barrier", d: `M${-gap - 1} -1V${height + 1}` });
  const strip = svg("g", { class: "strip", transform: `translate(0 ${height + gap})` });
  const element = svg("g", { class: `block ${kind}`, transform: `translate(${block.x} ${block.y})` },
    caption.symbol, caption.mark, barrier, grid, strip);

  /**
   * @param {import("explorer/player.js").Shown} shown @param {string | null} contributions  "1/2"
   * @param {number | "all"} digits
   */
  function update({ state, numbers }, contributions, digits) {
    const shown = numbers ? cells.map(({ flat }) => numbers[flat]) : [];
    const { texts, size } = fittedNumbers(shown, digits, block.cell_width - INSET, block.cell_height * NUMBER_SIZE);
    cells.forEach((cell, place) => paint(cell, shown[place], texts[place] ?? "", size, block));
    caption.update(state === "partial" ? contributions : (MARKS[state] ?? ""));
    element.dataset.state = state;
    if (block.strip) strip.replaceChildren(...(numbers ? heatStrip(numbers, width, stripHeight - gap) : []));
  }
  return { element, update };
}
