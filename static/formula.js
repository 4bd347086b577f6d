/**
 * Builds MathML from the formulas that the server sends as JSON: [tag, attributes, ...children]. Only elements and
 * attributes of a short list are ever made, and text only as text nodes, so a formula cannot smuggle in anything else.
 */

import { assign, html } from "explorer/dom.js";
import { formatNumber, numberData, readNumber, shownNumber } from "explorer/format.js";
import { t } from "explorer/language.js";

/** @typedef {import("explorer/format.js").Digits} Digits */
/** @typedef {string | {number: number | string, link?: string, kind?: string, negated?: boolean} | Tree} Child */
/** @typedef {[string, Record<string, string>, ...Child[]]} Tree */
/**
 * @typedef {object} Line  one line of a calculation
 * @property {Tree | null} left  null continues the line above
 * @property {string} [sign]  "=" unless it says otherwise
 * @property {Tree[]} chunks  pieces between which the line may be broken
 * @property {"symbols" | "numbers" | "result"} role
 * @property {string} text  what a screen reader says
 */

const MATHML = "http://www.w3.org/1998/Math/MathML";
const TAGS = new Set(["mrow", "mi", "mn", "mo", "mtext", "mfrac", "msub", "msup", "msubsup", "munder", "mover", "munderover",
  "mtable", "mtr", "mtd", "msqrt"]);
const CLASSES = new Set(["value", "gradient", "table", "shape", "mark", "cancel", "zero", "kept", "brace", "words", "apart"]);
/** Letters that the formula font has no clear slanted form of: its δ reads as an o with a bar, its ŷ stands upright. */
const UNCLEAR = /^(δ|\p{L}\p{M}+|[À-žḀ-ỿ])$/u;
/** Operators that stretch around tall contents, and those that must not. */
const FENCES = new Set(["[", "]", "(", ")", "⟨", "⟩"]);

/** @param {string} tag @param {...(Node | string)} children @returns {MathMLElement} */
function math(tag, ...children) {
  const element = /** @type {MathMLElement} */ (document.createElementNS(MATHML, tag));
  element.append(...children);
  return element;
}

/**
 * @param {Child} tree
 * @param {Digits} digits
 * @returns {Node}
 * @throws {TypeError} for anything that is not on the short list
 */
export function mathNode(tree, digits) {
  if (typeof tree === "string") return document.createTextNode(tree);
  if (Array.isArray(tree)) return element(tree, digits);
  if (tree && "number" in tree) return numberNode(tree, digits);
  throw new TypeError(t("formula: neither text, number nor element"));
}

/** @param {Tree} tree @param {Digits} digits */
function element([tag, attributes, ...children], digits) {
  if (!TAGS.has(tag)) throw new TypeError(t("formula: no such element: {tag}", { tag }));
  const made = math(tag, ...children.map((child) => mathNode(child, digits)));
  if (tag === "mi" && UNCLEAR.test(String(children[0]))) made.dataset.glyph = "slanted";
  if (tag === "mo" && FENCES.has(String(children[0]))) made.setAttribute("stretchy", "true");
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "link") made.dataset.link = value;
    else if (name === "stretchy" && value === "false") made.setAttribute("stretchy", "false");
    else if (name === "form" && value === "infix") made.setAttribute("form", value);
    else if (name === "class" && value.split(" ").every((word) => CLASSES.has(word))) made.setAttribute("class", value);
    else throw new TypeError(t('formula: no such attribute: {name}="{value}"', { name, value }));
  }
  return made;
}

/** @param {{number: number | string, link?: string, kind?: string, negated?: boolean}} leaf @param {Digits} digits */
function numberNode({ number: sent, link, kind, negated }, digits) {
  const number = readNumber(sent);
  const made = assign(math("mn", formatNumber(shownNumber(number, negated), digits)), numberData(number, negated));
  if (link) made.dataset.link = link;
  if (kind && CLASSES.has(kind)) made.setAttribute("class", kind);
  return made;
}

/** One piece of a formula, ready to stand in a line of text. @param {Child} tree @param {Digits} digits */
export function mathElement(tree, digits) {
  return math("math", mathNode(tree, digits));
}

/** The sign between two things that a piece starts with, or nothing. @param {Child} tree @returns {string} */
function leadingSign(tree) {
  if (!Array.isArray(tree)) return "";
  const [tag, attributes, first] = tree;
  return tag === "mrow" ? leadingSign(first) : tag === "mo" && attributes.form === "infix" ? String(first) : "";
}

/** How many more parentheses a piece opens than it closes. @param {Child} tree @returns {number} */
function opened(tree) {
  if (!Array.isArray(tree)) return 0;
  const [tag, , ...children] = tree;
  if (tag === "mo") return { "(": 1, ")": -1 }[String(children[0])] ?? 0;
  return children.reduce((/** @type {number} */ total, child) => total + opened(child), 0);
}

/** Signs before which a line is broken rather than inside what they stand before. */
const APART = new Set(["+", "−", "="]);

/** Pieces in terms of a sum: a term is broken only where it is longer than a line. @param {Tree[]} chunks @param {Digits} digits */
function terms(chunks, digits) {
  /** @type {HTMLElement[]} */
  const made = [];
  let depth = 0;
  for (const chunk of chunks) {
    const sign = leadingSign(chunk);
    if (!made.length || (depth === 0 && APART.has(sign))) made.push(html("span", { class: made.length && sign === "=" ? "term again" : "term" }));
    made[made.length - 1].append(html("span", { class: sign ? "chunk signed" : "chunk" }, mathElement(chunk, digits)));
    depth += opened(chunk);
  }
  return made;
}

/** How tall the two parentheses of a pair are whose pieces hold such a thing: one cannot see how tall the other grows. */
const HEIGHTS = /** @type {[string, string][]} */ ([["mtable", ""], ["munder, munderover", "3em"], ["mfrac", "2.3em"]]);

/** Parentheses that open in one piece and close in a later one are drawn in one size. @param {HTMLElement[]} spans */
function pair(spans) {
  const pieces = spans.flatMap((span) => [...span.querySelectorAll("math")]);
  /** @type {[Element, number][]} */
  const open = [];
  pieces.forEach((piece, place) => {
    for (const fence of piece.querySelectorAll("mo")) {
      if (fence.textContent === "(") open.push([fence, place]);
      const opening = fence.textContent === ")" ? open.pop() : undefined;
      if (!opening || opening[1] === place) continue;
      const between = pieces.slice(opening[1], place + 1);
      const height = HEIGHTS.find(([tall]) => between.some((one) => one.querySelector(tall)))?.[1];
      if (!height) continue;
      for (const one of [opening[0], fence]) assign(one, { minsize: height, maxsize: height });
    }
  });
  return spans;
}

/**
 * A line of a calculation. Its pieces are separate formulas, because MathML itself never breaks a line.
 * @param {Line} line @param {Digits} digits @returns {HTMLElement}
 */
export function formulaLine({ left, sign = "=", chunks, role, text }, digits) {
  const head = html("span", { class: "left", "aria-hidden": "true" });
  if (left) head.append(mathElement(left, digits));
  const equals = html("span", { class: "sign", "aria-hidden": "true" }, math("math", math("mo", sign)));
  return html("div", { class: `line ${role}${left ? "" : " continued"}`, role: "math", "aria-label": text },
    head, equals, html("span", { class: "chunks", "aria-hidden": "true" }, ...pair(terms(chunks, digits))));
}
