/**
 * What the page wears: its style sheets in the root that it stands in, its fonts in the document, where alone a font
 * counts. Both are the document's, however many explorers a notebook shows.
 */

/**
 * @typedef {object} Face
 * @property {string} family
 * @property {string} [style]
 * @property {string} [weight]
 * @property {string} [unicodeRange]
 * @property {boolean} shown  whether it stands on the stage
 * @property {string} source  the font itself, as its address
 */

import { html } from "explorer/dom.js";

/** @type {CSSStyleSheet | null} */
let sheet = null;
/** @type {Face[]} */
let worn = [];
/** @type {Promise<unknown>} */
let ready = Promise.resolve();

/** @param {Face} face */
function fontFace({ family, style = "normal", weight = "400", unicodeRange = "U+0-10FFFF", source }) {
  return new FontFace(family, `url("${source}") format("woff2")`, { style, weight, unicodeRange });
}

/**
 * @param {Document | ShadowRoot} root @param {{styles: string, faces: Face[]}} look
 * @returns {Promise<unknown>} when the stage's fonts can be measured
 */
export function dress(root, { styles, faces }) {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    worn = faces;
    const made = faces.map(fontFace);
    for (const face of made) document.fonts.add(face);
    ready = Promise.allSettled(made.filter((_, place) => faces[place].shown).map((face) => face.load()));
  }
  // Unless it is told, a phone takes a page to be made for a screen of 980 pixels.
  if (!document.querySelector("meta[name=viewport]")) {
    document.head.append(html("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }));
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
  return ready;
}

/** The fonts of the page, for pictures that must look the same elsewhere. @returns {Face[]} */
export function facesWorn() {
  return worn;
}
