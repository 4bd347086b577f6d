/**
 * The inspector's contents: blocks that arrive as data, made into elements. Nothing here listens to anything.
 */

import { checkTable } from "explorer/check.js";
import { actionButton, compareTable } from "explorer/compare.js";
import { derivation, derivationSet, picker } from "explorer/derivation.js";
import { html, htmlLabel } from "explorer/dom.js";
import { formatNumber, numberData, readNumber, shownNumber } from "explorer/format.js";
import { formulaLine } from "explorer/formula.js";
import { t } from "explorer/language.js";
import { ledgerLine } from "explorer/ledger.js";
import { mistakeBlock } from "explorer/mistake.js";
import { outerTable } from "explorer/outer.js";
import { jacobianStack, samplesTable } from "explorer/samples.js";
import { axisLine, rowwise, sheets } from "explorer/stack.js";
import { jacobianBlock } from "explorer/two_ways.js";

/** @typedef {import("explorer/format.js").Digits} Digits */
/** @typedef {string | {label: import("explorer/dom.js").Label, node?: string} | {number: number | string, negated?: boolean} | {strong: Part[]}} Part */
/** @typedef {{digits: Digits}} View  how the reader wants it */
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
    ...lines.flatMap((line) => [axisLine(formulaLine(line, own ?? digits), line.axis), ...(line.ledger ? [ledgerLine(line.ledger)] : [])])),
  action: (block) => actionButton(/** @type {any} */ (block)),
  compare: (block, { digits }) => compareTable(/** @type {any} */ (block), digits),
  note: ({ parts }, { digits }) => html("p", { class: "note" }, ...partNodes(parts, digits)),
  section: ({ title, badge, blocks }, view) => html("section", {},
    html("h3", {}, html("span", {}, ...partNodes(title, view.digits)),
      ...(badge ? [html("span", { class: "badge", title: t("CS224n gradient notes") }, badge)] : [])),
    ...renderBlocks(blocks, view)),
  jacobian: (block, view) => jacobianBlock(block, view, { blocks: renderBlocks, parts: partNodes }),
  sheets: (block, { digits }) => sheets(/** @type {any} */ (block), digits),
  rowwise: (block, view) => rowwise(/** @type {any} */ (block), view.digits, (parts) => partNodes(parts, view.digits)),
  outer: (block, { digits }) => outerTable(/** @type {any} */ (block), digits),
  samples: (block, { digits }) => html("div", {}, samplesTable(block, digits),
    ...(block.caption.length ? [html("p", { class: "note" }, ...partNodes(block.caption, digits))] : [])),
  stack: (block, { digits }) => jacobianStack(block, digits),
  entries: (block) => picker(/** @type {any} */ (block)),
  derivation: (block, view) => derivation(block, view, renderBlocks),
  derivations: (block, view) => derivationSet(block, view, renderBlocks),
  check: (block, { digits }) => checkTable(/** @type {any} */ (block), digits),
  mistake: (block, view) => mistakeBlock(/** @type {any} */ (block), view.digits, renderBlocks(block.blocks, view), renderBlocks(block.after, view)),
};

/**
 * A block that cannot be shown says so and leaves the others alone.
 * @param {Block[]} blocks @param {View} view @returns {HTMLElement[]}
 */
export function renderBlocks(blocks, view) {
  return blocks.map((block) => {
    try {
      return MAKERS[block.kind](block, view);
    } catch (error) {
      return html("p", { class: "note broken" }, t("This part cannot be shown ({error}).",
        { error: error instanceof Error ? error.message : String(error) }));
    }
  });
}
