/**
 * What the page wears: its style sheets in the shadow root that it stands in, its maths font in the document, where
 * alone a font counts.
 */

let sheet = null;

/** @param {Node} root  a document or shadow root @param {string} styles @param {string} font  its address */
export function dress(root, styles, font) {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    document.fonts.add(new FontFace("STIX Two Math", `url("${font}") format("woff2")`));
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
}
