/**
 * The inspector's contents: blocks that arrive as data, made into elements. Nothing here listens to anything.
 */

import { checkTable } from "explorer/check.js";
import { html, htmlLabel } from "explorer/dom.js";
import { formatNumber, numberData, readNumber, shownNumber } from "explorer/format.js";
import { formulaLine } from "explorer/formula.js";
import { ledgerLine } from "explorer/ledger.js";
import { jacobianMatrix } from "explorer/matrix.js";
import { jacobianStack, samplesTable } from "explorer/samples.js";

/** @typedef {import("explorer/format.js").Digits} Digits */
/** @typedef {string | {label: import("explorer/dom.js").Label, node?: string} | {number: number | string, negated?: boolean} | {strong: Part[]}} Part */
/** @typedef {{digits: Digits, way: "full" | "shortcut"}} View  how the reader wants it */
/** @typedef {{kind: string} & Record<string, any>} Block */

/** Sentence parts as nodes. @param {Part[]} parts @param {Digits} digits @returns {Node[]} */
export function partNodes(parts, digits) {
  return parts.map((part) => {
    if (typeof part === "string") return document.createTextNode(part);
    if ("strong" in part) return html("strong", {}, ...partNodes(part.strong, digits));
    if ("number" in part) {
      const number = readNumber(part.number);
      return html("span", { class: "number", ...numberData(number, part.negated) },
        formatNumber(shownNumber(number, part.negated), digits));
    }
    return html("span", { class: "symbol", "data-link": part.node ? `${part.node}|` : null }, ...htmlLabel(part.label));
  });
}

/** @type {Record<string, (block: Block, view: View) => HTMLElement>} */
const MAKERS = {
  formula: ({ lines, caption, digits: own }, { digits }) => html("div", { class: "formula" },
    ...(caption.length ? [html("p", { class: "caption" }, ...partNodes(caption, digits))] : []),
    ...lines.map((line) => formulaLine(line, own ?? digits))),
  note: ({ parts }, { digits }) => html("p", { class: "note" }, ...partNodes(parts, digits)),
  section: ({ title, badge, blocks }, view) => html("section", {},
    html("h3", {}, html("span", {}, ...partNodes(title, view.digits)),
      ...(badge ? [html("span", { class: "badge", title: "CS224n gradient notes" }, badge)] : [])),
    ...renderBlocks(blocks, view)),
  jacobian: jacobianBlock,
  samples: (block, { digits }) => html("div", {}, samplesTable(block, digits),
    ...(block.caption.length ? [html("p", { class: "note" }, ...partNodes(block.caption, digits))] : [])),
  stack: (block, { digits }) => jacobianStack(block, digits),
  check: (block, { digits }) => checkTable(/** @type {any} */ (block), digits),
};

/** The whole matrix and its shortcut, one of them in sight, and whether they agree. @param {Block} block @param {View} view */
function jacobianBlock(block, view) {
  const [rows, columns] = block.shape;
  const title = html("h3", {}, html("span", {}, ...partNodes(block.title, view.digits)),
    html("span", { class: "badge" }, `${block.structure} · ${rows} × ${columns}`));
  const section = html("section", { class: "jacobian", "data-wrt": block.wrt }, title);
  if (block.formula) section.append(MAKERS.formula(block.formula, view));
  if (block.full && block.full.length + block.shortcut.length) section.append(waySwitch(view.way));
  section.append(
    html("div", { class: "way", hidden: view.way !== "full" }, jacobianMatrix(/** @type {any} */ (block), view.digits),
      ...renderBlocks(block.full ?? [], view)),
    html("div", { class: "way", hidden: view.way !== "shortcut" }, ...renderBlocks(block.shortcut ?? [], view)));
  if (block.check) section.append(checkLine(block.check, view.digits));
  section.append(html("p", { class: "note" }, ...partNodes(block.note, view.digits)));
  return section;
}

/** @param {View["way"]} way */
function waySwitch(way) {
  const button = (value, text) => html("button", { type: "button", "data-way": value, "aria-pressed": String(value === way) }, text);
  return html("div", { class: "switch", role: "group", "aria-label": "The way back" },
    button("full", "full matrix"), button("shortcut", "shortcut"));
}

/** @param {{same: boolean, difference: number | string}} check @param {Digits} digits */
function checkLine({ same, difference }, digits) {
  const text = same ? "✓ same answer both ways"
    : `✗ the two ways differ by ${formatNumber(readNumber(difference), digits)}`;
  return html("p", { class: `check ${same ? "same" : "different"}` }, text);
}

/**
 * A block that cannot be shown says so and leaves the others alone.
 * @param {Block[]} blocks @param {View} view @returns {HTMLElement[]}
 */
export function renderBlocks(blocks, view) {
  return blocks.map((block) => {
    try {
      return MAKERS[block.kind](block, view);
    } catch (error) {
      return html("p", { class: "note broken" }, `This part cannot be shown (${error instanceof Error ? error.message : error}).`);
    }
  });
}
