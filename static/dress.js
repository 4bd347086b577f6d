/**
 * What the page wears: its style sheets in the root that it stands in, its maths font in the document, where alone a
 * font counts. Both are the document's, however many explorers a notebook shows.
 */

import { html } from "explorer/dom.js";

/** @type {CSSStyleSheet | null} */
let sheet = null;

/** @param {Document | ShadowRoot} root @param {{styles: string, font: string}} look  the font by its address */
export function dress(root, { styles, font }) {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    document.fonts.add(new FontFace("STIX Two Math", `url("${font}") format("woff2")`));
  }
  // Unless it is told, a phone takes a page to be made for a screen of 980 pixels.
  if (!document.querySelector("meta[name=viewport]")) {
    document.head.append(html("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }));
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
}
