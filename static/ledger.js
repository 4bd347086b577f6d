/**
 * The shape ledger under a formula: the shape of every factor, the two inner sizes that meet in a product joined by a
 * bracket. Sizes that do not fit stand in the warning colour, with ≠ between them.
 */

import { html } from "explorer/dom.js";
import { t } from "explorer/language.js";

/** @typedef {string | {join: [string, string], sign: string, fits: boolean} | {clash: string}} Piece */
/** @typedef {{left: Piece[], sign: Piece, right: Piece[], text: string}} Ledger */

/** @param {Piece} piece @returns {Node} */
function pieceNode(piece) {
  if (typeof piece === "string") return document.createTextNode(piece);
  if ("clash" in piece) return html("b", { class: "clash" }, ` ${piece.clash} `);
  const [before, after] = piece.join.map((size) => html("b", {}, size));
  return html("span", { class: piece.fits ? "join" : "join clash" }, before, piece.sign, after);
}

/** Signs between factors, where a line may be broken. */
const BREAKS = /^ [−+∘/⊗=] $/;

/** What must stay on one line: a chain of factors with its joints. @param {Piece[]} pieces @returns {Node[]} */
function unbroken(pieces) {
  /** @type {Node[]} */
  const made = [];
  let chain = html("span", { class: "factor" });
  for (const piece of pieces) {
    if (typeof piece === "string" && BREAKS.test(piece) || typeof piece === "object" && "clash" in piece) {
      made.push(chain, pieceNode(piece));
      chain = html("span", { class: "factor" });
    } else chain.append(pieceNode(piece));
  }
  return [...made, chain];
}

/** A row of a calculation's grid, under the line that it tells of. @param {Ledger} ledger @returns {HTMLElement} */
export function ledgerLine({ left, sign, right, text }) {
  const side = (name, nodes) => html("span", { class: name, "aria-hidden": "true" }, ...nodes);
  const clashes = [...left, sign, ...right].some((piece) => typeof piece === "object" && ("clash" in piece || !piece.fits));
  return html("div", { class: `ledger${clashes ? " misfit" : ""}`, role: "note", "aria-label": t("shapes {shapes}", { shapes: text }) },
    side("into", unbroken(left)), side("equals", sign ? [pieceNode(sign)] : []), side("factors", unbroken(right)));
}
