/** The handout's slips: a mark at the steps that meet them, and footnotes at the lines concerned. */

import { html } from "explorer/dom.js";
import { partNodes } from "explorer/explanation.js";
import { t, tn } from "explorer/language.js";

/** @typedef {{steps: number[], nodes: string[], tabs: string[], parts: import("explorer/explanation.js").Part[]}} Erratum */

/**
 * The mark of a step, where the handout slips there.
 * @param {import("explorer/film.js").Film} film @param {number} step  1 is the first @returns {HTMLElement[]}
 */
export function slipMark({ errata = [] }, step) {
  const here = errata.filter(({ steps }) => steps.includes(step));
  if (!here.length) return [];
  const title = tn("A slip in the handout: see the footnote in the inspector",
    "{n} slips in the handout: see the footnote in the inspector", here.length);
  return [html("span", { class: "slip", role: "img", title, "aria-label": title }, "*")];
}

/**
 * What a tab of a line says of the handout's slips.
 * @param {import("explorer/film.js").Film | null} film @param {string} node @param {string | undefined} tab
 * @param {import("explorer/format.js").Digits} digits @returns {HTMLElement[]}
 */
export function footnotes(film, node, tab, digits) {
  const here = (film?.errata ?? []).filter(({ nodes, tabs }) => nodes.includes(node) && tabs.includes(tab ?? ""));
  if (!here.length) return [];
  const notes = here.map(({ parts }) => html("p", { "data-erratum": "" }, html("span", { "aria-hidden": "true" }, "* "), ...partNodes(parts, digits)));
  return [html("aside", { class: "footnotes", "aria-label": t("Slips in the handout") }, ...notes)];
}
