/**
 * A Jacobian and the two ways back that it offers: the whole matrix, and the shortcut beside it; a mark says whether
 * they agree.
 */

import { html } from "explorer/dom.js";
import { formatNumber, readNumber } from "explorer/format.js";
import { t } from "explorer/language.js";
import { jacobianMatrix } from "explorer/matrix.js";

/** @typedef {import("explorer/explanation.js").Block} Block */
/** @typedef {import("explorer/explanation.js").View} View */
/** @typedef {{blocks: (blocks: Block[], view: View) => HTMLElement[], parts: (parts: any[], digits: any) => Node[]}} Makers */

/** The structure of a Jacobian in words. @param {string} structure  as the engine calls it, "Kronecker" apart */
function structureName(structure) {
  const names = {
    identity: t("identity"), diagonal: t("diagonal"), matrix: t("matrix"), row: t("row"), broadcast: t("broadcast"),
    selection: t("selection"), zero: t("zero"), dense: t("dense"), "diagonal-minus-outer": t("diagonal-minus-outer"),
    Kronecker: t("Kronecker"),
  };
  return names[structure] ?? structure;
}

/** @param {Block} block @param {View} view @param {Makers} make */
export function jacobianBlock(block, view, make) {
  const [rows, columns] = block.shape;
  const title = html("h3", {}, html("span", {}, ...make.parts(block.title, view.digits)),
    html("span", { class: "badge" }, `${structureName(block.structure)} · ${rows} × ${columns}`));
  const way = (name, blocks) => html("div", { class: `way ${name}` },
    html("h4", {}, name === "full" ? t("With the full matrix") : t("Shortcut")), ...make.blocks(blocks, view));
  const ways = [["full", block.full ?? []], ["short", block.shortcut ?? []]].filter(([, blocks]) => blocks.length);
  const matrix = block.sheets ? make.blocks(block.sheets, view) : [jacobianMatrix(/** @type {any} */ (block), view.digits)];
  const section = html("section", { class: "jacobian", "data-wrt": block.wrt }, title,
    ...make.blocks(block.formula ? [block.formula] : [], view), ...matrix,
    ...(block.said ? [html("p", { class: "note" }, ...make.parts(block.said, view.digits))] : []),
    html("div", { class: "ways" }, ...ways.map(([name, blocks]) => way(name, blocks))),
    ...make.blocks(block.summed ?? [], view));
  if (block.check) section.append(checkLine(block.check, view.digits));
  section.append(html("p", { class: "note" }, ...make.parts(block.note, view.digits)));
  return section;
}

/** @param {{same: boolean, difference: number | string}} check @param {import("explorer/format.js").Digits} digits */
function checkLine({ same, difference }, digits) {
  const apart = readNumber(difference);
  const text = same ? t("✓ same answer both ways")
    : Number.isNaN(apart) ? t("✗ no answer: the numbers are not finite")
      : t("✗ the two ways differ by {difference}", { difference: formatNumber(apart, digits) });
  return html("p", { class: `check ${same ? "same" : "different"}` }, text);
}
